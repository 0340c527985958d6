"""What stands in the mails, and whom a telling goes to."""

from __future__ import annotations

import pytest

from live.notices.addressing import MOST_OWNERS, addressed
from live.notices.letters import MOST_LINKS
from store.database import Store
from store.grants import GrantState
from store.notice_records import Cause, Kind, Level, Member
from store.notice_settings import NoticeSettings
from store.vault import Vault
from tests.live.notices.kit import (
    DAY,
    OPERATOR,
    OWNER,
    breaks,
    client,
    connected,
    desk,
    ends,
    mails,
    subjects,
)
from tests.live.smtp_servers import Mailroom, good_server
from tests.store.kit import raw

OTHER = "eve@example.net"


def cause(*owners: str, acts: bool = True, kind: Kind = Kind.DEADLINE, key: str = "key") -> Cause:
    members = tuple(Member(number, 0, None, f"Desk {number}", owner) for number, owner in enumerate(owners))
    return Cause(key, kind, "state", Level.NOW, "words", "why", "who", members, owner_acts=acts)


def told(to: str, *owners: str, shunned: tuple[str, ...] = (), **more: bool) -> tuple[list[str], str]:
    settings = NoticeSettings(operators=(OPERATOR,), to=to)  # type: ignore[arg-type]  # as it is configured
    telling = addressed(cause(*owners, **more), settings, shunned)
    return [one.recipient for one in telling.to], telling.words


@pytest.mark.parametrize(
    ("to", "owners", "acts", "whom"),
    [
        ("operators", (OWNER,), True, [OPERATOR]),
        ("both", (OWNER, OWNER, OTHER), True, [OWNER, OTHER, OPERATOR]),
        ("owner", (OWNER,), True, [OWNER]),
        ("owner", (OWNER,), False, [OPERATOR]),
        ("owner", (OWNER, ""), True, [OWNER, OPERATOR]),
        ("owner", (), True, [OPERATOR]),
    ],
)
def test_whom_it_goes_to(to: str, owners: tuple[str, ...], acts: bool, whom: list[str]) -> None:
    assert told(to, *owners, acts=acts)[0] == whom


def test_who_cannot_be_reached_is_left_out_and_the_operators_hear_of_it() -> None:
    whom, words = told("owner", OWNER, OTHER, shunned=(OWNER,))
    assert whom == [OTHER, OPERATOR]
    assert words == f"Left out, since mail to them comes back: {OWNER}."
    about_itself = cause(kind=Kind.UNREACHABLE, key=f"unreachable {OPERATOR}")
    assert addressed(about_itself, NoticeSettings(operators=(OPERATOR,)), ()).to == ()


def test_owners_without_number_are_bounded() -> None:
    whom, words = told("owner", *(f"o{number}@example.net" for number in range(250)))
    assert len(whom) == MOST_OWNERS + 1
    assert whom[-1] == OPERATOR
    assert words == "250 owners are concerned; the first 100 are written to."


async def test_an_owner_of_a_few_mailboxes_gets_one_mail_with_a_link_for_each(
    store: Store, vault: Vault
) -> None:
    room = Mailroom()
    async with good_server("none", room) as port:
        here = desk(store, vault, port, to="owner", answers_to="desk@example.org")
        ids = connected(store, vault, "Billing", "Orders", client_id=client(store, vault))
        ends(store, here.clock() + 10 * DAY, *ids, who="mailbox owner")
        assert (await here.round()).sent == 1
    (mail,) = mails(room)
    text = mail.get_content()
    assert text.count("https://login.example.com/authorize?") == 2
    assert text.count("Sending stops on Thursday, 12 March 2026") == 2
    assert mail["Reply-To"] == "desk@example.org"
    assert subjects(room) == ["Your consent is needed for 2 support mailboxes"]
    assert len(raw(store.path, "SELECT * FROM authorizations")) == 2


async def test_an_owner_of_many_gets_one_mail_without_links(store: Store, vault: Vault) -> None:
    room = Mailroom()
    async with good_server("none", room) as port:
        here = desk(store, vault, port, to="owner")
        names = [f"Desk {number:03}" for number in range(300)]
        ids = connected(store, vault, *names, client_id=client(store, vault))
        assert len(ids) > MOST_LINKS
        ends(store, here.clock() + 10 * DAY, *ids, who="mailbox owner")
        assert (await here.round()).sent == 1
    (mail,) = mails(room)
    assert "- and 250 more" in mail.get_content()
    assert raw(store.path, "SELECT * FROM authorizations") == []


async def test_names_of_any_kind_make_one_mail_and_no_header(store: Store, vault: Vault) -> None:
    room = Mailroom()
    async with good_server("none", room) as port:
        here = desk(store, vault, port)
        name = "Ärger \N{RIGHT-TO-LEFT OVERRIDE} [b] {0} %s " + "x" * 300
        (asset,) = connected(store, vault, name, client_id=client(store, vault))
        breaks(store, GrantState.CONSENT_REQUIRED, asset)
        assert (await here.round()).sent == 1
    (mail,) = mails(room)
    assert len(str(mail["Subject"])) <= 201
    assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in str(mail["Subject"]) + mail.get_content()
    assert mail["X-Postroom-Notice"] == "1"
