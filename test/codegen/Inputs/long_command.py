"""Writes a program with a command of two thousand operations. Each adds the first element to the
second, so that one that was left out or came twice would show; some values are read much later."""
lines = ["command long(start: float = 0.5) {",
         "    let first = f32(start)",
         "    for turn in 0..2 {",
         "        var x = [1.0, 2.0] * first + turn",
         "        let early = sum(x)"]
for i in range(1, 2001):
    lines.append("        x = cumsum(x)")
    if i % 500 == 0:
        lines.append(f"        print(\"{i} {{x:.3f}}\")")
lines += ["        print(\"turn {turn}: early {early:.1f}, x {x:.4f}\")", "    }", "}",
          "command short() {", "    print(sum([1.0, 2.0]))", "}"]
print("\n".join(lines))
