//===- Finite.h - which values are surely finite ------------------------------------------===//
//
// What is known of a tensor's elements without running the program: that they are finite wherever
// the inputs, the parameters and the sizes are, overflow of sums and products aside; and their
// sign. It is what tells a slope that may be infinite (1 / x) from one that may not (1 / (1 +
// x^2)). Needs SSA values; asks back through the operations, into the bodies of recurrences. An
// operation with poles, or that ends its domain, must be named in Finite.cpp: for any other it is
// taken that what is finite gives what is finite, and test/ops/formulas.test sees that it is so.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_IR_FINITE_H
#define NNC_IR_FINITE_H

#include "compiler/ir/NN.h"

namespace nnc::ir {

/// The one value of all elements of floating-point numbers, seen through broadcasts; nothing where
/// they differ or are not known.
std::optional<double> getUniform(mlir::Value value);

/// What holds for every element.
struct Knowledge {
  bool isFinite = true;
  bool isNonNegative = false;
  bool isNonPositive = false;
  /// Nor is it 0.
  bool isNonZero = false;

  bool isPositive() const { return isNonNegative && isNonZero; }
};

/// Remembers what it found; to be asked while no operation that it has seen is erased.
class FiniteValues {
public:
  Knowledge get(mlir::Value value);
  bool isFinite(mlir::Value value) { return get(value).isFinite; }
  void forget() { known.clear(); }

private:
  Knowledge find(mlir::Value value);

  llvm::DenseMap<mlir::Value, Knowledge> known;
};

} // namespace nnc::ir

#endif // NNC_IR_FINITE_H
