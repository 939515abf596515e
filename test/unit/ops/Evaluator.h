//===- Evaluator.h - runs an nn.func in double precision, by plain loops ------------===//
//
// A reference for tests: every tensor operation by the definition that its documentation gives,
// without regard to speed, and independent of lowering. Structural operations are loops over
// indices here; element-wise ones run the formula of their record (ScalarBody.h).
//
//===----------------------------------------------------------------------===//
#ifndef NNC_TEST_UNIT_OPS_EVALUATOR_H
#define NNC_TEST_UNIT_OPS_EVALUATOR_H

#include "compiler/ir/NN.h"
#include "llvm/ADT/StringMap.h"
#include <vector>

namespace nnc::test {

using Shape = std::vector<int64_t>;

/// Row-major; integers and bools as doubles.
struct Tensor {
  Shape shape;
  std::vector<double> elements;
  explicit Tensor(Shape shape, double value = 0);
  double &at(llvm::ArrayRef<int64_t> index);
  double at(llvm::ArrayRef<int64_t> index) const { return const_cast<Tensor &>(*this).at(index); }
};

/// Values of size symbols.
using Sizes = llvm::StringMap<int64_t>;

/// The shape of a type; an error message on standard error and the end of the program where a
/// symbol has no value.
Shape getShape(ir::NNTensorType type, const Sizes &sizes);

/// The results of `function`. Fails, with an error at the operation, on one that is no tensor
/// operation, or an index out of range.
mlir::FailureOr<std::vector<Tensor>> evaluate(ir::FuncOp function, const Sizes &sizes,
                                              llvm::ArrayRef<Tensor> arguments);

} // namespace nnc::test

#endif // NNC_TEST_UNIT_OPS_EVALUATOR_H
