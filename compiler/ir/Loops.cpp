//===- Loops.cpp - loops become scans -------------------------------------------------------===//
//
// A gradient passes through a loop as through any other computation once the loop is a scan: the
// variables that its body assigns are carried from turn to turn (Purification), and the scan's
// gradient is a scan in the other direction. Loops inside become scans first.
//
//===----------------------------------------------------------------------===//

#include "compiler/ir/Purification.h"
#include "compiler/ir/Slices.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;

namespace nnc::ir {

LogicalResult straighten(Block &block, Obstacle &obstacle) {
  for (Operation &op : llvm::make_early_inc_range(block)) {
    if (auto loop = llvm::dyn_cast<ForOp>(op)) {
      if (failed(makeScan(loop, obstacle)))
        return failure();
    } else if (auto branch = llvm::dyn_cast<IfOp>(op)) {
      if (failed(makeChoice(branch, obstacle)))
        return failure();
    }
  }
  return success();
}

//===-- nn.continue, nn.break ----------------------------------------------------------------===//

static Operation *getCommand(Operation *op) {
  while (!op->hasTrait<OpTrait::SymbolTable>())
    op = op->getParentOp();
  return op;
}

static std::optional<int64_t> getNumber(Value value) {
  DenseIntElementsAttr elements;
  if (matchPattern(value, m_Constant(&elements)) && elements.isSplat())
    return elements.getSplatValue<llvm::APInt>().getSExtValue();
  return std::nullopt;
}

/// Whether the value is a function of constants and of the number of the loop's turn.
static bool dependsOnCount(Value value, ForOp loop) {
  if (value == loop.getBody().getArgument(0))
    return true;
  Operation *op = value.getDefiningOp();
  return op && op->getNumRegions() == 0 && isMemoryEffectFree(op) &&
         llvm::all_of(op->getOperands(),
                      [&](Value operand) { return dependsOnCount(operand, loop); });
}

/// Whether the program says, without being run, in which turn this happens.
static bool isKnown(BreakOp jump, Operation *around) {
  auto loop = llvm::dyn_cast<ForOp>(around);
  if (!loop || !getNumber(loop.getLower()) || !getNumber(loop.getUpper()))
    return false;
  for (Operation *op = jump->getParentOp(); op != loop; op = op->getParentOp())
    if (auto branch = llvm::dyn_cast<IfOp>(op);
        !branch || !dependsOnCount(branch.getCondition(), loop))
      return false;
  return true;
}

llvm::SmallVector<Operation *> getOwnJumps(Operation *op) {
  llvm::SmallVector<Operation *> found;
  for (Region &region : op->getRegions())
    region.walk<WalkOrder::PreOrder>([&](Operation *inner) {
      if (llvm::isa<LoopOpInterface>(inner))
        return WalkResult::skip();
      if (llvm::isa<BreakOp, ContinueOp>(inner))
        found.push_back(inner);
      return WalkResult::advance();
    });
  return found;
}

static void end(Operation *jump) {
  OpBuilder builder(jump);
  EndOp::create(builder, jump->getLoc());
  jump->erase();
}

/// Puts what follows an operation that may end the turn, up to the end of the loop's body, under
/// the condition that it did not.
static void guardRest(Operation *op, StringAttr flag) {
  OpBuilder builder(op->getContext());
  builder.setInsertionPointAfter(op);
  Block *block = op->getBlock();
  if (builder.getInsertionPoint() == std::prev(block->end()))
    return;
  Location loc = op->getLoc();
  Type type = getScalarType(builder.getI1Type());
  auto skipped = ReadOp::create(builder, loc, type, flag);
  auto rest = IfOp::create(builder, loc, skipped);
  OpBuilder inside = OpBuilder::atBlockEnd(&rest.getThenRegion().emplaceBlock());
  EndOp::create(inside, loc);
  Block &otherwise = rest.getElseRegion().emplaceBlock();
  otherwise.getOperations().splice(otherwise.end(), block->getOperations(),
                                   std::next(rest->getIterator()), std::prev(block->end()));
  Operation *terminator = block->getTerminator();
  if (llvm::isa<EndOp>(terminator)) {
    inside.setInsertionPointToEnd(&otherwise);
    EndOp::create(inside, loc);
  } else {
    terminator->moveBefore(&otherwise, otherwise.end());
    builder.setInsertionPointToEnd(block);
    EndOp::create(builder, loc);
  }
}

VariableOp createVariable(Operation *at, llvm::StringRef name, NNTensorType type) {
  Operation *command = getCommand(at);
  SymbolTable symbols(command);
  OpBuilder builder(command->getContext());
  builder.setInsertionPointToStart(&command->getRegion(0).front());
  auto variable = VariableOp::create(builder, at->getLoc(), builder.getStringAttr(name),
                                     VariableKind::Var, type);
  symbols.insert(variable); // which renames it where the name is taken
  return variable;
}

/// A new variable for a truth value.
static StringAttr makeFlag(Operation *loop, llvm::StringRef name) {
  NNTensorType type = getScalarType(Builder(loop->getContext()).getI1Type());
  return createVariable(loop, name, type).getSymNameAttr();
}

static Operation *assignFlag(OpBuilder &builder, Location loc, StringAttr flag, bool value) {
  NNTensorType type = getScalarType(builder.getI1Type());
  return AssignOp::create(builder, loc, flag, createFilled(builder, loc, type, value));
}

void removeJumps(Operation *loop) {
  llvm::SmallVector<Operation *> jumps = getOwnJumps(loop);
  llvm::erase_if(jumps, [&](Operation *jump) {
    auto leave = llvm::dyn_cast<BreakOp>(jump);
    return leave && !isKnown(leave, loop);
  });
  if (jumps.empty())
    return;
  OpBuilder builder(loop);
  StringAttr skipped = makeFlag(loop, "skipped$"), left;
  for (Operation *jump : jumps) {
    builder.setInsertionPoint(jump);
    assignFlag(builder, jump->getLoc(), skipped, true);
    if (llvm::isa<BreakOp>(jump)) {
      left = left ? left : makeFlag(loop, "left$");
      assignFlag(builder, jump->getLoc(), left, true);
    }
    Operation *around = jump->getParentOp();
    end(jump);
    for (; around != loop; around = around->getParentOp())
      guardRest(around, skipped);
  }
  builder.setInsertionPointToStart(&loop->getRegions().back().front());
  Operation *first = assignFlag(builder, loop->getLoc(), skipped, false);
  if (left) {
    guardRest(first, left);
    builder.setInsertionPoint(loop);
    assignFlag(builder, loop->getLoc(), left, false);
  }
}

void removeAllJumps(Operation *op) {
  llvm::SmallVector<ForOp> loops;
  op->walk([&](ForOp loop) { loops.push_back(loop); });
  llvm::for_each(loops, [](ForOp loop) { removeJumps(loop); });
}

//===-- The number of turns ------------------------------------------------------------------===//

/// A name for a size symbol that the command does not use yet.
static std::string makeSizeSymbol(Operation *at, llvm::StringRef base) {
  llvm::DenseSet<StringAttr> used;
  getCommand(at)->walk([&](BindSizeOp size) { used.insert(size.getSymbolAttr()); });
  std::string name = base.str();
  for (unsigned i = 1; used.contains(StringAttr::get(at->getContext(), name)); ++i)
    name = (base + "." + llvm::Twine(i)).str();
  return name;
}

/// The number of turns from `lower` up to `upper`, as a size: where it is known only when the
/// program runs, a new size symbol that is bound at the builder.
static Dim countTurns(OpBuilder &builder, Location loc, Value lower, Value upper, Operation *at) {
  std::optional<int64_t> from = getNumber(lower), to = getNumber(upper);
  if (from && to)
    return Dim::get(builder.getContext(), std::max<int64_t>(*to - *from, 0));
  if (auto size = upper.getDefiningOp<SizeOp>(); size && from == 0)
    return Dim(size.getDim());
  Type type = upper.getType();
  Value count = from == 0 ? upper : SubOp::create(builder, loc, type, upper, lower).getResult();
  Value none = createFilled(builder, loc, llvm::cast<NNTensorType>(type), 0);
  count = MaxOp::create(builder, loc, type, count, none);
  std::string symbol = makeSizeSymbol(at, "turns");
  BindSizeOp::create(builder, loc, count, symbol);
  return Dim::getSymbol(builder.getContext(), symbol);
}

//===-- Loops --------------------------------------------------------------------------------===//

namespace {
/// A loop that has become a scan.
struct Converted {
  ScanOp scan;
  std::vector<Purification::Assigned> assigned; // in the order of the scan's carried values
};
} // namespace

static FailureOr<Converted> convert(ForOp loop, Obstacle &obstacle) {
  removeJumps(loop);
  OpBuilder builder(loop);
  Location loc = loop.getLoc();
  Dim length = countTurns(builder, loc, loop.getLower(), loop.getUpper(), loop);
  auto draft = ScanOp::create(builder, loc, TypeRange(), TypeRange(), length.toAttribute(), false,
                              ValueRange(), ValueRange(), ValueRange());
  draft.getBody().takeBody(loop.getBody());
  Block &body = draft.getBlock();
  Value index = body.getArgument(0);
  if (getNumber(loop.getLower()) != 0) {
    builder.setInsertionPointToStart(&body);
    auto at = AddOp::create(builder, loc, index.getType(), index, loop.getLower());
    index.replaceAllUsesExcept(at, at);
  }
  Operation *last = body.getTerminator();
  if (!llvm::isa<EndOp>(last))
    return obstacle.set(last);
  builder.setInsertionPoint(last);
  auto yield = YieldOp::create(builder, last->getLoc(), ValueRange());
  last->erase();
  Purification purification(body, draft);
  if (failed(purification.run(obstacle)))
    return failure();
  llvm::SmallVector<Value> inits, next;
  for (const Purification::Assigned &one : purification.assigned) {
    inits.push_back(one.initial);
    next.push_back(one.next);
  }
  yield->setOperands(next);
  ScanOp scan = ScanOp::complete(draft, {}, inits);
  useRows(scan);
  return Converted{scan, std::move(purification.assigned)};
}

LogicalResult makeScan(ForOp loop, Obstacle &obstacle, Operation *rest) {
  FailureOr<Converted> converted = convert(loop, obstacle);
  if (failed(converted))
    return failure();
  OpBuilder builder(loop);
  if (rest)
    builder.setInsertionPointAfter(rest);
  for (auto [one, final] : llvm::zip_equal(converted->assigned, converted->scan.getFinals()))
    AssignOp::create(builder, loop.getLoc(), one.variable, final);
  loop.erase();
  return success();
}

LogicalResult replayTurns(ForOp loop, StringAttr variable, Obstacle &obstacle) {
  removeAllJumps(loop);
  Block &body = loop.getBody().front();
  OpBuilder builder = OpBuilder::atBlockBegin(&body);
  Location loc = loop.getLoc();
  auto replay = ForOp::create(builder, loc, loop.getLower(), body.getArgument(0));
  // The copy is made of the body as it is without the copy.
  Region &region = replay.getBody();
  IRMapping mapping;
  Block &copy = region.emplaceBlock();
  mapping.map(body.getArgument(0), copy.addArgument(body.getArgument(0).getType(), loc));
  OpBuilder inside = OpBuilder::atBlockEnd(&copy);
  for (Operation &op : body.without_terminator())
    if (&op != replay)
      inside.clone(op, mapping);
  EndOp::create(inside, loc);
  // What scans stack that are loops for a while (OpenScan.h) is in variables.
  region.walk([](YieldOp yield) {
    if (llvm::isa<ForOp>(yield->getParentOp()))
      end(yield);
  });
  // A turn that others follow has not left the loop.
  for (Operation *jump : getOwnJumps(replay))
    end(jump);
  Slice slice(replay);
  slice.keep(variable);
  slice.eraseRest();
  llvm::SmallVector<Operation *> requests;
  region.walk([&](Operation *op) {
    if (llvm::isa<GradOp, JacobianOp, MinimizeOp>(op))
      requests.push_back(op);
  });
  if (!requests.empty())
    return obstacle.set(requests.front(), "a gradient that the next turn computes with");
  FailureOr<Converted> converted = convert(replay, obstacle);
  if (failed(converted))
    return failure();
  replay.erase();
  // The turns begin with what the variables held before the loop, and end with what they hold now.
  builder.setInsertionPointAfter(converted->scan);
  for (auto [one, final] : llvm::zip_equal(converted->assigned, converted->scan.getFinals())) {
    one.initial.getDefiningOp()->moveBefore(loop);
    auto place = SymbolTable::lookupNearestSymbolFrom<VariableOp>(loop, one.variable);
    if (place.getKind() == VariableKind::Var)
      AssignOp::create(builder, loc, one.variable, final);
  }
  return success();
}

//===-- Rows ---------------------------------------------------------------------------------===//

void useRows(ScanOp scan) {
  auto getCapture = [&](Value inside) -> Value {
    for (auto [capture, argument] : llvm::zip_equal(scan.getCaptures(), scan.getCaptureArguments()))
      if (argument == inside)
        return capture;
    return {};
  };
  OpBuilder before(scan);
  for (GatherOp gather : llvm::make_early_inc_range(scan.getBlock().getOps<GatherOp>())) {
    if (gather.getIndices() != scan.getIndex() || gather.getBatch() != 0)
      continue;
    Value tensor = getCapture(gather.getA());
    if (auto transpose = gather.getA().getDefiningOp<TransposeOp>(); !tensor && transpose)
      if (Value from = getCapture(transpose.getA())) {
        Operation *outside = before.clone(*transpose);
        outside->setOperand(0, from);
        tensor = outside->getResult(0);
      }
    auto type = tensor ? llvm::cast<NNTensorType>(tensor.getType()) : NNTensorType();
    if (!tensor || type.getDim(0) != scan.getLengthDim())
      continue;
    unsigned at = 1 + scan.getSources().size();
    scan.getSourcesMutable().append(tensor);
    gather.replaceAllUsesWith(
        scan.getBlock().insertArgument(at, ScanOp::getRowType(type), gather.getLoc()));
    gather.erase();
  }
}

} // namespace nnc::ir
