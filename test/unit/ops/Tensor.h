//===- Tensor.h - tensors of doubles, for the evaluator ----------------------------===//
#ifndef NNC_TEST_UNIT_OPS_TENSOR_H
#define NNC_TEST_UNIT_OPS_TENSOR_H

#include "compiler/ir/NN.h"
#include "llvm/ADT/StringMap.h"
#include <vector>

namespace nnc::test {

using Shape = std::vector<int64_t>;
using Index = std::vector<int64_t>;

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

/// The value of a dimension.
int64_t getValue(ir::Dim dim, const Sizes &sizes);

/// Visits all indices of a shape, in row-major order.
void forEachIndex(const Shape &shape, llvm::function_ref<void(Index &)> visit);

/// Elements of `index` at `axes`.
Index pick(const Index &index, llvm::ArrayRef<int64_t> axes);
/// `index` without what is at `axes`.
Index drop(const Index &index, llvm::ArrayRef<int64_t> axes);

} // namespace nnc::test

#endif // NNC_TEST_UNIT_OPS_TENSOR_H
