//===- FormulaPattern.h - formulas that are looked for and emitted ------------------------===//
//
// A formula of the language, parsed: names, numbers, operators, functions by the mnemonics of
// element-wise operations. It can be matched against what computes a value, and emitted.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_OPTIMISE_FORMULA_PATTERN_H
#define NNC_OPTIMISE_FORMULA_PATTERN_H

#include "compiler/ir/NN.h"
#include "llvm/ADT/StringMap.h"

namespace nnc::optimise {

/// Whether two values are computed alike of the same, so that a formula may be written with either:
/// exp(2 * x) / (1 + exp(2 * x)). Values for which `isHidden` holds are like themselves alone.
bool areAlike(mlir::Value a, mlir::Value b, llvm::function_ref<bool(mlir::Value)> isHidden);

class FormulaPattern {
public:
  /// Parses a formula; it must be right, as those of a table in the compiler are.
  explicit FormulaPattern(llvm::StringRef text);

  using Names = llvm::StringMap<mlir::Value>;
  /// Whether `value` is computed by this formula, of what `names` then holds; a name that it holds
  /// already, or that occurs twice, must be a value that is computed alike. Sums and products match
  /// in either order. Values for which `isHidden` holds are not looked into.
  bool match(mlir::Value value, Names &names,
             llvm::function_ref<bool(mlir::Value)> isHidden) const {
    return match(*root, value, names, isHidden);
  }
  /// Emits the formula of the names, as a tensor of their type.
  mlir::Value emit(mlir::OpBuilder &builder, mlir::Location loc, const Names &names) const {
    return emit(*root, builder, loc, names);
  }
  /// The operation that computes it, such as "nn.log".
  llvm::StringRef getOperation() const { return root->operation; }

private:
  /// A name, a number, or an operation on others.
  struct Node {
    std::string name, operation;
    double number = 0;
    std::vector<std::unique_ptr<Node>> operands;
  };
  using NodePtr = std::unique_ptr<Node>;

  NodePtr parseSum(llvm::StringRef &text);
  NodePtr parseProduct(llvm::StringRef &text);
  NodePtr parseSign(llvm::StringRef &text);
  NodePtr parseAtom(llvm::StringRef &text);
  static bool match(const Node &node, mlir::Value value, Names &names,
                    llvm::function_ref<bool(mlir::Value)> isHidden);
  static bool matchOperands(const Node &node, mlir::Operation *op, bool isSwapped, Names &names,
                            llvm::function_ref<bool(mlir::Value)> isHidden);
  static mlir::Value emit(const Node &node, mlir::OpBuilder &builder, mlir::Location loc,
                          const Names &names);

  NodePtr root;
};

} // namespace nnc::optimise

#endif // NNC_OPTIMISE_FORMULA_PATTERN_H
