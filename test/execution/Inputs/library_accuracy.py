# Compares the library's element-wise functions and their gradients in f32 with the same program in f64, from 1e-8 to 1e4 and at 0.
#
#   library_accuracy.py NNC FOLDER
#
# At most 4 units in the last place (of numbers below the normal ones: 64); for those that docs/language.md names, an absolute error
# as PyTorch's, since they are differences from 1.
import math
import pathlib
import struct
import subprocess
import sys

FUNCTIONS = """exp expm1 log1p tanh sigmoid softplus erf relu leaky_relu relu6 elu selu gelu gelu_tanh silu mish log_sigmoid
softsign hard_tanh hard_sigmoid hard_silu""".split()
VALUES_FROM_ONE, GRADIENTS_FROM_ONE = {"gelu", "gelu_tanh"}, {"gelu", "gelu_tanh", "silu", "tanh", "sigmoid"}
MAGNITUDES = (1e-8, 1e-6, 1e-4, 1e-2, 0.1, 0.5, 1.0, 2.0, 3.3, 5.0, 8.0, 12.0, 20.0, 50.0, 80.0, 100.0, 1e3, 1e4)


def narrow(x):
    """The nearest f32."""
    return x if math.isinf(x) or math.isnan(x) else math.copysign(math.inf, x) if abs(x) > 3.4028235e38 else struct.unpack("f", struct.pack("f", x))[0]


def units(got, exact):
    """The distance in units of the last place of an f32; infinite where only one of them is finite."""
    if got == narrow(exact) or (math.isnan(got) and math.isnan(exact)):
        return 0.0
    if not math.isfinite(got) or not math.isfinite(narrow(exact)):
        return math.inf
    return abs(got - exact) / 2.0 ** (max(math.frexp(exact)[1], -125) - 24)


def main():
    nnc, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    points = [0.0, -0.0] + [narrow(s * m) for m in MAGNITUDES for s in (1, -1)]
    lines = ["command go() {", f"    let x = [{', '.join(map(repr, points))}]"]
    for f in FUNCTIONS:
        lines += [f"    let y_{f} = {f}(x)", f"    let g_{f} = grad(sum(y_{f}), x)"]
        lines += [f'    for i in 0..{len(points)} {{ print("{{y_{f}[i]:.17g}} {{g_{f}[i]:.17g}}") }}']
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / "accuracy.nn"
    program.write_text("\n".join(lines + ["}"]) + "\n")

    def run(*options):
        text = subprocess.run([nnc, "run", *options, str(program)], check=True, capture_output=True, text=True).stdout
        return [[float(word) for word in line.split()] for line in text.splitlines()]

    got, exact = run(), run("--real", "f64")
    assert len(got) == len(exact) == len(FUNCTIONS) * len(points)
    bad = 0
    for i, row in enumerate(got):
        f, x = FUNCTIONS[i // len(points)], points[i % len(points)]
        for what, u, v, from_one in zip(("value", "gradient"), row, exact[i], (VALUES_FROM_ONE, GRADIENTS_FROM_ONE)):
            error = units(u, v)
            is_close = error <= (64 if abs(v) < 1.18e-38 else 4) or (f in from_one and abs(u - v) <= 1.2e-7 * max(1, abs(x)))
            if not is_close:
                print(f"{f}({x:g}): {what} {u:g}, not {v:g}: {error:.3g} units")
                bad += 1
    print(f"{len(got)} points, {bad} wrong")


main()
