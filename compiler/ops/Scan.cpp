//===- Scan.cpp - nn.scan: what it checks, and how it is simplified --------------------===//

#include "compiler/ir/NN.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Transforms/RegionUtils.h"

using namespace mlir;
using namespace nnc::ir;

bool nnc::ir::isBoundIn(Block &block, Type type) {
  auto tensor = llvm::dyn_cast<NNTensorType>(type);
  if (!tensor)
    return false;
  llvm::SetVector<StringAttr> symbols;
  for (Dim dim : tensor.getShape())
    dim.collectSymbols(symbols);
  return !symbols.empty() && llvm::any_of(block.getOps<BindSizeOp>(), [&](BindSizeOp size) {
    return symbols.contains(size.getSymbolAttr());
  });
}

NNTensorType ScanOp::getStackedType(NNTensorType row, Dim length) {
  llvm::SmallVector<Dim> shape = {length};
  llvm::append_range(shape, row.getShape());
  return row.withShape(shape);
}

NNTensorType ScanOp::getRowType(NNTensorType stacked) {
  return stacked.withShape(llvm::SmallVector<Dim>(llvm::drop_begin(stacked.getShape())));
}

LogicalResult ScanOp::verify() {
  Block &block = getBlock();
  auto yield = llvm::dyn_cast<YieldOp>(block.getTerminator());
  if (!yield)
    return emitOpError("needs a body that ends with nn.yield");
  size_t sources = getSources().size(), carried = getInits().size();
  if (block.getNumArguments() != 1 + sources + carried + getCaptures().size())
    return emitOpError("needs as arguments of its body an index and one for each operand");
  auto index = llvm::dyn_cast<NNTensorType>(getIndex().getType());
  if (!index || !index.isScalar() || !index.getElementType().isInteger(64))
    return emitOpError("needs an i64 scalar as its body's first argument");
  for (auto [source, row] : llvm::zip_equal(getSources(), getRowArguments())) {
    auto type = llvm::cast<NNTensorType>(source.getType());
    if (type.isScalar() || type.getDim(0) != getLengthDim())
      return emitOpError() << "has a source " << type << " whose first dimension is not the length "
                           << getLengthDim().str();
    if (row.getType() != getRowType(type))
      return emitOpError() << "gives its body " << row.getType() << " as a row of " << type;
  }
  auto same = [&](TypeRange left, TypeRange right) { return llvm::equal(left, right); };
  if (!same(getInits().getTypes(), TypeRange(ValueRange(getCarriedArguments()))) ||
      !same(getInits().getTypes(), getFinals().getTypes()))
    return emitOpError("needs initial, carried and final values of the same types");
  if (!same(getCaptures().getTypes(), TypeRange(ValueRange(getCaptureArguments()))))
    return emitOpError("needs an argument of each capture's type");
  if (yield.getNumOperands() != carried + getStacked().size() ||
      !same(getNext().getTypes(), getFinals().getTypes()))
    return emitOpError("needs a body that yields the next carried values and the rows");
  for (auto [row, stacked] : llvm::zip_equal(getRows(), getStacked())) {
    auto type = llvm::dyn_cast<NNTensorType>(row.getType());
    if (!type || stacked.getType() != getStackedType(type, getLengthDim()))
      return emitOpError() << "stacks " << row.getType() << " to " << stacked.getType();
  }
  return success();
}

ScanOp ScanOp::complete(ScanOp draft, ValueRange sources, ValueRange inits) {
  Block &body = draft.getBlock();
  llvm::SetVector<Value> captures;
  getUsedValuesDefinedAbove(draft.getBody(), captures);
  for (Value capture : captures) {
    BlockArgument argument = body.addArgument(capture.getType(), capture.getLoc());
    replaceAllUsesInRegionWith(capture, argument, draft.getBody());
  }
  llvm::SmallVector<Type> stacked;
  for (Value row : body.getTerminator()->getOperands().drop_front(inits.size()))
    stacked.push_back(
        getStackedType(llvm::cast<NNTensorType>(row.getType()), draft.getLengthDim()));
  OpBuilder builder(draft);
  auto op = ScanOp::create(builder, draft.getLoc(), inits.getTypes(), stacked, draft.getLength(),
                           draft.getReverseAttr(), sources, inits, captures.getArrayRef());
  op.getBody().takeBody(draft.getBody());
  draft.erase();
  return op;
}

//===-- Simplification ------------------------------------------------------------------===//

namespace {

/// Leaves out what nothing needs: rows that nobody reads, carried values that do not reach a result
/// that is read, sources and captures that the body does not use. A carried value that never
/// changes, and a constant, become captures and constants of the body.
struct SimplifyScan : OpRewritePattern<ScanOp> {
  using OpRewritePattern::OpRewritePattern;

  struct Needs {
    llvm::SmallVector<bool> sources, carried, captures, stacked;
    bool isAll() const {
      auto all = [](llvm::ArrayRef<bool> needed) { return !llvm::is_contained(needed, false); };
      return all(sources) && all(carried) && all(captures) && all(stacked);
    }
  };

  /// What the results that are read, and operations with effects, are computed from.
  static llvm::DenseSet<Value> findNeeded(ScanOp op) {
    llvm::DenseSet<Value> needed;
    llvm::SmallVector<Value> pending;
    auto need = [&](Value value) {
      if (needed.insert(value).second)
        pending.push_back(value);
    };
    for (auto [next, final] : llvm::zip_equal(op.getNext(), op.getFinals()))
      if (!final.use_empty())
        need(next);
    for (auto [row, stacked] : llvm::zip_equal(op.getRows(), op.getStacked()))
      if (!stacked.use_empty())
        need(row);
    auto needOperands = [&](Operation *inside) {
      inside->walk([&](Operation *nested) {
        for (Value operand : nested->getOperands())
          if (operand.getParentBlock() == &op.getBlock())
            need(operand);
      });
    };
    for (Operation &inside : op.getBlock().without_terminator())
      if (!isMemoryEffectFree(&inside))
        needOperands(&inside);
    while (!pending.empty()) {
      Value value = pending.pop_back_val();
      if (Operation *def = value.getDefiningOp()) {
        needOperands(def);
        continue;
      }
      for (auto [argument, next] : llvm::zip_equal(op.getCarriedArguments(), op.getNext()))
        if (argument == value)
          need(next);
    }
    return needed;
  }

  LogicalResult matchAndRewrite(ScanOp op, PatternRewriter &rewriter) const override {
    if (succeeded(inlineConstants(op, rewriter)) || succeeded(captureInvariant(op, rewriter)) ||
        succeeded(mergeOperands(op, rewriter)))
      return success();
    llvm::DenseSet<Value> needed = findNeeded(op);
    Needs needs;
    auto isNeeded = [&](Value value) { return needed.contains(value); };
    for (BlockArgument row : op.getRowArguments())
      needs.sources.push_back(isNeeded(row));
    for (auto [argument, final] : llvm::zip_equal(op.getCarriedArguments(), op.getFinals()))
      needs.carried.push_back(isNeeded(argument) || !final.use_empty());
    for (BlockArgument capture : op.getCaptureArguments())
      needs.captures.push_back(isNeeded(capture));
    for (Value stacked : op.getStacked())
      needs.stacked.push_back(!stacked.use_empty());
    if (needs.isAll())
      return failure();
    rebuild(op, needs, rewriter);
    return success();
  }

  static void rebuild(ScanOp op, const Needs &needs, PatternRewriter &rewriter) {
    auto keep = [](auto range, llvm::ArrayRef<bool> needed) {
      llvm::SmallVector<Value> kept;
      for (auto [value, isNeeded] : llvm::zip_equal(range, needed))
        if (isNeeded)
          kept.push_back(value);
      return kept;
    };
    llvm::SmallVector<Value> yielded = keep(op.getNext(), needs.carried);
    llvm::append_range(yielded, keep(op.getRows(), needs.stacked));
    llvm::SmallVector<Value> finals = keep(op.getFinals(), needs.carried),
                             stacked = keep(op.getStacked(), needs.stacked);
    auto smaller = ScanOp::create(
        rewriter, op.getLoc(), ValueRange(finals).getTypes(), ValueRange(stacked).getTypes(),
        op.getLength(), op.getReverseAttr(), keep(op.getSources(), needs.sources),
        keep(op.getInits(), needs.carried), keep(op.getCaptures(), needs.captures));
    Block &body = op.getBlock();
    rewriter.modifyOpInPlace(body.getTerminator(),
                             [&] { body.getTerminator()->setOperands(yielded); });
    llvm::SmallVector<bool> arguments = {true};
    llvm::append_range(arguments, needs.sources);
    llvm::append_range(arguments, needs.carried);
    llvm::append_range(arguments, needs.captures);
    for (unsigned i = arguments.size(); i-- > 0;)
      if (!arguments[i]) {
        // Only operations that nothing needs use it.
        while (!body.getArgument(i).use_empty())
          eraseDead(*body.getArgument(i).user_begin(), body, rewriter);
        body.eraseArgument(i);
      }
    rewriter.inlineRegionBefore(op.getBody(), smaller.getBody(), smaller.getBody().end());
    for (auto [old, replacement] : llvm::zip_equal(finals, smaller.getFinals()))
      rewriter.replaceAllUsesWith(old, replacement);
    for (auto [old, replacement] : llvm::zip_equal(stacked, smaller.getStacked()))
      rewriter.replaceAllUsesWith(old, replacement);
    rewriter.eraseOp(op);
  }

  /// Erases the operation of `body` around `user`, and all that use its results.
  static void eraseDead(Operation *user, Block &body, PatternRewriter &rewriter) {
    Operation *op = body.findAncestorOpInBlock(*user);
    for (Value result : op->getResults())
      while (!result.use_empty())
        eraseDead(*result.user_begin(), body, rewriter);
    rewriter.eraseOp(op);
  }

  /// Constants are repeated in the body, where they simplify what reads them.
  static LogicalResult inlineConstants(ScanOp op, PatternRewriter &rewriter) {
    bool changed = false;
    for (auto [capture, argument] : llvm::zip_equal(op.getCaptures(), op.getCaptureArguments())) {
      Operation *constant = capture.getDefiningOp<ConstantOp>();
      if (!constant || argument.use_empty())
        continue;
      rewriter.setInsertionPointToStart(&op.getBlock());
      rewriter.replaceAllUsesWith(argument, rewriter.clone(*constant)->getResult(0));
      changed = true;
    }
    return success(changed);
  }

  /// A carried value that each turn hands on as it was is a capture.
  static LogicalResult captureInvariant(ScanOp op, PatternRewriter &rewriter) {
    for (unsigned i = 0; i < op.getInits().size(); ++i) {
      BlockArgument argument =
          op.getCarriedArguments()[i]; // a copy: arguments move when one is added
      if (op.getNext()[i] != argument)
        continue;
      Value init = op.getInits()[i];
      bool isUsed = llvm::any_of(argument.getUsers(), [&](Operation *user) {
        return user != op.getBlock().getTerminator();
      });
      bool isStacked = llvm::is_contained(op.getRows(), Value(argument));
      if (!isUsed && !isStacked && op.getFinals()[i].use_empty())
        continue; // rebuild leaves it out
      rewriter.replaceAllUsesWith(op.getFinals()[i], init);
      if (!isUsed && !isStacked)
        return success();
      rewriter.modifyOpInPlace(op, [&] {
        BlockArgument capture = op.getBlock().addArgument(argument.getType(), argument.getLoc());
        op.getCapturesMutable().append(init);
        for (OpOperand &use : llvm::make_early_inc_range(argument.getUses()))
          if (use.getOwner() != op.getBlock().getTerminator() ||
              use.getOperandNumber() >= op.getInits().size())
            use.set(capture);
      });
      return success();
    }
    return failure();
  }

  /// One argument is enough for an operand that is given twice.
  static LogicalResult mergeOperands(ScanOp op, PatternRewriter &rewriter) {
    bool changed = false;
    auto merge = [&](OperandRange operands, llvm::ArrayRef<BlockArgument> arguments) {
      llvm::DenseMap<Value, Value> first;
      for (auto [operand, argument] : llvm::zip_equal(operands, arguments)) {
        auto [known, isNew] = first.try_emplace(operand, argument);
        if (isNew || argument.use_empty())
          continue;
        rewriter.replaceAllUsesWith(argument, known->second);
        changed = true;
      }
    };
    merge(op.getSources(), op.getRowArguments());
    merge(op.getCaptures(), op.getCaptureArguments());
    return success(changed);
  }
};

} // namespace

void ScanOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<SimplifyScan>(context);
}
