"""The same training as examples/mnist and examples/digits, in PyTorch: what bench/run compares nnc with.

Needs torch (nothing else) and the data as the files that the examples read. All data is a tensor in memory and a
batch is gathered with index_select, since a DataLoader would be several times slower; nothing is read back from a
tensor within an epoch. Prints one line an epoch, as the example does, and flushes it: the times between the lines
are the measurement.
"""
import argparse
import copy
import csv
import gzip
import torch
from torch import nn
from torch.nn.functional import cross_entropy


def idx(path):
    """The array of an idx file, as a tensor of bytes."""
    with gzip.open(path) as file:
        content = bytearray(file.read())
    sizes = [int.from_bytes(content[4 + 4 * i : 8 + 4 * i], "big") for i in range(content[3])]
    return torch.frombuffer(content, dtype=torch.uint8, offset=4 + 4 * len(sizes)).reshape(sizes)


def mnist(folder):
    """Training and test set of MNIST: pixels in [0, 1] and classes."""
    sets = []
    for name in "train", "t10k":
        pixels = idx(f"{folder}/{name}-images-idx3-ubyte.gz").flatten(1).float().div_(255)
        sets.append((pixels, idx(f"{folder}/{name}-labels-idx1-ubyte.gz").long()))
    return sets


def digits(path):
    """Training and validation set of the digits: 72 % and 8 % of the lines, shuffled."""
    with open(path) as file:
        rows = torch.tensor([[int(field) for field in line] for line in csv.reader(file)])
    rows = rows[torch.randperm(len(rows))]
    rest = round(0.8 * len(rows))
    training = round(0.9 * rest)
    sets = rows[:training], rows[training:rest]
    return [((part[:, :64] / 16).contiguous(), part[:, 64].contiguous()) for part in sets]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program", choices=["mnist", "digits"])
    parser.add_argument("--data", required=True)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--fused", action="store_true", help="Adam as one kernel, which is not the default")
    parser.add_argument("--compile", action="store_true", help="model and loss through torch.compile")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)

    if arguments.program == "mnist":
        (x, y), (test_x, test_y) = mnist(arguments.data)
        model = nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))
        batch, rate = 64, 5e-3
    else:
        (x, y), (test_x, test_y) = digits(arguments.data)
        model = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Dropout(0.1), nn.Linear(64, 10))
        batch, rate = 32, 2e-3
    optimizer = torch.optim.Adam(model.parameters(), lr=rate, fused=arguments.fused)

    def loss_of(batch_x, batch_y):
        return cross_entropy(model(batch_x), batch_y)

    if arguments.compile:
        loss_of = torch.compile(loss_of, dynamic=False)  # two sizes of batch: the last one is short

    best = float("inf")
    for epoch in range(1, arguments.epochs + 1):
        if arguments.program == "mnist":
            for group in optimizer.param_groups:
                group["lr"] = rate * 0.3 ** (epoch - 1)
        model.train()
        total, count = torch.zeros(()), 0
        for rows in torch.randperm(len(x)).split(batch):
            optimizer.zero_grad()
            loss = loss_of(x.index_select(0, rows), y.index_select(0, rows))
            loss.backward()
            optimizer.step()
            total += loss.detach()
            count += 1
        model.eval()
        with torch.no_grad():
            logits = model(test_x)
            if arguments.program == "mnist":
                result = (logits.argmax(1) == test_y).float().mean().item()
            else:
                result = cross_entropy(logits, test_y).item()
                if result < best:  # early stopping keeps the best weights
                    best, weights = result, copy.deepcopy(model.state_dict())
        print(f"epoch {epoch} train_loss {total.item() / count:.5g} held out {result:.4f}", flush=True)


if __name__ == "__main__":
    main()
