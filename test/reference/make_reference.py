#!/usr/bin/env python3
"""Writes the tests of this folder: numbers computed by PyTorch, compared with what nnc's programs compute.

    make_reference.py [NAME...]     all files, or those of these names (losses, layers, ...)

Run by hand with a Python that has torch (2.13.0 made the files as they are); the tests themselves need only nnc. Each
cases_*.py lists in `files` the functions that write one file each; harness.py says what a case is.

Values, gradients and update steps are computed in float64 from inputs that f32 holds exactly, so that what is
compared is nnc's own rounding. It is bounded by 1e-5 of the largest expected number: f32 rounds to 6e-8, the sums here
have at most about a hundred terms, and an update step carries the rounding of those before. The loss curves are
PyTorch's in f32, since both round there; 1e-4 leaves room for what a hundred steps make of it.
"""
import importlib
import sys

from harness import folder


def main():
    wanted, known = sys.argv[1:], []
    for path in sorted(folder.glob("cases_*.py")):
        for write in importlib.import_module(path.stem).files:
            known.append(write.__name__)
            if not wanted or write.__name__ in wanted:
                write()
    if missing := set(wanted) - set(known):
        sys.exit(f"make_reference.py: no {', '.join(sorted(missing))}; there are {', '.join(known)}")


if __name__ == "__main__":
    main()
