//===- nn-formulas.cpp - the formulas of element-wise operations, written down --------===//
//
// nn-formulas [source|tex|unicode]: one line for each formula, fields between tabs: the operation,
// `value` or the operand (a, b, c) whose gradient it is, the formula. `y` is the value, `dy` its
// gradient.
//
//===----------------------------------------------------------------------===//

#include "compiler/ir/Notation.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/raw_ostream.h"

using namespace nnc::ir;

int main(int argc, char **argv) {
  using Style = Notation::Style;
  auto style = llvm::StringSwitch<std::optional<Style>>(argc > 1 ? argv[1] : "source")
                   .Case("source", Style::Source)
                   .Case("tex", Style::Tex)
                   .Case("unicode", Style::Unicode)
                   .Default(std::nullopt);
  if (argc > 2 || !style) {
    llvm::errs() << "usage: nn-formulas [source|tex|unicode]\n";
    return 2;
  }
  static constexpr const char *names[] = {"a", "b", "c"};
  bool isTex = style == Style::Tex;
  forEachFormula([&]<typename Op>() {
    llvm::SmallVector<Notation, 3> operands;
    for (unsigned i = 0; i < Op::arity; ++i)
      operands.push_back(Notation::variable(*style, names[i]));
    auto print = [&](llvm::StringRef what, const Notation &formula) {
      llvm::outs() << Op::getOperationName() << '\t' << what << '\t' << formula.getText() << '\n';
    };
    print("value", Op::template formula<Notation>(operands));
    Op::template visitGradients<Notation>(
        operands, Notation::variable(*style, "y"),
        Notation::variable(*style, isTex ? "\\bar{y}" : "dy"),
        [&](unsigned i, const Notation &formula) { print(names[i], formula); });
  });
  return 0;
}
