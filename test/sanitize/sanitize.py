"""Compiled programs under AddressSanitizer, with the runtime under AddressSanitizer and UndefinedBehaviorSanitizer.

    sanitize.py NNC RUNTIME CC FOLDER [--break] FILE.nn...

The optimised LLVM IR of each file's tests (or commands) gets the attribute that makes the compiler CC instrument each load and store; the
program is linked with the sanitized runtime RUNTIME and run from the file's folder. The exit code is 1 where a program fails or a
sanitizer speaks. The planned memory of a command is followed by a guard zone, which the sanitizer does not give by itself to what is
aligned to 64 bytes; what goes from one tensor to another within is not seen. With --break, the second half of planned memory is guarded,
to show that this is seen.
"""
import pathlib
import re
import subprocess
import sys

GUARD = 256


def guard(text, broken):
    """Lengthens the planned memory of each command in LLVM IR, and forbids what was added (or the second half) before the program starts."""
    calls = []

    def lengthen(match):
        size = int(match[3])
        start = size // 2 // 8 * 8 if broken else size
        place = f"getelementptr (i8, ptr {match[2]}, i64 {start})"
        calls.append(f"  call void @__asan_poison_memory_region(ptr {place}, i64 {size + GUARD - start})")
        return f"{match[1]}[{size + GUARD} x i8]"

    text = re.sub(r'^((@"[^"]*\.memory(?:\.\d+)?"|@[\w.]*\.memory(?:\.\d+)?) = internal [a-z_ ]*)\[(\d+) x i8\]', lengthen, text, flags=re.M)
    assert "@llvm.global_ctors" not in text and (calls or not broken)
    return text + "\n".join([
        "declare void @__asan_poison_memory_region(ptr, i64)",
        "define internal void @guard() {", *calls, "  ret void", "}",
        "@llvm.global_ctors = appending global [1 x { i32, ptr, ptr }] [{ i32, ptr, ptr } { i32 65535, ptr @guard, ptr null }]", ""])


arguments = sys.argv[1:]
broken = "--break" in arguments
if broken:
    arguments.remove("--break")
nnc, runtime, compiler, folder, *files = arguments
folder = pathlib.Path(folder).resolve()
folder.mkdir(parents=True, exist_ok=True)
failed = 0
for file in map(pathlib.Path, files):
    text = subprocess.run([nnc, "emit", "--stage=llvm", file], capture_output=True, text=True, check=True).stdout
    text = re.sub(r"^(define .*?) (#\d+ )?\{$", r"\1 sanitize_address \2{", text, flags=re.M)
    text = guard(text, broken)
    source, program = folder / (file.stem + ".ll"), folder / file.stem
    source.write_text(text)
    # The program is optimised already; -O1 removes checks that repeat each other.
    subprocess.run([compiler, "-O1", "-Wno-override-module", "-fsanitize=address,undefined", source, runtime, "-lm", "-o", program], check=True)
    result = subprocess.run([program], capture_output=True, text=True, cwd=file.parent, timeout=250)
    said = re.search(r"(ERROR: \w+Sanitizer.*|.*runtime error:.*)", result.stdout + result.stderr)
    last = (result.stdout.strip().split("\n") or [""])[-1]
    print(f"{file.name}: {said[1] if said else last}")
    failed |= result.returncode != 0 or said is not None
sys.exit(failed)
