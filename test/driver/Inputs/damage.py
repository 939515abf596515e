"""damage.py FOLDER COMMAND...: damages the one executable in FOLDER in each way, runs COMMAND, and says what it
printed and whether the executable is whole again."""
import os, subprocess, sys

folder, command = sys.argv[1], sys.argv[2:]
(name,) = os.listdir(folder)
path = os.path.join(folder, name)
whole = open(path, "rb").read()


def replace(data):
    os.remove(path)  # the old file may be running
    with open(path, "wb") as file:
        file.write(data)
    os.chmod(path, 0o700)


def make_link():
    os.remove(path)
    os.symlink("/bin/true", path)


middle = len(whole) // 2
damages = {
    "empty": lambda: replace(b""),
    "cut": lambda: replace(whole[:middle]),
    "changed": lambda: replace(whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :]),
    "open to others": lambda: os.chmod(path, 0o777),
    "link": make_link,
}
for how, damage in damages.items():
    damage()
    run = subprocess.run(command, capture_output=True, text=True)
    again = not os.path.islink(path) and open(path, "rb").read() == whole and os.stat(path).st_mode & 0o777 == 0o700
    print(f"{how}: {run.stdout.strip()}{run.stderr.strip()}, {'whole again' if again else 'still damaged'}")
