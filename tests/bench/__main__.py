"""All benchmarks, one after the other; the exit status is 1 when any limit was exceeded."""

import sys

from tests.bench import (
    agent_at_rest,
    connection_tests,
    filtering,
    first_frame,
    hook_latency,
    inbound_reading,
    inbound_writing,
    receiving,
    refresh,
    tokens,
    webhooks,
    wire,
)

SUBJECTS = (
    *(first_frame, wire, filtering, connection_tests, refresh, tokens, receiving, webhooks),
    *(hook_latency, agent_at_rest, inbound_writing, inbound_reading),
)

if __name__ == "__main__":
    sys.exit(max(subject.main([]) for subject in SUBJECTS))
