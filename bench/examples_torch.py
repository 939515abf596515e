"""The work of some examples in PyTorch eager, for comparing their times.

    examples_torch.py EXAMPLE [DIGITS] [--threads N]

EXAMPLE is vae (150 epochs), gan (4000 steps), dropout (2 x 400 steps on 539 rows) or lstm (500 steps of each of the two networks,
written out as in examples/lstm); DIGITS is examples/digits/data/digits.csv. Prints the seconds of training alone. The same of
nnc: the time of the executable less that of `--help`.
"""
import argparse
import time

import torch
import torch.nn.functional as F
from torch import nn

parser = argparse.ArgumentParser()
parser.add_argument("example", choices=["vae", "gan", "dropout", "lstm"])
parser.add_argument("digits", nargs="?", default="examples/digits/data/digits.csv")
parser.add_argument("--threads", type=int, default=1)
options = parser.parse_args()
torch.set_num_threads(options.threads)


def digits():
    rows = [[float(number) for number in line.split(",")] for line in open(options.digits, encoding="ascii")]
    table = torch.tensor(rows)[torch.randperm(len(rows))]
    return table[:, :64] / 16, table[:, 64].long()


def step(optimizer, loss):
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()


def vae():
    x, _ = digits()
    x = x[:1437]
    body, mean_of, variance_of = nn.Sequential(nn.Linear(64, 128), nn.ReLU()), nn.Linear(128, 8), nn.Linear(128, 8)
    decoder = nn.Sequential(nn.Linear(8, 128), nn.ReLU(), nn.Linear(128, 64))
    parts = nn.ModuleList([body, mean_of, variance_of, decoder])
    optimizer = torch.optim.Adam(parts.parameters(), 2e-3)
    yield
    for _ in range(150):
        order = torch.randperm(len(x))
        for rows in order.split(32):
            batch = x[rows]
            hidden = body(batch)
            mu, log_variance = mean_of(hidden), variance_of(hidden)
            logits = decoder(mu + torch.exp(0.5 * log_variance) * torch.randn_like(mu))
            divergence = -0.5 * (1 + log_variance - mu**2 - log_variance.exp()).sum(1).mean()
            step(optimizer, 64 * F.binary_cross_entropy_with_logits(logits, batch) + divergence)


def gan():
    generator = nn.Sequential(nn.Linear(4, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 2))
    discriminator = nn.Sequential(
        nn.Linear(2, 64), nn.LeakyReLU(), nn.Linear(64, 64), nn.LeakyReLU(), nn.Linear(64, 1)
    )
    g_optimizer = torch.optim.Adam(generator.parameters(), 5e-4, betas=(0.5, 0.999))
    d_optimizer = torch.optim.Adam(discriminator.parameters(), 1e-3, betas=(0.5, 0.999))
    ones, zeros = torch.ones(128, 1), torch.zeros(128, 1)
    yield
    for _ in range(4000):
        angle = torch.rand(128) * 2 * torch.pi
        real = torch.stack([2 * torch.cos(angle), 2 * torch.sin(angle)], 1) + 0.1 * torch.randn(128, 2)
        made = generator(torch.randn(128, 4)).detach()
        step(
            d_optimizer,
            F.binary_cross_entropy_with_logits(discriminator(real), ones)
            + F.binary_cross_entropy_with_logits(discriminator(made), zeros),
        )
        step(g_optimizer, F.binary_cross_entropy_with_logits(discriminator(generator(torch.randn(128, 4))), ones))


def dropout():
    x, y = digits()
    x, y = x[:539], y[:539]
    nets = [
        nn.Sequential(
            nn.Linear(64, 256), nn.ReLU(), nn.Dropout(rate), nn.Linear(256, 256), nn.ReLU(), nn.Dropout(rate),
            nn.Linear(256, 10),
        )
        for rate in (0.0, 0.7)
    ]
    optimizers = [torch.optim.Adam(net.parameters(), 1e-3) for net in nets]
    yield
    for net, optimizer in zip(nets, optimizers):
        for _ in range(400):
            step(optimizer, F.cross_entropy(net(x), y))


def plain_turn(a, h, c):
    return torch.tanh(a), c


def lstm_turn(a, h, c):
    i, f, o, g = a.chunk(4, 1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c), c


def lstm():
    hidden, steps = 32, 100
    yield
    for gates, turn in (1, plain_turn), (4, lstm_turn):
        wx = nn.Parameter(torch.empty(1, gates * hidden).uniform_(-0.18, 0.18))
        wh = nn.Parameter(torch.empty(hidden, gates * hidden).uniform_(-0.18, 0.18))
        b, head = nn.Parameter(torch.zeros(gates * hidden)), nn.Linear(hidden, 1)
        parameters = [wx, wh, b, *head.parameters()]
        optimizer = torch.optim.Adam(parameters, 3e-3)
        for _ in range(500):
            first = torch.sign(torch.rand(64, 1, 1) * 2 - 1)
            x = torch.cat([first, 0.5 * torch.randn(64, steps - 1, 1)], 1)
            h = c = torch.zeros(64, hidden)
            for t in range(steps):
                h, c = turn(x[:, t] @ wx + h @ wh + b, h, c)
            optimizer.zero_grad()
            F.binary_cross_entropy_with_logits(head(h), (first[:, 0] > 0).float()).backward()
            nn.utils.clip_grad_norm_(parameters, 1.0)
            optimizer.step()


work = globals()[options.example]()
next(work)
start = time.perf_counter()
for _ in work:
    pass
print(f"{options.example}: {time.perf_counter() - start:.2f} s")
