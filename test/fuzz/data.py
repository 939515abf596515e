# Reads damaged files of each format by compiled programs: whatever bytes are there, the program reads them or says what is
# wrong (exit code 1 and a message), and never crashes or hangs.
#
#   data.py FOLDER    with the files of execution/Inputs/make-arrays.py and the program ./p of data.test in it
import os
import pathlib
import random
import shutil
import subprocess
import sys

os.chdir(sys.argv[1])
random.seed(7)


def damage(data):
    data = bytearray(data)
    for _ in range(random.randint(1, 4)):
        kind = random.randrange(4)
        at = random.randrange(len(data))
        if kind == 0:
            data[at] = random.randrange(256)
        elif kind == 1:
            data[at] ^= 1 << random.randrange(8)
        elif kind == 2 and len(data) > 10:
            del data[at : at + random.randint(1, 20)]
        else:
            data[at:at] = data[: random.randint(1, 20)]
    return bytes(data)


def check(*arguments):
    result = subprocess.run(["./p", *arguments], capture_output=True, timeout=60)
    message = result.stderr.decode(errors="replace")
    good = result.returncode == 0 or (result.returncode == 1 and "error: " in message)
    assert good, (arguments, result.returncode, message)
    return result.returncode


cases = {
    "arrays": ["stored.npz", "packed.npz"],
    "array": ["x.npy"],
    "table": ["table.csv"],
    "letters": ["letters.txt"],
    "pictures": ["pictures/cat/colour.png", "pictures/dog/palette.png", "jpeg/only/two.jpg"],
}
read = failed = 0
for command, files in cases.items():
    for file in files:
        good = pathlib.Path(file).read_bytes()
        for _ in range(25):
            shutil.rmtree("damaged", ignore_errors=True)
            os.mkdir("damaged")
            pathlib.Path("damaged/file").write_bytes(damage(good))
            code = check(command, "damaged" if command == "pictures" else "damaged/file")
            read += code == 0
            failed += code == 1
print(f"{read} read, {failed} refused")
assert read > 10 and failed > 50
