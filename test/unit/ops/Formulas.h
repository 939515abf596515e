//===- Formulas.h - what element-wise operations compute, in double precision ----------===//
#ifndef NNC_TEST_UNIT_OPS_FORMULAS_H
#define NNC_TEST_UNIT_OPS_FORMULAS_H

#include "compiler/ir/NN.h"

namespace nnc::test {

using Formula = double (*)(llvm::ArrayRef<double>);

/// What the operation computes of one element of each operand; null if it is not element-wise.
Formula findFormula(mlir::Operation &op);

/// A number as an element of another type, as nn.convert's record says.
double convert(double value, mlir::Type type);

} // namespace nnc::test

#endif // NNC_TEST_UNIT_OPS_FORMULAS_H
