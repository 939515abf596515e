//===- Cost.cpp - what operations cost -------------------------------------------------===//
//
// CostOpInterface of the operations that move elements, and the sum over all. Others have theirs in
// their family's file, element-wise ones from their class (Elementwise.td).
//
//===----------------------------------------------------------------------===//

#include "compiler/ir/Cost.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace nnc::ir;

//===-- Bytes and elements ---------------------------------------------------------------===//

int64_t nnc::ir::getElementBytes(Type elementType) {
  return (elementType.getIntOrFloatBitWidth() + 7) / 8;
}

Dim nnc::ir::getBytes(Value value) {
  auto type = llvm::dyn_cast<NNTensorType>(value.getType());
  return type ? type.getCount() * getElementBytes(type.getElementType())
              : Dim::get(value.getContext(), 0);
}

Dim nnc::ir::getResultBytes(Operation *op) {
  Dim bytes = Dim::get(op->getContext(), 0);
  for (Value result : op->getResults())
    bytes = bytes + getBytes(result);
  return bytes;
}

Dim nnc::ir::countNumbers(Value tensor) {
  auto type = llvm::cast<NNTensorType>(tensor.getType());
  return type.isFloat() ? type.getCount() : Dim::get(tensor.getContext(), 0);
}

//===-- Operations ------------------------------------------------------------------------===//

Dim ConstantOp::getBytesWritten() { return Dim::get(getContext(), 0); }

Dim ReshapeOp::getBytesRead(unsigned) { return Dim::get(getContext(), 0); }
Dim ReshapeOp::getBytesWritten() { return Dim::get(getContext(), 0); }

Dim SliceOp::getBytesRead(unsigned) { return getBytes(getResult()); }

Dim GatherOp::getBytesRead(unsigned operand) {
  return operand == 0 ? getBytes(getResult()) : getBytes(getIndices());
}

Dim ScatterAddOp::getFlops() { return countNumbers(getA()); }

//===-- Sums -------------------------------------------------------------------------------===//

namespace nnc::ir {

std::optional<Dim> getConstantTripCount(std::optional<LoopBounds> bounds) {
  DenseElementsAttr lower, upper;
  if (!bounds || !matchPattern(bounds->lower, m_Constant(&lower)) ||
      !matchPattern(bounds->upper, m_Constant(&upper)))
    return std::nullopt;
  int64_t count = upper.getSplatValue<int64_t>() - lower.getSplatValue<int64_t>();
  return Dim::get(bounds->lower.getContext(), std::max<int64_t>(count, 0));
}

Cost Cost::getZero(MLIRContext *context) {
  Dim zero = Dim::get(context, 0);
  return {zero, zero, zero};
}

Cost Cost::operator+(const Cost &other) const {
  return {flops + other.flops, bytesRead + other.bytesRead, bytesWritten + other.bytesWritten};
}

Cost Cost::operator*(Dim count) const {
  return {flops * count, bytesRead * count, bytesWritten * count};
}

std::optional<Cost> getCost(Operation *op) {
  if (auto loop = llvm::dyn_cast<LoopOpInterface>(op)) {
    std::optional<Dim> count = loop.getTripCount();
    if (!count)
      return std::nullopt;
    Cost turn = Cost::getZero(op->getContext());
    for (Operation &inside : loop.getLoopBody().front())
      if (std::optional<Cost> cost = getCost(&inside))
        turn = turn + *cost;
    return turn * *count;
  }
  auto known = llvm::dyn_cast<CostOpInterface>(op);
  if (!known)
    return std::nullopt;
  Cost cost = Cost::getZero(op->getContext());
  cost.flops = known.getFlops();
  for (unsigned i = 0; i < op->getNumOperands(); ++i)
    cost.bytesRead = cost.bytesRead + known.getBytesRead(i);
  cost.bytesWritten = known.getBytesWritten();
  return cost;
}

void annotateCosts(Operation *root) {
  Builder builder(root->getContext());
  root->walk<WalkOrder::PreOrder>([&](Operation *op) {
    std::optional<Cost> cost = getCost(op);
    bool isFree = cost && cost->flops.isStatic(0) && cost->bytesRead.isStatic(0) &&
                  cost->bytesWritten.isStatic(0);
    if (cost && !isFree) {
      auto entry = [&](llvm::StringRef name, Dim value) {
        return builder.getNamedAttr(name, value.toAttribute());
      };
      op->setAttr("nn.cost", builder.getDictionaryAttr({entry("flops", cost->flops),
                                                        entry("read", cost->bytesRead),
                                                        entry("written", cost->bytesWritten)}));
    }
    return llvm::isa<CostOpInterface>(op) ? WalkResult::skip() : WalkResult::advance();
  });
}

} // namespace nnc::ir
