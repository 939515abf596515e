//===- Evaluator.h - runs an nn.func in double precision, by plain loops ------------===//
//
// A reference for tests: every tensor operation by the definition that its documentation gives,
// without regard to speed, and independent of lowering. Structural operations are loops over
// indices here; element-wise ones run the formula of their record (Formulas.h). Control flow and
// variables are interpreted. What has effects outside (data, output, training) it does not know.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_TEST_UNIT_OPS_EVALUATOR_H
#define NNC_TEST_UNIT_OPS_EVALUATOR_H

#include "Tensor.h"

namespace nnc::test {

/// Whether real numbers are kept as doubles, or rounded to f32 after each operation, which shows
/// how much a result depends on rounding.
enum class Rounding { None, ToF32 };

/// The results of `function`. Fails, with an error at the operation, on one that it does not know,
/// or an index out of range.
mlir::FailureOr<std::vector<Tensor>> evaluate(ir::FuncOp function, const Sizes &sizes,
                                              llvm::ArrayRef<Tensor> arguments,
                                              Rounding rounding = Rounding::None);

} // namespace nnc::test

#endif // NNC_TEST_UNIT_OPS_EVALUATOR_H
