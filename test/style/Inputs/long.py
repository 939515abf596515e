# Prints a source of 406 lines, with a function of 81 lines and functions of 80.
def function(head, lines):
    print("\n".join([head, *["  f();"] * (lines - head.count("\n") - 2), "}"]))


function("void Long::run(int a,\n               int b) {", 81)
for name in "abcd":
    function(f"int {name}() {{", 80)
print("// five\n" * 4 + "// lines")
