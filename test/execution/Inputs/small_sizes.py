# Prints tests of what is computed row by row, and of sums over rows, for 0, 1 and 2 of 3 rows: small_sizes.py > FILE.nn
#
# What is computed of the first rows must be the first rows of what is computed of all, and likewise its gradient in x; the
# gradient in weights must be 0 for 0 rows. The number of rows is known when the program runs, and, in a second pass, when it is
# compiled.
import re

# name, shape of a row, expression in x, what it needs, weights
rows = [
    *[(f, "5", f"{f}(x) * x") for f in """exp sin cos tanh sigmoid erf abs sign floor round relu leaky_relu relu6 elu selu gelu gelu_tanh silu
        mish softplus log_sigmoid softsign hard_tanh hard_sigmoid hard_silu softmax log_softmax step""".split()],
    ("log, sqrt", "5", "log(1 + x^2) * sqrt(x^2 + 1)"),
    ("where, max, min", "5", "where(x > 0.1, max(x, 0.5), min(x, -x))"),
    ("if then else", "4", "if x > 0 then x * x else -x"),
    ("a row for each", "3", "x * [1.0, -2.0, 0.5] + 0.25"),
    *[(f"{f} along 1", "3, 4", f"{f}(x, along = {a}{k})") for f in ("sum", "mean", "max", "min") for a, k in (("1", ""), ("2", ", keep = true"), ("[1, 2]", ""))],
    ("norms", "4", "x / sqrt(1 + sum(x^2, along = 1, keep = true))"),
    ("cumsum", "4", "cumsum(x) + cumsum(x, reverse = true)"),
    ("sort", "5", "sort(x, descending = true)"),
    ("top_k", "5", "top_k(x, 2)[0]"),
    ("one_hot, argmax", "5", "one_hot(argmax(x, along = 1), 5) * x"),
    ("argsort", "5", "f32(argsort(x)) * x"),
    ("slices", "6", "x[_, 1..4] * 2"),
    ("an element of each", "4", "x[_, 2] * 3"),
    ("pairs of indices", "4", "x[_, mod(iota(x.shape[0]), 4)]"),
    ("gather", "4", "x[iota(x.shape[0])]"),
    ("reshape, transpose", "2, 3", "flatten(transpose(x, [0, 2, 1]), 1)"),
    ("swap_axes there and back", "2, 3", "swap_axes(sin(swap_axes(x, 0, 2)), 0, 2)"),
    ("concat, stack", "3", "concat(x, stack(x, 2 * x, along = 1)[_, 1], along = 1)"),
    ("pad", "3", "pad(x, [1], [2], 0.5)"),
    ("reverse", "3, 2", "reverse(x, along = [1, 2])"),
    ("patches", "6", "patches(x, [3], stride = 2)[_, 1]"),
    ("fold", "6", "fold(patches(x, [3]), [6])"),
    ("product", "4", "x @ w", "param w: f32[4, 3] = 0.5", "w"),
    ("product with a vector", "4", "x @ w", "param w: f32[4] = 0.5", "w"),
    ("batches of products", "2, 3", "x @ swap_axes(x, 1, 2)"),
    ("einsum", "2, 3", 'einsum("nij,kj->nki", x, w)', "param w: f32[4, 3] = 0.5", "w"),
    ("scan along 1", "4, 2", "walk(x)"),
    ("comprehension", "3", "[sum(row) * row for row in x]"),
    ("attention", "3, 4", "attention(x, x, x, causal = true)"),
    ("Linear", "4", "net(x)", "let net = Linear(4, 3)", "net.w"),
    ("MultiHeadAttention", "3, 4", "net(x)", "let net = MultiHeadAttention(4, 2)", "net"),
    ("TransformerBlock", "3, 4", "net(x)", "let net = TransformerBlock(4, 2)", "net"),
    ("Conv1d", "2, 6", "net(x)", "let net = Conv1d(2, 3, 3, padding = 1)", "net.w"),
    ("Conv2d", "2, 5, 4", "net(x)", "let net = Conv2d(2, 4, 3, stride = 2, groups = 2)", "net.w"),
    ("ConvTranspose1d", "2, 4", "net(x)", "let net = ConvTranspose1d(2, 3, 3, stride = 2)", "net.w"),
    ("ConvTranspose2d", "2, 3, 3", "net(x)", "let net = ConvTranspose2d(2, 3, 2, stride = 2)", "net.w"),
    ("MaxPool1d", "2, 6", "max_pool1d(x, 2)"), ("MaxPool2d", "2, 4, 4", "max_pool2d(x, 2)"),
    ("AveragePool1d", "2, 6", "average_pool1d(x, 3)"), ("AveragePool2d", "2, 4, 4", "average_pool2d(x, 2)"),
    ("GlobalAveragePool2d, GlobalMaxPool2d", "2, 3, 3", "GlobalAveragePool2d()(x) + GlobalMaxPool2d()(x)"),
    ("Highway", "3", "net(x)", "let net = Highway(3)", "net"),
    ("BatchNorm", "3", "net(x)", "let net = BatchNorm(3)", "net"),
    ("LayerNorm", "5", "net(x)", "let net = LayerNorm(5)", "net"),
    ("RMSNorm", "5", "net(x)", "let net = RMSNorm(5)", "net"),
    ("GroupNorm", "4, 3", "net(x)", "let net = GroupNorm(2, 4)", "net"),
    *[(cell, "4, 3", "outputs(net(x))", f"let net = {cell}(3, 2)", "net") for cell in ("Rnn", "Lstm", "Gru")],
    ("Bidirectional", "4, 3", "net(x)", "let net = Bidirectional(Gru(3, 2), Gru(3, 2))", "net"),
    ("Embedding", "3", "net(i32(abs(4 * x)))[_, 1] * x", "let net = Embedding(64, 3)", "net"),
]

# Over the rows: expression, its value for no rows (None: not defined), in terms of row = x[0] for one.
sums = [
    ("sum(x)", "0", "sum(row)"), ("sum(x, along = 0)", "zeros([3])", "row"), ("x.T @ x", "zeros([3, 3])", 'einsum("i,j->ij", row, row)'),
    ("mean(x, along = 0)", None, "row"), ("max(x, along = 0)", None, "row"), ("min(x)", None, "min(row)"),
    ("sum(cumsum(x, along = 0), along = 0)", "zeros([3])", "row"), ("sum(sort(x, along = 0), along = 0)", "zeros([3])", "row"),
    ("sum(concat(x, 2 * x, along = 0), along = 0)", "zeros([3])", "3 * row"), ("sum(reverse(x, along = 0), along = 0)", "zeros([3])", "row"),
    ("total(x)", "zeros([3])", "row"), ("turns(x)", "zeros([3])", "row"), ("pad(x, [1, 0], [0, 0])[0]", "zeros([3])", "zeros([3])"),
    ('einsum("nk,nl->kl", x, x)', "zeros([3, 3])", 'einsum("i,j->ij", row, row)'), ("norm(x)", "0", "norm(row)"),
    ("sum(table[mod(i32(x[_, 0]), 2)] * x, along = 0)", "zeros([3])", "table[mod(i32(row[0]), 2)] * row"),
]

print("""// Printed by small_sizes.py.
fn walk(x: f32[n, t, k]) {
    var carry = zeros([n, k])
    let walked = scan xt in x along 1 {
        carry = tanh(carry + xt)
        yield carry * xt
    }
    return walked
}
fn total(x: f32[n, k]) {
    var carry = zeros([k])
    scan row in x { carry = carry + row }
    return carry
}
fn turns(x: f32[n, k]) {
    var carry = zeros([k])
    for row in x { carry = carry + row }
    return carry
}
""")
for name, shape, expression, *more in rows:
    needs, weights = (more + ["", ""])[:2]

    print('test "' + f"{name}: {expression}".replace('"', "'") + '" {')
    if needs:
        print(f"    {needs}")
    print(f"    let whole = normal([3, {shape}], stream = 1)")

    of = lambda argument: re.sub(r"\bx\b", argument, expression)
    print(f"    let expected = {of('whole')}")
    print("    let slope = grad(sum(expected * expected), whole)")
    check = [
        "let y = " + of("x"),
        "assert y.shape[0] == count and near(y, expected[0..count])",
        "assert near(grad(sum(y * y), x), slope[0..count], 1e-4)",
    ]
    if weights:
        check += [f"let g = norm(grad(sum(y * y), {weights}))", "assert (if count == 0 then g == 0 else g > 0)"]
    print("    for count in i64(iota(3)) {\n        let x = whole[0..count]")
    print("\n".join("        " + line for line in check) + "\n    }")
    for count in (0, 1):
        print(f"    if true {{\n        let count = {count}\n        let x = whole[0..{count}]")
        print("\n".join("        " + line for line in check) + "\n    }")
    print("}")
for expression, nothing, one in sums:
    print(f"test \"{expression.replace(chr(34), '')} over rows\" {{\n    let table = [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]\n    let whole = normal([3, 3], stream = 2)\n    let row = whole[0]")
    if "table" not in expression:
        print("    assert sum(table) == 21")
    for form in ("runs", "static"):
        for count, expected in ((0, nothing), (1, one)):
            if expected is None:
                continue
            size = f"i64(sum(0 * row)) + {count}" if form == "runs" else count
            print(f"    if true {{\n        let count = {size}\n        let x = whole[0..count]\n        let y = {expression}\n        assert near(y, {expected})")
            if "turns" not in expression:
                print("        let g = grad(sum(y * y), x)\n        assert g.shape[0] == count and all(abs(g) < 1000)")
            print("    }")
    print("}")
