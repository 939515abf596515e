//===- Notation.h - formulas written down -------------------------------------===//
//
// Notation holds the text of a formula: as source of the language, in TeX, or in plain Unicode. Its
// operators and functions (Expression.h) join texts, with the parentheses that the notation needs
// for the same operations in the same order, and no others.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_IR_NOTATION_H
#define NNC_IR_NOTATION_H

#include "compiler/ir/Expression.h"
#include <string>

namespace nnc::ir {

class Notation {
public:
  enum class Style { Source, Tex, Unicode };
  /// What binds how strongly, as in the language's grammar; weakest first.
  enum class Strength { Cases, Or, And, Not, Comparison, Sum, Product, Sign, Power, Atom };

  /// A name, as the style writes it.
  static Notation variable(Style style, llvm::StringRef name) {
    return {style, name.str(), Strength::Atom};
  }
  const std::string &getText() const { return text; }
  Notation constant(double number) const;

  template <typename Op> static Notation call(llvm::ArrayRef<Notation> operands) {
    return write(mnemonicOf(Op::getOperationName()), Op::getLanguageName(), operands);
  }

private:
  Notation(Style style, std::string text, Strength strength)
      : style(style), text(std::move(text)), strength(strength) {}
  /// nn.add: add.
  static llvm::StringRef mnemonicOf(llvm::StringRef operation) {
    return operation.split('.').second;
  }
  static Notation write(llvm::StringRef mnemonic, llvm::StringRef languageName,
                        llvm::ArrayRef<Notation> operands);
  static Notation writeFunction(llvm::StringRef mnemonic, llvm::StringRef languageName,
                                llvm::ArrayRef<Notation> operands);
  static Notation writeSelection(llvm::ArrayRef<Notation> operands);
  static Notation writePower(const Notation &base, const Notation &exponent);
  /// The text; in parentheses where it binds less strongly than it must.
  std::string at(Strength least) const;

  Style style;
  std::string text;
  Strength strength;
};

} // namespace nnc::ir

#endif // NNC_IR_NOTATION_H
