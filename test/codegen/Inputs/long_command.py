"""Writes a program with a command of two thousand operations. Each adds the first element of one of
two tensors to the second, so that one that was left out or came twice would show; some values are
read much later. Which of the two tensors is next has no order; with `regular`, it is always x."""
import sys
regular = sys.argv[1:] == ["regular"]
lines = ["command long(start: float = 0.5) {",
         "    let first = f32(start)",
         "    for turn in 0..2 {",
         "        var x = [1.0, 2.0] * first + turn",
         "        var y = f64([1.0, 0.0])",
         "        let early = sum(x)"]
state = 1
for i in range(1, 2001):
    state = (state * 1103515245 + 12345) % 2**31
    name = "x" if regular or state >> 16 & 1 else "y"
    lines.append(f"        {name} = cumsum({name})")
    if i % 500 == 0:
        lines.append(f"        print(\"{i} {{x:.3f}} {{y[1]:.0f}}\")")
lines += ["        print(\"turn {turn}: early {early:.1f}, x {x:.4f}\")", "    }", "}",
          "command short() {", "    print(sum([1.0, 2.0]))", "}"]
print("\n".join(lines))
