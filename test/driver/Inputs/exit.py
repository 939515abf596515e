# Runs a command and requires its exit code: exit.py CODE COMMAND [ARGUMENTS]
#
# Passes on what the command prints, both streams on standard output, so that FileCheck can read it. A command that is
# ended by a signal has a negative code, and so never the one that is wanted.
import subprocess
import sys

result = subprocess.run(sys.argv[2:], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
sys.stdout.buffer.write(result.stdout)
if result.returncode != int(sys.argv[1]):
    print(f"exit code {result.returncode}, expected {sys.argv[1]}")
    sys.exit(1)
