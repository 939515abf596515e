"""Convolutions and pooling: layers in f32, the functions that they call in f64 (to 1e-10)."""
import torch
import torch.nn.functional as F
from torch import nn

from harness import File, curve_test, gradient_test, layer_test, let, literal, numbers

parameters = {"w": "weight", "b": "bias"}


def exact_test(file, title, nn_call, torch_call, inputs):
    """A value and its gradients in f64."""
    leaves = {name: value.clone().requires_grad_() for name, value in inputs.items()}
    value = torch_call(**leaves)
    weights = numbers(*value.shape)
    (weights * value).sum().backward()

    def typed(name, x):
        return let(name, x).replace(" =", f": f64[{', '.join(map(str, x.shape))}] =", 1)

    lines = [typed(name, x) for name, x in [*inputs.items(), ("weights", weights)]]
    lines += [f"let value = {nn_call}", f"assert close(value, {literal(value, 19)}, 1e-10)"]
    for name, leaf in leaves.items():
        lines.append(f"assert close(grad(sum(weights * value), {name}), {literal(leaf.grad, 33 + len(name))}, 1e-10)")
    file.test(title, *lines)


def arguments(**given):
    """Arguments as both languages write them."""
    return "".join(f", {name} = {list(value) if isinstance(value, tuple) else value}" for name, value in given.items())


def convolution():
    file = File("convolution", "Convolutions and their gradients, next to PyTorch's.")
    for text, x, w, options in [
        ("plain", (2, 3, 5, 6), (4, 3, 3, 3), {}),
        ("padded, with a stride", (2, 2, 6, 5), (3, 2, 3, 3), {"padding": 1, "stride": 2}),
        ("of pairs", (2, 2, 7, 6), (3, 2, 3, 2), {"padding": (2, 0), "stride": (3, 1), "dilation": (1, 2)}),
        ("dilated", (1, 2, 7, 7), (2, 2, 3, 3), {"dilation": 2, "padding": 2}),
        ("in groups", (2, 4, 4, 5), (6, 2, 3, 3), {"groups": 2, "padding": 1}),
        ("of each channel", (2, 3, 4, 5), (6, 1, 2, 2), {"groups": 3}),
        ("of one pixel", (2, 3, 4, 4), (2, 3, 1, 1), {}),
        ("of the whole image", (3, 2, 3, 4), (2, 2, 3, 4), {}),
        ("that leaves a border out", (1, 1, 6, 6), (1, 1, 3, 3), {"stride": 2}),
    ]:
        exact_test(
            file, f"conv2d {text}", f"conv2d(x, w{arguments(**options)})", lambda x, w: F.conv2d(x, w, **options),
            {"x": numbers(*x), "w": numbers(*w)},
        )
    for text, x, w, options in [
        ("plain", (2, 3, 6), (4, 3, 3), {}),
        ("with all", (2, 4, 9), (4, 2, 3), {"stride": 2, "padding": 2, "dilation": 2, "groups": 2}),
    ]:
        exact_test(
            file, f"conv1d {text}", f"conv1d(x, w{arguments(**options)})", lambda x, w: F.conv1d(x, w, **options),
            {"x": numbers(*x), "w": numbers(*w)},
        )
    for text, x, w, options in [
        ("plain", (2, 3, 4, 3), (3, 2, 3, 2), {}),
        ("with a stride", (2, 2, 3, 3), (2, 3, 3, 3), {"stride": 2, "padding": 1, "output_padding": 1}),
        ("in groups", (1, 4, 3, 4), (4, 3, 2, 2), {"groups": 2, "stride": (2, 1), "dilation": (1, 2)}),
    ]:
        exact_test(
            file, f"conv_transpose2d {text}", f"conv_transpose2d(x, w{arguments(**options)})",
            lambda x, w: F.conv_transpose2d(x, w, **options), {"x": numbers(*x), "w": numbers(*w)},
        )
    options = {"stride": 3, "padding": 1, "dilation": 2, "output_padding": 2, "groups": 2}
    exact_test(
        file, "conv_transpose1d", f"conv_transpose1d(x, w{arguments(**options)})",
        lambda x, w: F.conv_transpose1d(x, w, **options), {"x": numbers(2, 4, 3), "w": numbers(4, 1, 3)},
    )
    layer_test(
        file, "Conv2d", "Conv2d(3, 4, kernel = 3, padding = 1)", nn.Conv2d(3, 4, 3, padding=1).double(), parameters,
        numbers(2, 3, 4, 5),
    )
    layer_test(
        file, "Conv2d without bias", "Conv2d(4, 4, kernel = [3, 1], stride = [1, 2], groups = 2, bias = false)",
        nn.Conv2d(4, 4, (3, 1), stride=(1, 2), groups=2, bias=False).double(), {"w": "weight"}, numbers(2, 4, 4, 5),
    )
    layer_test(
        file, "Conv1d", "Conv1d(3, 4, kernel = 3, stride = 2)", nn.Conv1d(3, 4, 3, stride=2).double(), parameters,
        numbers(2, 3, 8),
    )
    layer_test(
        file, "ConvTranspose2d", "ConvTranspose2d(3, 2, kernel = 2, stride = 2)",
        nn.ConvTranspose2d(3, 2, 2, stride=2).double(), parameters, numbers(2, 3, 3, 2),
    )
    layer_test(
        file, "ConvTranspose1d", "ConvTranspose1d(3, 2, kernel = 4, stride = 2, padding = 1)",
        nn.ConvTranspose1d(3, 2, 4, stride=2, padding=1).double(), parameters, numbers(2, 3, 5),
    )
    file.write()


def pooling():
    file = File("pooling", "Pooling and its gradients, next to PyTorch's.")
    for text, shape, call in [
        ("MaxPool2d(2)", (2, 3, 4, 6), nn.MaxPool2d(2)),
        ("MaxPool2d(2)", (2, 3, 5, 7), nn.MaxPool2d(2)),
        ("MaxPool2d(3, stride = 2, padding = 1)", (2, 2, 7, 6), nn.MaxPool2d(3, 2, 1)),
        ("MaxPool2d(3, stride = 1, padding = 1)", (1, 2, 4, 4), nn.MaxPool2d(3, 1, 1)),
        ("MaxPool2d([2, 3], stride = [1, 2])", (1, 2, 4, 7), nn.MaxPool2d((2, 3), (1, 2))),
        ("AveragePool2d(2)", (2, 3, 4, 6), nn.AvgPool2d(2)),
        ("AveragePool2d(3, stride = 2, padding = 1)", (2, 2, 7, 6), nn.AvgPool2d(3, 2, 1)),
        ("MaxPool1d(3)", (2, 3, 9), nn.MaxPool1d(3)),
        ("MaxPool1d(3, stride = 2, padding = 1)", (2, 3, 8), nn.MaxPool1d(3, 2, 1)),
        ("AveragePool1d(3, stride = 1, padding = 1)", (2, 3, 6), nn.AvgPool1d(3, 1, 1)),
        ("GlobalAveragePool2d()", (2, 3, 4, 5), lambda x: F.adaptive_avg_pool2d(x, 1)[:, :, 0, 0]),
        ("GlobalAveragePool1d()", (2, 3, 7), lambda x: F.adaptive_avg_pool1d(x, 1)[:, :, 0]),
        ("GlobalMaxPool2d()", (2, 3, 4, 5), lambda x: F.adaptive_max_pool2d(x, 1)[:, :, 0, 0]),
        ("GlobalMaxPool1d()", (2, 3, 7), lambda x: F.adaptive_max_pool1d(x, 1)[:, :, 0]),
        ("Flatten()", (2, 3, 2, 2), nn.Flatten()),
    ]:
        # No two numbers are equal: PyTorch gives the gradient of equal ones to the first.
        x = torch.randperm(torch.Size(shape).numel()).double().reshape(shape) / 16 - 2
        gradient_test(file, f"{text} of {list(shape)}", f"net(x)", lambda x: call(x), {"x": x})
        file.tests[-1] = file.tests[-1].replace("    let x =", f"    let net = {text}\n    let x =", 1)
    for text, call in [
        ("max_pool2d(x, 2)", lambda x: F.max_pool2d(x, 2)),
        ("average_pool2d(x, 2, stride = 1)", lambda x: F.avg_pool2d(x, 2, 1)),
    ]:
        x = torch.randperm(40).double().reshape(2, 4, 5) / 8 - 2
        exact_test(file, text, text, lambda x: call(x), {"x": x})
    file.write()


def special_functions():
    file = File("special_functions", "The error function and reversed axes, next to PyTorch's.")
    x = torch.tensor([0, 1e-3, -0.25, 0.5, 0.96875, 1, -1.03125, 1.5, 2, -2.5, 3, 3.875, -4, 5, 30.0], dtype=torch.float64)
    x[1] = 2.0**-10
    gradient_test(file, "erf", "erf(x)", lambda x: torch.erf(x), {"x": x})
    exact_test(file, "erf in f64", "erf(x)", lambda x: torch.erf(x), {"x": x})
    gradient_test(file, "reverse", "reverse(x, along = -1)", lambda x: x.flip(2), {"x": numbers(2, 3, 4)})
    gradient_test(file, "reverse of two axes", "reverse(x, along = [0, 2])", lambda x: x.flip(0, 2), {"x": numbers(2, 3, 4)})
    gradient_test(
        file, "pad", "pad(x, [1, 0], [0, 2], value = 1.5)", lambda x: F.pad(x, (0, 2, 1, 0), value=1.5), {"x": numbers(2, 2, 3)},
    )
    file.write()


lenet = """\
/// LeNet-5 (LeCun et al. 1998) for images of 8 x 8.
model LeNet {
    let first = Conv2d(1, 6, kernel = 3, padding = 1)
    let second = Conv2d(6, 16, kernel = 3)
    let hidden = Linear(64, 40)
    let last = Linear(40, 10)
    forward(x: f32[n, 64]) -> f32[n, 10] {
        let images = reshape(x, [x.shape[0], 1, 8, 8])
        let small = max_pool2d(tanh(first(images)), 2)
        return last(tanh(hidden(flatten(tanh(second(small)), from = 1))))
    }
}
"""


class LeNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Conv2d(1, 6, 3, padding=1), nn.Conv2d(6, 16, 3)
        self.hidden, self.last = nn.Linear(64, 40), nn.Linear(40, 10)

    def forward(self, x):
        small = F.max_pool2d(torch.tanh(self.first(x.reshape(-1, 1, 8, 8))), 2)
        return self.last(torch.tanh(self.hidden(torch.tanh(self.second(small)).flatten(1))))


def lenet_curve():
    """A hundred steps on the digits, in the file's order; the last batch is short."""
    run = "cd %S/Inputs && nnc test %s | FileCheck %s"
    file = File("lenet_curve", "The losses of a hundred steps of LeNet from given weights, next to PyTorch's.", run, double=False)
    file.items.append(lenet)
    module = LeNet()
    with torch.no_grad():
        for parameter in module.parameters():
            # Not multiples of 1/64: pixels are few numbers, and a pooling's equal elements share the gradient, where PyTorch
            # gives it to the first.
            parameter.copy_(torch.randn(parameter.shape) * 0.25)
    transposed = lambda name: (name, lambda weight: weight.T)
    ours = {"first.w": "first.weight", "first.b": "first.bias", "second.w": "second.weight", "second.b": "second.bias",
            "hidden.w": transposed("hidden.weight"), "hidden.b": "hidden.bias",
            "last.w": transposed("last.weight"), "last.b": "last.bias"}
    curve_test(file, "SGD(0.05, momentum = 0.9)", "LeNet", module, ours, lambda p: torch.optim.SGD(p, 0.05, momentum=0.9))
    file.write()


files = [convolution, pooling, special_functions, lenet_curve]
