//===- StrongZero.h - gradients of what a selection left out -----------------------------===//
//
// The gradient of a selection is 0 for the operand that is not taken. That 0 means that the operand
// does not exist, so it must stay 0 however the operand was computed; in IEEE arithmetic an
// infinite slope or a NaN on the way would make NaN of it. So a cotangent that a rule has selected
// is *masked*, and so is what is computed of it; and where a rule multiplies a masked cotangent by
// what may not be finite (Finite.h), or divides it, the product gets strong zeros (nn.strong_mul,
// nn.strong_div; a "strong zero" as in Enzyme and Julia). Where the condition is one for the whole
// tensor, as that of an `if`, it is carried along, and what comes through a contraction or a
// recurrence is selected by it once more.
//
// Guarantees that programs without selections, or without slopes that may be infinite, get the same
// operations as without it.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_IR_STRONG_ZERO_H
#define NNC_IR_STRONG_ZERO_H

#include "compiler/ir/Finite.h"

namespace nnc::ir {

/// Whether zeros of a value may stand for what a selection left out, as in a cotangent of an
/// earlier sweep.
class SelectedValues {
public:
  bool get(mlir::Value value);
  void forget() { known.clear(); }

private:
  llvm::DenseMap<mlir::Value, bool> known;
};

/// The masked ones among the cotangents of one sweep.
class MaskedCotangents {
public:
  /// Emits the gradient rule of `op` (GradientOpInterface), with strong zeros where cotangents are
  /// masked.
  void buildGradient(GradientOpInterface op, mlir::OpBuilder &builder, mlir::ValueRange cotangents,
                     mlir::MutableArrayRef<mlir::Value> operandCotangents);
  /// Notes that `sum` is a + b: masked where both are.
  void noteSum(mlir::OpBuilder &builder, mlir::Value sum, mlir::Value a, mlir::Value b);

private:
  /// The scalar condition under which there is a cotangent; null where each element has its own.
  using Condition = mlir::Value;
  using Emitted = llvm::SmallVector<mlir::Operation *>;

  void setMasked(mlir::Value cotangent, Condition condition) { masked[cotangent] = condition; }
  /// Both conditions hold.
  Condition combine(mlir::OpBuilder &builder, Condition a, Condition b);

  /// What is known of values ends where one of them may have been replaced.
  void forget() {
    finite.forget();
    selected.forget();
  }

  llvm::DenseMap<mlir::Value, Condition> masked;
  FiniteValues finite;
  SelectedValues selected;
};

} // namespace nnc::ir

#endif // NNC_IR_STRONG_ZERO_H
