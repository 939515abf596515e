//===- OrderKernels.cpp - operations along the order of elements ---------------------------===//

#include "compiler/ir/ScalarExpr.h"
#include "compiler/lower/Accumulation.h"
#include "compiler/lower/Kernel.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace nnc::ir;

namespace nnc::lower {

static LogicalResult lowerArgSort(ArgSortOp op, Host &host) {
  Location loc = op.getLoc();
  NNTensorType type = op.getA().getType();
  llvm::SmallVector<Dim> rows = type.getShape();
  Dim count = rows.pop_back_val();
  host.call(loc, NN_RUNTIME(nn_argsort),
            {host.getAddress(op.getResult()), host.getAddress(op.getA()),
             host.getI64(loc, getDType(type.getElementType())),
             host.getDim(loc, getProduct(op.getContext(), rows)), host.getDim(loc, count),
             host.getI64(loc, op.getDescending())});
  return success();
}

static LogicalResult lowerCumSum(CumSumOp op, Host &host) {
  Location loc = op.getLoc();
  Kernel kernel(host, op, "cumsum");
  Value result = op.getResult(), a = op.getA();
  kernel.bind(result, result);
  kernel.bind(a, a);
  int64_t axis = op.getAxis();
  llvm::SmallVector<Dim> others = op.getType().getShape();
  others.erase(others.begin() + axis);
  kernel.emitLoops(others, [&](ValueRange kept) {
    OpBuilder &builder = kernel.getBuilder();
    Type elementType = op.getType().getElementType();
    Type sumType = getSumType(elementType);
    LongSum zero = LongSum::getZero(builder, loc, sumType);
    Value size = kernel.getSize(op.getType().getDim(axis));
    auto loop = scf::ForOp::create(builder, loc, kernel.getIndex(0), size, kernel.getIndex(1),
                                   zero.getValues());
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(loop.getBody());
    Value position = loop.getInductionVar();
    if (op.getReverse()) {
      Value last = arith::SubIOp::create(builder, loc, size, kernel.getIndex(1));
      position = arith::SubIOp::create(builder, loc, last, position);
    }
    llvm::SmallVector<Value> index(kept);
    index.insert(index.begin() + axis, position);
    Scalar element(builder, loc, kernel.load(loc, a, index));
    LongSum before(sumType, loop.getRegionIterArgs());
    LongSum sum = before.add(builder, loc, convert(element, sumType).getValue());
    Scalar total(builder, loc, sum.getTotal(builder, loc));
    kernel.store(loc, convert(total, elementType).getValue(), result, index);
    scf::YieldOp::create(builder, loc, sum.getValues());
  });
  kernel.finish();
  return success();
}

void attachOrder(MLIRContext *context) {
  ArgSortOp::attachInterface<LowerModel<ArgSortOp, lowerArgSort>>(*context);
  CumSumOp::attachInterface<LowerModel<CumSumOp, lowerCumSum>>(*context);
}

} // namespace nnc::lower
