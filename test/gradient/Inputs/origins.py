"""Counts where the operations of programs' gradients come from.

    origins.py nnc program.nn ...

Reads the `grad` stage with its locations. Every operation must have an origin; one of a gradient or an
update must name, with `of`, an operation that the `nn` stage has or that is one of the gradient's own, and
have a line of a file. Prints the numbers; ends with 1 and the first few offenders where one is missing."""
import re
import subprocess
import sys

nnc, programs = sys.argv[1], sys.argv[2:]


def emit(program, stage):
    command = [nnc, "emit", program, f"--stage={stage}", "-g"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def read(text):
    """The operations' lines, each with its location written out."""
    aliases = dict(re.findall(r"^(#loc\d*) = loc\((.*)\)$", text, re.M))

    def expand(location):
        return re.sub(r"#loc\d*\b", lambda alias: expand(aliases[alias[0]]), location)

    for line in text.splitlines():
        # One with a region has its location behind that.
        operation = re.match(r"\s+(?!\^).* loc\((#loc\d*)\)$", line)
        if operation:
            yield line.strip(), expand(operation[1])


def get_origin(location):
    found = re.match(r"fused<#nn\.origin<(\d+)(?:, (\w+))?(?: of (\d+))?>>", location)
    return found and (int(found[1]), found[2] or "forward", int(found[3] or 0))


def check(program, counts, wrong):
    operations = list(read(emit(program, "grad")))
    both = operations + list(read(emit(program, "nn")))
    known = {origin[0] for origin in (get_origin(location) for _, location in both) if origin}
    for line, location in operations:
        origin = get_origin(location)
        if not origin:
            wrong.append(f"{program}: no origin: {line}")
            continue
        _, kind, of = origin
        counts[kind] += 1
        if kind != "forward" and of not in known:
            wrong.append(f"{program}: {kind} of what is nowhere: {line}")
        if kind != "forward" and not re.search(r'"[^"]*\.nn":\d+:\d+', location):
            wrong.append(f"{program}: {kind} without a line: {line}")


counts, wrong = {"forward": 0, "gradient": 0, "update": 0}, []
for program in programs:
    check(program, counts, wrong)
print(f"{counts['gradient']} operations of gradients, {counts['update']} of updates; {len(wrong)} wrong")
print("\n".join(wrong[:10]))
sys.exit(1 if wrong or not counts["gradient"] or not counts["update"] else 0)
