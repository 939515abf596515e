//===- WindowKernels.cpp - the kernel of nn.fold --------------------------------------===//
//
// One image after another: zeros, then each position of the kernel adds its plane of windows. So
// the order of additions is the kernel's, the innermost loops run along rows without checks, and
// images go to threads.
//
//===----------------------------------------------------------------------===//

#include "compiler/ir/ScalarExpr.h"
#include "compiler/lower/Kernel.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace nnc::ir;

namespace nnc::lower {

static LogicalResult lowerFold(FoldOp op, Host &host) {
  Location loc = op.getLoc();
  Kernel kernel(host, op, "fold");
  OpBuilder &builder = kernel.getBuilder();
  Value result = op.getResult(), windows = op.getA();
  kernel.bind(result, result);
  kernel.bind(windows, windows);
  int64_t spatial = op.getKernel().size(), lead = op.getType().getRank() - spatial;
  llvm::SmallVector<Dim> windowShape = op.getA().getType().getShape();
  Dim images = getProduct(op.getContext(), llvm::ArrayRef(windowShape).take_front(lead));
  Dim perImage = getProduct(op.getContext(), llvm::ArrayRef(windowShape).drop_front(lead));

  // The leading axes as one: the last has their index.
  llvm::SmallVector<Value> image(lead, kernel.getIndex(0));
  scf::ForOp loop;
  if (lead > 0) {
    auto [from, to] = kernel.addRange();
    loop = scf::ForOp::create(builder, loc, from, to, kernel.getIndex(1));
    builder.setInsertionPointToStart(loop.getBody());
    image.back() = loop.getInductionVar();
  }
  auto at = [&](ValueRange within) {
    llvm::SmallVector<Value> index(image);
    llvm::append_range(index, within);
    return index;
  };
  llvm::SmallVector<Dim> pixels = op.getType().getShape();
  kernel.emitLoops(llvm::ArrayRef(pixels).drop_front(lead), [&](ValueRange pixel) {
    Type type = op.getType().getElementType();
    Value zero = arith::ConstantOp::create(builder, loc, builder.getZeroAttr(type));
    kernel.store(loc, zero, result, at(pixel));
  });
  kernel.emitLoops(llvm::ArrayRef(windowShape).drop_front(lead), [&](ValueRange index) {
    llvm::SmallVector<Value> pixel;
    for (int64_t i = 0; i < spatial; ++i) {
      Scalar within(builder, loc, index[i]), window(builder, loc, index[spatial + i]);
      Scalar stride = within.with(kernel.getIndex(op.getStrides()[i]));
      Scalar dilation = within.with(kernel.getIndex(op.getDilations()[i]));
      pixel.push_back((window * stride + within * dilation).getValue());
    }
    Scalar sum(builder, loc, kernel.load(loc, result, at(pixel)));
    sum = sum + sum.with(kernel.load(loc, windows, at(index)));
    kernel.store(loc, sum.getValue(), result, at(pixel));
  });
  if (lead == 0) {
    kernel.finish();
    return success();
  }
  builder.setInsertionPointAfter(loop);
  kernel.finishRange(images, perImage);
  return success();
}

void attachWindows(MLIRContext *context) {
  FoldOp::attachInterface<LowerModel<FoldOp, lowerFold>>(*context);
}

} // namespace nnc::lower
