# Checks that no operation of the dialect lacks what every operation must have.
#
#   llvm-tblgen --dump-json compiler/ops/NNOps.td ... | registry.py TEST_FOLDER
#
# For each operation: a summary; a round-trip test in ops/. For each tensor operation: a gradient rule or the
# trait NotDifferentiable, not both; with a rule, a function in gradient/numeric/ that uses it, so that the rule
# is compared with central differences. Prints what is missing; exit code 1 if anything is.
import json
import pathlib
import re
import sys


def names(init):
    """The records that a list or a dag names."""
    if isinstance(init, dict) and init.get("kind") == "dag":
        init = [argument[0] for argument in init["args"]]
    return [item["def"] for item in init if isinstance(item, dict) and "def" in item]


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
    print(f"{count} operations")
    for problem in problems:
        print(problem)
    return 1 if problems or count == 0 else 0


sys.exit(main())
