"""Checks that what the documentation shows is true.

    snippets.py NNC SOURCE SCRATCH [PAGE...]

Looks at README.md files and docs/*.md, or at the pages named alone. The page of an example is left to the example's own test, if
that names it. A block that opens with
    ```nn             must pass `nnc check` without a warning; where an ```output block follows, running it (its tests,
                      or its one command) prints exactly that; `// NAME.nn` in its first line is how commands and imports find it
    ```nn error E2003 must give this error
    ```nn warning W2001   must pass with this warning alone
    ```nn fragment    is no whole program, and left alone
    ```console        its `$ ` lines must succeed (```console fails: one of them must not), and print the lines below them: in this
                      order, numbers aside (they depend on the machine); `...` stands for any text, as a line for any
                      lines. `./script` lines are not run. Runs in a copy of examples/, in the folder of the page if that is
                      an example.
Links to files and headings must lead somewhere. Functions that the compiler provides must be mentioned in docs/language.md. Exit
code 1 if anything is wrong.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys

nnc, source, scratch = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
named = [source / page for page in sys.argv[4:]]
environment = dict(os.environ, XDG_CACHE_HOME=str(scratch / "cache"), NO_COLOR="1")
environment["PATH"] = f"{pathlib.Path(nnc).parent}:{environment['PATH']}"
problems = []
counts = {"programs": 0, "outputs": 0, "errors": 0, "commands": 0, "links": 0}


def run(command, folder):
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120)


def blocks(path):
    """(info string, text, line number) of each fenced block."""
    found, info = [], None
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("```"):
            if info is None:
                info, text, start = line[3:].strip(), [], number
            else:
                found.append((info, "\n".join(text) + "\n", start))
                info = None
        elif info is not None:
            text.append(line)
    assert info is None, f"{path}: a block is not closed"
    return found


def check_program(where, text, kind, expected_code, output):
    folder = scratch / "programs"
    folder.mkdir(exist_ok=True)
    file = folder / "snippet.nn"
    file.write_text(text, encoding="utf-8")
    result = run([nnc, "check", file.name], folder)
    if expected_code:
        counts["errors"] += 1
        codes = set(re.findall(r"(?:error|warning)\[(\w+)\]", result.stderr))
        if result.returncode != (kind == "error") or codes != {expected_code}:
            problems.append(f"{where}: expected {expected_code}, found {codes or 'none'}\n{result.stderr}")
        return
    counts["programs"] += 1
    if result.returncode != 0 or result.stderr:
        problems.append(f"{where}: nnc check says\n{result.stderr}")
        return
    if output is not None:
        counts["outputs"] += 1
        result = run([nnc, "test" if re.search(r"^test ", text, re.M) else "run", file.name], folder)
        if result.stdout != output:
            problems.append(f"{where}: it prints\n{result.stdout}{result.stderr}not\n{output}")


def normalise(line):
    return " ".join(re.sub(r"\d[\d.,]*(e[+-]?\d+)?", "#", line).split())


def check_console(where, text, fails, folder):
    """Runs the commands of a block one after the other."""
    steps = []
    for line in text.splitlines():
        if line.startswith("$ "):
            steps.append((line[2:], []))
        elif steps:
            steps[-1][1].append(line)
    failed = False
    for command, lines in steps:
        if command.startswith("./script/"):
            continue
        counts["commands"] += 1
        result = run(["bash", "-c", command + " 2>&1"], folder)
        failed |= result.returncode != 0
        if result.returncode != 0 and not fails:
            problems.append(f"{where}: `{command}` fails\n{result.stdout}")
            return
        if not lines:
            continue
        real = "".join(normalise(line) + "\n" for line in result.stdout.splitlines())
        pattern = "".join(
            "(?:.*\n)*?" if line.strip() == "..." else ".*".join(map(re.escape, normalise(line).split("..."))) + "\n"
            for line in lines
        )
        if not re.fullmatch(pattern, real):
            shown = "\n".join(lines)
            problems.append(f"{where}: `{command}` does not print\n{shown}\nbut\n{result.stdout}")
            return
    if fails and not failed:
        problems.append(f"{where}: nothing fails")


def check_page(path):
    page = path.relative_to(source)
    name = page.parts[1] if page.parts[0] == "examples" and len(page.parts) == 3 else ""
    found = blocks(path)
    for i, (info, text, line) in enumerate(found):
        where, words = f"{page}:{line}", info.split()
        if words == ["nn"] or words[:2] in (["nn", "error"], ["nn", "warning"]):
            if named := re.match(r"// (\w+\.nn)\n", text):
                (scratch / "examples" / name / named[1]).write_text(text, encoding="utf-8")
                (scratch / "programs").mkdir(exist_ok=True)
                (scratch / "programs" / named[1]).write_text(text, encoding="utf-8")
            follows = found[i + 1] if i + 1 < len(found) else ("", "", 0)
            # An output belongs to a program if only blank lines are between them.
            near = follows[0] == "output" and follows[2] - (line + text.count("\n") + 1) <= 2
            kind, code = words[1:] if len(words) == 3 else (None, None)
            check_program(where, text, kind, code, follows[1] if near else None)
        elif words in (["console"], ["console", "fails"]):
            check_console(where, text, len(words) == 2, scratch / "examples" / name)
        elif words not in (["nn", "fragment"], ["output"], ["text"], ["mlir"], ["cpp"], ["tablegen"], ["sh"]):
            problems.append(f"{where}: a block of unknown kind: '{info}'")


def anchors(path):
    """The headings of a page as links name them."""
    text = re.sub(r"^```.*?^```", "", path.read_text(encoding="utf-8"), flags=re.S | re.M)
    return {re.sub(r"[^\w\- ]", "", line).lower().replace(" ", "-") for line in re.findall(r"^#+ (.*)$", text, re.M)}


def check_links(path):
    text = re.sub(r"^```.*?^```", "", path.read_text(encoding="utf-8"), flags=re.S | re.M)
    for link in re.findall(r"\]\(([^)\s]+)\)", re.sub(r"`[^`]*`", "", text)):
        counts["links"] += 1
        if link.startswith("http"):
            continue
        file, _, heading = link.partition("#")
        to = (path.parent / file) if file else path
        if not to.exists() or (heading and heading not in anchors(to)):
            problems.append(f"{path.relative_to(source)}: the link '{link}' leads nowhere")


def check_builtins():
    described = (source / "docs/language.md").read_text(encoding="utf-8")
    names = set()
    for path in (source / "compiler/elaborate").glob("*.cpp"):
        text = path.read_text(encoding="utf-8")
        for table in re.findall(r"static const Builtin builtins\[\] = \{\n(.*?)\n  \};", text, re.S):
            names |= set(re.findall(r'^      \{"(\w+)"', table, re.M))
    ops = (source / "compiler/ops/Elementwise.td").read_text(encoding="utf-8")
    names |= set(re.findall(r'NN_(?:Unary|Binary|Elementwise)<"\w+", "([a-z]\w*)"', ops))
    if len(names) < 40:
        problems.append(f"only {len(names)} built-in functions found: has their table moved?")
    missing = sorted(name for name in names if not re.search(rf"`[^`]*\b{name}\b[^`]*`", described))
    if missing:
        problems.append(f"docs/language.md does not mention {', '.join(missing)}")


scratch.mkdir(parents=True, exist_ok=True)
shutil.rmtree(scratch / "examples", ignore_errors=True)
shutil.copytree(source / "examples", scratch / "examples")
pages = [source / "README.md", *sorted((source / "docs").glob("*.md"))]
pages += [source / folder / "README.md" for folder in ("examples", "compiler", "runtime", "stdlib")]
if not named:
    tests = "".join(path.read_text(encoding="utf-8") for path in (source / "test/examples").glob("*.test"))
    course = (source / "examples/README.md").read_text(encoding="utf-8")
    for path in sorted((source / "examples").glob("*/README.md")):
        if f"]({path.parent.name})" not in course:
            problems.append(f"examples/README.md does not mention {path.parent.name}")
        if str(path.relative_to(source)) not in tests:
            pages.append(path)
    check_builtins()
for path in named or pages:
    check_page(path)
    check_links(path)
print(", ".join(f"{count} {what}" for what, count in counts.items()))
for problem in problems:
    print(problem)
sys.exit(1 if problems or (not named and min(counts.values()) == 0) else 0)
