"""Layers of the library."""
import torch
from torch import nn

from harness import File, layer_test, numbers


affine = {"scale": "weight", "shift": "bias"}
running = {"running_mean": "running_mean", "running_variance": "running_var"}


def layers():
    file = File("layers", "Normalising layers, Embedding and other small layers, next to PyTorch's.")
    for shape in [(6, 3), (4, 3, 5), (2, 3, 4, 2)]:
        make = {2: nn.BatchNorm1d, 3: nn.BatchNorm1d, 4: nn.BatchNorm2d}[len(shape)]
        for training in [True, False]:
            mode = "training" if training else "evaluation"
            layer_test(
                file, f"BatchNorm of rank {len(shape)} in {mode}", "BatchNorm(3)", make(3).double(), affine,
                numbers(*shape), training, steps=3, states=running,
            )
    layer_test(
        file, "BatchNorm with other numbers", "BatchNorm(3, momentum = 0.25, eps = 0.125)",
        nn.BatchNorm1d(3, eps=0.125, momentum=0.25).double(), affine, numbers(6, 3), True, steps=2, states=running,
    )
    layer_test(file, "LayerNorm", "LayerNorm(7)", nn.LayerNorm(7).double(), affine, numbers(2, 3, 7))
    layer_test(
        file, "LayerNorm without bias", "LayerNorm(7, eps = 0.125, bias = false)",
        nn.LayerNorm(7, eps=0.125, bias=False).double(), {"scale": "weight"}, numbers(5, 7),
    )
    layer_test(
        file, "RMSNorm", "RMSNorm(7, eps = 1e-3)", nn.RMSNorm(7, eps=1e-3).double(), {"scale": "weight"}, numbers(2, 3, 7),
    )
    for groups, shape in [(3, (2, 6, 5)), (1, (2, 6, 2, 3)), (6, (2, 6, 4)), (2, (4, 6))]:
        layer_test(
            file, f"GroupNorm of {groups} groups, rank {len(shape)}", f"GroupNorm({groups}, 6)",
            nn.GroupNorm(groups, 6).double(), affine, numbers(*shape),
        )
    ids = torch.tensor([[3, 1, 0, 2], [2, 3, 3, 4]])
    layer_test(file, "Embedding", "Embedding(5, 3)", nn.Embedding(5, 3).double(), {"w": "weight"}, ids)
    file.write()


def transposed(name):
    return name, lambda weight: weight.T


def no_second_bias(module):
    """PyTorch adds two biases; ours is one, but for that of the GRU's candidate."""
    for name, parameter in module.named_parameters():
        if name.startswith("bias_hh"):
            parameter[: 2 * module.hidden_size if isinstance(module, nn.GRU) else None] = 0


def recurrent_parameters(module, prefix="", layer=0, suffix=""):
    """Our parameters of one direction of one layer of a recurrent module."""
    end = f"_l{layer}{suffix}"
    found = {"wi": transposed("weight_ih" + end), "wh": transposed("weight_hh" + end), "b": "bias_ih" + end}
    if isinstance(module, nn.GRU):
        found["bh"] = ("bias_hh" + end, lambda bias: bias[2 * module.hidden_size:])
    return {prefix + name: source for name, source in found.items()}


def recurrent():
    file = File("recurrent", "Recurrent layers, next to PyTorch's.")
    file.items.append("""\
model Both {
    let ahead = Gru(3, 2)
    let back = Gru(3, 2)
    let net = Bidirectional(ahead, back)
    forward(x: f32[n, t, 3]) = net(x)
}
model Deep {
    let first = Bidirectional(Lstm(3, 2), Lstm(3, 2))
    let second = Bidirectional(Lstm(4, 2), Lstm(4, 2))
    forward(x: f32[n, t, 3]) = second(first(x))
}
""")
    x, h0, c0 = numbers(2, 6, 3), numbers(2, 4), numbers(2, 4)
    for name, module in [("Rnn", nn.RNN), ("Lstm", nn.LSTM), ("Gru", nn.GRU)]:
        made = module(3, 4, batch_first=True).double()
        own = recurrent_parameters(made)
        layer_test(
            file, name, f"{name}(3, 4)", made, own, x,
            calls=("net(x)[0]", lambda layer, x: layer(x)[0]), prepare=no_second_bias,
        )
        both = name == "Lstm"
        given = {"x": x, "h0": h0, "c0": c0} if both else {"x": x, "h0": h0}

        def last(layer, x, h0, c0=None):
            h = layer(x, (h0[None], c0[None]) if both else h0[None])[1]
            return torch.cat([h[0][0], h[1][0]], 1) if both else h[0]

        made = module(3, 4, batch_first=True).double()
        ours = "concat(net(x, h0, c0)[1], net(x, h0, c0)[2], along = 1)" if both else "net(x, h0)[1]"
        layer_test(
            file, f"{name}, its last state from a given one", f"{name}(3, 4)", made, own, given, calls=(ours, last),
            prepare=no_second_bias,
        )
    made = nn.RNN(3, 4, nonlinearity="relu", batch_first=True).double()
    layer_test(
        file, "Rnn with relu", "Rnn(3, 4, activation = relu)", made, recurrent_parameters(made), x,
        calls=("net(x)[0]", lambda layer, x: layer(x)[0]), prepare=no_second_bias,
    )
    made = nn.GRU(3, 2, bidirectional=True, batch_first=True).double()
    layer_test(
        file, "a bidirectional Gru", "Both()", made,
        recurrent_parameters(made, "ahead.") | recurrent_parameters(made, "back.", 0, "_reverse"), x,
        calls=("net(x)", lambda layer, x: layer(x)[0]), prepare=no_second_bias,
    )
    made = nn.LSTM(3, 2, num_layers=2, bidirectional=True, batch_first=True).double()
    own = {}
    for layer, name in enumerate(["first", "second"]):
        own |= recurrent_parameters(made, name + ".ahead.", layer)
        own |= recurrent_parameters(made, name + ".back.", layer, "_reverse")
    layer_test(
        file, "two bidirectional Lstms", "Deep()", made, own, x,
        calls=("net(x)", lambda layer, x: layer(x)[0]), prepare=no_second_bias,
    )
    file.write()


files = [layers, recurrent]
