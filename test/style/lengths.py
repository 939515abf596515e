"""Lengths of what is written by hand: files of at most 400 lines, functions of C++ of at most 80.

    lengths.py SOURCE       prints what is longer and not listed below; exit code 1 then

Functions are found by the layout that clang-format gives: a head of at most four blanks that ends in "{", and a line "}" with the
same blanks. The lists below say what is longer today, with its length then. They may only shrink: nothing is
added, no number is raised; what the list no longer needs is named, so that it can be taken out.
"""
import pathlib
import re
import subprocess
import sys

FILE_LIMIT, FUNCTION_LIMIT = 400, 80

# Tables and generated text: no limit.
TABLES = {
    "compiler/support/Diagnostics.def": "a table, an entry for each diagnostic with its explanation",
}
LONG_FILES: dict[str, int] = {}
LONG_FUNCTIONS: dict[str, int] = {}


def written_by_hand(root):
    listed = subprocess.run(["git", "-C", root, "ls-files"], capture_output=True, text=True)
    if listed.returncode == 0:
        paths = listed.stdout.split("\n")
    else:  # an exported tree
        paths = [str(p.relative_to(root)) for p in pathlib.Path(root).rglob("*")]
    for path in sorted(path for path in paths if not path.startswith("build")):
        library = path.endswith(".nn") and path.split("/")[0] in ("stdlib", "examples")
        if re.search(r"\.(cpp|h|td|g4|py|def)$", path) or library:
            if (pathlib.Path(root) / path).is_file():
                yield path


def functions(lines):
    """(name, number of lines) of each function of a C++ source."""
    no_function = re.compile(r"\s*(return|if|for|while|switch|else|do|case|default|namespace|class|struct|union|enum|extern|#|//|[{}])")
    at = 0
    while at < len(lines):
        if lines[at].endswith("{"):
            first = at  # the head may begin on lines before
            while first > 0 and lines[first - 1].strip() and not re.search(r"[;}{]$|[^:]:$|^\s*(//|#)", lines[first - 1]):
                first -= 1
            indent = lines[first][: len(lines[first]) - len(lines[first].lstrip())]
            text = " ".join(line.strip() for line in lines[first : at + 1])
            name = re.search(r"([\w:~]+|operator\W+)\s*\(", text)
            if len(indent) <= 4 and name and "=" not in text[: name.start()] and not no_function.match(text):
                end = next((i for i in range(at + 1, len(lines)) if re.match(rf"^{indent}}}", lines[i])), None)
                if end is not None:
                    yield name[1], end - first + 1
                    at = end
        at += 1


def main():
    root = sys.argv[1]
    problems, files, long_functions = [], {}, {}
    for path in written_by_hand(root):
        lines = (pathlib.Path(root) / path).read_text(encoding="utf-8").split("\n")
        length = len(lines) - 1
        if length > FILE_LIMIT and path not in TABLES:
            files[path] = length
        if path.endswith((".cpp", ".h")):
            for name, size in functions(lines):
                if size > FUNCTION_LIMIT:
                    key = f"{path}: {name}"
                    long_functions[key] = max(size, long_functions.get(key, 0))
    for what, found, listed in (("file", files, LONG_FILES), ("function", long_functions, LONG_FUNCTIONS)):
        for key, length in found.items():
            if length > listed.get(key, 0):
                problems.append(f"{key}: a {what} of {length} lines; at most {listed.get(key, FILE_LIMIT if what == 'file' else FUNCTION_LIMIT)}")
        for key in listed:
            if key not in found:
                print(f"{key} needs no exception any more: take it out of the list")
    print("\n".join(problems) or "no file and no function is too long")
    sys.exit(bool(problems))


if __name__ == "__main__":
    main()
