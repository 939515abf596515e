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


files = [layers]
