//===- HostControl.cpp - control operations become blocks -----------------------------------===//
//
// A loop whose body makes handles (strings, data sets) opens a scope around itself and empties it
// at the start of each turn and at the end, so that a long training run does not collect them.
//
//===----------------------------------------------------------------------===//

#include "compiler/lower/Host.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;
using namespace nnc::ir;
using namespace nnc::lower;

/// Whether running the region makes handles outside of inner loops, which look after their own.
static bool makesHandles(Region &region) {
  bool found = false;
  region.walk<WalkOrder::PreOrder>([&](Operation *op) {
    if (isLoop(op))
      return WalkResult::skip();
    for (Type type : op->getResultTypes())
      found |=
          llvm::isa<DatasetType>(type) || (llvm::isa<StrType>(type) && !isMemoryEffectFree(op));
    return WalkResult::advance();
  });
  return found;
}

namespace {
/// The scope for handles of a loop; nothing is emitted where none are made.
class LoopScope {
public:
  LoopScope(Host &host, Location loc, bool needed) : host(host), loc(loc) {
    if (needed)
      mark = host.call(loc, runtime::ScopeEnter, {});
  }
  void empty() {
    if (mark)
      host.call(loc, runtime::ScopeLeave, mark);
  }

private:
  Host &host;
  Location loc;
  Value mark;
};
} // namespace

/// Emits a counted loop: `first`, then up by `step`, while less than `limit`. `body` gets the
/// count.
static LogicalResult emitCountedLoop(Host &host, Location loc, Region &region, Value first,
                                     Value limit, Value step,
                                     llvm::function_ref<void(Value)> enterBody) {
  OpBuilder &builder = host.getBuilder();
  LoopScope scope(host, loc, makesHandles(region));
  // The count lives on the stack; LLVM makes it a register.
  Value counter = host.createStackRoom(loc, builder.getI64Type());
  LLVM::StoreOp::create(builder, loc, first, counter);
  Block *header = host.createBlock(), *body = host.createBlock(), *next = host.createBlock(),
        *exit = host.createBlock();
  host.branch(loc, header);
  host.setBlock(header);
  Value count = LLVM::LoadOp::create(builder, loc, builder.getI64Type(), counter);
  Value goesOn = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::slt, count, limit);
  host.branchIf(loc, goesOn, body, exit);
  host.setBlock(body);
  scope.empty();
  enterBody(count);
  host.loops.push_back({next, exit});
  bool falls;
  if (failed(host.lowerBody(region, falls)))
    return failure();
  host.loops.pop_back();
  if (falls)
    host.branch(loc, next);
  host.setBlock(next);
  Value more = arith::AddIOp::create(builder, loc, count, step);
  LLVM::StoreOp::create(builder, loc, more, counter);
  host.branch(loc, header);
  host.setBlock(exit);
  scope.empty();
  return success();
}

static LogicalResult lowerFor(ForOp op, Host &host) {
  return emitCountedLoop(host, op.getLoc(), op.getBody(), host.get(op.getLower()),
                         host.get(op.getUpper()), host.getI64(op.getLoc(), 1),
                         [&](Value count) { host.set(op.getBody().getArgument(0), count); });
}

static LogicalResult lowerWhile(WhileOp op, Host &host) {
  Location loc = op.getLoc();
  LoopScope scope(host, loc, makesHandles(op.getCondition()) || makesHandles(op.getBody()));
  Block *header = host.createBlock(), *body = host.createBlock(), *exit = host.createBlock();
  host.branch(loc, header);
  host.setBlock(header);
  scope.empty();
  bool falls;
  if (failed(host.lowerBody(op.getCondition(), falls)))
    return failure();
  auto yield = llvm::cast<YieldOp>(op.getCondition().front().getTerminator());
  host.branchIf(loc, host.get(yield.getValues()[0]), body, exit);
  host.setBlock(body);
  host.loops.push_back({header, exit});
  if (failed(host.lowerBody(op.getBody(), falls)))
    return failure();
  host.loops.pop_back();
  if (falls)
    host.branch(loc, header);
  host.setBlock(exit);
  scope.empty();
  return success();
}

static LogicalResult lowerIf(IfOp op, Host &host) {
  Location loc = op.getLoc();
  Block *onTrue = host.createBlock(), *onFalse = host.createBlock(), *after = host.createBlock();
  host.branchIf(loc, host.get(op.getCondition()), onTrue, onFalse);
  for (auto [block, region] :
       {std::pair(onTrue, &op.getThenRegion()), std::pair(onFalse, &op.getElseRegion())}) {
    host.setBlock(block);
    bool falls;
    if (failed(host.lowerBody(*region, falls)))
      return failure();
    if (falls)
      host.branch(loc, after);
  }
  host.setBlock(after);
  return success();
}

static LogicalResult lowerAssert(AssertOp op, Host &host) {
  Location loc = op.getLoc();
  Block *fail = host.createBlock(), *after = host.createBlock();
  host.branchIf(loc, host.get(op.getCondition()), after, fail);
  host.setBlock(fail);
  bool falls;
  if (failed(host.lowerBody(op.getMessage(), falls)))
    return failure();
  auto yield = llvm::cast<YieldOp>(op.getMessage().front().getTerminator());
  host.call(loc, op.getCheck() ? runtime::Fail : runtime::AssertFailed,
            {host.getLocation(op), host.get(yield.getValues()[0])});
  host.branch(loc, after);
  host.setBlock(after);
  return success();
}

/// Stops the program with a message where `condition` holds.
static void failIf(Host &host, Operation *op, Value condition, llvm::StringRef message) {
  Location loc = op->getLoc();
  Block *fail = host.createBlock(), *after = host.createBlock();
  host.branchIf(loc, condition, fail, after);
  host.setBlock(fail);
  host.call(loc, runtime::Fail, {host.getLocation(op), host.getString(loc, message)});
  host.branch(loc, after);
  host.setBlock(after);
}

static LogicalResult lowerBindSize(BindSizeOp op, Host &host) {
  Location loc = op.getLoc();
  Value value = host.get(op.getValue());
  Value negative = arith::CmpIOp::create(host.getBuilder(), loc, arith::CmpIPredicate::slt, value,
                                         host.getI64(loc, 0));
  failIf(host, op, negative, "the size " + op.getSymbol().str() + " is negative");
  host.bindSymbol(loc, op.getSymbolAttr(), value);
  return success();
}

static LogicalResult lowerBatches(BatchesOp op, Host &host) {
  Location loc = op.getLoc();
  OpBuilder &builder = host.getBuilder();
  Value size = host.get(op.getSize()), data = host.get(op.getData());
  Value tooSmall =
      arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::slt, size, host.getI64(loc, 1));
  failIf(host, op, tooSmall, "the size of batches must be at least 1");
  Value count = host.getSymbol(op.getData().getType().getRows().getValue());
  // Memory for the largest batch, so that a short one changes nothing.
  host.bindSymbol(loc, op.getRowsAttr(), arith::MinSIOp::create(builder, loc, size, count));
  return emitCountedLoop(
      host, loc, op.getBody(), host.getI64(loc, 0), count, size, [&](Value first) {
        Value left = arith::SubIOp::create(builder, loc, count, first);
        Value rows = arith::MinSIOp::create(builder, loc, size, left);
        host.setSymbol(op.getRows(), rows);
        if (op.getCounted())
          host.set(op.getBody().getArgument(0), arith::DivSIOp::create(builder, loc, first, size));
        for (auto [number, field] : llvm::zip_equal(
                 op.getFields(), op.getBody().getArguments().drop_front(op.getCounted())))
          host.call(loc, runtime::DatasetGather,
                    {data, host.getI64(loc, number), first, rows,
                     host.getAddress(loc, host.getPlan().getPlace(field))});
      });
}

void nnc::lower::attachControl(MLIRContext *context) {
  ForOp::attachInterface<LowerModel<ForOp, lowerFor>>(*context);
  WhileOp::attachInterface<LowerModel<WhileOp, lowerWhile>>(*context);
  IfOp::attachInterface<LowerModel<IfOp, lowerIf>>(*context);
  AssertOp::attachInterface<LowerModel<AssertOp, lowerAssert>>(*context);
  BindSizeOp::attachInterface<LowerModel<BindSizeOp, lowerBindSize>>(*context);
  BatchesOp::attachInterface<LowerModel<BatchesOp, lowerBatches>>(*context);
}
