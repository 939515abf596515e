"""Every function, layer, loss and optimizer of the library stands in the tests of its edges.

every_item.py LIBRARY TESTS...: prints what is missing, and fails for it."""

import pathlib
import re
import sys

library, *tests = map(pathlib.Path, sys.argv[1:])
words = set(re.findall(r"\w+", " ".join(re.sub(r"//.*", "", test.read_text()) for test in tests)))
items = [
    (file.name, name)
    for file in sorted(library.glob("*.nn"))
    for name in re.findall(r"^(?:fn|layer|loss|optimizer) (\w+)", file.read_text(), re.MULTILINE)
]
missing = [f"{file}: {name}" for file, name in items if name not in words]
print(*missing, sep="\n")
sys.exit(not items or bool(missing))
