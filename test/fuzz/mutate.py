# Deterministic mutations of the syntax tests: the parser must neither crash nor hang, and every error must
# have a place inside the file.
#
#   mutate.py NN-PARSE FOLDER COUNT [SEED]
import glob
import os
import random
import re
import subprocess
import sys
import tempfile

words = """fn let var param state const return if then else for while break in and or not true scan yield with import layer
model loss optimizer command test along minimize over using -> |> >> ..= .. . += == != <= < = ~ + - * / @ ^ ( ) [ ] { } , ; :
_ 1 1.5 "a" "{b}" " { } x f // /// && ! ' # % \\ σ é ∑ 0x1 1. 99999999999999999999""".split()


def mutate(text, rng):
    for _ in range(rng.choice([1, 1, 1, 2, 5])):
        tokens = re.findall(r"\w+|\s+|[^\w\s]", text)
        if not tokens:
            return text
        i, j = sorted((rng.randrange(len(tokens)), rng.randrange(len(tokens))))
        j = min(j, i + rng.choice([1, 1, 2, 10]))
        kind = rng.randrange(8)
        if kind == 0:
            tokens = tokens[:i]
        elif kind == 1:
            tokens = tokens[i:]
        elif kind == 2:
            del tokens[i:j]
        elif kind == 3:
            tokens[i:i] = tokens[i:j]
        elif kind == 4:
            tokens[i], tokens[j - 1] = tokens[j - 1], tokens[i]
        elif kind == 5:
            tokens[i] = rng.choice(words)
        elif kind == 6:
            tokens.insert(i, " " + rng.choice(words) + " ")
        else:
            tokens[i] = rng.choice(["\n", "", "\t", "\r\n"])
        text = "".join(tokens)
    return text


def main():
    parser, folder, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    rng = random.Random(int(sys.argv[4]) if len(sys.argv) > 4 else 1)
    seeds = []
    for path in sorted(glob.glob(os.path.join(folder, "*.nn"))):
        with open(path, encoding="utf-8") as file:
            # Not the expectations: only code is worth changing.
            lines = [l for l in file if not l.startswith(("// CHECK", "// RUN"))]
        seeds.append("".join(lines))
    assert seeds, f"no seeds in {folder}"

    with tempfile.TemporaryDirectory() as scratch:
        texts = [mutate(rng.choice(seeds), rng) for _ in range(count)]
        paths = []
        for number, text in enumerate(texts):
            paths.append(os.path.join(scratch, f"{number}.nn"))
            with open(paths[-1], "w", encoding="utf-8", newline="") as file:
                file.write(text)
        result = subprocess.run([parser, *paths], capture_output=True, text=True, timeout=100)
        if result.returncode not in (0, 1):
            for path, text in zip(paths, texts):
                alone = subprocess.run([parser, path], capture_output=True, text=True)
                if alone.returncode not in (0, 1):
                    sys.exit(f"exit code {alone.returncode}\n{alone.stderr[-2000:]}\non:\n{text}")
            sys.exit(f"exit code {result.returncode} on all files together\n{result.stderr[-2000:]}")
        errors = 0
        for line in result.stderr.splitlines():
            if "error[E" not in line:
                continue
            errors += 1
            place = re.match(r".*?(\d+)\.nn:(\d+):(\d+): error\[E1\d\d\d\]: \S", line)
            assert place, f"an error without a place: {line}"
            number, row, column = map(int, place.groups())
            rows = texts[number].split("\n")
            inside = row <= len(rows) and column <= len(rows[row - 1]) + 1
            assert inside, f"an error outside of its file: {line}\n{texts[number]}"
            assert "mismatched" not in line and "viable" not in line, line
            assert "expected something else" not in line and "<EOF>" not in line, line
        print(f"{count} files, {errors} errors")
        assert errors > count // 2, "the mutations hardly break anything"


main()
