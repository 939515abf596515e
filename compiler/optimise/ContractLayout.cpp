//===- ContractLayout.cpp - a contraction as a batch of matrix products --------------===//

#include "compiler/optimise/ContractLayout.h"

using namespace mlir;
using namespace nnc::ir;

namespace nnc::optimise {

namespace {
/// Several axes seen as one.
struct Collapsed {
  Dim size;
  Dim stride; // empty where the size is 1, so that any stride does
};
} // namespace

/// Nothing where the axes, in this order, do not follow each other in memory.
static std::optional<Collapsed> collapse(NNTensorType type, llvm::ArrayRef<int64_t> axes) {
  MLIRContext *context = type.getContext();
  llvm::SmallVector<Dim> shape = type.getShape();
  Collapsed result{Dim::get(context, 1), Dim()};
  for (int64_t axis : llvm::reverse(axes)) {
    if (shape[axis].isStatic(1))
      continue;
    Dim stride = getProduct(context, llvm::ArrayRef(shape).drop_front(axis + 1));
    if (!result.stride)
      result.stride = stride;
    else if (stride != result.stride * result.size)
      return std::nullopt;
    result.size = result.size * shape[axis];
  }
  return result;
}

std::optional<MatrixLayout> getMatrixLayout(NNTensorType type, llvm::ArrayRef<int64_t> batch,
                                            llvm::ArrayRef<int64_t> rows,
                                            llvm::ArrayRef<int64_t> columns) {
  Dim zero = Dim::get(type.getContext(), 0), one = Dim::get(type.getContext(), 1);
  std::optional<Collapsed> b = collapse(type, batch), r = collapse(type, rows),
                           c = collapse(type, columns);
  if (!b || !r || !c)
    return std::nullopt;
  Dim batchStride = b->stride ? b->stride : zero;
  // Row-major: columns next to each other. An axis of size 1 fits any stride.
  if (!c->stride || c->stride == one)
    return MatrixLayout{batchStride, r->stride ? r->stride : c->size, false};
  if (!r->stride || r->stride == one)
    return MatrixLayout{batchStride, c->stride, true};
  return std::nullopt;
}

std::optional<ContractLayout> getContractLayout(ContractOp op) {
  MLIRContext *context = op.getContext();
  NNTensorType lhs = op.getLhs().getType(), rhs = op.getRhs().getType();
  llvm::SmallVector<int64_t> lhsFree = op.getLhsFree(), rhsFree = op.getRhsFree();
  // The order in which products are summed is free: take that in which lhs has them.
  llvm::SmallVector<std::pair<int64_t, int64_t>> pairs;
  for (auto [left, right] : llvm::zip_equal(op.getLhsContract(), op.getRhsContract()))
    pairs.emplace_back(left, right);
  llvm::sort(pairs);
  llvm::SmallVector<int64_t> lhsContract, rhsContract;
  for (auto [left, right] : pairs) {
    lhsContract.push_back(left);
    rhsContract.push_back(right);
  }
  auto size = [&](NNTensorType type, llvm::ArrayRef<int64_t> axes) {
    Dim product = Dim::get(context, 1);
    for (int64_t axis : axes)
      product = product * type.getDim(axis);
    return product;
  };
  std::optional<MatrixLayout> left = getMatrixLayout(lhs, op.getLhsBatch(), lhsFree, lhsContract);
  std::optional<MatrixLayout> right = getMatrixLayout(rhs, op.getRhsBatch(), rhsContract, rhsFree);
  if (!left || !right)
    return std::nullopt;
  return ContractLayout{size(lhs, op.getLhsBatch()),
                        size(lhs, lhsFree),
                        size(rhs, rhsFree),
                        size(lhs, lhsContract),
                        *left,
                        *right};
}

} // namespace nnc::optimise
