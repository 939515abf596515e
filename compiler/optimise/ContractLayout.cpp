//===- ContractLayout.cpp - a contraction as a batch of matrix products --------------===//

#include "compiler/optimise/ContractLayout.h"

using namespace mlir;
using namespace nnc::ir;

namespace nnc::optimise {

namespace {
/// Axes of both operands that are walked together, seen as one. A stride is 0 for an operand that
/// lacks them.
struct Level {
  Dim size, lhs, rhs;
};
using Axes = llvm::ArrayRef<int64_t>;
} // namespace

static Dim getStride(NNTensorType type, int64_t axis) {
  return getProduct(type.getContext(), llvm::ArrayRef(type.getShape()).drop_front(axis + 1));
}

/// The axes as few levels, the outermost first; those of size 1 need none. -1: lacks the axis.
static llvm::SmallVector<Level> collapse(ContractOp op, Axes lhsAxes, Axes rhsAxes) {
  NNTensorType lhs = op.getLhs().getType(), rhs = op.getRhs().getType();
  Dim zero = Dim::get(op.getContext(), 0);
  llvm::SmallVector<Level> levels;
  for (auto [left, right] : llvm::zip_equal(lhsAxes, rhsAxes)) {
    Dim size = left < 0 ? rhs.getDim(right) : lhs.getDim(left);
    if (size.isStatic(1))
      continue;
    Level level{size, left < 0 ? zero : getStride(lhs, left),
                right < 0 ? zero : getStride(rhs, right)};
    if (!levels.empty() && levels.back().lhs == level.lhs * size &&
        levels.back().rhs == level.rhs * size)
      level.size = levels.pop_back_val().size * size;
    levels.push_back(level);
  }
  return levels;
}

/// The layout of a matrix whose rows and columns are as far apart as the strides say; empty for a
/// size of 1, where any stride does.
static bool setMatrix(MatrixLayout &layout, Dim rows, Dim columns, Dim columnCount) {
  if (!columns || columns.isStatic(1))
    layout.rowStride = rows ? rows : columnCount;
  else if (!rows || rows.isStatic(1))
    layout.rowStride = columns, layout.transposed = true;
  else
    return false;
  return true;
}

std::optional<ContractLayout> getContractLayout(ContractOp op) {
  Dim zero = Dim::get(op.getContext(), 0), one = Dim::get(op.getContext(), 1);
  llvm::SmallVector<int64_t> lhsFree = op.getLhsFree(), rhsFree = op.getRhsFree();
  llvm::SmallVector<Level> batch = collapse(op, op.getLhsBatch(), op.getRhsBatch());
  llvm::SmallVector<Level> rows =
      collapse(op, lhsFree, llvm::SmallVector<int64_t>(lhsFree.size(), -1));
  llvm::SmallVector<Level> columns =
      collapse(op, llvm::SmallVector<int64_t>(rhsFree.size(), -1), rhsFree);
  // The order in which products are summed is free: take that in which lhs has them.
  llvm::SmallVector<std::pair<int64_t, int64_t>> pairs;
  for (auto [left, right] : llvm::zip_equal(op.getLhsContract(), op.getRhsContract()))
    pairs.emplace_back(left, right);
  llvm::sort(pairs);
  llvm::SmallVector<Level> summed = collapse(op, llvm::to_vector(llvm::make_first_range(pairs)),
                                             llvm::to_vector(llvm::make_second_range(pairs)));
  if (batch.size() > 2 || rows.size() > 1 || columns.size() > 1 || summed.size() > 2)
    return std::nullopt;
  while (batch.size() < 2)
    batch.insert(batch.begin(), Level{one, zero, zero});
  ContractLayout layout{batch[0].size, batch[1].size, one, one, one, one, {}, {}};
  layout.lhs.outerStride = batch[0].lhs, layout.lhs.innerStride = batch[1].lhs;
  layout.rhs.outerStride = batch[0].rhs, layout.rhs.innerStride = batch[1].rhs;
  Dim m, n;
  if (!rows.empty())
    layout.m = rows[0].size, m = rows[0].lhs;
  if (!columns.empty())
    layout.n = columns[0].size, n = columns[0].rhs;
  // Of two summed levels the inner one is best within the matrices, if it can be.
  for (unsigned within = summed.size(); within-- > 0 || summed.empty();) {
    layout.lhs.sumStride = layout.rhs.sumStride = zero;
    layout.lhs.transposed = layout.rhs.transposed = false;
    Level k;
    if (!summed.empty())
      k = summed[within], layout.k = k.size;
    if (summed.size() == 2) {
      layout.sum = summed[1 - within].size;
      layout.lhs.sumStride = summed[1 - within].lhs;
      layout.rhs.sumStride = summed[1 - within].rhs;
    }
    if (setMatrix(layout.lhs, m, k.lhs, layout.k) && setMatrix(layout.rhs, k.rhs, n, layout.n))
      return layout;
    if (summed.empty())
      break;
  }
  return std::nullopt;
}

} // namespace nnc::optimise
