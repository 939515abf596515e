"""Says what an executable needs beyond an x86-64 level: instructions, and variants of the runtime's functions for higher levels.

    levels.py OBJDUMP NM LEVEL EXECUTABLE

Looks for the instructions that compilers choose by themselves: SSE3 to SSE4.2 and popcnt are level 2; AVX, AVX2, FMA, BMI are level
3 (everything encoded with VEX begins with v), 512-bit registers and masks level 4. Instructions that run on any CPU (tzcnt is an old
one with a prefix) and xgetbv, which cpuid guards, are left out. Exit code 1 if there is any.
"""
import re
import subprocess
import sys

objdump, nm, level, executable = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
level2 = re.compile(
    r"(addsubp[sd]|hsubp[sd]|haddp[sd]|lddqu|movddup|mov[sl][hl]dup|psign[bwd]|pabs[bwd]|palignr|ph(add|sub)(w|d|sw)|pmaddubsw|"
    r"pmulhrsw|pshufb|p?blendv?[pbw][sdbw]?|blendvp[sd]|dpp[sd]|extractps|insertps|movntdqa|mpsadbw|packusdw|pcmp(eq|gt)q|"
    r"pextr[bdq]|phminposuw|pinsr[bdq]|p(max|min)(sb|sd|uw|ud)|pmov[sz]x\w+|pmuldq|pmulld|ptest|rounds[sd]|roundp[sd]|crc32\w*|"
    r"pcmp[ei]str[im]|popcnt[lqw]?|cmpxchg16b)$")
level3 = re.compile(r"(v(?!err|erw|mcall|mrun)[a-z]\w+|andn[lq]?|bextr[lq]?|bls(i|r|msk)[lq]?|bzhi[lq]?|mulx[lq]?|pdep[lq]?|"
                    r"pext[lq]|rorx[lq]?|s(ar|hl|hr)x[lq]?|movbe[lqw]?)$")
found = {2: set(), 3: set(), 4: set()}
text = subprocess.run([objdump, "-d", "--no-show-raw-insn", executable], check=True, capture_output=True, text=True).stdout
count = 0
for line in text.splitlines():
    match = re.match(r"\s+[0-9a-f]+:\s+(?:rep\s+|lock\s+)?(\S+)(.*)", line)
    if not match:
        continue
    count += 1
    name, operands = match.groups()
    if re.search(r"%zmm|%k[0-7]", operands):
        found[4].add(name)
    elif level3.match(name):
        found[3].add(name)
    elif level2.match(name):
        found[2].add(name)
symbols = subprocess.run([nm, executable], check=True, capture_output=True, text=True).stdout
for name, variant in re.findall(r"\b(nn_contract_\w+_v(\d))\b", symbols):
    print("calls", name)
    if int(variant) > level:
        found.setdefault(int(variant), set()).add(name)
beyond = sorted(name for needed, names in found.items() if needed > level for name in names)
print("beyond its level:", ", ".join(beyond) or "nothing")
for needed in (2, 3, 4):
    print(f"of level {needed}:", "some" if found[needed] else "none")
sys.exit(bool(beyond or count < 1000))
