//===- Fusion.cpp - what groups of fused operations know ----------------------------===//

#include "compiler/ir/NN.h"

using namespace mlir;
using namespace nnc::ir;

ReduceOp FusedOp::getReduction(unsigned i) { return getYielded()[i].getDefiningOp<ReduceOp>(); }

NNTensorType FusedOp::getSpace() {
  if (ReduceOp reduce = getReduction(0))
    return reduce.getA().getType();
  return llvm::cast<NNTensorType>(getOutputs()[0].getType());
}

llvm::ArrayRef<int64_t> FusedOp::getReducedAxes() {
  for (unsigned i = 0; i < getNumResults(); ++i)
    if (ReduceOp reduce = getReduction(i))
      return reduce.getAxes();
  return {};
}

LogicalResult FusedOp::verify() {
  Block &block = getBody().front();
  if (getNumResults() == 0)
    return emitOpError("has no result");
  if (!llvm::equal(block.getArgumentTypes(), getInputs().getTypes()))
    return emitOpError("operands and block arguments differ in type");
  if (!llvm::isa<YieldOp>(block.getTerminator()) ||
      !llvm::equal(getYielded().getTypes(), getOutputs().getTypes()))
    return emitOpError("yields other types than its results have");
  for (Operation &op : block.without_terminator()) {
    if (!llvm::isa<ElementOpInterface, ReduceOp>(op))
      return emitOpError() << "holds " << op.getName() << ", which cannot be fused";
    if (llvm::isa<ReduceOp>(op) &&
        llvm::any_of(op.getUsers(), [](Operation *user) { return !llvm::isa<YieldOp>(user); }))
      return emitOpError("uses the result of one of its reductions");
  }
  NNTensorType space = getSpace();
  for (unsigned i = 0; i < getNumResults(); ++i) {
    ReduceOp reduce = getReduction(i);
    NNTensorType over =
        reduce ? reduce.getA().getType() : llvm::cast<NNTensorType>(getOutputs()[i].getType());
    if (over.getDimAttrs() != space.getDimAttrs())
      return emitOpError("has results of different iteration spaces");
    if (reduce && reduce.getAxes() != getReducedAxes())
      return emitOpError("has reductions along different axes");
  }
  return success();
}

//===-- Cost --------------------------------------------------------------------------===//

Dim FusedOp::getFlops() {
  Dim flops = Dim::get(getContext(), 0);
  for (Operation &op : getBody().front())
    if (auto inside = llvm::dyn_cast<CostOpInterface>(op))
      flops = flops + inside.getFlops();
  return flops;
}

/// Chosen elements where all readers inside choose, otherwise the whole operand, once.
Dim FusedOp::getBytesRead(unsigned operand) {
  Dim whole = getBytes(getInputs()[operand]), chosen = Dim::get(getContext(), 0);
  for (OpOperand &use : getBody().getArgument(operand).getUses()) {
    auto reader = llvm::dyn_cast<CostOpInterface>(use.getOwner());
    Dim bytes = reader ? reader.getBytesRead(use.getOperandNumber()) : whole;
    if (bytes == whole)
      return whole;
    chosen = chosen + bytes;
  }
  return chosen;
}
