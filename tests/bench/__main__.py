"""All benchmarks, one after the other; the exit status is 1 when any limit was exceeded."""

import sys

from tests.bench import connection_tests, filtering, first_frame, refresh, wire

SUBJECTS = (first_frame, wire, filtering, connection_tests, refresh)

if __name__ == "__main__":
    sys.exit(max(subject.main([]) for subject in SUBJECTS))
