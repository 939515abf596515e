"""Compares programs with themselves in another layout: the same draws, and else the same operations.

    relayout.py nnc scratch-folder program.nn ...

In the other layout lines are indented twice as far, a line ends after each comma in brackets,
comments and blank lines stand between statements, the items stand in the reverse order (imports and
constants stay first), and the file has another name. What is compared is the `nn` stage of each
command or test: its draws carry the numbers of their places."""
import os
import re
import subprocess
import sys

nnc, scratch, programs = sys.argv[1], os.path.abspath(sys.argv[2]), sys.argv[3:]
STATEMENT = re.compile(r"\s*(let|var|param|for|if|print|while|return|minimize|scan|forward|fn|layer|model|command|test)\b")


def wrap(line):
    """Ends the line after each comma in brackets; text, and what follows //, stays as it is."""
    result, depth, i = "", 0, 0
    while i < len(line):
        if line.startswith("//", i):
            return result + line[i:]
        if line[i] == '"':
            end = i + 1
            while line[end] != '"':
                end += 2 if line[end] == "\\" else 1
            result += line[i : end + 1]
            i = end + 1
            continue
        depth += (line[i] in "([") - (line[i] in ")]")
        result += line[i]
        if line[i] == "," and depth > 0 and "//" not in line[i:]:
            result += "\n   "
        i += 1
    return result


def split_items(lines):
    """The top-level items, each with the comments right above it."""
    items, current, depth = [], [], 0
    for line in lines:
        code = re.sub(r'"(\\.|[^"\\])*"|//.*', '""', line)
        starts = depth == 0 and re.match(r"[a-z@]", line)
        if starts and any(re.match(r"[a-z@]", one) for one in current):
            above = len(current)
            while above > 0 and current[above - 1].startswith("//"):
                above -= 1
            items.append(current[:above])
            current = current[above:]
        current.append(line)
        depth += sum((c in "([{") - (c in ")]}") for c in code)
    return items + [current]


def relayout(text):
    items = split_items(text.splitlines())
    # The file's own comment belongs to no item.
    head = []
    while items[0] and not re.match(r"[a-z@]|///", items[0][0]):
        head.append(items[0].pop(0))
    first = [item for item in items if any(re.match(r"import|const", line) for line in item)]
    rest = [item for item in items if item not in first]
    result, previous = head + [""], ""
    for item in first + rest[::-1]:
        for line in item + [""]:
            if STATEMENT.match(line) and not previous.lstrip().startswith("///"):
                result += ["", "        // in another layout"]
            indent = len(line) - len(line.lstrip())
            result.append(" " * indent + wrap(line))
            previous = line
    return "\n".join(result) + "\n"


def emit(path):
    command = [nnc, "emit", os.path.basename(path), "--stage=nn"]
    done = subprocess.run(command, cwd=os.path.dirname(path), capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{path}: {done.stderr}")
    # Messages of assertions quote the program.
    text = re.sub(r"\\0A *", " ", done.stdout)
    # Each command or test, without the order in which the file has them.
    units = re.split(r"^(?=  nn\.command)", text, flags=re.M)[1:]
    return sorted(re.sub(r"\s*\}\s*\Z", "", unit) for unit in units)


def compare(program):
    """How many units and draws the program has."""
    other_layout = os.path.join(scratch, "other_" + os.path.basename(program))
    with open(program) as source, open(other_layout, "w") as target:
        target.write(relayout(source.read()))
    before, after = emit(program), emit(other_layout)
    if len(before) != len(after):
        sys.exit(f"{program}: {len(before)} units, then {len(after)}")
    for one, other in zip(before, after):
        for line, other_line in zip(one.splitlines(), other.splitlines()):
            if line != other_line:
                sys.exit(f"{program} differs:\n{line}\n{other_line}")
    draws = sum(len(re.findall(r"nn\.(?:random|sampled) ", unit)) for unit in before)
    return len(before), draws


os.makedirs(scratch, exist_ok=True)
counts = [compare(os.path.abspath(program)) for program in programs]
print(f"{sum(units for units, _ in counts)} units with {sum(draws for _, draws in counts)} draws are the same")
