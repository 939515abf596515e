//===- FusedKernel.cpp - a group becomes one loop nest ----------------------------------------===//
//
// The axes of the iteration space become loops in the order in which they lie in memory; neighbours
// that all operands treat alike become one long loop (GroupRuns.h). Elements are pulled: each
// result asks for its value, which asks for its operands' elements, down to loads. Reductions: the
// innermost reduced loops combine in registers; if kept axes lie further inside, rows are combined
// in memory, but a few reduced elements (a pooling's window) are combined one by one inside,
// without loops. A long sum is a compensated sum of the sums of blocks (Accumulation.h), so that
// its rounding error does not grow with the count; blocks depend on the shape only, so the order of
// additions does, too.
//
//===----------------------------------------------------------------------===//

#include "compiler/lower/Accumulation.h"
#include "compiler/lower/GroupRuns.h"
#include "compiler/lower/Kernel.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace nnc::ir;

namespace nnc::lower {

namespace {

using Values = llvm::SmallVector<Value>;

class GroupLoops {
public:
  GroupLoops(FusedOp op, Host &host)
      : op(op), kernel(host, op, "fused"), builder(kernel.getBuilder()), loc(kernel.getLoc()) {
    for (auto [inside, outside] : llvm::zip_equal(op.getBody().getArguments(), op.getInputs()))
      kernel.bind(inside, outside);
    for (Value output : op.getOutputs())
      kernel.bind(output, output);
    for (unsigned i = 0; i < op.getNumResults(); ++i)
      if (ReduceOp reduce = op.getReduction(i)) {
        accumulations.push_back(reduce);
        reductionResults.push_back(op.getResult(i));
      }
    plan = findRuns(op, accumulations.areRounded());
  }

  void run() {
    bool parallel = !plan.runs.empty() && !plan.runs.front().reduced;
    if (parallel)
      range = kernel.addRange();
    index.assign(op.getSpace().getRank(), kernel.getIndex(0));
    if (plan.tiled)
      reserveTile();
    else if (plan.needsMemory())
      emitInitialisation();
    emitRun(0);
    if (!parallel)
      return kernel.finish();
    Dim inner = Dim::get(op.getContext(), 1);
    for (const Run &run : llvm::drop_begin(plan.runs))
      inner = inner * run.size;
    kernel.finishRange(plan.runs.front().size, inner);
  }

  const Kernel &getKernel() const { return kernel; }

private:
  //===-- Loops --===//

  /// A loop whose `body` gets the count and what is carried, and gives what is carried on.
  Values emitLoop(Value from, Value to, int64_t step, ValueRange carried,
                  llvm::function_ref<Values(Value, ValueRange)> body) {
    auto loop = scf::ForOp::create(builder, loc, from, to, kernel.getIndex(step), carried);
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(loop.getBody());
    Values next = body(loop.getInductionVar(), loop.getRegionIterArgs());
    if (!carried.empty())
      scf::YieldOp::create(builder, loc, next);
    return loop.getResults();
  }

  void emitLoop(Value from, Value to, int64_t step, llvm::function_ref<void(Value)> body) {
    emitLoop(from, to, step, ValueRange(), [&](Value count, ValueRange) -> Values {
      body(count);
      return {};
    });
  }

  /// The end of a block that begins at `begin`.
  Value getBlockEnd(Value begin, int64_t size, Value limit) {
    Value end = arith::AddIOp::create(builder, loc, begin, kernel.getIndex(size));
    return arith::MinSIOp::create(builder, loc, end, limit);
  }

  std::pair<Value, Value> getBounds(unsigned run) {
    if (run == 0 && range)
      return *range;
    return {kernel.getIndex(0), kernel.getSize(plan.runs[run].size)};
  }

  void setIndex(unsigned run, Value count) { index[plan.runs[run].last] = count; }

  /// The index of the kept axes: that of a reduction's result.
  Values getKeptIndex() {
    Values kept;
    for (auto [axis, i] : llvm::enumerate(index))
      if (!llvm::is_contained(op.getReducedAxes(), static_cast<int64_t>(axis)))
        kept.push_back(i);
    return kept;
  }

  void emitInitialisation() {
    OpBuilder::InsertionGuard guard(builder);
    for (unsigned run = 0; run < plan.runs.size(); ++run) {
      if (plan.runs[run].reduced)
        continue;
      auto [from, to] = getBounds(run);
      auto loop = scf::ForOp::create(builder, loc, from, to, kernel.getIndex(1));
      builder.setInsertionPointToStart(loop.getBody());
      setIndex(run, loop.getInductionVar());
    }
    storeResults(accumulations.getIdentities(builder));
    index.assign(op.getSpace().getRank(), kernel.getIndex(0));
  }

  void storeResults(ValueRange values) {
    for (auto [each, result, value] : llvm::zip_equal(accumulations, reductionResults, values))
      kernel.store(result.getLoc(), each.narrow(builder, value), result, getKeptIndex());
  }

  /// Loops whose results, if any, are in memory.
  void emitRun(unsigned run) {
    if (plan.tiled && run == plan.firstReduced)
      return emitTiles();
    if (run < plan.registerRuns) {
      auto [from, to] = getBounds(run);
      return emitLoop(from, to, 1, [&, run](Value count) {
        setIndex(run, count);
        emitRun(run + 1);
      });
    }
    Values values = emitRegisterRuns();
    if (plan.needsMemory()) {
      Values before;
      for (Value result : reductionResults)
        before.push_back(kernel.load(result.getLoc(), result, getKeptIndex()));
      values = accumulations.combine(builder, before, values, /*reorder=*/false);
    }
    storeResults(values);
  }

  //===-- In registers --===//

  /// The loops that combine in registers; gives what the reductions came to.
  Values emitRegisterRuns() {
    if (!hasBlocks(plan.registerRuns))
      return emitPlainRun(plan.registerRuns);
    Values total = accumulations.getEmptyTotal(builder);
    return accumulations.finish(builder, emitBlocks(plan.registerRuns, total));
  }

  bool hasBlocks(unsigned run) { return run < plan.runs.size() && plan.runs[run].block != 0; }

  /// The total, with the elements of these runs.
  Values emitBlocks(unsigned run, ValueRange total) {
    if (!hasBlocks(run))
      return accumulations.join(builder, total, emitPlainRun(run));
    auto [from, limit] = getBounds(run);
    int64_t block = plan.runs[run].block;
    return emitLoop(from, limit, block, total, [&, to = limit](Value count, ValueRange carried) {
      if (block == 1) {
        setIndex(run, count);
        return emitBlocks(run + 1, carried);
      }
      Values partial = emitPlainLoop(run, count, getBlockEnd(count, block, to));
      return accumulations.join(builder, carried, partial);
    });
  }

  Values emitPlainRun(unsigned run) {
    if (run == plan.runs.size())
      return emitElements();
    if (plan.runs[run].unrolled)
      return emitUnrolledRun(run);
    auto [from, to] = getBounds(run);
    return emitPlainLoop(run, from, to);
  }

  Values emitPlainLoop(unsigned run, Value from, Value to) {
    bool innermost = run + 1 == plan.runs.size();
    Values start = accumulations.getIdentities(builder);
    return emitLoop(from, to, 1, start, [&](Value count, ValueRange carried) {
      setIndex(run, count);
      return accumulations.combine(builder, carried, emitPlainRun(run + 1), innermost);
    });
  }

  Values emitUnrolledRun(unsigned run) {
    Values values;
    for (int64_t i = 0; i < plan.runs[run].size.getStatic(); ++i) {
      setIndex(run, kernel.getIndex(i));
      Values next = emitPlainRun(run + 1);
      values = i == 0 ? next : accumulations.combine(builder, values, next, /*reorder=*/false);
    }
    return values;
  }

  //===-- In tiles --===//

  void reserveTile() {
    Values identities = accumulations.getIdentities(builder);
    partials = Columns(builder, loc, ValueRange(identities).getTypes(), plan.tileSize);
    totals = Columns(builder, loc, accumulations.getTotalTypes(), plan.tileSize);
  }

  /// Where a column of the space lies in a tile.
  Value getColumn(Value count) {
    Value within = arith::SubIOp::create(builder, loc, count, tile.first);
    return arith::IndexCastOp::create(builder, loc, builder.getI64Type(), within);
  }

  void emitColumns(llvm::function_ref<void(Value)> body) {
    emitLoop(tile.first, tile.second, 1, [&](Value count) {
      setIndex(plan.registerRuns - 1, count);
      body(getColumn(count));
    });
  }

  /// The reduced loops with the last kept run inside them, tile by tile of that run.
  void emitTiles() {
    auto emitTile = [&](Value from, Value to) {
      tile = {from, to};
      emitColumns([&](Value column) {
        totals.store(builder, column, accumulations.getEmptyTotal(builder));
      });
      emitRowBlocks(plan.firstReduced);
      emitColumns([&](Value column) {
        storeResults(accumulations.finish(builder, totals.load(builder, column)));
      });
    };
    auto [from, limit] = getBounds(plan.registerRuns - 1);
    if (plan.runs[plan.registerRuns - 1].size.isStatic(plan.tileSize))
      return emitTile(from, limit);
    emitLoop(from, limit, plan.tileSize, [&, to = limit](Value begin) {
      emitTile(begin, getBlockEnd(begin, plan.tileSize, to));
    });
  }

  bool hasRowBlocks(unsigned run) { return run + 1 < plan.registerRuns && hasBlocks(run); }

  /// Adds the rows of these runs to the tile's totals.
  void emitRowBlocks(unsigned run) {
    if (!hasRowBlocks(run))
      return emitRowBlock([&] { emitRows(run); });
    auto [from, limit] = getBounds(run);
    int64_t block = plan.runs[run].block;
    emitLoop(from, limit, block, [&, to = limit](Value count) {
      if (block > 1)
        return emitRowBlock([&] { emitRowLoop(run, count, getBlockEnd(count, block, to)); });
      setIndex(run, count);
      emitRowBlocks(run + 1);
    });
  }

  /// Combines rows by themselves, then joins what they came to with the tile's totals.
  void emitRowBlock(llvm::function_ref<void()> emitRows) {
    emitColumns([&](Value column) {
      partials.store(builder, column, accumulations.getIdentities(builder));
    });
    emitRows();
    emitColumns([&](Value column) {
      Values partial = partials.load(builder, column);
      Values total = accumulations.join(builder, totals.load(builder, column), partial);
      totals.store(builder, column, total);
    });
  }

  /// Adds the rows of these runs to the tile's partial results.
  void emitRows(unsigned run) {
    if (run + 1 < plan.registerRuns) {
      auto [from, to] = getBounds(run);
      return emitRowLoop(run, from, to);
    }
    emitColumns([&](Value column) {
      Values before = partials.load(builder, column);
      Values values = emitRegisterRuns();
      partials.store(builder, column, accumulations.combine(builder, before, values, false));
    });
  }

  void emitRowLoop(unsigned run, Value from, Value to) {
    emitLoop(from, to, 1, [&](Value count) {
      setIndex(run, count);
      emitRows(run + 1);
    });
  }

  //===-- Elements --===//

  /// The innermost loop's body: stores element-wise results; gives what is to be reduced.
  Values emitElements() {
    kernel.startElements();
    Values reduced;
    llvm::SmallVector<std::pair<Value, Value>> stores;
    auto each = accumulations.begin();
    for (auto [i, yielded] : llvm::enumerate(op.getYielded())) {
      if (ReduceOp reduce = op.getReduction(i))
        reduced.push_back((each++)->widen(builder, kernel.getElement(reduce.getA(), index)));
      else
        stores.emplace_back(kernel.getElement(yielded, index), op.getResult(i));
    }
    // After all loads: a result may lie where an operand lay.
    for (auto [element, result] : stores)
      kernel.store(op.getLoc(), element, result, index);
    kernel.startElements();
    return reduced;
  }

  FusedOp op;
  Kernel kernel;
  OpBuilder &builder;
  Location loc;
  GroupRuns plan;
  Accumulations accumulations;
  Values reductionResults;
  std::optional<std::pair<Value, Value>> range;
  /// For each axis; of a run, the last axis has the run's count, the others 0.
  Values index;
  /// The columns of the present tile, and where its partial results and totals lie.
  std::pair<Value, Value> tile;
  Columns partials, totals;
};

} // namespace

/// Calls a known kernel for operands and results of another group.
static void emitCall(const KernelTable::Call &call, FusedOp op, llvm::ArrayRef<Value> values,
                     Host &host) {
  Location loc = op.getLoc();
  llvm::SmallVector<Value> arguments;
  for (const KernelTable::Argument &argument : call.arguments)
    if (auto *number = std::get_if<unsigned>(&argument))
      arguments.push_back(
          Kernel::getOutside(host, loc, values[*number], *number >= op.getNumOperands()));
    else if (auto *symbol = std::get_if<std::string>(&argument))
      arguments.push_back(host.getSymbol(*symbol));
    else if (auto *size = std::get_if<Dim>(&argument))
      arguments.push_back(host.getDim(loc, *size));
    else
      arguments.push_back(host.getI64(loc, std::get<int64_t>(argument)));
  func::CallOp::create(host.getBuilder(), loc, call.function, arguments);
}

/// For each of the group's values, the first that lies in the same place.
static llvm::SmallVector<unsigned> getPlaces(llvm::ArrayRef<Value> values, Host &host) {
  llvm::SmallVector<Place> places;
  llvm::SmallVector<unsigned> first;
  for (Value value : values) {
    places.push_back(MemoryPlan::isInMemory(value) ? host.getPlan().getPlace(value) : Place());
    bool isPlaced = places.back().kind != Place::None;
    first.push_back(isPlaced ? llvm::find(places, places.back()) - places.begin() : first.size());
  }
  return first;
}

static LogicalResult lowerFused(FusedOp op, Host &host) {
  llvm::SmallVector<Value> values(op.getOperands());
  llvm::append_range(values, op.getResults());
  std::optional<KernelTable::Call> &call =
      host.getKernels().getCall(KernelTable::describe(op, getPlaces(values, host)));
  if (call) {
    emitCall(*call, op, values, host);
  } else {
    GroupLoops loops(op, host);
    loops.run();
    call = loops.getKernel().getCall(values);
  }
  host.loadScalars(op);
  return success();
}

void attachGroups(MLIRContext *context) {
  FusedOp::attachInterface<LowerModel<FusedOp, lowerFused>>(*context);
}

} // namespace nnc::lower
