"""Compares the runtime's functions as programs declare them with what a C compiler makes of runtime/nnrt.h.

    signatures.py CC SOURCE SCRATCH PROGRAM.ll...

Each declaration in the programs (LLVM IR) must be the header's, and each function of the header must be called by some program; of
the products of matrices, those of one level.
"""
import pathlib
import re
import subprocess
import sys

compiler, source, scratch, *programs = sys.argv[1:]
scratch = pathlib.Path(scratch)


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def declarations(text):
    """Name -> signature of the declared functions nn_*, attributes left out."""
    found = {}
    for result, name, parameters in re.findall(r"^declare (.*?)@(nn_\w+)\((.*?)\)", text, re.MULTILINE):
        types = [words.split()[0] for words in parameters.split(",") if words.strip()]
        found[name] = f"{result.split()[-1]} ({', '.join(types)})"
    return found


header = f"{source}/runtime/nnrt.h"
names = sorted(set(re.findall(r"\b(nn_\w+)\(", run(compiler, "-E", "-P", header))))
table = scratch / "table.c"
table.write_text(f'#include "{header}"\nvoid *const table[] = {{{", ".join(f"(void *){name}" for name in names)}}};\n')
declared = declarations(run(compiler, "-S", "-emit-llvm", "-o", "-", table))
called = {}
for program in programs:
    for name, signature in declarations(pathlib.Path(program).read_text()).items():
        called.setdefault(name, set()).add(signature)

wrong = [f"{name}: called as {', '.join(sorted(signatures))}, declared as {declared.get(name)}"
         for name, signatures in called.items() if signatures != {declared.get(name)}]
contract = re.compile(r"_v\d$")
reached = {contract.sub("", name) for name in called}
unused = [name for name in names if name != "nn_main" and contract.sub("", name) not in reached]
for line in wrong:
    print(line)
print("called by no program:", ", ".join(unused) or "none")
print("functions compared:", len(called))
sys.exit(bool(wrong or unused or not names))
