//===- StructureGradients.cpp - gradients of structural operations -------------------===//
//
// Each rule is the transpose of a linear operation, written with the operations of the dialect: the
// pairs broadcast / sum, slice / pad, gather / scatter_add, concat / slices transpose each other.
//
//===----------------------------------------------------------------------===//

#include "compiler/ir/GraphExpr.h"
#include "compiler/ir/NN.h"

using namespace mlir;
using namespace nnc::ir;

using Axes = llvm::SmallVector<int64_t>;
using Cotangents = MutableArrayRef<Value>;

static Value sum(OpBuilder &builder, Location loc, Value a, llvm::ArrayRef<int64_t> axes) {
  return ReduceOp::create(builder, loc, a, ReduceKind::Sum, axes);
}

/// The axes of 0 .. rank-1 that are not in `axes`.
static Axes getOthers(int64_t rank, llvm::ArrayRef<int64_t> axes) {
  Axes others;
  for (int64_t axis = 0; axis < rank; ++axis)
    if (!llvm::is_contained(axes, axis))
      others.push_back(axis);
  return others;
}

static Value transpose(OpBuilder &builder, Location loc, Value a, llvm::ArrayRef<int64_t> order) {
  if (llvm::is_sorted(order))
    return a;
  return TransposeOp::create(builder, loc, a, order);
}

void BroadcastOp::buildGradient(OpBuilder &builder, ValueRange cotangents, Cotangents operands) {
  operands[0] = sum(builder, getLoc(), cotangents[0], getOthers(getType().getRank(), getAxes()));
}

void ReshapeOp::buildGradient(OpBuilder &builder, ValueRange cotangents, Cotangents operands) {
  operands[0] = ReshapeOp::create(builder, getLoc(), getA().getType(), cotangents[0], getChecked());
}

void TransposeOp::buildGradient(OpBuilder &builder, ValueRange cotangents, Cotangents operands) {
  Axes inverse(getPermutation().size());
  for (auto [i, axis] : llvm::enumerate(getPermutation()))
    inverse[axis] = i;
  operands[0] = TransposeOp::create(builder, getLoc(), cotangents[0], inverse);
}

void SliceOp::buildGradient(OpBuilder &builder, ValueRange cotangents, Cotangents operands) {
  NNTensorType from = getA().getType();
  llvm::SmallVector<Dim> high;
  Axes interior;
  for (int64_t i = 0; i < from.getRank(); ++i) {
    int64_t stride = getStrides()[i];
    Dim end = getDims(getOffsets())[i] + (getType().getDim(i) - 1) * stride + 1;
    high.push_back(from.getDim(i) - end);
    interior.push_back(stride - 1);
  }
  operands[0] = PadOp::create(builder, getLoc(), from, cotangents[0], getOffsets(),
                              getDimsAttr(getContext(), high), interior);
}

void PadOp::buildGradient(OpBuilder &builder, ValueRange cotangents, Cotangents operands) {
  Axes strides;
  for (int64_t interior : getInterior())
    strides.push_back(interior + 1);
  operands[0] =
      SliceOp::create(builder, getLoc(), getA().getType(), cotangents[0], getLow(), strides);
}

void ConcatOp::buildGradient(OpBuilder &builder, ValueRange cotangents, Cotangents operands) {
  Dim offset = Dim::get(getContext(), 0);
  for (auto [i, part] : llvm::enumerate(getParts())) {
    auto type = llvm::cast<NNTensorType>(part.getType());
    llvm::SmallVector<Dim> offsets(type.getRank(), Dim::get(getContext(), 0));
    offsets[getAxis()] = offset;
    operands[i] = SliceOp::create(builder, getLoc(), type, cotangents[0],
                                  getDimsAttr(getContext(), offsets), Axes(type.getRank(), 1));
    offset = offset + type.getDim(getAxis());
  }
}

void GatherOp::buildGradient(OpBuilder &builder, ValueRange cotangents, Cotangents operands) {
  operands[0] = ScatterAddOp::create(builder, getLoc(), getA().getType(), cotangents[0],
                                     getIndices(), getBatch());
}

void ScatterAddOp::buildGradient(OpBuilder &builder, ValueRange cotangents, Cotangents operands) {
  operands[0] = GatherOp::create(builder, getLoc(), getA().getType(), cotangents[0], getIndices(),
                                 getBatch());
}

void ReduceOp::buildGradient(OpBuilder &builder, ValueRange cotangents, Cotangents operands) {
  Location loc = getLoc();
  NNTensorType type = getA().getType();
  Axes kept = getOthers(type.getRank(), getAxes());
  auto spread = [&](Value value) -> Value {
    return BroadcastOp::create(builder, loc, type, value, kept);
  };
  if (getKind() == ReduceKind::Sum) {
    operands[0] = spread(cotangents[0]);
    return;
  }
  if (getKind() != ReduceKind::Max && getKind() != ReduceKind::Min)
    return;
  // In equal parts to all elements that attain the extremum.
  Graph a(builder, loc, getA());
  Value attained = (a == a.with(spread(getResult()))).getValue();
  Graph mask = a.with(ConvertOp::create(builder, loc, type, attained));
  Graph count = a.with(sum(builder, loc, mask.getValue(), getAxes()));
  Graph share = a.with(cotangents[0]) / count;
  operands[0] = (mask * a.with(spread(share.getValue()))).getValue();
}

void ContractOp::buildGradient(OpBuilder &builder, ValueRange cotangents, Cotangents operands) {
  Location loc = getLoc();
  Value dy = cotangents[0];
  int64_t batch = getLhsBatch().size();
  Axes lhsFree = getLhsFree(), rhsFree = getRhsFree();
  // The result's axes are batch, lhsFree, rhsFree.
  Axes dyBatch = llvm::to_vector(llvm::seq<int64_t>(0, batch));
  Axes dyLhsFree = llvm::to_vector(llvm::seq<int64_t>(batch, batch + lhsFree.size()));
  Axes dyRhsFree = llvm::to_vector(
      llvm::seq<int64_t>(batch + lhsFree.size(), batch + lhsFree.size() + rhsFree.size()));

  // dLhs = dy * rhs over rhsFree has axes batch, lhsFree, then rhs's summed axes in increasing
  // order.
  Axes lhsAxes(getLhsBatch());
  llvm::append_range(lhsAxes, lhsFree);
  for (int64_t axis = 0, rank = getRhs().getType().getRank(); axis < rank; ++axis)
    if (auto found = llvm::find(getRhsContract(), axis); found != getRhsContract().end())
      lhsAxes.push_back(getLhsContract()[found - getRhsContract().begin()]);
  Value dLhs =
      ContractOp::create(builder, loc, dy, getRhs(), dyBatch, getRhsBatch(), dyRhsFree, rhsFree);
  Axes lhsOrder(lhsAxes.size());
  for (auto [position, axis] : llvm::enumerate(lhsAxes))
    lhsOrder[axis] = position;
  operands[0] = transpose(builder, loc, dLhs, lhsOrder);

  // dRhs = lhs * dy over lhsFree has axes batch, lhs's summed axes in increasing order, rhsFree.
  Axes rhsAxes(getRhsBatch());
  for (int64_t axis = 0, rank = getLhs().getType().getRank(); axis < rank; ++axis)
    if (auto found = llvm::find(getLhsContract(), axis); found != getLhsContract().end())
      rhsAxes.push_back(getRhsContract()[found - getLhsContract().begin()]);
  llvm::append_range(rhsAxes, rhsFree);
  Value dRhs =
      ContractOp::create(builder, loc, getLhs(), dy, getLhsBatch(), dyBatch, lhsFree, dyLhsFree);
  Axes rhsOrder(rhsAxes.size());
  for (auto [position, axis] : llvm::enumerate(rhsAxes))
    rhsOrder[axis] = position;
  operands[1] = transpose(builder, loc, dRhs, rhsOrder);
}
