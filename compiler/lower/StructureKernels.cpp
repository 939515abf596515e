//===- StructureKernels.cpp - kernels of operations that place elements --------------------===//
//
// Operations whose result is filled from the operand's side (concat, pad, scatter_add), and argmax.
//
//===----------------------------------------------------------------------===//

#include "compiler/ir/ScalarExpr.h"
#include "compiler/lower/Kernel.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace nnc::ir;

namespace nnc::lower {

static NNTensorType getType(Value value) { return llvm::cast<NNTensorType>(value.getType()); }

/// A constant of an element type.
static Value emitNumber(OpBuilder &builder, Location loc, Type type, double number) {
  TypedAttr value = llvm::isa<FloatType>(type)
                        ? TypedAttr(builder.getFloatAttr(type, number))
                        : builder.getIntegerAttr(type, static_cast<int64_t>(number));
  return arith::ConstantOp::create(builder, loc, value);
}

/// Sets all elements of `tensor` to a number.
static void emitFilled(Kernel &kernel, Value tensor, double number) {
  OpBuilder &builder = kernel.getBuilder();
  Type elementType = getType(tensor).getElementType();
  // Dense: as one row.
  Dim count = getType(tensor).getCount();
  kernel.emitLoops(count, [&](ValueRange index) {
    Location loc = kernel.getLoc();
    Value filled = emitNumber(builder, loc, elementType, number);
    Value offset = arith::IndexCastOp::create(builder, loc, builder.getI64Type(), index[0]);
    emitStore(builder, loc, filled, kernel.getPointer(tensor), offset);
  });
}

static Value addSize(Kernel &kernel, Value index, Dim size) {
  if (size.isStatic(0))
    return index;
  return arith::AddIOp::create(kernel.getBuilder(), kernel.getLoc(), index, kernel.getSize(size));
}

static LogicalResult lowerConcat(ConcatOp op, Host &host) {
  Kernel kernel(host, op, "concat");
  Value result = op.getResult();
  kernel.bind(result, result);
  for (Value part : op.getParts())
    kernel.bind(part, part);
  Dim start = Dim::get(op.getContext(), 0);
  for (Value part : op.getParts()) {
    kernel.emitLoops(getType(part).getShape(), [&](ValueRange index) {
      llvm::SmallVector<Value> to(index);
      to[op.getAxis()] = addSize(kernel, to[op.getAxis()], start);
      kernel.store(op.getLoc(), kernel.getElement(part, index), result, to);
    });
    start = start + getType(part).getDim(op.getAxis());
  }
  kernel.finish();
  return success();
}

static LogicalResult lowerPad(PadOp op, Host &host) {
  Kernel kernel(host, op, "pad");
  Value result = op.getResult();
  kernel.bind(result, result);
  kernel.bind(op.getA(), op.getA());
  emitFilled(kernel, result, op.getValue().convertToDouble());
  kernel.emitLoops(op.getA().getType().getShape(), [&](ValueRange index) {
    OpBuilder &builder = kernel.getBuilder();
    llvm::SmallVector<Value> to;
    for (auto [axis, i] : llvm::enumerate(index)) {
      Value at = i;
      if (int64_t interior = op.getInterior()[axis])
        at = arith::MulIOp::create(builder, op.getLoc(), at, kernel.getIndex(interior + 1));
      to.push_back(addSize(kernel, at, getDims(op.getLow())[axis]));
    }
    kernel.store(op.getLoc(), kernel.getElement(op.getA(), index), result, to);
  });
  kernel.finish();
  return success();
}

static LogicalResult lowerScatterAdd(ScatterAddOp op, Host &host) {
  Location loc = op.getLoc();
  Kernel kernel(host, op, "scatter_add");
  Value result = op.getResult();
  for (Value value : {result, Value(op.getA()), Value(op.getIndices())})
    kernel.bind(value, value);
  emitFilled(kernel, result, 0);
  int64_t batch = op.getBatch(), indexRank = op.getIndices().getType().getRank();
  // One after another in the order of the operand: rows may meet at one index.
  kernel.emitLoops(op.getA().getType().getShape(), [&](ValueRange index) {
    OpBuilder &builder = kernel.getBuilder();
    Value chosen = kernel.getElement(op.getIndices(), index.take_front(indexRank));
    chosen = arith::IndexCastOp::create(builder, loc, builder.getIndexType(), chosen);
    chosen = kernel.checkIndex(loc, chosen, op.getType().getDim(batch));
    llvm::SmallVector<Value> to(index.take_front(batch));
    to.push_back(chosen);
    llvm::append_range(to, index.drop_front(indexRank));
    Scalar sum(builder, loc, kernel.load(loc, result, to));
    sum = sum + sum.with(kernel.getElement(op.getA(), index));
    kernel.store(loc, sum.getValue(), result, to);
  });
  kernel.finish();
  return success();
}

static LogicalResult lowerArgMax(ArgMaxOp op, Host &host) {
  Location loc = op.getLoc();
  Kernel kernel(host, op, "argmax");
  Value result = op.getResult(), a = op.getA();
  kernel.bind(result, result);
  kernel.bind(a, a);
  int64_t axis = op.getAxis();
  kernel.emitLoops(op.getType().getShape(), [&](ValueRange kept) {
    OpBuilder &builder = kernel.getBuilder();
    auto at = [&](Value position) {
      llvm::SmallVector<Value> index(kept);
      index.insert(index.begin() + axis, position);
      return kernel.load(loc, a, index);
    };
    // Starts from element 0, so that an axis whose elements are all NaN gives 0. A NaN comes
    // before any number, like in nn.reduce.
    Value zero = kernel.getIndex(0);
    Value first = at(zero);
    Value limit = kernel.getSize(op.getA().getType().getDim(axis));
    auto loop = scf::ForOp::create(builder, loc, kernel.getIndex(1), limit, kernel.getIndex(1),
                                   ValueRange{first, zero});
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(loop.getBody());
    Scalar best(builder, loc, loop.getRegionIterArgs()[0]);
    Scalar candidate = best.with(at(loop.getInductionVar()));
    Scalar better = op.getSmallest() ? candidate < best : candidate > best;
    if (candidate.isFloat())
      better = better | ((candidate != candidate) & (best == best));
    Scalar position = best.with(loop.getRegionIterArgs()[1]);
    Value next[] = {select(better, candidate, best).getValue(),
                    select(better, best.with(loop.getInductionVar()), position).getValue()};
    scf::YieldOp::create(builder, loc, next);
    builder.setInsertionPointAfter(loop);
    Value number =
        arith::IndexCastOp::create(builder, loc, builder.getI32Type(), loop.getResult(1));
    kernel.store(loc, number, result, kept);
  });
  kernel.finish();
  host.loadScalars(op);
  return success();
}

void attachStructure(MLIRContext *context) {
  ConcatOp::attachInterface<LowerModel<ConcatOp, lowerConcat>>(*context);
  PadOp::attachInterface<LowerModel<PadOp, lowerPad>>(*context);
  ScatterAddOp::attachInterface<LowerModel<ScatterAddOp, lowerScatterAdd>>(*context);
  ArgMaxOp::attachInterface<LowerModel<ArgMaxOp, lowerArgMax>>(*context);
}

} // namespace nnc::lower
