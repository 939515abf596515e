//===- Notation.cpp - formulas written down -------------------------------------===//

#include "compiler/ir/Notation.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include <charconv>

namespace nnc::ir {

using Style = Notation::Style;
using Strength = Notation::Strength;

namespace {
/// An operator between two operands, or before one; functions are those that are not here.
struct Operator {
  llvm::StringRef mnemonic;
  Strength strength;
  const char *spelling[3]; // Source, Tex, Unicode
};

/// Around the only operand.
struct Brackets {
  llvm::StringRef mnemonic, tex[2], unicode[2];
};
} // namespace

static constexpr Operator operators[] = {
    {"add", Strength::Sum, {"+", "+", "+"}},
    {"sub", Strength::Sum, {"-", "-", "−"}},
    {"mul", Strength::Product, {"*", "\\cdot", "·"}},
    {"div", Strength::Product, {"/", "/", "/"}},
    {"strong_mul", Strength::Product, {"*", "\\cdot", "·"}},
    {"strong_div", Strength::Product, {"/", "/", "/"}},
    {"neg", Strength::Sign, {"-", "-", "−"}},
    {"eq", Strength::Comparison, {"==", "=", "="}},
    {"ne", Strength::Comparison, {"!=", "\\ne", "≠"}},
    {"lt", Strength::Comparison, {"<", "<", "<"}},
    {"le", Strength::Comparison, {"<=", "\\le", "≤"}},
    {"gt", Strength::Comparison, {">", ">", ">"}},
    {"ge", Strength::Comparison, {">=", "\\ge", "≥"}},
    {"not", Strength::Not, {"not ", "\\lnot ", "¬"}},
    {"and", Strength::And, {"and", "\\land", "∧"}},
    {"or", Strength::Or, {"or", "\\lor", "∨"}},
};

static constexpr Brackets brackets[] = {
    {"abs", {"\\lvert ", " \\rvert"}, {"|", "|"}},
    {"floor", {"\\lfloor ", " \\rfloor"}, {"⌊", "⌋"}},
    {"ceil", {"\\lceil ", " \\rceil"}, {"⌈", "⌉"}},
    {"sqrt", {"\\sqrt{", "}"}, {"√(", ")"}},
};

/// The functions that TeX has commands for.
static constexpr llvm::StringRef texFunctions[] = {"exp",  "log", "sin", "cos",
                                                   "tanh", "max", "min"};

static Strength stronger(Strength strength) { return Strength(int(strength) + 1); }

std::string Notation::at(Strength least) const {
  if (strength >= least)
    return text;
  return style == Style::Tex ? "\\left(" + text + "\\right)" : "(" + text + ")";
}

Notation Notation::constant(double number) const {
  char digits[32];
  auto end = std::to_chars(digits, std::end(digits), std::abs(number)).ptr;
  Notation positive(style, std::string(digits, end), Strength::Atom);
  return number < 0 ? -positive : positive;
}

Notation Notation::write(llvm::StringRef mnemonic, llvm::StringRef languageName,
                         llvm::ArrayRef<Notation> operands) {
  Style style = operands[0].style;
  if (mnemonic == "select")
    return writeSelection(operands);
  if (mnemonic == "pow")
    return writePower(operands[0], operands[1]);
  const auto *found =
      llvm::find_if(operators, [&](const Operator &op) { return op.mnemonic == mnemonic; });
  if (found == std::end(operators))
    return writeFunction(mnemonic, languageName, operands);
  std::string spelling = found->spelling[int(style)];
  if (operands.size() == 1) // no sign follows a sign
    return {style, spelling + operands[0].at(stronger(found->strength)), found->strength};
  if (mnemonic == "div" && style == Style::Tex)
    return {style, "\\frac{" + operands[0].text + "}{" + operands[1].text + "}", Strength::Power};
  // Operators join from the left; comparisons do not join. No sign follows an operator.
  bool joins = found->strength != Strength::Comparison;
  Strength left = joins ? found->strength : stronger(found->strength);
  Strength right = stronger(found->strength);
  if (operands[1].strength == Strength::Sign)
    right = Strength::Atom;
  return {style, operands[0].at(left) + " " + spelling + " " + operands[1].at(right),
          found->strength};
}

// Joins from the right, and its exponent is what comes after, so that only an atom needs nothing.
Notation Notation::writePower(const Notation &base, const Notation &exponent) {
  std::string left = base.at(Strength::Atom);
  if (base.style == Style::Tex)
    return {base.style, "{" + left + "}^{" + exponent.text + "}", Strength::Power};
  return {base.style, left + "^" + exponent.at(Strength::Atom), Strength::Power};
}

Notation Notation::writeSelection(llvm::ArrayRef<Notation> operands) {
  const Notation &condition = operands[0], &onTrue = operands[1], &onFalse = operands[2];
  static constexpr llvm::StringRef begin = "\\begin{cases} ", end = " \\end{cases}";
  switch (condition.style) {
  case Style::Source:
    return writeFunction("select", "where", operands);
  case Style::Tex: {
    // A selection in the last case is some more cases.
    llvm::StringRef rest = onFalse.text;
    bool isSelection = onFalse.strength == Strength::Cases;
    std::string last = isSelection ? rest.drop_front(begin.size()).drop_back(end.size()).str()
                                   : onFalse.text + " & \\text{otherwise}";
    return {
        Style::Tex,
        (begin + onTrue.text + " & \\text{if } " + condition.text + " \\\\ " + last + end).str(),
        Strength::Cases};
  }
  case Style::Unicode:
    return {Style::Unicode,
            onTrue.at(Strength::Or) + " if " + condition.text + ", else " + onFalse.text,
            Strength::Cases};
  }
  llvm_unreachable("all styles are covered");
}

Notation Notation::writeFunction(llvm::StringRef mnemonic, llvm::StringRef languageName,
                                 llvm::ArrayRef<Notation> operands) {
  Style style = operands[0].style;
  const auto *around =
      llvm::find_if(brackets, [&](const Brackets &pair) { return pair.mnemonic == mnemonic; });
  if (style != Style::Source && around != std::end(brackets)) {
    const llvm::StringRef *pair = style == Style::Tex ? around->tex : around->unicode;
    return {style, (pair[0] + operands[0].text + pair[1]).str(), Strength::Atom};
  }
  std::string arguments = llvm::join(
      llvm::map_range(operands, [](const Notation &operand) { return operand.text; }), ", ");
  std::string name = languageName.str();
  if (style == Style::Tex) {
    std::string escaped;
    for (char c : languageName)
      escaped += c == '_' ? std::string("\\_") : std::string(1, c);
    name = llvm::is_contained(texFunctions, mnemonic) ? "\\" + name
                                                      : "\\operatorname{" + escaped + "}";
    return {style, name + "\\left(" + arguments + "\\right)", Strength::Atom};
  }
  return {style, name + "(" + arguments + ")", Strength::Atom};
}

} // namespace nnc::ir
