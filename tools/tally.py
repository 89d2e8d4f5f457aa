#!/usr/bin/env python3
# tools/tally.py - adds up what Meson's test run found, case by case.
#
# Usage: tools/tally.py build/meson-logs/testlog.json
#
# A program that prints TAP counts as its cases; any other as one. What a program did not
# report (it crashed, timed out, or stopped before its plan) counts as failed. Names what
# failed, ends with "N passed, N failed, N skipped", and exits 1 unless all is well.
# SPDX-License-Identifier: MIT
import json
import re
import sys

CASE = re.compile(r"(not )?ok\b *\d* *(?:- )?([^#]*)(#\s*skip\b.*)?", re.IGNORECASE)
PLAN = re.compile(r"1\.\.(\d+)")


def tap_cases(output):
    """[(outcome, name)] of a TAP stream, and the planned number of cases or None."""
    cases, plan = [], None
    for line in output.splitlines():
        case = CASE.match(line)
        if case:
            failed, name, skip = case.groups()
            outcome = "failed" if failed else "skipped" if skip else "passed"
            cases.append((outcome, name.strip()))
        elif PLAN.match(line):
            plan = int(PLAN.match(line).group(1))
    return cases, plan


def cases_of(test):
    """[(outcome, name)] of one of Meson's tests."""
    output = test.get("stdout") or ""
    result = test["result"]
    cases, plan = tap_cases(output)
    if not cases and plan is None:
        outcome = {"OK": "passed", "SKIP": "skipped"}.get(result, "failed")
        return [(outcome, f"({result.lower()})")]
    if plan is None or len(cases) < plan:
        lost = 1 if plan is None else plan - len(cases)
        cases += [("failed", f"({result.lower()}: not reported)")] * lost
    elif result not in ("OK", "SKIP") and all(c[0] != "failed" for c in cases):
        cases.append(("failed", f"({result.lower()})"))
    return cases


def main(path):
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    with open(path, encoding="utf-8") as log:
        tests = [json.loads(line) for line in log]
    for test in tests:
        for outcome, name in cases_of(test):
            counts[outcome] += 1
            if outcome != "passed":
                print(f"{outcome}: {test['name']}: {name}")
    print(", ".join(f"{count} {outcome}" for outcome, count in counts.items()))
    return 0 if counts["failed"] == 0 and counts["passed"] > 0 else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
