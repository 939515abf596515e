"""How the user time of `nnc check` grows with the length of a program: growth.py NNC FOLDER

For each kind of program, of 0, n and 4n parts: 4n may take at most 7 times what n takes, beyond what 0 takes. Linear growth gives 4,
quadratic 16. Times are the least of three, and n is large enough for them to be more than the clock's steps. What else the machine does
makes times longer, never shorter: where growth is too large, they are taken up to three times more, and the least of all counts.
"""
import os
import pathlib
import subprocess
import sys

ALLOWED, SMALLEST = 7, 0.03  # times; seconds

PROGRAMS = {
    "layers of a chain": (250, lambda n: "command go(n: int = 2) {\n    let net = " + " >> ".join(["relu", *["Linear(4, 4)"] * n]) + "\n    print(sum(net(ones([n, 4]))))\n}\n"),
    "layers that are trained": (50, lambda n: "command go(steps: int = 2) {\n    let net = " + " >> ".join(["Linear(4, 4)"] * (n + 1)) + "\n    let opt = SGD(0.1)\n    for i in 0..steps { minimize mean(net(ones([2, 4]))^2) over net using opt }\n    print(sum(net(ones([2, 4]))))\n}\n"),
    "layers of a model, trained once": (100, lambda n: "model Net {\n" + "".join(f"    let l{i} = Linear(8, 8)\n" for i in range(n + 1)) + "    forward(x: f32[batch, 8]) = x" + "".join(f" |> l{i} |> relu" for i in range(n + 1)) + "\n}\ncommand go() {\n    let net = Net()\n    let opt = SGD(0.1)\n    print(minimize mean(net(ones([4, 8]))^2) over net using opt)\n}\n"),
    "layers of a list": (100, lambda n: "command go(steps: int = 2) {\n    let net = [Linear(4, 4) for i in 0..%d]\n    let opt = SGD(0.1)\n    for i in 0..steps {\n        var y = ones([2, 4])\n        for layer in net { y = layer(y) }\n        let loss = mean(y^2)\n        minimize loss over net using opt\n    }\n    print(sum(net[0].w))\n}\n" % (n + 1)),
    "operators of a chain": (1000, lambda n: "test \"t\" {\n    let x = sum(ones([2]))\n    print(" + "x + " * n + "x)\n}\n"),
    "tests": (250, lambda n: "".join(f'test "t{i}" {{ assert {i} + 1 == {i + 1} }}\n' for i in range(n + 1))),
    "commands": (250, lambda n: "".join(f"command c{i}(n: int = {i}) {{ print(sum(ones([n])) + {i}) }}\n" for i in range(n + 1))),
    "statements": (250, lambda n: "command go(x: f32 = 2) {\n    let v0 = x\n" + "".join(f"    let v{i + 1} = v{i} * 0.5 + {i}\n" for i in range(n)) + f"    print(v{n})\n}}\n"),
    "turns that a gradient passes": (25, lambda n: f"command go(x: f32 = 2) {{\n    var y = x\n    for i in 0..{n} {{ y = sin(y) * tanh(y) + y / 2 }}\n    print(grad(y, x))\n}}\n"),
    "products that a gradient passes": (500, lambda n: "command go(k: f32 = 1) {\n    let v0 = k * ones([4])\n" + "".join(f"    let v{i + 1} = v{i} * v0 + v{i}\n" for i in range(n)) + f"    print(grad(sum(v{n}), v0))\n}}\n"),
    "blank lines": (40000, lambda n: "\n" * n + 'test "t" { assert 1 + 1 == 2 }\n'),
}


def user_time(nnc, path, known=float("inf")):
    """The least of three runs and of the time that is known."""
    times = [known]
    for _ in range(3):
        process = subprocess.Popen([nnc, "check", path], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        errors = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        if status:
            sys.exit(errors.decode())
        times.append(usage.ru_utime)
    return min(times)


nnc, folder = sys.argv[1], pathlib.Path(sys.argv[2])
folder.mkdir(parents=True, exist_ok=True)
failed = False
for name, (n, make) in PROGRAMS.items():
    times = [float("inf")] * 3
    for attempt in range(4):
        for i, count in enumerate((0, n, 4 * n)):
            path = folder / "program.nn"
            path.write_text(make(count))
            times[i] = user_time(nnc, path, times[i])
        none, some, more = times
        growth = (more - none) / max(some - none, SMALLEST)
        if growth <= ALLOWED:
            break
    failed |= growth > ALLOWED
    print(f"{name}: {none:.2f} s for 0, {some:.2f} s for {n}, {more:.2f} s for {4 * n}: grows by {growth:.1f} {'FAILED' if growth > ALLOWED else 'ok'}", flush=True)
sys.exit(failed)
