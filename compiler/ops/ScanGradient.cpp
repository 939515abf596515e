//===- ScanGradient.cpp - back-propagation through time ---------------------------------===//
//
// The gradient of nn.scan is nn.scan in the other direction (Werbos 1990). Its carried values are
// the cotangents of the forward ones, and for each capture the sum so far of what the turns
// contribute. What a turn of it reads of the forward turn comes from the same sources and captures,
// is computed again where that takes element operations on values at hand, and is otherwise stacked
// by the forward loop, which is replaced by one that yields it.
//
//===----------------------------------------------------------------------===//

#include "compiler/ir/Origin.h"
#include "compiler/ir/Slices.h"
#include "compiler/ir/StrongZero.h"
#include "mlir/IR/IRMapping.h"

using namespace mlir;
using namespace nnc::ir;

static bool isFloat(Value value) {
  auto type = llvm::dyn_cast<NNTensorType>(value.getType());
  return type && type.isFloat();
}

static Value createZero(OpBuilder &builder, Location loc, Type type) {
  return createFilled(builder, loc, llvm::cast<NNTensorType>(type), 0);
}

namespace {

/// The reverse sweep over the operations of a body, which are all pure and in one block.
class BodySweep {
public:
  BodySweep(Block &forward, Block &backward)
      : forward(forward), builder(forward.getParentOp()->getContext(), &origins) {
    setForward(nullptr);
    builder.setInsertionPointToEnd(&backward);
    for (BlockArgument argument : forward.getArguments())
      if (isFloat(argument))
        active.insert(argument);
    for (Operation &op : forward)
      if (llvm::isa<GradientOpInterface>(op) &&
          llvm::any_of(op.getOperands(), [&](Value operand) { return active.contains(operand); }))
        for (Value result : op.getResults())
          if (isFloat(result))
            active.insert(result);
  }

  OpBuilder &getBuilder() { return builder; }
  Value getCotangent(Value value) { return cotangents.lookup(value); }
  /// What is emitted from here on is of the gradient of `op`, or of the loop itself.
  void setForward(Operation *op) {
    origins.source = OriginListener::gradientOf(op ? op : forward.getParentOp());
  }

  void accumulate(Value value, Value contribution) {
    if (!contribution || !active.contains(value))
      return;
    Value &sum = cotangents[value];
    if (!sum) {
      sum = contribution;
      return;
    }
    setForward(value.getDefiningOp());
    Value before = sum;
    sum = AddOp::create(builder, builder.getUnknownLoc(), sum.getType(), before, contribution);
    masked.noteSum(builder, sum, before, contribution);
  }

  void run() {
    llvm::SmallVector<Operation *> ops;
    for (Operation &op : forward.without_terminator())
      ops.push_back(&op);
    for (Operation *op : llvm::reverse(ops)) {
      llvm::SmallVector<Value> incoming;
      for (Value result : op->getResults())
        incoming.push_back(getCotangent(result));
      if (!llvm::any_of(incoming, [](Value value) { return static_cast<bool>(value); }))
        continue;
      auto rule = llvm::dyn_cast<GradientOpInterface>(op);
      if (!rule)
        continue;
      llvm::SmallVector<Value> operands(op->getOperands()), outgoing(op->getNumOperands());
      setForward(op);
      masked.buildGradient(rule, builder, incoming, outgoing);
      for (auto [operand, cotangent] : llvm::zip_equal(operands, outgoing))
        accumulate(operand, cotangent);
      eraseReplaced(op);
    }
    setForward(nullptr);
  }

private:
  Block &forward;
  OriginListener origins;
  OpBuilder builder;
  llvm::DenseSet<Value> active;
  llvm::DenseMap<Value, Value> cotangents;
  MaskedCotangents masked;
};

/// Builds the loop that runs back.
class ScanGradient {
public:
  ScanGradient(ScanOp op, OpBuilder &builder, ValueRange cotangents)
      : op(op), builder(builder), loc(op.getLoc()), carriedCount(op.getInits().size()),
        finalCotangents(cotangents.take_front(carriedCount)),
        rowCotangents(cotangents.drop_front(carriedCount)), sweep(op.getBlock(), scratch) {}

  void run(MutableArrayRef<Value> operandCotangents);

private:
  /// An argument that is the cotangent of `of`, and named after it.
  BlockArgument addArgument(Value of) {
    return scratch.addArgument(of.getType(), getGradientLocation(op, of.getLoc()));
  }
  void sweepBody();
  void eraseUnused();
  bool mustRepeat(Operation *inside);
  void findNeeded();
  void handOut(ScanOp back, MutableArrayRef<Value> operandCotangents);
  bool isAtHand(Operation *inside);
  /// The stacked values of `saved`, from a forward loop that yields them.
  llvm::SmallVector<Value> stackSaved();

  ScanOp op;
  OpBuilder &builder;
  Location loc;
  size_t carriedCount;
  llvm::SmallVector<Value> finalCotangents, rowCotangents;
  /// The body while its arguments are not yet known: they stand here in any order, and forward
  /// values are read where they are.
  Block scratch;
  BodySweep sweep;
  BlockArgument index;
  llvm::SmallVector<BlockArgument> rowArguments, carriedArguments, sumArguments;
  llvm::SmallVector<unsigned> rowNumbers, carriedNumbers, summed;
  // What nn.yield gives: next cotangents of carried values, sums, rows for sources.
  llvm::SmallVector<Value> nextCotangents, sums, sourceRows;
  llvm::SmallVector<unsigned> sourceNumbers;
  llvm::SetVector<Value> needed;
  llvm::SmallVector<Value> saved;
  llvm::SmallVector<Operation *> repeated;
};

} // namespace

void ScanGradient::sweepBody() {
  auto turn = op.getBlock().getTerminator()->getOperands();
  index = scratch.addArgument(op.getIndex().getType(), op.getIndex().getLoc());
  for (auto [i, carried] : llvm::enumerate(op.getCarriedArguments()))
    if (isFloat(carried)) {
      carriedNumbers.push_back(i);
      carriedArguments.push_back(addArgument(carried));
      sweep.accumulate(turn[i], carriedArguments.back());
    }
  for (auto [i, cotangent] : llvm::enumerate(rowCotangents))
    if (cotangent) {
      Value row = turn[carriedCount + i];
      rowNumbers.push_back(i);
      rowArguments.push_back(addArgument(row));
      sweep.accumulate(row, rowArguments.back());
    }
  sweep.run();
  OpBuilder &inside = sweep.getBuilder();
  for (unsigned i : carriedNumbers) {
    Value carried = op.getCarriedArguments()[i], cotangent = sweep.getCotangent(carried);
    nextCotangents.push_back(cotangent ? cotangent : createZero(inside, loc, carried.getType()));
  }
  for (auto [i, capture] : llvm::enumerate(op.getCaptureArguments()))
    if (Value cotangent = sweep.getCotangent(capture)) {
      summed.push_back(i);
      sumArguments.push_back(addArgument(capture));
      sums.push_back(AddOp::create(inside, loc, capture.getType(), sumArguments.back(), cotangent));
    }
  for (auto [i, row] : llvm::enumerate(op.getRowArguments()))
    if (Value cotangent = sweep.getCotangent(row)) {
      sourceNumbers.push_back(i);
      sourceRows.push_back(cotangent);
    }
  llvm::SmallVector<Value> yielded = nextCotangents;
  llvm::append_range(yielded, sums);
  llvm::append_range(yielded, sourceRows);
  YieldOp::create(inside, loc, yielded);
}

void ScanGradient::eraseUnused() {
  for (Operation &inside : llvm::make_early_inc_range(llvm::reverse(scratch)))
    if (isOpTriviallyDead(&inside))
      inside.erase();
}

/// Whether every operand is one that the backward turn has anyway.
bool ScanGradient::isAtHand(Operation *inside) {
  if (!llvm::isa<ElementOpInterface, ReshapeOp>(inside))
    return false;
  return llvm::all_of(inside->getOperands(), [&](Value operand) {
    if (llvm::is_contained(op.getCarriedArguments(), operand))
      return needed.contains(operand);
    if (llvm::isa<BlockArgument>(operand))
      return true;
    return llvm::is_contained(saved, operand) ||
           llvm::is_contained(repeated, operand.getDefiningOp());
  });
}

/// Whether the backward turn must compute it again: there is no stack of rows of different sizes.
bool ScanGradient::mustRepeat(Operation *inside) {
  return llvm::isa<BindSizeOp>(inside) || llvm::any_of(inside->getResults(), [&](Value result) {
           return needed.contains(result) && op.isRagged(result.getType());
         });
}

void ScanGradient::findNeeded() {
  Block &forward = op.getBlock();
  scratch.walk([&](Operation *inside) {
    for (Value operand : inside->getOperands())
      if (operand.getParentBlock() == &forward)
        needed.insert(operand);
  });
  for (Operation &inside : llvm::reverse(forward.without_terminator()))
    if (mustRepeat(&inside))
      needed.insert(inside.operand_begin(), inside.operand_end());
  for (BlockArgument carried : op.getCarriedArguments())
    if (needed.contains(carried))
      saved.push_back(carried);
  for (Operation &inside : forward.without_terminator()) {
    if (mustRepeat(&inside)) {
      repeated.push_back(&inside);
      continue;
    }
    if (!llvm::any_of(inside.getResults(), [&](Value result) { return needed.contains(result); }))
      continue;
    if (isAtHand(&inside)) {
      repeated.push_back(&inside);
      needed.insert(inside.operand_begin(), inside.operand_end());
      continue;
    }
    for (Value result : inside.getResults())
      if (needed.contains(result))
        saved.push_back(result);
  }
}

llvm::SmallVector<Value> ScanGradient::stackSaved() {
  llvm::SmallVector<Value> rows(op.getRows()), stacked(op.getStacked());
  llvm::SmallVector<unsigned> numbers;
  for (Value value : saved) {
    auto *known = llvm::find(rows, value);
    numbers.push_back(known - rows.begin());
    if (known == rows.end())
      rows.push_back(value);
  }
  if (rows.size() > stacked.size()) {
    llvm::SmallVector<Type> types(ValueRange(stacked).getTypes());
    for (Value row : llvm::ArrayRef(rows).drop_front(stacked.size()))
      types.push_back(
          ScanOp::getStackedType(llvm::cast<NNTensorType>(row.getType()), op.getLengthDim()));
    OpBuilder before(op);
    auto larger =
        ScanOp::create(before, loc, op.getFinals().getTypes(), types, op.getLength(),
                       op.getReverseAttr(), op.getSources(), op.getInits(), op.getCaptures());
    llvm::SmallVector<Value> yielded(op.getNext());
    llvm::append_range(yielded, rows);
    op.getBlock().getTerminator()->setOperands(yielded);
    larger.getBody().takeBody(op.getBody());
    // The first results are the same, in the same order. A cotangent may be one of them.
    for (auto [old, replacement] : llvm::zip(op.getResults(), larger.getResults())) {
      old.replaceAllUsesWith(replacement);
      std::replace(finalCotangents.begin(), finalCotangents.end(), Value(old), Value(replacement));
      std::replace(rowCotangents.begin(), rowCotangents.end(), Value(old), Value(replacement));
    }
    op = larger;
    stacked.assign(larger.getStacked().begin(), larger.getStacked().end());
  }
  llvm::SmallVector<Value> result;
  for (unsigned number : numbers)
    result.push_back(stacked[number]);
  return result;
}

/// The results of the backward loop are the cotangents of the forward one's operands.
void ScanGradient::handOut(ScanOp back, MutableArrayRef<Value> operandCotangents) {
  MutableArrayRef<Value> toSources = operandCotangents.take_front(op.getSources().size()),
                         toInits = operandCotangents.drop_front(toSources.size()),
                         toCaptures = operandCotangents.take_back(op.getCaptures().size());
  for (auto [i, gradient] : llvm::zip_equal(sourceNumbers, back.getStacked()))
    toSources[i] = gradient;
  for (auto [i, gradient] : llvm::zip(carriedNumbers, back.getFinals()))
    toInits[i] = gradient;
  for (auto [i, gradient] :
       llvm::zip_equal(summed, back.getFinals().drop_front(carriedNumbers.size())))
    toCaptures[i] = gradient;
}

void ScanGradient::run(MutableArrayRef<Value> operandCotangents) {
  sweepBody();
  eraseUnused();
  findNeeded();

  llvm::SmallVector<Value> sources, inits, captures;
  llvm::SmallVector<Type> finalTypes, stackedTypes;
  llvm::SmallVector<Value> stacked = stackSaved();
  for (unsigned i : rowNumbers)
    sources.push_back(rowCotangents[i]);
  llvm::append_range(sources, stacked);
  llvm::SmallVector<BlockArgument> sourceArguments, captureArguments;
  for (auto [source, row] : llvm::zip_equal(op.getSources(), op.getRowArguments()))
    if (needed.contains(row)) {
      sources.push_back(source);
      sourceArguments.push_back(row);
    }
  for (auto [capture, argument] : llvm::zip_equal(op.getCaptures(), op.getCaptureArguments()))
    if (needed.contains(argument)) {
      captures.push_back(capture);
      captureArguments.push_back(argument);
    }
  for (unsigned i : carriedNumbers) {
    Type type = op.getInits()[i].getType();
    inits.push_back(finalCotangents[i] ? finalCotangents[i] : createZero(builder, loc, type));
  }
  for (unsigned i : summed)
    inits.push_back(createZero(builder, loc, op.getCaptures()[i].getType()));
  for (Value init : inits)
    finalTypes.push_back(init.getType());
  for (Value row : sourceRows)
    stackedTypes.push_back(
        ScanOp::getStackedType(llvm::cast<NNTensorType>(row.getType()), op.getLengthDim()));

  auto back = ScanOp::create(builder, loc, finalTypes, stackedTypes, op.getLength(),
                             op.getReverse() ? UnitAttr() : builder.getUnitAttr(), sources, inits,
                             captures);
  Block &body = back.getBody().emplaceBlock();
  IRMapping mapping; // forward values to their places in `body`
  auto replaceWith = [&](Value old) {
    Value argument = body.addArgument(old.getType(), old.getLoc());
    if (old.getParentBlock() == &scratch)
      old.replaceAllUsesWith(argument);
    else
      mapping.map(old, argument);
  };
  replaceWith(index);
  mapping.map(op.getIndex(), body.getArgument(0));
  for (BlockArgument row : rowArguments)
    replaceWith(row);
  for (Value value : saved)
    replaceWith(value);
  for (BlockArgument row : sourceArguments)
    replaceWith(row);
  for (BlockArgument carried : carriedArguments)
    replaceWith(carried);
  for (BlockArgument sum : sumArguments)
    replaceWith(sum);
  for (BlockArgument capture : captureArguments)
    replaceWith(capture);
  OpBuilder inside = OpBuilder::atBlockEnd(&body);
  for (Operation *forward : repeated)
    for (Region &region : inside.clone(*forward, mapping)->getRegions())
      eraseOutput(region);
  body.getOperations().splice(body.end(), scratch.getOperations());
  body.walk([&](Operation *nested) {
    for (OpOperand &operand : nested->getOpOperands())
      if (operand.get().getParentBlock() == &op.getBlock())
        operand.set(mapping.lookup(operand.get()));
  });
  handOut(back, operandCotangents);
}

void ScanOp::buildGradient(OpBuilder &builder, ValueRange cotangents,
                           MutableArrayRef<Value> operandCotangents) {
  ScanGradient(*this, builder, cotangents).run(operandCotangents);
}

void nnc::ir::eraseReplaced(Operation *op) {
  if (op->getNumRegions() != 0 && op->use_empty() &&
      llvm::all_of(op->getRegions(), [](Region &region) { return region.empty(); }))
    op->erase();
}
