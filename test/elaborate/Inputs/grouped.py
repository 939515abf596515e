# Checks the text of the stage `opt`: grouped.py FILE. Outside of groups no operation computes with the elements of a tensor that
# has axes: arithmetic, functions, comparisons, selections and reductions stand in nn.fused.
import re
import sys

element = re.compile(r"= nn\.(add|sub|mul|div|neg|exp|log|sqrt|tanh|pow|max|min|select|lt|le|gt|ge|eq|ne|convert|reduce)\b.*\[")
depth, inside, outside, grouped = 0, [], [], 0
for line in open(sys.argv[1]):
    text = line.strip()
    if text.startswith("}") and inside and depth == inside[-1]:
        inside.pop()
    depth += line.count("{") - line.count("}")
    if re.search(r"= nn\.fused\(", text) and text.endswith("{"):
        inside.append(depth)
    elif element.search(text):
        if inside:
            grouped += 1
        else:
            outside.append(text)
print(f"{grouped} in groups, {len(outside)} outside")
assert grouped > 50 and not outside, outside[:5]
