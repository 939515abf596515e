# Writes a test of each rule of the pass --nn-stabilise, in the language: what is written, in f32, against what is computed
# instead, in f64; values and gradients, at random and extreme points.
#
#   stable.py compiler/optimise/StableRules.h
#
# A point is left out where the function itself is not a finite f32.
import math
import random
import re
import sys


def expm1(x):
    return math.expm1(x) if x < 700 else math.inf


FUNCTIONS = {
    "softplus": lambda x: max(x, 0) + math.log1p(math.exp(-abs(x))),
    "sigmoid": lambda x: 1 / (1 + math.exp(-x)) if x > -700 else 0.0,
    "logaddexp": lambda x, y: max(x, y) + math.log1p(math.exp(-abs(x - y))),
    "log1p": lambda x: math.log1p(x) if x > -1 else math.nan,
    "expm1": expm1, "tanh": math.tanh, "sin": math.sin,
}  # fmt: skip
EXTREMES = [0.0] + [s * m for m in (1e-8, 1e-6, 1e-4, 0.01, 0.5, 1.0, 20.0, 88.0, 100.0, 1000.0, 1e4) for s in (1, -1)]
LARGEST = 3e38


def points(names, computed):
    """Rows of numbers that are exact in f32, at which the function is finite."""
    draw = random.Random(computed)
    rows = [[x] * len(names) for x in EXTREMES]
    rows += [[draw.choice(EXTREMES) for _ in names] for _ in range(60)]
    rows += [[draw.gauss(0, draw.choice([1e-4, 1, 30, 100])) for _ in names] for _ in range(200)]
    for row in rows:
        row = [round(x * 2**40) / 2**40 if abs(x) < 1e-2 else round(x * 2**10) / 2**10 for x in row]
        value = eval(computed, dict(FUNCTIONS), dict(zip(names, row)))
        if math.isfinite(value) and abs(value) < LARGEST:
            yield row


def main():
    with open(sys.argv[1]) as file:
        table = re.search(r"stableRules\[\] = \{(.*?)\};", file.read(), re.S).group(1)
    # A sum of names in an exponent is rounded, so that the error is relative to them, too.
    print("fn close(a: f64[n], b: f64[n], size: f64[n]) =")
    print("    all(abs(a - b) <= (5e-7 + 2e-7 * size) * abs(b) + 1e-7 * size + 1e-44)")
    print("fn near_slope(a: f64[n], b: f64[n], size: f64[n]) = all(abs(a - b) <= (1e-6 + 2e-7 * size) * abs(b) + 1.5e-7 * (1 + size))")
    for written, computed in re.findall(r'\{"([^"]*)", "([^"]*)"\}', table):
        names = [name for name in "xy" if re.search(rf"\b{name}\b", written)]
        rows = list(points(names, computed))
        print(f'test "{written}" {{')
        for name, column in zip(names, zip(*rows)):
            print(f"    let narrow_{name} = [{', '.join(map(repr, column))}]")
        narrow, wide = (re.sub(r"\b([xy])\b", replacement, text)
                        for text, replacement in ((written, r"narrow_\1"), (computed, r"wide_\1")))  # fmt: skip
        for name in names:
            print(f"    let wide_{name} = f64(narrow_{name})")
        size = " + ".join(f"abs(wide_{name})" for name in names) if len(names) > 1 else "0 * wide_x"
        print(f"    let a = {narrow}")
        print(f"    let b = {wide}")
        print(f"    assert close(f64(a), b, {size})")
        for name in names:
            print(f"    assert near_slope(f64(grad(sum(a), narrow_{name})), grad(sum(b), wide_{name}), {size})")
        print("}")


main()
