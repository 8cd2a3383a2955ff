"""The command line: ``nslab doctor`` says what this machine can do for the course."""

from __future__ import annotations

import json
import sys

USAGE = "usage: nslab doctor [--json]"


def main() -> int:
    """Run the command line; return its exit status.

    0 when everything works, 1 when not, 2 for a wrong call.
    """
    if sys.argv[1:] not in (["doctor"], ["doctor", "--json"]):
        print(USAGE, file=sys.stderr)
        return 2
    from nslab import doctor

    found = doctor.report()
    print(json.dumps(found.plain(), indent=2) if "--json" in sys.argv else found)
    return 0 if found.works else 1


if __name__ == "__main__":
    sys.exit(main())
