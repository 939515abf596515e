# Computes the numbers of optimizers.nn: the parameter after each of five steps on f(p) = sum(k * (p - c)^2) / 2, by the
# formulas of the optimizers' papers, in 64 bits.
import math

k, c, start = [1.0, 4.0, 0.5], [3.0, -1.0, 0.0], [0.0, 0.0, 2.0]


def steps(update):
    p = list(start)
    memory = [{} for _ in p]
    for t in range(1, 6):
        g = [a * (x - b) for a, b, x in zip(k, c, p)]
        p = [x - update(m, d, t) for x, m, d in zip(p, memory, g)]
        yield p


def gradient_descent(memory, g, t, lr=0.1):
    return lr * g


def momentum(memory, g, t, lr=0.05, momentum=0.9):
    memory["v"] = momentum * memory.get("v", 0.0) + g
    return lr * memory["v"]


def adam(memory, g, t, lr=0.1, beta1=0.9, beta2=0.999, eps=1e-8):
    memory["m"] = beta1 * memory.get("m", 0.0) + (1 - beta1) * g
    memory["v"] = beta2 * memory.get("v", 0.0) + (1 - beta2) * g * g
    return lr * (memory["m"] / (1 - beta1**t)) / (math.sqrt(memory["v"] / (1 - beta2**t)) + eps)


for update in [gradient_descent, momentum, adam]:
    print(update.__name__)
    print("    [" + ",\n     ".join("[" + ", ".join(f"{x:.7f}" for x in p) + "]" for p in steps(update)) + "]")
