"""Random well-typed programs, by a seed.

A program is one function `f` of inputs whose sizes are static or the run-time sizes n and m, as a list of statements, each
with the name that it defines and those that it reads, so that statements can be dropped while the rest stays well-typed.
Comparisons, conversions and other steps that jump are made only on values that are exact in f32 (multiples of 2^-grain, bounded):
then every precision, schedule and level decides alike, and differences are mistakes.
"""
import math
import random

import constructs

# Sums of exact values stay exact below 24 bits.
EXACT_BITS = 22


class Value:
    """What the generator knows of a name: `kind` is f (real), i (whole, exact, below `bound`) or b."""

    def __init__(self, name, kind, shape, bound, grain=None, paths=()):
        self.name, self.kind, self.shape, self.bound = name, kind, tuple(shape), bound
        exact = grain is not None and math.log2(max(bound, 1)) + grain <= EXACT_BITS
        self.grain = grain if exact else None
        self.paths = frozenset(paths) | ({name} if kind == "f" else set())  # names that a gradient reaches from here

    @property
    def exact(self):
        return self.grain is not None


class Statement:
    def __init__(self, text, defines, reads):
        self.text, self.defines, self.reads = text, defines, frozenset(reads)


class Program:
    """`inputs` are values, `results` names; `statements` in order."""

    def __init__(self, seed, inputs, statements, results, sizes):
        self.seed, self.inputs, self.statements, self.results, self.sizes = seed, inputs, statements, results, sizes

    def text(self, name="p", layers=True):
        """The function and a command of its name (with c in front) that writes its results to files."""
        types = ", ".join(f"{x.name}: f32[{', '.join(map(str, x.shape))}]" for x in self.inputs)
        lines = [f"fn {name}({types}) {{"]
        lines += ["    " + line for s in self.statements for line in s.text.split("\n")]
        lines += [f"    return {', '.join(self.results)}", "}", "", f"command c{name}(n: int = 3, m: int = 2, out: str = \".\") {{"]
        for number, x in enumerate(self.inputs):
            count = " * ".join(map(str, x.shape)) or "1"
            lines.append(f"    let {x.name} = reshape((f32(mod(iota({count}) * 37 + {11 + 5 * number}, 64)) - 32) / 16, [{', '.join(map(str, x.shape))}])")
        names = [f"r{i}" for i in range(len(self.results))]
        pattern = names[0] if len(names) == 1 else f"({', '.join(names)})"
        lines.append(f"    let {pattern} = {name}({', '.join(x.name for x in self.inputs)})")
        lines += [f'    save_npy({r}, "{{out}}/{name}.{i}.npy")' for i, r in enumerate(names)]
        return "\n".join(lines) + "\n}\n"

    def without(self, dropped):
        """This program without a statement or result and all that reads it; None where nothing would be left."""
        gone = {dropped}
        kept = []
        for s in self.statements:
            if s.defines in gone or s.reads & gone:
                gone.add(s.defines)
            else:
                kept.append(s)
        results = [r for r in self.results if r not in gone]
        return Program(self.seed, self.inputs, kept, results, self.sizes) if results else None

    def keeping(self, result):
        """Only what `result` is computed from."""
        wanted, kept = {result}, []
        for s in reversed(self.statements):
            if s.defines in wanted:
                wanted |= s.reads
                kept.insert(0, s)
        return Program(self.seed, self.inputs, kept, [result], self.sizes)


PRELUDE = """\
layer Dense(inputs: int, outputs: int) {
    param w: f32[inputs, outputs] = 0.125
    param b: f32[outputs] = 0.5
    forward(x: f32[.., inputs]) = tanh(x @ w + b)
}
fn mix(a, b) = tanh(a) * b + 0.5
fn gate(a: f32[..], b: f32[..]) {
    let s = sigmoid(a)
    return s * b + (1 - s) * a
}
fn leaky(a: f32) {
    if a > 0 { return a }
    return 0.25 * a
}
fn steep(x: f32[..]) = 0.5 * x with grad(dy) = 2 * dy * x
"""


class Generator:
    def __init__(self, seed, gradients_of_loops=True, big=False):
        self.random = random.Random(seed)
        self.seed, self.big, self.gradients_of_loops = seed, big, gradients_of_loops
        self.values, self.known, self.statements, self.count = [], {}, [], 0
        self.always = []  # names that are results in any case
        self.sizes = {"n": self.random.choice([5000, 3001]) if big else self.random.choice([0, 1, 2, 3, 7, 13, 33]),
                      "m": self.random.choice([0, 1, 2, 5, 17])}

    # -- choosing

    def pick(self, test=lambda v: True):
        fitting = [v for v in self.values if test(v)]
        if not fitting:
            return None
        # Late values more often, so that programs get deep.
        return fitting[-1 - min(int(self.random.expovariate(0.35)), len(fitting) - 1)]

    def real(self, test=lambda v: True):
        return self.pick(lambda v: v.kind == "f" and test(v))

    def dimension(self):
        return self.random.choice([1, 2, 3, 4, 5, 7, "n", "n", "m"])

    def constant(self):
        return self.random.choice([0.5, -0.25, 2.0, 1.5, -1.0, 0.125, 3.0])

    def count_of(self, shape):
        return math.prod(self.sizes.get(d, d) for d in shape)

    # -- defining

    def define(self, text, reads, kind, shape, bound, grain=None, paths=None):
        """`text` has {} where the new name stands."""
        self.count += 1
        name = f"v{self.count}"
        if paths is None:
            paths = set().union(*(r.paths for r in reads)) if kind == "f" else ()
        value = Value(name, kind, shape, bound, grain, paths)
        self.statements.append(Statement(text.replace("{}", name), name, [r.name for r in reads]))
        self.known[name] = value
        if kind == "f" and bound > 64:  # what follows computes with tame numbers
            return self.define(f"let {{}} = 4 * tanh({name} / {2.0 ** math.ceil(math.log2(bound))})", [value], "f", shape, 4)
        self.values.append(value)
        return value

    def weighted(self, value):
        """An expression: a scalar in which each element counts differently."""
        if not value.shape:
            return value.name
        return self.random.choice([f"sum({value.name} * {value.name})", f"sum(sin({value.name}) * {value.name})", f"mean({value.name}^2)"])

    def generate(self, length):
        self.values += [Value("x0", "f", ["n"], 2, 4), Value("x1", "f", ["m"], 2, 4)]  # so that both sizes have a name
        for number in range(2, self.random.choice([3, 4, 5])):
            shape = [self.dimension() for _ in range(self.random.choice([0, 1, 2, 2, 3]))]
            shape = [d if shape.count("n") + shape.count("m") < 2 or isinstance(d, int) else 2 for d in shape]
            self.values.append(Value(f"x{number}", "f", shape, 2, 4))
        inputs = list(self.values)
        for _ in range(length * 4):
            if len(self.statements) >= length:
                break
            constructs.choose(self.random)(self)
        results = [s.defines for s in self.statements]
        # Results are what was computed last, and some of the rest.
        results = [r for i, r in enumerate(results) if i >= len(results) - 3 or r in self.always or self.random.random() < 0.25]
        shown = []
        for name in results:
            value = self.known[name]
            if value.kind == "b":
                value = self.define(f"let {{}} = i32({name})", [value], "i", value.shape, 2)
            shown.append(value.name)
        return Program(self.seed, inputs, self.statements, shown[-12:], self.sizes)


def generate(seed, length=12, **options):
    generator = Generator(seed, **options)
    program = generator.generate(length)
    # Rarely nothing fitted.
    return program if program.results else generate(seed + 1_000_003, length, **options)
