"""Attention and transformers."""
import torch
from torch import nn
from torch.nn import functional as F

from harness import File, folder, gradient_test, let, literal, numbers, save_tensors


def attention_parameters(module, prefix=""):
    """Our names of a MultiheadAttention's parameters: name -> (tensor, whether it is transposed, how to get its gradient)."""
    dim = module.embed_dim
    found = {}
    for i, name in enumerate(("query", "key", "value")):
        rows = slice(i * dim, (i + 1) * dim)
        found[f"{prefix}{name}.w"] = (lambda m=module, r=rows: m.in_proj_weight[r], lambda m=module, r=rows: m.in_proj_weight.grad[r], True)
        found[f"{prefix}{name}.b"] = (lambda m=module, r=rows: m.in_proj_bias[r], lambda m=module, r=rows: m.in_proj_bias.grad[r], False)
    found.update(linear_parameters(module.out_proj, prefix + "out"))
    return found


def linear_parameters(module, name):
    return {
        f"{name}.w": (lambda: module.weight, lambda: module.weight.grad, True),
        f"{name}.b": (lambda: module.bias, lambda: module.bias.grad, False),
    }


def module_test(file, title, make, call, parameters, inputs, theirs):
    """Value and gradients of a layer: parameters as attention_parameters gives them, `theirs` the module as a function."""
    lines = [f"let net = {make}"]
    for name, (value, _, transposed) in parameters.items():
        with torch.no_grad():
            value().copy_(numbers(*value().shape, scale=0.5))
        ours = value().T if transposed else value()
        lines.append(f"net.{name} = {literal(ours, 7 + len(name))}")
    leaves = {name: x.clone().requires_grad_() for name, x in inputs.items()}
    lines += [let(name, x) for name, x in inputs.items()]
    value = theirs(**leaves)
    weights = numbers(*value.shape)
    lines += [f"let value = {call}", let("weights", weights), f"assert close(value, {literal(value, 19)})"]
    (weights * value).sum().backward()
    for name, leaf in leaves.items():
        lines.append(f"assert close(grad(sum(weights * value), {name}), {literal(leaf.grad, 41 + len(name))})")
    for name, (_, gradient, transposed) in parameters.items():
        ours = gradient().T if transposed else gradient()
        # Keys shifted alike do not change a softmax: their bias has no gradient but rounding.
        if name.endswith("key.b"):
            lines.append(f"assert max(abs(grad(sum(weights * value), net.{name}))) < 1e-4")
        else:
            lines.append(f"assert close(grad(sum(weights * value), net.{name}), {literal(ours, 46 + len(name))})")
    file.test(title, *lines)


def block(dim, heads, hidden, activation):
    return nn.TransformerEncoderLayer(dim, heads, hidden, 0.0, activation, norm_first=True, batch_first=True).double()


def block_parameters(module, prefix=""):
    found = attention_parameters(module.self_attn, prefix + "attend.")
    found.update(linear_parameters(module.linear1, prefix + "expand"))
    found.update(linear_parameters(module.linear2, prefix + "reduce"))
    for i, norm in ((1, module.norm1), (2, module.norm2)):
        found[f"{prefix}norm{i}.scale"] = (lambda n=norm: n.weight, lambda n=norm: n.weight.grad, False)
        found[f"{prefix}norm{i}.shift"] = (lambda n=norm: n.bias, lambda n=norm: n.bias.grad, False)
    return found


def causal(t):
    return nn.Transformer.generate_square_subsequent_mask(t, dtype=torch.float64)


def attention():
    file = File("attention", "Attention, multi-head attention, transformer blocks, positions, next to PyTorch's.")
    shapes = {"q": numbers(2, 3, 4, 5), "k": numbers(2, 3, 6, 5), "v": numbers(2, 3, 6, 2)}
    gradient_test(file, "attention", "attention(q, k, v)", lambda q, k, v: F.scaled_dot_product_attention(q, k, v), shapes)
    mask = torch.tensor([[True, False, True, True, False, True], [False] * 5 + [True], [True] * 6, [True, True] + [False] * 4])
    gradient_test(
        file, "masked attention", "attention(q, k, v, mask = mask)",
        lambda q, k, v, mask: F.scaled_dot_product_attention(q, k, v, attn_mask=mask), shapes, {"mask": mask},
    )
    square = {"q": numbers(3, 4, 5), "k": numbers(3, 4, 5), "v": numbers(3, 4, 2)}
    gradient_test(
        file, "causal attention", "attention(q, k, v, causal = true)",
        lambda q, k, v: F.scaled_dot_product_attention(q, k, v, is_causal=True), square,
    )
    module = nn.MultiheadAttention(6, 3, batch_first=True).double()
    module_test(
        file, "MultiHeadAttention", "MultiHeadAttention(6, 3)", "net(x)", attention_parameters(module), {"x": numbers(2, 4, 6)},
        lambda x: module(x, x, x, need_weights=False)[0],
    )
    module2 = nn.MultiheadAttention(6, 2, batch_first=True).double()
    module_test(
        file, "MultiHeadAttention to a context", "MultiHeadAttention(6, 2)", "net(x, context)", attention_parameters(module2),
        {"x": numbers(2, 4, 6), "context": numbers(2, 3, 6)}, lambda x, context: module2(x, context, context)[0],
    )
    module3 = block(4, 2, 10, F.silu)
    module_test(
        file, "TransformerBlock", "TransformerBlock(4, 2, hidden = 10, activation = silu)", "net(x)", block_parameters(module3),
        {"x": numbers(2, 3, 4)}, lambda x: module3(x),
    )
    module4 = block(4, 2, 16, F.relu)
    module_test(
        file, "causal TransformerBlock", "TransformerBlock(4, 2, causal = true, activation = relu)", "net(x)",
        block_parameters(module4), {"x": numbers(2, 3, 4)}, lambda x: module4(x, src_mask=causal(3), is_causal=True),
    )
    position, i = torch.arange(7, dtype=torch.float64)[:, None], torch.arange(6, dtype=torch.float64)
    angle = position / 10000 ** (torch.div(i, 2, rounding_mode="floor") * 2 / 6)
    table = torch.where(i % 2 == 0, torch.sin(angle), torch.cos(angle))
    file.test("sinusoidal positions", f"assert close(sinusoidal_positions(7, 6), {literal(table, 42)})",
              "let x = ones([2, 7, 6])", "assert close(SinusoidalPositions()(x) - x, stack(sinusoidal_positions(7, 6), sinusoidal_positions(7, 6)))")
    file.write()


class Characters(nn.Module):
    """A character transformer as the test has it."""

    def __init__(self, alphabet, context, dim, heads, depth):
        super().__init__()
        self.tokens, self.positions = nn.Embedding(alphabet, dim), nn.Embedding(context, dim)
        self.blocks = nn.ModuleList(block(dim, heads, 2 * dim, F.silu) for _ in range(depth))
        self.norm, self.head = nn.LayerNorm(dim), nn.Linear(dim, alphabet, bias=False)

    def forward(self, ids):
        t = ids.shape[1]
        x = self.tokens(ids) + self.positions(torch.arange(t))
        for one in self.blocks:
            x = one(x, src_mask=causal(t).to(x.dtype), is_causal=True)
        return self.head(self.norm(x))

    def named(self):
        """Parameters by our names; matrices of linear layers transposed."""
        found = {"tokens.w": (lambda: self.tokens.weight, None, False), "positions.w": (lambda: self.positions.weight, None, False)}
        for i, one in enumerate(self.blocks):
            found.update(block_parameters(one, f"blocks.{i}."))
        found["norm.scale"] = (lambda: self.norm.weight, None, False)
        found["norm.shift"] = (lambda: self.norm.bias, None, False)
        found["head.w"] = (lambda: self.head.weight, None, True)
        return {name: (value().T if transposed else value()).detach() for name, (value, _, transposed) in found.items()}


text = """Shall I compare thee to a summer's day?
Thou art more lovely and more temperate:
Rough winds do shake the darling buds of May,
And summer's lease hath all too short a date:
Sometime too hot the eye of heaven shines,
And often is his gold complexion dimm'd;
And every fair from fair sometime declines,
By chance or nature's changing course untrimm'd;
"""


def characters():
    """A hundred steps of a character transformer on a sonnet, in f32 as the loss curves of other networks."""
    run = "cd %S/Inputs && nnc test %s | FileCheck %s"
    file = File("characters", "The losses of a hundred steps of a character transformer from given weights, next to PyTorch's.", run, double=False)
    letters = sorted(set(text))
    ids = torch.tensor([letters.index(letter) for letter in text])
    context, dim = 16, 16
    model = Characters(len(letters), context, dim, 2, 2).float()
    for name, value in model.named().items():
        if "norm" not in name:
            value.copy_(numbers(*value.shape, scale=0.25).float())
    save_tensors(folder / "Inputs" / "characters.safetensors", model.named())
    optimizer = torch.optim.Adam(model.parameters(), 0.005)
    curve = []
    for step in range(100):
        starts = (torch.arange(8) + 8 * step) * 37 % (len(ids) - context - 1)
        windows = starts[:, None] + torch.arange(context)
        optimizer.zero_grad()
        logits = model(ids[windows])
        loss = F.cross_entropy(logits.flatten(0, 1), ids[windows + 1].flatten())
        loss.backward()
        optimizer.step()
        curve.append(loss.item())
    file.items.append(f"const text = {literal(ids, 4)}\n")
    file.items.append(f"""\
model Characters {{
    let tokens = Embedding({len(letters)}, {dim})
    let positions = Embedding({context}, {dim})
    let blocks = [TransformerBlock({dim}, 2, causal = true, hidden = {2 * dim}, activation = silu) for i in 0..2]
    let norm = LayerNorm({dim})
    let head = Linear({dim}, {len(letters)}, bias = false)
    forward(ids: i32[n, t]) -> f32[n, t, {len(letters)}] {{
        var x = tokens(ids) + positions(iota(t))
        for block in blocks {{ x = block(x) }}
        return head(norm(x))
    }}
}}
""")
    file.test(
        "100 steps of Adam(0.005)",
        "let net = Characters()",
        'load(net, "characters.safetensors")',
        "let opt = Adam(0.005)",
        f"let expected = {literal(curve, 8)}",
        "for step in 0..100 {",
        f"    let starts = mod((iota(8) + 8 * i32(step)) * 37, {len(ids) - context - 1})",
        f"    let windows = stack(starts, along = 1) + iota({context})",
        "    let loss = minimize cross_entropy(net(text[windows]), text[windows + 1]) over net using opt",
        "    assert close(loss, expected[step], 1e-4)",
        "}",
    )
    file.write()


files = [attention, characters]
