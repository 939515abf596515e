"""Functions of the library: activations, losses, metrics, indexing."""
import torch
from torch import nn
from torch.nn import functional as F

from harness import File, gradient_test, let, literal, numbers


def losses():
    file = File("losses", "Losses of the standard library and their gradients, next to PyTorch's.")
    prediction, target = numbers(7, 5), numbers(7, 5)
    target[0, 0] = prediction[0, 0]  # |x| at 0: both give gradient 0
    both = {"prediction": prediction, "target": target}
    gradient_test(file, "mse", "mse(prediction, target)", lambda prediction, target: F.mse_loss(prediction, target), both)
    gradient_test(file, "mae", "mae(prediction, target)", lambda prediction, target: F.l1_loss(prediction, target), both)
    logits, share = numbers(37, scale=4), torch.round(torch.rand(37, dtype=torch.float64) * 64) / 64
    logits[:3] = torch.tensor([0.0, 90.0, -90.0])
    gradient_test(
        file, "binary_cross_entropy", "binary_cross_entropy(logits, target)",
        lambda logits, target: F.binary_cross_entropy_with_logits(logits, target), {"logits": logits}, {"target": share},
    )
    classes = torch.randint(0, 5, (7,))
    gradient_test(
        file, "cross_entropy", "cross_entropy(logits, target)",
        lambda logits, target: F.cross_entropy(logits, target), {"logits": numbers(7, 5, scale=3)}, {"target": classes},
    )
    large = numbers(3, 5, scale=3)
    large[0, 1], large[1, 2], large[2, 0] = 1000, -1000, 500
    gradient_test(
        file, "cross_entropy of large logits", "cross_entropy(logits, target)",
        lambda logits, target: F.cross_entropy(logits, target), {"logits": large}, {"target": torch.tensor([1, 2, 3])},
    )
    options = {
        "class weights": ("class_weights = [0.5, 2.0, 1.0, 0.25, 1.5]",
                          {"weight": torch.tensor([0.5, 2, 1, 0.25, 1.5], dtype=torch.float64)}),
        "smoothing": ("smoothing = 0.125", {"label_smoothing": 0.125}),
        "rows that do not count": ("ignore = 3", {"ignore_index": 3}),
    }
    chosen = [["class weights"], ["smoothing"], ["rows that do not count"], ["class weights", "smoothing"], [*options]]
    for names in chosen:
        texts = ", ".join(options[name][0] for name in names)
        arguments = {key: value for name in names for key, value in options[name][1].items()}
        gradient_test(
            file, f"cross_entropy with {', '.join(names)}", f"cross_entropy(logits, target, {texts})",
            lambda logits, target: F.cross_entropy(logits, target, **arguments),
            {"logits": numbers(9, 5, scale=3)}, {"target": torch.tensor([3, 1, 4, 1, 3, 0, 2, 3, 4])},
        )
    gradient_test(
        file, "cross_entropy of sequences, padded", "cross_entropy(logits, target, ignore = 0)",
        lambda logits, target: F.cross_entropy(logits.flatten(0, 1), target.flatten(), ignore_index=0),
        {"logits": numbers(2, 4, 5, scale=3)}, {"target": torch.tensor([[3, 1, 0, 0], [2, 4, 1, 0]])},
    )
    shares = F.softmax(numbers(7, 5), 1).float().double()
    gradient_test(
        file, "soft_cross_entropy", "soft_cross_entropy(logits, probabilities)",
        lambda logits, probabilities: F.cross_entropy(logits, probabilities),
        {"logits": numbers(7, 5, scale=3), "probabilities": shares},
    )
    gradient_test(
        file, "nll", "nll(log_p, target)", lambda log_p, target: F.nll_loss(log_p, target),
        {"log_p": numbers(7, 5)}, {"target": classes},
    )
    gradient_test(
        file, "binary_cross_entropy with a positive weight", "binary_cross_entropy(logits, target, positive_weight = 2.5)",
        lambda logits, target: F.binary_cross_entropy_with_logits(
            logits, target, pos_weight=torch.tensor(2.5, dtype=torch.float64)),
        {"logits": logits}, {"target": share},
    )
    edges = numbers(6, 5, scale=2)
    edges[0, :2] = torch.tensor([1.5, -1.5])
    gradient_test(
        file, "huber", "huber(prediction, target, delta = 1.5)",
        lambda prediction, target: F.huber_loss(prediction, target, delta=1.5),
        {"prediction": edges, "target": torch.zeros(6, 5, dtype=torch.float64)},
    )
    certain = shares.clone()
    certain[0] = torch.tensor([0, 1, 0, 0, 0])
    gradient_test(
        file, "kl_divergence", "kl_divergence(log_q, p)",
        lambda log_q, p: F.kl_div(log_q, p, reduction="batchmean"), {"log_q": numbers(7, 5)}, {"p": certain},
    )
    gradient_test(
        file, "kl_divergence, of both sides", "kl_divergence(log_q, p)",
        lambda log_q, p: F.kl_div(log_q, p, reduction="batchmean"), {"log_q": numbers(7, 5), "p": shares},
    )
    normal = torch.distributions.Normal
    gradient_test(
        file, "kl_standard_normal", "kl_standard_normal(mu, log_variance)",
        lambda mu, log_variance: torch.distributions.kl_divergence(
            normal(mu, (0.5 * log_variance).exp()), normal(0.0, 1.0)).sum(1).mean(),
        {"mu": numbers(7, 3), "log_variance": numbers(7, 3)},
    )
    gradient_test(
        file, "gaussian_nll", "gaussian_nll(prediction, target, variance)",
        lambda prediction, target, variance: F.gaussian_nll_loss(prediction, target, variance),
        {"prediction": prediction, "target": target, "variance": numbers(7, 5).abs() + 0.25},
    )
    gradient_test(
        file, "poisson_nll", "poisson_nll(log_rate, target)", lambda log_rate, target: F.poisson_nll_loss(log_rate, target),
        {"log_rate": numbers(7, 5)}, {"target": torch.randint(0, 6, (7, 5)).double()},
    )
    signs = torch.where(numbers(11) > 0, 1.0, -1.0).double()
    gradient_test(
        file, "hinge", "hinge(scores, target)",
        lambda scores, target: torch.clamp(1 - target * scores, min=0).mean(), {"scores": numbers(11)}, {"target": signs},
    )
    gradient_test(
        file, "multi_margin", "multi_margin(scores, target)",
        lambda scores, target: F.multi_margin_loss(scores, target), {"scores": numbers(7, 5)}, {"target": classes},
    )
    file.write()


def activations():
    file = File("activations", "Activation functions and their gradients, next to PyTorch's.")
    x = numbers(4, 9, scale=3)
    x[0, 0] = 0
    for name, call in [
        ("relu", F.relu), ("silu", F.silu), ("softplus", F.softplus), ("tanh", torch.tanh), ("sigmoid", torch.sigmoid),
        ("relu6", F.relu6), ("elu", F.elu), ("selu", F.selu), ("mish", F.mish), ("log_sigmoid", F.logsigmoid),
        ("softsign", F.softsign), ("hard_tanh", F.hardtanh), ("hard_sigmoid", lambda x: F.relu6(x + 3) / 6), ("hard_silu", F.hardswish),
        ("gelu", lambda x: F.gelu(x, approximate="tanh")),
    ]:
        gradient_test(file, name, f"{name}(x)", lambda x: call(x), {"x": x})
    gradient_test(file, "leaky_relu", "leaky_relu(x, 0.125)", lambda x: F.leaky_relu(x, 0.125), {"x": x})
    gradient_test(file, "elu with alpha", "elu(x, alpha = 0.5)", lambda x: F.elu(x, 0.5), {"x": x})
    gradient_test(file, "softmax", "softmax(x)", lambda x: F.softmax(x, 1), {"x": x})
    gradient_test(file, "log_softmax", "log_softmax(x)", lambda x: F.log_softmax(x, 1), {"x": x})
    ties = torch.tensor([[1, 3, 3, -2], [2, 2, 2, 1], [0, -1, -1, -1], [-5, -5, -5, -5]], dtype=torch.float64)
    gradient_test(file, "max along an axis, with ties", "max(x, along = 1)", lambda x: x.amax(1), {"x": ties})
    gradient_test(file, "max along the first axis, with ties", "max(x, along = 0)", lambda x: x.amax(0), {"x": ties})
    gradient_test(file, "max of all, with ties", "max(x)", lambda x: x.amax(), {"x": ties})
    equal = {"a": ties[0].clone(), "b": ties[1].clone()}
    gradient_test(file, "the larger of two, with ties", "max(a, b)", lambda a, b: torch.maximum(a, b), equal)
    file.write()


def indexing():
    file = File("indexing", "Gathering by index tensors and its gradient, next to PyTorch's; dropout in evaluation.")
    table = numbers(6, 5)
    rows = torch.tensor([4, 0, 4, 4, 2, 5, 0])
    gradient_test(
        file, "rows of a table, some more than once (an embedding)", "table[ids]",
        lambda table, ids: F.embedding(ids, table), {"table": table}, {"ids": rows},
    )
    many = torch.randint(0, 6, (3, 4))
    gradient_test(
        file, "rows of a table by a matrix of numbers", "table[ids]",
        lambda table, ids: F.embedding(ids, table), {"table": table}, {"ids": many},
    )
    picks = torch.tensor([1, 4, 0, 0, 3, 2])
    gradient_test(
        file, "one element of each row", "table[_, ids]",
        lambda table, ids: table.gather(1, ids[:, None])[:, 0], {"table": table}, {"ids": picks},
    )
    gradient_test(
        file, "a slice", "table[1..4, 2..5]", lambda table: table[1:4, 2:5], {"table": table},
    )
    evaluated = nn.Dropout(0.4).eval()
    file.items.append("model Dropped {\n    let drop = Dropout(0.4)\n    forward(x: f32[..]) = drop(x)\n}\n")
    gradient_test(file, "dropout in evaluation", "Dropped()(x)", lambda x: evaluated(x), {"x": numbers(3, 5)})
    file.write()


def metrics():
    """No gradients: these numbers follow from their definitions in a few lines of torch."""
    file = File("metrics", "Metrics of the standard library, next to PyTorch's numbers.")
    logits, target = numbers(20, 4), torch.randint(0, 3, (20,))  # class 3 never occurs, and is never taken for right
    prediction = logits.argmax(1)
    confusion = torch.zeros(4, 4, dtype=torch.float64)
    for wanted, got in zip(target.tolist(), prediction.tolist()):
        confusion[wanted, got] += 1
    right = confusion.diagonal()
    ranks = (logits > logits.gather(1, target[:, None])).sum(1)
    two = "(confusion_matrix(argmax(logits, along = 1)[..7], target[..7], 4) + confusion_matrix(argmax(logits, along = 1)[7..], target[7..], 4))"
    values = {
        "accuracy(logits, target)": (prediction == target).double().mean(),
        "accuracy(reshape(logits, [4, 5, 4]), reshape(target, [4, 5]))": (prediction == target).double().mean(),
        "top_k_accuracy(logits, target, k = 1)": (ranks < 1).double().mean(),
        "top_k_accuracy(logits, target, k = 2)": (ranks < 2).double().mean(),
        "top_k_accuracy(logits, target, k = 4)": torch.tensor(1.0),
        "confusion_matrix(argmax(logits, along = 1), target, 4)": confusion,
        two: confusion,
        f"precision{two}": right / confusion.sum(0).clamp(min=1),
        f"recall{two}": right / confusion.sum(1).clamp(min=1),
        f"f1{two}": 2 * right / (confusion.sum(0) + confusion.sum(1)),
        "perplexity(logits, target)": F.cross_entropy(logits, target).exp(),
        "perplexity(logits, target, ignore = 1)": F.cross_entropy(logits, target, ignore_index=1).exp(),
        "r2(logits, 0.5 * logits + 0.25)":
            1 - F.mse_loss(logits, 0.5 * logits + 0.25) / (0.5 * logits).var(correction=0),
    }
    for call, value in values.items():
        lines = [let(name, data) for name, data in [("logits", logits), ("target", target)] if name in call]
        file.test(call[:60], *lines, f"assert close({call}, {literal(value)})")
    file.write()


files = [losses, activations, indexing, metrics]
