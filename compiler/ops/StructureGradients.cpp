//===- StructureGradients.cpp - gradients of structural operations -------------------===//
//
// Each rule is the transpose of a linear operation, written with the operations of the dialect: the
// pairs broadcast / sum, slice / pad, gather / scatter_add, concat / slices transpose each other.
//
//===----------------------------------------------------------------------===//

#include "compiler/ir/ElementTypes.h"
#include "compiler/ir/NN.h"
#include "compiler/ir/TensorExpr.h"

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
                              getDimsAttr(getContext(), high), interior, llvm::APFloat(0.0));
}

void PadOp::buildGradient(OpBuilder &builder, ValueRange cotangents, Cotangents operands) {
  Axes strides;
  for (int64_t interior : getInterior())
    strides.push_back(interior + 1);
  operands[0] =
      SliceOp::create(builder, getLoc(), getA().getType(), cotangents[0], getLow(), strides);
}

void ReverseOp::buildGradient(OpBuilder &builder, ValueRange cotangents, Cotangents operands) {
  operands[0] = ReverseOp::create(builder, getLoc(), getType(), cotangents[0], getAxes());
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
  // Rows that meet at one index are added up in the type of sums: in bf16 they would soon be less
  // than half a unit of the sum's last digit.
  auto as = [&](Value value, Type elementType) -> Value {
    auto type = llvm::cast<NNTensorType>(value.getType());
    if (type.getElementType() == elementType)
      return value;
    return ConvertOp::create(builder, getLoc(), type.withElementType(elementType), value);
  };
  Type elementType = getA().getType().getElementType(), sumType = getSumType(elementType);
  Value sums = ScatterAddOp::create(builder, getLoc(), getA().getType().withElementType(sumType),
                                    as(cotangents[0], sumType), getIndices(), getBatch());
  operands[0] = as(sums, elementType);
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
  TensorExpr a(builder, loc, getA());
  Value attained = (a == a.with(spread(getResult()))).getValue();
  TensorExpr mask = a.with(ConvertOp::create(builder, loc, type, attained));
  TensorExpr count = a.with(sum(builder, loc, mask.getValue(), getAxes()));
  TensorExpr share = a.with(cotangents[0]) / count;
  operands[0] = (mask * a.with(spread(share.getValue()))).getValue();
}

namespace {
/// Axes of two operands that a contraction pairs up.
struct Pairs {
  Axes left, right;
  void add(int64_t a, int64_t b) {
    left.push_back(a);
    right.push_back(b);
  }
};
} // namespace

/// The cotangent of one operand: that of the result, `dy`, contracted with the other operand.
static Value getOperandCotangent(ContractOp op, OpBuilder &builder, Value dy, bool isLhs) {
  Location loc = op.getLoc();
  Value other = isLhs ? op.getRhs() : op.getLhs();
  llvm::ArrayRef<int64_t> ownBatch = isLhs ? op.getLhsBatch() : op.getRhsBatch(),
                          otherBatch = isLhs ? op.getRhsBatch() : op.getLhsBatch(),
                          ownContract = isLhs ? op.getLhsContract() : op.getRhsContract(),
                          otherContract = isLhs ? op.getRhsContract() : op.getLhsContract();
  Axes ownFree = isLhs ? op.getLhsFree() : op.getRhsFree(),
       otherFree = isLhs ? op.getRhsFree() : op.getLhsFree();
  int64_t batch = ownBatch.size();
  // The result's axes are batch, lhsFree, rhsFree.
  int64_t otherFirst = batch + (isLhs ? ownFree.size() : 0);
  Pairs paired, summed; // dy's axis, the other operand's
  Axes axes;            // of the operand, in the order in which the new contraction has them
  for (int64_t i = 0; i < batch; ++i)
    if (ownBatch[i] < 0) // the same all along the axis
      summed.add(i, otherBatch[i]);
    else
      paired.add(i, otherBatch[i]), axes.push_back(ownBatch[i]);
  for (auto [i, axis] : llvm::enumerate(otherFree))
    summed.add(otherFirst + i, axis);
  // The other's summed axes in increasing order are what it has left.
  Axes left;
  for (int64_t axis = 0, rank = llvm::cast<NNTensorType>(other.getType()).getRank(); axis < rank;
       ++axis)
    if (auto found = llvm::find(otherContract, axis); found != otherContract.end())
      left.push_back(ownContract[found - otherContract.begin()]);
  if (isLhs)
    llvm::append_range(axes, ownFree);
  llvm::append_range(axes, left);
  if (!isLhs)
    llvm::append_range(axes, ownFree);
  Value result = isLhs ? ContractOp::create(builder, loc, dy, other, paired.left, paired.right,
                                            summed.left, summed.right)
                       : ContractOp::create(builder, loc, other, dy, paired.right, paired.left,
                                            summed.right, summed.left);
  Axes order(axes.size());
  for (auto [position, axis] : llvm::enumerate(axes))
    order[axis] = position;
  return transpose(builder, loc, result, order);
}

void ContractOp::buildGradient(OpBuilder &builder, ValueRange cotangents, Cotangents operands) {
  operands[0] = getOperandCotangent(*this, builder, cotangents[0], /*isLhs=*/true);
  operands[1] = getOperandCotangent(*this, builder, cotangents[0], /*isLhs=*/false);
}
