"""What a random program is made of: each function here adds a statement to a generator (grammar.Generator), or nothing where no
value fits it. `table` gives the weights."""
import math


def unary(g):
    a = g.real()
    kind = g.random.randrange(8)
    x, grain = a.name, a.grain
    if a.exact and kind < 3:
        text, bound, grain = g.random.choice([
            (f"abs({x})", a.bound, grain), (f"relu({x})", a.bound, grain), (f"floor({x})", a.bound + 1, 0),
            (f"sign({x})", 1, 0), (f"round({x})", a.bound + 1, 0), (f"ceil({x} / 2)", a.bound + 1, 0), (f"-{x}", a.bound, grain)])
        return g.define(f"let {{}} = {text}", [a], "f", a.shape, bound, grain)
    text, bound = g.random.choice([
        (f"tanh({x})", 1), (f"sin({x})", 1), (f"cos({x})", 1), (f"sigmoid({x})", 1), (f"erf({x})", 1),
        (f"exp(-{x}^2)", 1), (f"exp(tanh({x}))", 3), (f"log(1 + {x}^2)", 10), (f"sqrt(0.5 + {x}^2)", a.bound + 1),
        (f"gelu({x})", a.bound), (f"softplus({x})", a.bound + 1), (f"1 / (1 + exp(-{x}))", 1), (f"steep({x})", a.bound),
        (f"stop_gradient({x}) * 0.5 + {x}", 2 * a.bound)])
    g.define(f"let {{}} = {text}", [a], "f", a.shape, bound)


def number(g):
    a = g.real()
    c, d = g.constant(), g.constant()
    if g.random.random() < 0.3:
        power = g.random.choice([2, 2, 3])
        grain = a.grain * power if a.exact else None
        return g.define(f"let {{}} = {a.name}^{power}", [a], "f", a.shape, a.bound ** power, grain)
    g.define(f"let {{}} = {c} * {a.name} + {d}", [a], "f", a.shape, abs(c) * a.bound + abs(d), a.grain + 3 if a.exact else None)


def pairs(g, a, b):
    """Whether b's shape is a's, or repeated along a's leading axes."""
    return a.shape[len(a.shape) - len(b.shape):] == b.shape if len(b.shape) <= len(a.shape) else False


def binary(g):
    a = g.real()
    b = g.real(lambda v: pairs(g, a, v))
    both = a.exact and b.exact
    forms = [
        (f"{a.name} + {b.name}", a.bound + b.bound, max(a.grain, b.grain) if both else None),
        (f"{a.name} - {b.name}", a.bound + b.bound, max(a.grain, b.grain) if both else None),
        (f"{b.name} * {a.name}", a.bound * b.bound, a.grain + b.grain if both else None),
        (f"{a.name} / (1 + {b.name}^2)", a.bound, None), (f"mix({a.name}, {b.name})", b.bound + 1, None),
    ]
    if a.shape == b.shape:
        forms.append((f"gate({a.name}, {b.name})", a.bound + b.bound, None))
    if both:
        forms += [(f"{f}({a.name}, {b.name})", max(a.bound, b.bound), max(a.grain, b.grain)) for f in ("max", "min")]
    text, bound, grain = g.random.choice(forms)
    g.define(f"let {{}} = {text}", [a, b], "f", a.shape, bound, grain)


def reduction(g):
    a = g.real(lambda v: v.shape)
    if not a:
        return
    axes = sorted(g.random.sample(range(len(a.shape)), g.random.randint(1, len(a.shape))))
    size = math.prod(g.sizes.get(a.shape[i], a.shape[i]) for i in axes)
    keep = g.random.random() < 0.3
    shape = [1 if i in axes else d for i, d in enumerate(a.shape) if keep or i not in axes]
    along = axes[0] if len(axes) == 1 else axes
    options = f", along = {along}" + (", keep = true" if keep else "")
    kind = g.random.choice(["sum", "sum", "mean", "max", "min"])
    if kind in ("max", "min") and (not a.exact or size == 0) or kind == "mean" and size == 0:
        kind = "sum"
    bound = a.bound * max(size, 1) if kind == "sum" else a.bound
    g.define(f"let {{}} = {kind}({a.name}{options})", [a], "f", shape, bound, None if kind == "mean" else a.grain)


def softmax(g):
    a = g.real(lambda v: v.shape and g.count_of(v.shape[-1:]))
    if a:
        form = g.random.choice(["softmax({})", "log_softmax({})"])
        g.define("let {} = " + form.replace("{}", a.name), [a], "f", a.shape, 1 if form[0] == "s" else 2 * a.bound + 8)


def product(g):
    a = g.real(lambda v: 1 <= len(v.shape) <= 3)
    if not a:
        return
    inner = a.shape[-1]
    b = g.real(lambda v: 1 <= len(v.shape) <= 2 and v.shape[-2 if len(v.shape) == 2 else -1] == inner)
    forms = []
    if b:
        forms.append((f"{a.name} @ {b.name}", [a, b], a.shape[:-1] + b.shape[1:], inner))
    if len(a.shape) == 2:
        forms.append((f"{a.name} @ {a.name}.T", [a], (a.shape[0], a.shape[0]), inner))
        forms.append((f"{a.name}.T @ {a.name}", [a], (inner, inner), a.shape[0]))
    if len(a.shape) == 1:
        b = g.real(lambda v: len(v.shape) == 1)
        forms.append((f'einsum("i,j->ij", {a.name}, {b.name})', [a, b], a.shape + b.shape, 1))
    if len(a.shape) == 3:
        forms.append((f'einsum("bij,bkj->bik", {a.name}, {a.name})', [a], a.shape[:2] + a.shape[1:2], inner))
    if not forms:
        return
    text, reads, shape, inner = g.random.choice(forms)
    depth = g.count_of([inner])
    if g.count_of(shape) * max(depth, 1) > 60_000 or sum(not isinstance(d, int) for d in shape) > 2:
        return
    grains = [r.grain for r in (reads * 2)[:2]]
    grain = sum(grains) if None not in grains else None
    g.define(f"let {{}} = {text}", reads, "f", shape, reads[0].bound * reads[-1].bound * max(depth, 1), grain)


def piece(g):
    a = g.real(lambda v: v.shape and g.count_of(v.shape) > 0)
    if not a:
        return
    axis = g.random.randrange(len(a.shape))
    size, kept = a.shape[axis], "_, " * axis
    real = g.count_of([size])
    form = g.random.randrange(4)
    if form == 0:
        i = g.random.choice([0, -1, real - 1])
        text, shape = f"{a.name}[{kept}{i}]", a.shape[:axis] + a.shape[axis + 1:]
    elif form == 1 and isinstance(size, int):
        low = g.random.randrange(size)
        high = g.random.randint(low + 1, size)
        text, shape = f"{a.name}[{kept}{low}..{high}]", a.shape[:axis] + (high - low,) + a.shape[axis + 1:]
    elif form == 2 and real > 1:
        text = f"sum({a.name}[{kept}1..] * {a.name}[{kept}0..{size} - 1], along = {axis})"
        shape = a.shape[:axis] + a.shape[axis + 1:]
        return g.define(f"let {{}} = {text}", [a], "f", shape, a.bound ** 2 * real, 2 * a.grain if a.exact else None)
    else:
        text, shape = f"reverse({a.name}, along = {axis})", a.shape
    g.define(f"let {{}} = {text}", [a], "f", shape, a.bound, a.grain)


def indices(g):
    a = g.real(lambda v: v.shape and g.count_of(v.shape[:1]) > 0)
    if not a:
        return
    size = a.shape[0]
    length = g.dimension()
    text = f"let {{}} = mod(iota({length}) * {g.random.choice([1, 3, 5])} + {g.random.randrange(7)}, {size})"
    index = g.define(text, [], "i", [length], g.count_of([size]))
    shape = (length,) + a.shape[1:]
    if g.count_of(shape) < 20_000:
        g.define(f"let {{}} = {a.name}[{index.name}]", [a, index], "f", shape, a.bound, a.grain)
    if len(a.shape) > 1 and g.count_of(a.shape[1:2]) > 0:
        pairing = g.define(f"let {{}} = mod(iota({size}) * 3 + 1, {a.shape[1]})", [], "i", [size], g.count_of(a.shape[1:2]))
        g.define(f"let {{}} = {a.name}[_, {pairing.name}]", [a, pairing], "f", (size,) + a.shape[2:], a.bound, a.grain)


def choice(g):
    a = g.real(lambda v: v.exact)
    b = g.real(lambda v: v.shape == a.shape)
    test = g.define(f"let {{}} = {a.name} {g.random.choice(['>', '<=', '==', '!='])} {g.constant()}", [a], "b", a.shape, 2)
    c = g.real(lambda v: v.shape == a.shape)
    grain = max(b.grain, c.grain) if b.exact and c.exact else None
    form = g.random.choice(["where({t}, {b}, {c})", "if {t} then {b} else {c}"]).format(t=test.name, b=b.name, c=c.name)
    g.define("let {} = " + form, [test, b, c], "f", a.shape, max(b.bound, c.bound), grain)


def structure(g):
    a = g.real(lambda v: v.shape)
    if not a:
        return
    last, rank, x = a.shape[-1], len(a.shape), a.name
    forms = [(f"reshape({x}, [{' * '.join(map(str, a.shape))}, 1])", None), (f"stack({x}, {x} * 0.5)", (2,) + a.shape)]
    if g.count_of(a.shape) <= 20_000 and all(isinstance(d, int) for d in a.shape):
        forms[0] = (f"flatten({x})", (math.prod(a.shape),))
    if rank > 1:
        order = g.random.sample(range(rank), rank)
        forms.append((f"transpose({x}, {order})", tuple(a.shape[i] for i in order)))
    if isinstance(last, int):
        b = g.real(lambda v: len(v.shape) == rank and v.shape[:-1] == a.shape[:-1] and isinstance(v.shape[-1], int))
        low, high = g.random.choice([(0, 1), (1, 2), (2, 0)])
        forms.append((f"pad({x}, [{low}], [{high}], {g.constant()})", a.shape[:-1] + (last + low + high,)))
        forms.append((f"concat({x}, {b.name}, along = {rank - 1})", a.shape[:-1] + (last + b.shape[-1],), b))
        kernel = g.random.randint(1, last) if last else 0
        if kernel:
            windows = last - kernel + 1
            forms.append((f"patches({x}, [{kernel}])", a.shape[:-1] + (kernel, windows)))
            forms.append((f"fold(patches({x}, [{kernel}]), [{last}])", a.shape))
            forms.append((f"max(patches({x}, [{kernel}]), along = {rank - 1})" if a.exact else f"sum(patches({x}, [{kernel}]), along = {rank - 1})",
                          a.shape[:-1] + (windows,)))
    forms = [f for f in forms if f[1] is not None and len(f[1]) <= 4 and g.count_of(f[1]) <= 30_000]
    if not forms:
        return
    chosen = g.random.choice(forms)
    reads = [a, *chosen[2:]]
    grain = max(r.grain for r in reads) + 1 if all(r.exact for r in reads) else None
    bound = max(3, *(r.bound for r in reads)) if len(reads) > 1 else max(3, a.bound)
    widest = 7 if "fold" in chosen[0] or "sum(" in chosen[0] else 1
    g.define(f"let {{}} = {chosen[0]}", reads, "f", chosen[1], bound * widest, None if grain is None else max(grain, 3))


def order(g):
    a = g.real(lambda v: v.shape and v.exact and g.count_of(v.shape[-1:]) > 0)
    if not a:
        return
    x, last = a.name, len(a.shape) - 1
    kind = g.random.randrange(5)
    if kind == 0:
        g.define(f"let {{}} = sort({x}{g.random.choice(['', ', descending = true'])})", [a], "f", a.shape, a.bound, a.grain)
    elif kind == 1:
        g.define(f"let {{}} = argsort({x})", [a], "i", a.shape, g.count_of(a.shape[-1:]))
    elif kind == 2:
        g.define(f"let {{}} = {g.random.choice(['argmax', 'argmin'])}({x}, along = {last})", [a], "i", a.shape[:-1], g.count_of(a.shape[-1:]))
    elif kind == 3:
        axis = g.random.randrange(last + 1)
        size = max(g.count_of(a.shape[axis:axis + 1]), 1)
        g.define(f"let {{}} = cumsum({x}, along = {axis}{g.random.choice(['', ', reverse = true'])})", [a], "f", a.shape, a.bound * size, a.grain)
    else:
        i = g.pick(lambda v: v.kind == "i" and len(v.shape) < 3 and g.count_of(v.shape) < 2000)
        if i:
            g.define(f"let {{}} = one_hot(mod({i.name}, 3), 3) * 0.5", [i], "f", i.shape + (3,), 1, 1)


def branch(g):
    c = g.real(lambda v: v.exact and g.count_of(v.shape) and g.count_of(v.shape) * v.bound * 2 ** v.grain < 2 ** 21)
    a = g.real(lambda v: c)
    if not c:
        return
    b = g.real(lambda v: v.shape == a.shape)
    test = f"sum({c.name}) > {g.constant()}"
    if g.random.random() < 0.2:
        test = "2 > 1"
    g.define(f"var {{}} = 0.5 * {a.name}\nif {test} {{ {{}} = {{}} * {b.name} }} else {{ {{}} = sin({{}}) + {b.name} }}",
             [c, a, b], "f", a.shape, a.bound * b.bound + b.bound + 1)


def scalar_branch(g):
    a = g.real(lambda v: v.exact and not v.shape)
    if a:
        g.define(f"let {{}} = leaky({a.name})", [a], "f", (), a.bound, a.grain + 2)


def loop(g):
    a = g.real()
    rows = g.real(lambda v: len(v.shape) == len(a.shape) + 1 and v.shape[1:] == a.shape and g.count_of(v.shape[:1]) < 200)
    forms = ["for i in 0..{t} {{ {{}} = tanh({{}} * {a} + 0.25) }}".replace("{t}", str(g.random.choice([0, 1, 3, 5]))),
             "for i in 0..m {{ {{}} = sin({{}}) + 0.125 * f32(i) * {a} }}",
             "for i in 0..300 {{ {{}} = 0.5 * {{}} + {a} }}", "for i in 0..9 {{\n    if i > 5 {{ break }}\n    {{}} = 0.5 * {{}} + {a}\n}}",
             "while sum({count}) < 4 {{ {count} += 1.0\n    {{}} = cos({{}}) * {a} }}"]
    if rows:
        forms += ["for row in {r} {{ {{}} = tanh({{}} + row) }}"] * 2
        if g.sizes.get(rows.shape[0], rows.shape[0]):
            forms.append("for i in 0..3 {{ {{}} = {{}} * 0.5 + {r}[mod(i, {z})] }}".replace("{z}", str(rows.shape[0])))
    form = g.random.choice(forms)
    counter = f"turns{g.count}"
    text = form.replace("{{}}", "{}").replace("{a}", a.name).replace("{r}", rows.name if rows else "").replace("{{", "{").replace("}}", "}")
    head = "var {} = 0.5 * " + a.name + "\n"
    if "{count}" in text:
        head, text = f"var {counter} = 0.0\n" + head, text.replace("{count}", counter)
    reads = [a, rows] if rows and rows.name in form.replace("{r}", rows.name) and "{r}" in form else [a]
    bound = max(1.5, a.bound, rows.bound if rows else 0) * 5 + 17 * 17 * a.bound / 8
    g.define(head + text, reads, "f", a.shape, bound)


def scan(g):
    source = g.real(lambda v: v.shape and g.count_of(v.shape[:1]) < 200)
    if not source:
        return
    row = source.shape[1:]
    c = g.real(lambda v: v.shape == row)
    start = f"0.5 * {c.name}" if c else f"zeros([{', '.join(map(str, row))}])" if row else "0.25"
    body = g.random.choice(["carry = tanh(carry + row)\n    yield carry * row", "carry = 0.5 * carry - row\n    yield sin(carry)",
                            "let old = carry\n    carry = carry * 0.75 + cos(row)\n    yield old",
                            "if sum(row) > 0.5 { carry = carry * 0.5 + row }\n    yield carry" if source.exact and source.grain <= 4 else
                            "carry = sigmoid(carry - row)\n    yield carry"])
    carry = f"carry{g.count}"
    g.define(f"var {carry} = {start}\nlet {{}} = scan row in {source.name} {{\n    {body.replace('carry', carry)}\n}}",
             [source] + ([c] if c else []), "f", source.shape, 3 * source.bound + 4 + (c.bound if c else 0))


def derivative(g):
    y = g.real(lambda v: len(v.paths) > 1)
    if not y:
        return
    target = g.real(lambda v: v.name in y.paths and v.name != y.name)
    if not target:
        return
    size = g.count_of(y.shape) * max(g.count_of(target.shape), 1)
    if g.random.random() < 0.25 and size < 400 and len(y.shape) + len(target.shape) <= 4:
        text, shape = f"jacobian({y.name}, {target.name})", y.shape + target.shape
    else:
        text, shape = f"grad({g.weighted(y)}, {target.name})", target.shape
    if "mean" in text and not g.count_of(y.shape):
        return
    # Nothing is known of its size, and it is a result in any case.
    raw = g.define(f"let {{}} = {text}", [y, target], "f", shape, 1)
    g.values.remove(raw)
    g.always.append(raw.name)
    g.define(f"let {{}} = tanh(0.25 * {raw.name})", [raw], "f", shape, 1)


def layer(g):
    a = g.real(lambda v: v.shape and isinstance(v.shape[-1], int) and len(v.shape) < 4)
    if not a:
        return
    net = f"net{g.count}"
    width = g.random.choice([1, 2, 5])
    y = g.define(f"let {net} = Dense({a.shape[-1]}, {width})\nlet {{}} = {net}({a.name})", [a], "f", a.shape[:-1] + (width,), 1)
    if g.random.random() < 0.7:
        g.define(f"let {{}} = tanh(grad({g.weighted(y).replace('mean', 'sum')}, {net}.{'w'}))", [y], "f", (a.shape[-1], width), 1)


table = [(unary, 14), (number, 6), (binary, 16), (reduction, 10), (softmax, 3), (product, 9), (piece, 6), (indices, 4), (choice, 6),
         (structure, 9), (order, 5), (branch, 4), (scalar_branch, 1), (loop, 5), (scan, 6), (derivative, 12), (layer, 3)]


def choose(random):
    return random.choices([f for f, _ in table], [w for _, w in table])[0]
