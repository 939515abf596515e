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
using namespace nnc;
using namespace nnc::ir;
using namespace nnc::lower;

/// Whether running the region makes handles outside of inner loops, which look after their own.
static bool makesHandles(Region &region) {
  bool found = false;
  region.walk<WalkOrder::PreOrder>([&](Operation *op) {
    if (llvm::isa<LoopOpInterface>(op))
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
      mark = host.call(loc, NN_RUNTIME(nn_scope_enter), {});
  }
  void empty() {
    if (mark)
      host.call(loc, NN_RUNTIME(nn_scope_leave), mark);
  }

private:
  Host &host;
  Location loc;
  Value mark;
};
} // namespace

/// Emits a counted loop: `first`, then up by `step`, while less than `limit`. `enterBody` gets the
/// count; `leaveBody` ends a turn that reaches its end.
static LogicalResult emitCountedLoop(
    Host &host, Location loc, Region &region, Value first, Value limit, Value step,
    llvm::function_ref<void(Value)> enterBody, llvm::function_ref<void()> leaveBody = [] {}) {
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
  Host::Sizes around = host.saveSizes();
  enterBody(count);
  host.loops.push_back({next, exit});
  bool falls;
  if (failed(host.lowerBody(region, falls)))
    return failure();
  host.loops.pop_back();
  if (falls) {
    leaveBody();
    host.branch(loc, next);
  }
  host.restoreSizes(std::move(around));
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
  host.call(loc,
            op.getFinite()  ? NN_RUNTIME(nn_not_finite)
            : op.getCheck() ? NN_RUNTIME(nn_fail)
                            : NN_RUNTIME(nn_assert_failed),
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
  host.call(loc, NN_RUNTIME(nn_fail), {host.getLocation(op), host.getString(loc, message)});
  host.branch(loc, after);
  host.setBlock(after);
}

static LogicalResult lowerBindSize(BindSizeOp op, Host &host) {
  Location loc = op.getLoc();
  Value value = host.get(op.getValue());
  Value negative = arith::CmpIOp::create(host.getBuilder(), loc, arith::CmpIPredicate::slt, value,
                                         host.getI64(loc, 0));
  // What has no name in the program is called "size", or "size.2".
  llvm::StringRef name = op.getSymbol().split('.').first;
  failIf(host, op, negative,
         name == "size" ? "a size is negative" : "the size " + name.str() + " is negative");
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
          host.call(loc, NN_RUNTIME(nn_dataset_gather),
                    {data, host.getI64(loc, number), first, rows,
                     host.getAddress(loc, host.getPlan().getPlace(field))});
      });
}

/// Carried values lie where the final ones will: a turn reads them there, and stores the next ones
/// there at its end. Rows are stored where they are stacked, unless they were computed there.
static LogicalResult lowerScan(ScanOp op, Host &host) {
  Location loc = op.getLoc();
  OpBuilder &builder = host.getBuilder();
  const MemoryPlan &plan = host.getPlan();
  auto getType = [](Value value) { return llvm::cast<NNTensorType>(value.getType()); };
  auto copy = [&](Place to, Place from, NNTensorType type) {
    if (to == from)
      return;
    Value bytes = host.getDim(loc, type.getCount() * getElementBytes(type.getElementType()));
    LLVM::MemcpyOp::create(builder, loc, host.getAddress(loc, to), host.getAddress(loc, from),
                           bytes,
                           /*isVolatile=*/false);
  };
  for (auto [capture, argument] : llvm::zip_equal(op.getCaptures(), op.getCaptureArguments()))
    if (!llvm::isa<NNTensorType>(capture.getType()) || getType(capture).isScalar())
      host.set(argument, host.get(capture));
  llvm::SmallVector<Value> rooms(op.getInits().size()); // of scalars
  for (auto [i, init] : llvm::enumerate(op.getInits())) {
    NNTensorType type = getType(init);
    if (type.isScalar()) {
      rooms[i] = host.createStackRoom(loc, getMemoryType(type.getElementType()));
      emitStore(builder, loc, host.get(init), rooms[i], host.getI64(loc, 0));
    } else {
      copy(plan.getPlace(op.getFinals()[i]), plan.getPlace(init), type);
    }
  }
  Value length = host.getDim(loc, op.getLengthDim());
  auto enter = [&](Value count) {
    Value index = count;
    if (op.getReverse()) {
      Value last = arith::SubIOp::create(builder, loc, length, host.getI64(loc, 1));
      index = arith::SubIOp::create(builder, loc, last, count);
    }
    host.set(op.getIndex(), index);
    for (auto [source, row] : llvm::zip_equal(op.getSources(), op.getRowArguments()))
      if (getType(row).isScalar())
        host.set(row, emitLoad(builder, loc, getType(row).getElementType(), host.getAddress(source),
                               index));
    for (auto [room, carried] : llvm::zip_equal(rooms, op.getCarriedArguments()))
      if (room)
        host.set(carried, emitLoad(builder, loc, getType(carried).getElementType(), room,
                                   host.getI64(loc, 0)));
  };
  auto leave = [&] {
    for (auto [row, stacked] : llvm::zip_equal(op.getRows(), op.getStacked())) {
      if (getType(row).isScalar())
        emitStore(builder, loc, host.get(row), host.getAddress(stacked), host.get(op.getIndex()));
      else
        copy(Place{Place::Row, 0, 0, nullptr, stacked, op.getIndex()}, plan.getPlace(row),
             getType(row));
    }
    // First what another carried value's place still holds.
    for (auto [i, next] : llvm::enumerate(op.getNext()))
      if (Place shadow = plan.getShadow(op, i); shadow.kind != Place::None)
        copy(shadow, plan.getPlace(next), getType(next));
    for (auto [i, next] : llvm::enumerate(op.getNext())) {
      Place shadow = plan.getShadow(op, i);
      if (rooms[i])
        emitStore(builder, loc, host.get(next), rooms[i], host.getI64(loc, 0));
      else
        copy(plan.getPlace(op.getFinals()[i]),
             shadow.kind == Place::None ? plan.getPlace(next) : shadow, getType(next));
    }
  };
  if (failed(emitCountedLoop(host, loc, op.getBody(), host.getI64(loc, 0), length,
                             host.getI64(loc, 1), enter, leave)))
    return failure();
  for (auto [room, final] : llvm::zip_equal(rooms, op.getFinals()))
    if (room)
      host.set(final,
               emitLoad(builder, loc, getType(final).getElementType(), room, host.getI64(loc, 0)));
  return success();
}

void nnc::lower::attachControl(MLIRContext *context) {
  ForOp::attachInterface<LowerModel<ForOp, lowerFor>>(*context);
  WhileOp::attachInterface<LowerModel<WhileOp, lowerWhile>>(*context);
  IfOp::attachInterface<LowerModel<IfOp, lowerIf>>(*context);
  AssertOp::attachInterface<LowerModel<AssertOp, lowerAssert>>(*context);
  BindSizeOp::attachInterface<LowerModel<BindSizeOp, lowerBindSize>>(*context);
  BatchesOp::attachInterface<LowerModel<BatchesOp, lowerBatches>>(*context);
  ScanOp::attachInterface<LowerModel<ScanOp, lowerScan>>(*context);
}
