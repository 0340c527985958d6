"""200 connection tests with sign-in over STARTTLS, 20 at a time, against as many runs of swaks by xargs -P.

Both meet the same server on loopback, in a process of its own, and do the same: EHLO, STARTTLS with the
certificate verified, EHLO, AUTH PLAIN, MAIL FROM, RCPT TO, QUIT; ours RSET besides, and every run is recorded
in the store. Held to the limits are the tests as the console runs them, with its imports behind it; what the
whole process takes that only runs them is printed besides. swaks has no such state: each run is a process.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from live.rehearsal.accounts import SAMPLES
from live.rehearsal.child import running_provider
from tests.bench import stores
from tests.bench.harness import Cost, Row, in_turns, options, process_cost, report

AT_ONCE = 20
WALL_TIMES, PROCESSOR_TIMES = 1 / 5, 1 / 10
ACCOUNT = next(sample for sample in SAMPLES if sample.key == "gmail-starttls")
"""The rehearsal's account that everybody signs in to; it passes, and takes any sender."""
HOST = "localhost"
MISSING = (
    "skipped: there is no swaks to compare with (apt install swaks, dnf install swaks, brew install swaks)"
)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = options(__doc__, repetitions=3)
    parser.add_argument("--tests", type=int, default=200, metavar="N")
    chosen = parser.parse_args(arguments)
    title = f"{chosen.tests} connection tests over STARTTLS with sign-in, {AT_ONCE} at a time"
    swaks = shutil.which("swaks")
    if swaks is None:
        print(f"\n{title}\n  {MISSING}")
        return 0
    ours, theirs = measured(swaks, chosen.tests, chosen.repetitions)
    alone, whole = [tests for tests, _ in ours], [process for _, process in ours]
    wall, processor = ([cost.wall for cost in theirs], [cost.processor for cost in theirs])
    rows = [
        Row("wall time", [cost.wall for cost in alone], "s", wall, WALL_TIMES),
        Row("processor time", [cost.processor for cost in alone], "s", processor, PROCESSOR_TIMES),
        Row("wall time with start-up", [cost.wall for cost in whole], "s", wall),
        Row("processor time with start-up", [cost.processor for cost in whole], "s", processor),
    ]
    return report(title, "swaks", rows)


def measured(swaks: str, count: int, times: int) -> tuple[list[tuple[Cost, Cost]], list[Cost]]:
    """What the two cost, in turns, against one server; for ours the tests alone, and the whole process."""
    with tempfile.TemporaryDirectory() as name, running_provider() as endpoints:
        directory, port = Path(name), endpoints.ports[ACCOUNT.listener]
        authority = directory / "authority.pem"
        authority.write_text(endpoints.ca_pem, encoding="ascii")
        shape = stores.Shape(HOST, port, ACCOUNT.login, ACCOUNT.password, endpoints.ca_pem)
        store = stores.made(directory, count, shape)
        runs = ["xargs", "-P", str(AT_ONCE), "-I%%", swaks, *swaks_options(port, authority)]
        numbers = directory / "numbers"
        numbers.write_text("".join(f"{number}\n" for number in range(count)), encoding="ascii")

        def theirs() -> Cost:
            with numbers.open("rb") as stdin:
                return process_cost(runs, stdin=stdin)

        return in_turns(times, lambda: climbed(store), theirs)


def climbed(store: Path) -> tuple[Cost, Cost]:
    """Test the assets of a store in a process of its own."""
    with tempfile.TemporaryFile() as told:
        command = [sys.executable, "-m", "tests.bench.climber", str(store), str(AT_ONCE)]
        whole = process_cost(command, stdout=told)
        told.seek(0)
        wall, processor = map(float, told.read().split())
        return Cost(wall, processor), whole


def swaks_options(port: int, authority: Path) -> list[str]:
    """Options of one run; `%%` is its number."""
    words = f"--server {HOST} --port {port} --tls --tls-verify --tls-ca-path {authority} --auth PLAIN"
    mail = "--from desk-%%@example.com --to desk-%%@example.com --quit-after RCPT"
    secret = ["--auth-user", ACCOUNT.login, "--auth-password", ACCOUNT.password.get_secret_value()]
    return [*words.split(), *secret, *mail.split()]


if __name__ == "__main__":
    sys.exit(main())
