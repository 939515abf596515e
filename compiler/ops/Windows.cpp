//===- Windows.cpp - rules of nn.patches and nn.fold -----------------------------------===//
//
// Verification, the element at an index, gradients.
//
//===----------------------------------------------------------------------===//

#include "compiler/ir/NN.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace nnc::ir;

/// `image` is the tensor that windows are read from or added to, `windows` has them.
template <typename Op>
static LogicalResult verifyWindows(Op op, NNTensorType image, NNTensorType windows) {
  int64_t spatial = op.getKernel().size(), lead = image.getRank() - spatial;
  if (spatial == 0 || lead < 0 || windows.getRank() != image.getRank() + spatial ||
      static_cast<int64_t>(op.getStrides().size()) != spatial ||
      static_cast<int64_t>(op.getDilations().size()) != spatial)
    return op.emitOpError("needs a size, a stride and a dilation for each of the last axes");
  if (image.getElementType() != windows.getElementType())
    return op.emitOpError("changes the element type");
  for (int64_t axis = 0; axis < lead; ++axis)
    if (image.getDim(axis) != windows.getDim(axis))
      return op.emitOpError() << "changes axis " << axis;
  for (int64_t i = 0; i < spatial; ++i) {
    int64_t kernel = op.getKernel()[i], stride = op.getStrides()[i],
            dilation = op.getDilations()[i];
    if (kernel < 1 || stride < 1 || dilation < 1)
      return op.emitOpError("needs sizes, strides and dilations of at least 1");
    if (!windows.getDim(lead + i).isStatic(kernel))
      return op.emitOpError() << "needs the kernel's size " << kernel << " as axis " << lead + i
                              << " of the windows";
    Dim count = windows.getDim(lead + spatial + i);
    Dim excess = (count - 1) * stride + (kernel - 1) * dilation + 1 - image.getDim(lead + i);
    if (excess.isStatic() && excess.getStatic() > 0 && !count.isStatic(0))
      return op.emitOpError() << "has windows that reach beyond axis " << lead + i;
  }
  return success();
}

LogicalResult PatchesOp::verify() { return verifyWindows(*this, getA().getType(), getType()); }
LogicalResult FoldOp::verify() { return verifyWindows(*this, getType(), getA().getType()); }

Value PatchesOp::emitElement(ElementEmitter &emitter, ValueRange index) {
  OpBuilder &builder = emitter.getBuilder();
  Location loc = getLoc();
  auto scaled = [&](Value i, int64_t by) -> Value {
    if (by == 1)
      return i;
    Value factor = arith::ConstantIndexOp::create(builder, loc, by);
    return arith::MulIOp::create(builder, loc, i, factor);
  };
  int64_t spatial = getKernel().size(), lead = index.size() - 2 * spatial;
  llvm::SmallVector<Value> at(index.take_front(lead));
  for (int64_t i = 0; i < spatial; ++i) {
    Value first = scaled(index[lead + spatial + i], getStrides()[i]);
    Value within = scaled(index[lead + i], getDilations()[i]);
    at.push_back(arith::AddIOp::create(builder, loc, first, within));
  }
  return emitter.getElement(getA(), at);
}

void PatchesOp::buildGradient(OpBuilder &builder, ValueRange cotangents,
                              MutableArrayRef<Value> operands) {
  operands[0] = FoldOp::create(builder, getLoc(), getA().getType(), cotangents[0], getKernel(),
                               getStrides(), getDilations());
}

void FoldOp::buildGradient(OpBuilder &builder, ValueRange cotangents,
                           MutableArrayRef<Value> operands) {
  operands[0] = PatchesOp::create(builder, getLoc(), getA().getType(), cotangents[0], getKernel(),
                                  getStrides(), getDilations());
}

//===-- Cost --------------------------------------------------------------------------===//

Dim FoldOp::getFlops() { return countNumbers(getA()); }
