"""Random programs, compiled in several ways, next to the reference evaluator.

    compare.py FOLDER [--tools FOLDER] [--seed S] [--count N] [--length L] [--big K] [--skip CODE]... [--wrong]

Compared, for each of N programs from seed S on:
  - f64 with the evaluator (nn-evaluate, plain loops in double): each element differs by at most 1e-9 of the larger of 1 and the
    largest finite element of its tensor. Rounding errors of these programs are near 1e-13; anything wrong is far above 1e-9.
  - f64 at -O0, and unfused for x86-64-v3, with the evaluator likewise.
  - f32 with the evaluator: at most 1e-5 of the same scale, plus 64 times the difference that rounding every operation to f32
    makes in the evaluator (the largest of the tensor), so that what a program does to errors is measured, not guessed.
  - f32 unfused at -O0 for x86-64-v3 likewise.
  - 1 and 3 threads: every bit.
Every K-th program is big: thousands of rows, which several threads share. A program that the compiler refuses is a failure, but
for the codes that --skip names. A failure prints the seed and a reduced program; the exit code is 1 then.
"""
import argparse
import math
import os
import pathlib
import re
import struct
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import grammar

CONFIGURATIONS = [
    ("f64", ["--real", "f64"]),
    ("f64 -O0", ["--real", "f64", "-O", "0"]),
    ("f64 unfused v3", ["--real", "f64", "--no-fuse", "--no-share", "--cpu=x86-64-v3"]),
    ("f32", []),
    ("f32 unfused -O0 v3", ["--no-fuse", "--no-share", "-O", "0", "--cpu=x86-64-v3"]),
]


class Failure(Exception):
    pass


class TooSlow(Exception):
    """The evaluator does not end in time."""


class Refused(Exception):
    """Errors of the compiler: (line, code, message) each."""

    def __init__(self, errors):
        super().__init__(str(errors))
        self.errors = errors


def read_npy(path):
    """Shape and elements of an array that save_npy wrote."""
    data = path.read_bytes()
    length = struct.unpack("<H", data[8:10])[0]
    header = data[10 : 10 + length].decode()
    kind = re.search(r"'descr': '(.*?)'", header)[1]
    shape = [int(x) for x in re.search(r"'shape': \((.*?)\)", header)[1].split(",") if x.strip()]
    letter = {"<f4": "f", "<f8": "d", "<i4": "i", "<i8": "q", "|b1": "?"}[kind]
    return shape, struct.unpack(f"<{math.prod(shape)}{letter}", data[10 + length :])


class Runner:
    def __init__(self, arguments):
        self.folder, self.tools = pathlib.Path(arguments.folder).resolve(), arguments.tools
        self.skipped_codes = arguments.skip
        self.compared = 0  # elements
        self.wrong = arguments.wrong
        (self.folder / "out").mkdir(parents=True, exist_ok=True)

    def call(self, *command, **options):
        result = subprocess.run([str(c) for c in command], capture_output=True, text=True, timeout=250, cwd=self.folder, **options)
        if result.returncode < 0 or result.returncode > 1:
            raise Failure(f"{' '.join(map(str, command))}: exit code {result.returncode}\n{result.stderr[-1500:]}")
        return result

    def build(self, source, options):
        result = self.call(f"{self.tools}/nnc", "build", "--quiet", *options, source, "-o", "program")
        if result.returncode:
            errors = re.findall(r"^\S*?:(\d+):\d+: error\[(E\d+)\]: (.*)", result.stderr, re.M)
            raise Refused([(int(line), code, text) for line, code, text in errors]) if errors else Failure(result.stderr[-1500:])

    def evaluate(self, source, name, sizes, real):
        """(shape, elements, elements with rounding) of each result."""
        self.call(f"{self.tools}/nnc", "emit", "--stage=grad", "--of", name, *real, source, "-o", "function.mlir")
        try:
            result = self.call(f"{self.tools}/nn-evaluate", "function.mlir", ",".join(f"{n}={v}" for n, v in sizes.items()))
        except subprocess.TimeoutExpired:
            raise TooSlow from None
        if result.returncode:
            raise Failure(f"the evaluator: {result.stderr[-1500:]}")
        rows = [line.split(";") for line in result.stdout.splitlines()[1:]]
        return [([int(x) for x in shape.split()], *([float(x) for x in part.split()] for part in parts)) for shape, *parts in rows]

    def execute(self, name, program, threads):
        sizes = [f"--{n}={v}" for n, v in program.sizes.items()]
        result = self.call("./program", f"c{name}", *sizes, "--out=out", f"--threads={threads}")
        if result.returncode:
            raise Failure(f"the program fails: {result.stderr[-500:]}")
        return [self.folder / "out" / f"{name}.{i}.npy" for i in range(len(program.results))]

    def compare(self, what, program, files, expected):
        """Elements of the program's files with the evaluator's."""
        for file, result, (shape, exact, rounded) in zip(files, program.results, expected, strict=True):
            actual_shape, actual = read_npy(file)
            if actual_shape != shape:
                raise Failure(f"{what}: {result} has the shape {actual_shape}, not {shape}")
            finite = [abs(x) for x in exact if math.isfinite(x)]
            scale = max([1.0, *finite])
            allowed = 1e-9 * scale
            if what.startswith("f32"):
                spread = [abs(x - y) for x, y in zip(exact, rounded) if math.isfinite(x) and math.isfinite(y)]
                allowed = 1e-5 * scale + 64 * max([0.0, *spread])
            self.compared += len(actual)
            if self.wrong:
                exact = [x + 1e-6 * scale for x in exact]
            for i, (x, y) in enumerate(zip(actual, exact)):
                same = x == y or math.isnan(x) and math.isnan(y) or abs(x - y) <= allowed
                if not same:
                    raise Failure(f"{what}: element {i} of {result} is {x!r}, the evaluator's {y!r}, allowed is a difference of {allowed:.2g}")

    def check(self, programs):
        """The failures of several programs in one file: (program, message)."""
        names = {f"p{i}": program for i, program in enumerate(programs)}
        failed = {}
        source = self.folder / "programs.nn"
        expected = {}
        for what, options in CONFIGURATIONS:
            refused = self.write_and_build(source, names, failed, options)
            if refused:
                expected = {}
            for name, program in list(names.items()):
                try:
                    real = options[:2] if what.startswith("f64") else []
                    key = (name, bool(real))
                    if key not in expected:
                        expected[key] = self.evaluate(source, name, program.sizes, real)
                    files = self.execute(name, program, 1)
                    self.compare(what, program, files, expected[key])
                    if what in ("f32", "f64"):
                        bits = [file.read_bytes() for file in files]
                        if bits != [file.read_bytes() for file in self.execute(name, program, 3)]:
                            raise Failure(f"{what}: 1 and 3 threads give different bits")
                except TooSlow:  # the evaluator is plain loops: large sizes in nested Jacobians
                    del names[name]
                except Failure as failure:
                    failed[name] = (program, str(failure))
                    del names[name]
        return list(failed.values()), len(names)

    def write_and_build(self, source, names, failed, options):
        """Builds the programs; those that are refused leave `names`. Whether there were any."""
        refused = False
        while names:
            text, starts = grammar.PRELUDE, []
            for name, program in names.items():
                starts.append((text.count("\n") + 1, name))
                text += program.text(name)
            source.write_text(text)
            try:
                self.build(source, options)
                return refused
            except Refused as refusal:
                refused = True
                for line, code, message in refusal.errors:
                    name = next((n for start, n in reversed(starts) if start <= line), starts[0][1])
                    program = names.pop(name, None)
                    if program and code not in self.skipped_codes:
                        failed[name] = (program, f"refused: {code} {message}")
            except Failure as failure:
                refused = True
                if len(names) == 1:
                    name, program = names.popitem()
                    failed[name] = (program, f"build {options}: {failure}")
                else:  # whose fault it is shows when each is built alone
                    for name, program in list(names.items()):
                        alone = {name: program}
                        self.write_and_build(source, alone, failed, options)
                        if not alone:
                            del names[name]
        return refused

    def message(self, program):
        """What fails about one program, or None."""
        failed, _ = self.check([program])
        return failed[0][1] if failed else None

    def reduce(self, program, message):
        """A smaller program that fails in the same way: the same configuration, or the same error."""
        kind = re.split(r"[:\d]", message)[0] if not message.startswith("refused") else message[:14]
        budget = 80

        def fails(candidate):
            nonlocal budget
            budget -= 1
            if candidate is None or budget < 0:
                return False
            found = self.message(candidate)
            return found is not None and found.startswith(kind)

        for result in program.results:
            candidate = program.keeping(result)
            if len(program.results) > 1 and fails(candidate):
                program = candidate
                break
        for statement in reversed([s.defines for s in program.statements]):
            candidate = program.without(statement)
            if fails(candidate):
                program = candidate
        for size in program.sizes:
            for value in (0, 1, 2, 3):
                smaller = grammar.Program(program.seed, program.inputs, program.statements, program.results, {**program.sizes, size: value})
                if value < program.sizes[size] and fails(smaller):
                    program = smaller
                    break
        return program


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--tools", default="build/bin")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--length", type=int, default=12)
    parser.add_argument("--big", type=int, default=10)
    parser.add_argument("--batch", type=int, default=10)
    parser.add_argument("--skip", action="append", default=[])
    parser.add_argument("--wrong", action="store_true", help="expect slightly other numbers, so that every program fails")
    arguments = parser.parse_args()
    arguments.tools = os.path.abspath(arguments.tools)
    runner = Runner(arguments)
    seeds = range(arguments.seed, arguments.seed + arguments.count)
    passed, failures = 0, 0
    for first in range(0, len(seeds), arguments.batch):
        programs = [grammar.generate(s, arguments.length, big=s % arguments.big == 0) for s in seeds[first : first + arguments.batch]]
        failed, good = runner.check(programs)
        passed += good
        for program, message in failed:
            failures += 1
            print(f"FAILED seed {program.seed}: {message}")
            reduced = runner.reduce(program, message)
            print(f"reduced, sizes {reduced.sizes}: {runner.message(reduced)}\n{reduced.text()}", flush=True)
    skipped = len(seeds) - passed - failures
    print(f"{len(seeds)} programs: {passed} agree, {failures} fail, {skipped} skipped; {runner.compared} elements compared")
    sys.exit(failures > 0)


main()
