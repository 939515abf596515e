"""What happens in training: gradients of a network, optimizers, schedules, loss curves."""
import math

import torch
from torch import nn
from torch.nn import functional as F

from harness import File, curve_test, folder, let, literal, numbers, save_tensors


perceptron = """\
model Perceptron {
    let first = Linear(13, 9)
    let second = Linear(9, 5)
    forward(x: f32[n, 13]) -> f32[n, 5] = second(relu(first(x)))
}
"""


def new_perceptron(sizes=(13, 9, 5), scale=0.4):
    """nn.Linear's weights are [outputs, inputs]: the files have them transposed."""
    model = nn.Sequential(nn.Linear(*sizes[:2]), nn.ReLU(), nn.Linear(*sizes[1:])).double()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(numbers(*parameter.shape, scale=scale))
    return model


names = ["first.w", "first.b", "second.w", "second.b"]


def transposed(tensor):
    return tensor.T if tensor.dim() == 2 else tensor


def parameters(model):
    return {name: transposed(p.detach()).clone() for name, p in zip(names, model.parameters())}


class Lion(torch.optim.Optimizer):
    """Algorithm 2 of Chen et al. 2023, which torch.optim has not."""

    def __init__(self, parameters, lr, betas=(0.9, 0.99), weight_decay=0.0):
        super().__init__(parameters, dict(lr=lr, betas=betas, weight_decay=weight_decay))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            beta1, beta2 = group["betas"]
            for p in group["params"]:
                m = self.state[p].setdefault("m", torch.zeros_like(p))
                update = torch.sign(beta1 * m + (1 - beta1) * p.grad)
                p -= group["lr"] * (update + group["weight_decay"] * p)
                m.mul_(beta2).add_(p.grad, alpha=1 - beta2)


optimizers = {
    "GradientDescent(0.05)": lambda p: torch.optim.SGD(p, 0.05),
    "SGD(0.05)": lambda p: torch.optim.SGD(p, 0.05),
    "SGD(0.05, momentum = 0.9)": lambda p: torch.optim.SGD(p, 0.05, momentum=0.9),
    "SGD(0.05, momentum = 0.9, decay = 0.1, nesterov = true)":
        lambda p: torch.optim.SGD(p, 0.05, momentum=0.9, weight_decay=0.1, nesterov=True),
    "Adagrad(0.05)": lambda p: torch.optim.Adagrad(p, 0.05),
    "Adagrad(0.05, decay = 0.1, eps = 1e-3)": lambda p: torch.optim.Adagrad(p, 0.05, weight_decay=0.1, eps=1e-3),
    "RMSProp(0.01)": lambda p: torch.optim.RMSprop(p, 0.01),
    "RMSProp(0.01, rho = 0.9, eps = 1e-3, momentum = 0.5, decay = 0.1, centered = true)":
        lambda p: torch.optim.RMSprop(p, 0.01, 0.9, 1e-3, weight_decay=0.1, momentum=0.5, centered=True),
    "Adam(0.01)": lambda p: torch.optim.Adam(p, 0.01),
    "Adam(0.02, beta1 = 0.8, beta2 = 0.95, eps = 1e-3, decay = 0.1)":
        lambda p: torch.optim.Adam(p, 0.02, betas=(0.8, 0.95), eps=1e-3, weight_decay=0.1),
    "AdamW(0.01)": lambda p: torch.optim.AdamW(p, 0.01),
    "AdamW(0.02, beta1 = 0.8, beta2 = 0.95, eps = 1e-3, decay = 0.5)":
        lambda p: torch.optim.AdamW(p, 0.02, betas=(0.8, 0.95), eps=1e-3, weight_decay=0.5),
    "Lion(0.01)": lambda p: Lion(p, 0.01),
    "Lion(0.02, beta1 = 0.8, beta2 = 0.95, decay = 0.5)": lambda p: Lion(p, 0.02, (0.8, 0.95), 0.5),
}


def schedules():
    """The rate of 30 steps of each schedule, and of a plateau's."""
    from torch.optim import lr_scheduler as to
    file = File("schedules", "Learning rates of 30 steps, next to those of torch.optim.lr_scheduler.")

    def optimizer():
        return torch.optim.SGD([torch.zeros(1, requires_grad=True)], 0.4)

    def rates(make):
        opt = optimizer()
        scheduler, found = make(opt), []
        for _ in range(30):
            found.append(opt.param_groups[0]["lr"])
            opt.step()
            scheduler.step()
        return found

    def warmed(after, steps):
        """A linear warm-up from 1 / steps to 1, then another schedule."""
        return lambda o: to.SequentialLR(o, [to.LinearLR(o, 1 / steps, 1.0, steps - 1), after(o)], [steps])

    cases = {
        "step_decay(0.4, step, every = 7, factor = 0.5)": lambda o: to.StepLR(o, 7, 0.5),
        "exponential_decay(0.4, step, 0.875)": lambda o: to.ExponentialLR(o, 0.875),
        "cosine(0.4, step, total = 30, end = 0.01)": lambda o: to.CosineAnnealingLR(o, 30, 0.01),
        "cosine(0.4, step, warmup = 5, total = 30)": warmed(lambda o: to.CosineAnnealingLR(o, 25), 5),
        "linear(0.4, step, total = 25)": lambda o: to.LinearLR(o, 1.0, 0.0, 25),
        "linear(0.4, step, warmup = 4, total = 20)": warmed(lambda o: to.LinearLR(o, 1.0, 0.0, 16), 4),
        "0.4 * warmup(step, 8)": lambda o: to.LinearLR(o, 1 / 8, 1.0, 7),
        "inverse_square_root(0.4, step, warmup = 9)":
            lambda o: to.LambdaLR(o, lambda s: min(math.sqrt(9 / (s + 1)), (s + 1) / 9)),
        "scaled_with_batch(0.1, 1024 + 0 * step)": lambda o: to.ConstantLR(o, 1.0),
    }
    for call, make in cases.items():
        file.test(
            call, f"let expected = {literal(rates(make), 8)}", "for step in 0..30 {",
            f"    assert abs({call} - expected[step]) <= 1e-6", "}",
        )
    seen = [3.0, 2.0, 2.0, 1.9999, 2.1, 1.5, 1.6, 1.5, 1.4999, 1.7, 1.8, 1.0, 1.1, 1.2, 1.3] + 15 * [1.25]
    for ours, theirs in [
        ("patience = 2", dict(patience=2)),
        ("factor = 0.5, patience = 1, threshold = 0.01, cooldown = 2, min_lr = 0.03",
         dict(factor=0.5, patience=1, threshold=0.01, cooldown=2, min_lr=0.03)),
    ]:
        opt = optimizer()
        scheduler, expected = to.ReduceLROnPlateau(opt, eps=0, **theirs), []
        for loss in seen:
            scheduler.step(loss)
            expected.append(opt.param_groups[0]["lr"])
        file.test(
            f"ReduceOnPlateau({ours})", f"let seen = {literal(seen, 4)}", f"let expected = {literal(expected, 8)}",
            f"let plateau = ReduceOnPlateau(0.4, {ours})", "for step in 0..30 {",
            "    let rate = plateau.update(seen[step])", "    assert abs(rate - expected[step]) <= 1e-6", "}",
        )
    file.write()


def training():
    run = "cd %S/Inputs && nnc test %s | FileCheck %s"
    file = File("training", "A perceptron's loss, gradients and ten update steps, next to PyTorch's.", run)
    file.items.append(perceptron)
    x, y = numbers(11, 13), torch.randint(0, 5, (11,))
    initial = new_perceptron()
    save_tensors(folder / "Inputs" / "training.safetensors", parameters(initial))
    state = {key: value.clone() for key, value in initial.state_dict().items()}
    file.items.append(f"const x = {literal(x, 2)}\nconst y = {literal(y, 2)}\n")
    begin = ["let net = Perceptron()", 'load(net, "training.safetensors")']

    loss = F.cross_entropy(initial(x), y)
    loss.backward()
    lines = begin + ["let loss = cross_entropy(net(x), y)", f"assert close(loss, {literal(loss)})"]
    for name, parameter in zip(names, initial.parameters()):
        gradient = literal(transposed(parameter.grad), 29 + len(name))
        lines.append(f"assert close(grad(loss, net.{name}), {gradient})")
    file.test("gradients", *lines)

    def steps(title, make, opt, prepare=None, change="grad(loss, net)"):
        """Ten steps of `make`; `prepare` changes the gradients of PyTorch's parameters, `change` ours."""
        model = new_perceptron()
        model.load_state_dict(state)
        optimizer = make(model.parameters())
        curve = []
        for _ in range(10):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(x), y)
            loss.backward()
            if prepare:
                prepare(model.parameters())
            optimizer.step()
            curve.append(loss.item())
        lines = begin + [f"let opt = {opt}", f"let expected = {literal(curve, 8)}", "for step in 0..10 {"]
        if prepare:
            lines += ["    let loss = training(cross_entropy(net(x), y))", f"    opt.step(net, {change})"]
        else:
            lines += ["    let loss = minimize cross_entropy(net(x), y) over net using opt"]
        lines += ["    assert close(loss, expected[step])", "}"]
        lines += [f"assert close(net.{name}, {literal(v, 12 + len(name))})" for name, v in parameters(model).items()]
        file.test(f"ten steps of {title}", *lines)

    for text, make in optimizers.items():
        steps(text, make, text)
    steps("SGD, gradients clipped by norm", optimizers["SGD(0.05)"], "SGD(0.05)",
          lambda p: nn.utils.clip_grad_norm_(p, 0.25), "grad(loss, net) |> clip_norm(0.25)")
    steps("SGD, gradients clipped by value", optimizers["SGD(0.05)"], "SGD(0.05)",
          lambda p: nn.utils.clip_grad_value_(p, 0.015625), "grad(loss, net) |> clip_value(0.015625)")
    file.write()


class RowReader(nn.Module):
    """Reads a digit row by row: the output of the last step says which one it is."""

    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(8, 24, batch_first=True)
        self.head = nn.Linear(24, 10)

    def forward(self, x):
        return self.head(self.lstm(x.reshape(-1, 8, 8))[0][:, -1])


def loss_curve():
    run = "cd %S/Inputs && nnc test %s | FileCheck %s"
    file = File("loss_curve", "The losses of a hundred training steps from given weights, next to PyTorch's.", run, double=False)
    file.items.append(
        "model Classifier {\n    let first = Linear(64, 32)\n    let second = Linear(32, 10)\n"
        "    forward(x: f32[n, 64]) -> f32[n, 10] = second(relu(first(x)))\n}\n"
    )
    transposed = lambda name: (name, lambda weight: weight.T)
    perceptron = {"first.w": transposed("0.weight"), "first.b": "0.bias", "second.w": transposed("2.weight"), "second.b": "2.bias"}
    begin = new_perceptron((64, 32, 10), 0.15)
    curve_test(file, "SGD(0.05, momentum = 0.9)", "Classifier", begin, perceptron,
               lambda p: torch.optim.SGD(p, 0.05, momentum=0.9))
    curve_test(file, "Adam(0.002)", "Classifier", begin, perceptron, lambda p: torch.optim.Adam(p, 0.002))
    file.write()


def lstm_curve():
    run = "cd %S/Inputs && nnc test %s | FileCheck %s"
    file = File("lstm_curve", "The losses of a hundred training steps of an Lstm, next to PyTorch's.", run, double=False)
    file.items.append(
        "model RowReader {\n    let lstm = Lstm(8, 24)\n    let head = Linear(24, 10)\n"
        "    forward(x: f32[n, 64]) -> f32[n, 10] = head(lstm(reshape(x, [n, 8, 8]))[1])\n}\n"
    )
    transposed = lambda name: (name, lambda weight: weight.T)
    module = RowReader()
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            parameter.copy_(0 * parameter if "bias_hh" in name else numbers(*parameter.shape, scale=0.3))
    module.lstm.bias_hh_l0.requires_grad_(False)
    ours = {"lstm.wi": transposed("lstm.weight_ih_l0"), "lstm.wh": transposed("lstm.weight_hh_l0"), "lstm.b": "lstm.bias_ih_l0",
            "head.w": transposed("head.weight"), "head.b": "head.bias"}
    curve_test(file, "Adam(0.005)", "RowReader", module, ours, lambda p: torch.optim.Adam(p, 0.005))
    file.write()


files = [training, schedules, loss_curve, lstm_curve]
