# Checks that every diagnostic of the compiler has a test that triggers it.
#
#   registry.py DIAGNOSTICS_DEF TEST_FOLDER
#
# A test triggers a code where it expects its text: `expected-error {{E2001: ...}}`, or a FileCheck line with `[E2001]`
# or `E2001:`, or an assertion of a script with "E2001". Mentions in prose do not count. Prints what is missing; exit code 1 if anything is.
import pathlib
import re
import sys

# E9001 says that the compiler itself is wrong: a program that triggers it is repaired, not kept as a test.
EXEMPT = {"E9001"}


def expected(folder):
    """The codes that the tests of a folder expect."""
    codes = set()
    for path in folder.rglob("*"):
        if path.suffix not in {".nn", ".mlir", ".test"}:
            continue
        for line in path.read_text(encoding="utf-8").splitlines():
            if re.search(r"expected-\w+(@\S+)? *\{\{|[A-Z]+[A-Z-]*: |\bassert\b", line):
                codes.update(re.findall(r'\b[EW]\d{4}(?=[:}\]"]|$)', line))
    return codes


def main():
    table = pathlib.Path(sys.argv[1]).read_text(encoding="utf-8")
    declared = re.findall(r'^DIAGNOSTIC\((\w+), "([EW]\d{4})"', table, re.M)
    names = {code: name for name, code in declared}
    tested = expected(pathlib.Path(sys.argv[2]))
    problems = []
    if len(names) != len(declared):
        problems.append("a code is used twice")
    problems += [f"{code} ({names[code]}) is triggered by no test" for code in sorted(names.keys() - tested - EXEMPT)]
    problems += [f"{code} is expected by a test, but is not in the table" for code in sorted(tested - names.keys())]
    print(f"{len(names)} codes")
    print("\n".join(problems))
    return 1 if problems or not names else 0


sys.exit(main())
