# Checks that no operation of the dialect lacks what every operation must have.
#
#   llvm-tblgen --dump-json compiler/ops/NNOps.td ... | registry.py TEST_FOLDER
#
# For each operation: a summary; a round-trip test in ops/. For each tensor operation: a gradient rule or the
# trait NotDifferentiable, not both; with a rule, a function in gradient/numeric/ that uses it, so that the rule
# is compared with central differences. And what passes ask (compiler/ir/Interfaces.td): a tensor operation says what
# it costs and where its result lies; one that can fail, how not to; one that names variables, what it does to them;
# one that has sizes in attributes, which. Prints what is missing; exit code 1 if anything is.
import json
import pathlib
import re
import sys


# Where the results of tensor operations lie that neither fuse nor store them where they are told to: a reduction is
# always part of a group; the plan gives a recurrence its places; the others are gone before memory is planned.
PLACED = {"reduce": "in a group", "scan": "by the plan", "grad": "gone", "jacobian": "gone", "with_gradient": "gone", "is_reached": "gone"}
# How an attribute that holds sizes, or names a variable, is declared.
SIZES, ONE_SIZE, VARIABLE = "NN_DimsAttr", ("dim", "length"), ("variable", "variables")


def names(init):
    """The records that a list or a dag names."""
    if isinstance(init, dict) and init.get("kind") == "dag":
        init = [argument[0] for argument in init["args"]]
    return [item["def"] for item in init if isinstance(item, dict) and "def" in item]


def interfaces(records, operation):
    """The traits of an operation, those of its trait lists included, and the interfaces that they declare."""
    found, pending = set(), names(operation["traits"])
    while pending:
        name = pending.pop()
        record = records[name]
        found.add(name)
        pending += names(record.get("traits", []))
        if isinstance(record.get("cppInterfaceName"), str):
            found.add(record["cppInterfaceName"])
        if isinstance(record.get("trait"), str):
            found.add(record["trait"])
    return found


def asked(records, operation):
    """What passes ask of an operation that it does not say."""
    mnemonic, traits = operation["opName"], interfaces(records, operation)
    attributes = {
        name: argument["def"]
        for argument, name in operation["arguments"]["args"]
        if not is_value(records, argument["def"])
    }
    has_tensor = any(is_tensor(records, result) for result in names(operation["results"]))
    free = "NN_Pure" in operation["!superclasses"] or "NoMemoryEffect" in traits or mnemonic in PLACED
    can_fail = "NoMemoryEffect" in traits and "AlwaysSpeculatableImplTrait" not in traits
    values = names(operation["results"]) + [x["def"] for x, _ in operation["arguments"]["args"] if is_value(records, x["def"])]
    if has_tensor and free and not all(is_scalar(records, value) or not is_tensor(records, value) for value in values):
        if not traits & {"CostOpInterface", "LoopOpInterface"} and PLACED.get(mnemonic) != "gone":
            yield "does not say what it costs (CostOpInterface)"
        places = traits & {"ElementOpInterface", "ComputesIntoDestination", "SharesMemory"}
        scalar = all(is_scalar(records, result) for result in names(operation["results"]))
        if not places and mnemonic not in PLACED and not scalar:
            yield "does not say where its result lies (ElementOpInterface, ComputesIntoDestination, SharesMemory)"
        if len(places) > 1:
            yield "says twice where its result lies"
    if can_fail and "GuardOpInterface" not in traits:
        yield "may fail, but does not say how not to (GuardOpInterface)"
    if any(name in VARIABLE for name in attributes) and "VariableOpInterface" not in traits:
        yield "names variables, but does not say what it does to them (VariableOpInterface)"
    holds_sizes = any(
        constraint == SIZES or (constraint == "AnyAttr" and name in ONE_SIZE) for name, constraint in attributes.items()
    )
    if holds_sizes and "SizeOpInterface" not in traits:
        yield "has sizes in its attributes, but does not give them (SizeOpInterface)"


def is_value(records, name):
    return "TypeConstraint" in records[name]["!superclasses"]


def is_scalar(records, name):
    return "NN_ScalarOf" in records[name]["!superclasses"] or name in ("NN_Scalar", "NN_FloatScalar")


def mentioned(folder):
    """The operations that the tests of a folder use."""
    text = "".join(
        line for path in sorted(folder.glob("*.mlir")) for line in open(path) if not line.lstrip().startswith("//")
    )
    return set(re.findall(r"\bnn\.(\w+)", text))


def is_tensor(records, name):
    record = records[name]
    if "Variadic" in record["!superclasses"]:
        return is_tensor(records, record["baseType"]["def"])
    return record.get("cppType") == "::nnc::ir::NNTensorType"


def main():
    records = json.load(sys.stdin)
    tests = pathlib.Path(sys.argv[1])
    in_ops, in_numeric = mentioned(tests / "ops"), mentioned(tests / "gradient" / "numeric")
    problems, count = [], 0
    for record in records["!instanceof"]["NN_Op"]:
        operation = records[record]
        if operation["opDialect"]["def"] != "NN_Dialect":
            continue
        count += 1
        mnemonic, traits = operation["opName"], names(operation["traits"])
        if not operation["summary"]:
            problems.append(f"nn.{mnemonic} has no summary")
        if mnemonic not in in_ops:
            problems.append(f"nn.{mnemonic} has no test in ops/")
        differentiable, constant = "NN_Gradient" in traits, "NotDifferentiable" in traits
        if differentiable and constant:
            problems.append(f"nn.{mnemonic} has a gradient and is NotDifferentiable")
        pure = "NN_Pure" in operation["!superclasses"]
        if pure and any(is_tensor(records, result) for result in names(operation["results"])):
            if not differentiable and not constant:
                problems.append(f"nn.{mnemonic} has neither a gradient nor the trait NotDifferentiable")
        if differentiable and mnemonic not in in_numeric:
            problems.append(f"nn.{mnemonic} has a gradient, but no test in gradient/numeric/")
        problems += [f"nn.{mnemonic} {problem}" for problem in asked(records, operation)]
    print(f"{count} operations")
    for problem in problems:
        print(problem)
    return 1 if problems or count == 0 else 0


sys.exit(main())
