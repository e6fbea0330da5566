"""verify.py FILE: fails when browser, worker or database-role tests did not run, whatever pytest said."""

import sys
from collections import Counter
from xml.etree import ElementTree

KINDS = ("browser", "worker", "roles")


def main() -> int:
    passed, skipped = Counter[str](), Counter[str]()
    for case in ElementTree.parse(sys.argv[1]).iter("testcase"):
        kinds = {each.get("value", "") for each in case.iter("property") if each.get("name") == "kind"}
        if case.find("skipped") is not None:
            skipped.update(kinds)
        elif case.find("failure") is None and case.find("error") is None:
            passed.update(kinds)
    faults = []
    for kind in KINDS:
        sys.stdout.write(f"{kind} tests: {passed[kind]} passed, {skipped[kind]} skipped\n")
        if not passed[kind]:
            faults.append(f"no {kind} test passed")
        if skipped[kind]:
            faults.append(f"{skipped[kind]} {kind} tests were skipped")
    if faults:
        sys.stdout.write(f"The suite does not count: {'; '.join(faults)}.\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
