//===- FusedKernel.cpp - a group becomes one loop nest
//---------------------------------------------===//
//
// The axes of the iteration space become loops in the order in which they lie in memory; neighbours
// that all operands treat alike become one long loop. Elements are pulled: each result asks for its
// value, which asks for its operands' elements, down to loads. Reductions: the innermost reduced
// loops combine in registers; if kept axes lie further inside, rows are combined in the result's
// memory, but a few reduced elements (a pooling's window) are combined one by one inside, without
// loops. A long sum is a sum of the sums of blocks, so that its rounding error stays small; blocks
// depend on the shape only, so the order of additions does, too.
//
//===----------------------------------------------------------------------===//

#include "compiler/ir/ScalarExpr.h"
#include "compiler/lower/GroupAccess.h"
#include "compiler/lower/Kernel.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace nnc::ir;

namespace nnc::lower {

/// Elements that are summed one after another before block sums are.
static constexpr int64_t blockElements = 1024;
/// As many reduced elements are combined without loops.
static constexpr int64_t unrolledElements = 16;

namespace {

/// Neighbouring axes that are walked by one loop.
struct Run {
  int64_t first, last;
  Dim size;
  bool reduced;
  bool unrolled = false;
};

class GroupLoops {
public:
  GroupLoops(FusedOp op, Host &host) : op(op), kernel(host, op, "fused") {
    for (auto [inside, outside] : llvm::zip_equal(op.getBody().getArguments(), op.getInputs()))
      kernel.bind(inside, outside);
    for (Value output : op.getOutputs())
      kernel.bind(output, output);
    findRuns();
    for (unsigned i = 0; i < op.getNumResults(); ++i)
      if (ReduceOp reduce = op.getReduction(i)) {
        reductions.push_back(reduce);
        reductionResults.push_back(op.getResult(i));
      }
  }

  void run() {
    bool parallel = !runs.empty() && !runs.front().reduced;
    if (parallel)
      range = kernel.addRange();
    if (needsMemory())
      emitInitialisation();
    index.assign(op.getSpace().getRank(), kernel.getIndex(0));
    emitRun(0);
    if (!parallel)
      return kernel.finish();
    Dim inner = Dim::get(op.getContext(), 1);
    for (const Run &run : llvm::drop_begin(runs))
      inner = inner * run.size;
    kernel.finishRange(runs.front().size, inner);
  }

  const Kernel &getKernel() const { return kernel; }

private:
  void findRuns() {
    NNTensorType space = op.getSpace();
    GroupAccess access = getGroupAccess(op);
    auto isReduced = [&](int64_t axis) { return llvm::is_contained(op.getReducedAxes(), axis); };
    for (int64_t axis = 0; axis < space.getRank(); ++axis) {
      if (axis > 0 && access.joinsNext[axis - 1] && isReduced(axis) == isReduced(axis - 1)) {
        runs.back().last = axis;
        runs.back().size = runs.back().size * space.getDim(axis);
      } else {
        runs.push_back({axis, axis, space.getDim(axis), isReduced(axis)});
      }
    }
    findRegisterRuns();
    if (needsMemory())
      unrollReduced();
  }

  void findRegisterRuns() {
    registerRuns = runs.size();
    while (registerRuns > 0 && runs[registerRuns - 1].reduced)
      --registerRuns;
  }

  /// Puts the reduced runs inside the others, without loops, if they have few elements together.
  void unrollReduced() {
    int64_t count = 1;
    for (const Run &run : runs)
      if (run.reduced) {
        if (!run.size.isStatic() || run.size.getStatic() > unrolledElements)
          return;
        count *= run.size.getStatic();
      }
    if (count == 0 || count > unrolledElements)
      return;
    llvm::SmallVector<Run> ordered;
    for (bool reduced : {false, true})
      for (Run run : runs)
        if (run.reduced == reduced) {
          run.unrolled = reduced;
          ordered.push_back(run);
        }
    runs = ordered;
    findRegisterRuns();
  }

  /// Whether a loop over kept axes lies inside one over reduced axes.
  bool needsMemory() const {
    return llvm::any_of(llvm::ArrayRef(runs).take_front(registerRuns),
                        [](const Run &run) { return run.reduced; });
  }

  //===-- Combining --===//

  Value getIdentity(ReduceOp reduce) {
    OpBuilder &builder = kernel.getBuilder();
    Type type = reduce.getType().getElementType();
    TypedAttr value;
    auto real = llvm::dyn_cast<FloatType>(type);
    unsigned width = type.getIntOrFloatBitWidth();
    switch (reduce.getKind()) {
    case ReduceKind::Sum:
      value = builder.getZeroAttr(type);
      break;
    case ReduceKind::Max:
      value = real
                  ? TypedAttr(FloatAttr::get(type, APFloat::getInf(real.getFloatSemantics(), true)))
                  : IntegerAttr::get(type, APInt::getSignedMinValue(width));
      break;
    case ReduceKind::Min:
      value = real ? TypedAttr(FloatAttr::get(type, APFloat::getInf(real.getFloatSemantics())))
                   : IntegerAttr::get(type, APInt::getSignedMaxValue(width));
      break;
    case ReduceKind::And:
      value = builder.getBoolAttr(true);
      break;
    case ReduceKind::Or:
      value = builder.getBoolAttr(false);
      break;
    }
    return arith::ConstantOp::create(builder, reduce.getLoc(), value);
  }

  /// `reorder` lets LLVM keep several partial sums, for vectors: an order that depends on the
  /// machine code, never on threads.
  Value combine(ReduceOp reduce, Value left, Value right, bool reorder = false) {
    OpBuilder &builder = kernel.getBuilder();
    Location loc = reduce.getLoc();
    Scalar a(builder, loc, left), b(builder, loc, right);
    switch (reduce.getKind()) {
    case ReduceKind::Sum:
      if (a.isFloat() && reorder)
        return arith::AddFOp::create(builder, loc, left, right, arith::FastMathFlags::reassoc);
      return (a + b).getValue();
    case ReduceKind::Max:
      return max(a, b).getValue();
    case ReduceKind::Min:
      return min(a, b).getValue();
    case ReduceKind::And:
      return (a & b).getValue();
    case ReduceKind::Or:
      return (a | b).getValue();
    }
    llvm_unreachable("all kinds of reductions are covered");
  }

  llvm::SmallVector<Value> combineAll(ValueRange left, ValueRange right, bool reorder) {
    llvm::SmallVector<Value> results;
    for (auto [reduce, a, b] : llvm::zip_equal(reductions, left, right))
      results.push_back(combine(reduce, a, b, reorder));
    return results;
  }

  llvm::SmallVector<Value> getIdentities() {
    llvm::SmallVector<Value> values;
    for (ReduceOp reduce : reductions)
      values.push_back(getIdentity(reduce));
    return values;
  }

  //===-- Loops --===//

  scf::ForOp createLoop(Value from, Value to, Value step, ValueRange carried) {
    OpBuilder &builder = kernel.getBuilder();
    auto loop = scf::ForOp::create(builder, kernel.getLoc(), from, to, step, carried);
    builder.setInsertionPointToStart(loop.getBody());
    return loop;
  }

  std::pair<Value, Value> getBounds(unsigned run) {
    if (run == 0 && range)
      return *range;
    return {kernel.getIndex(0), kernel.getSize(runs[run].size)};
  }

  /// The index of the kept axes: that of a reduction's result.
  llvm::SmallVector<Value> getKeptIndex() {
    llvm::SmallVector<Value> kept;
    for (auto [axis, i] : llvm::enumerate(index))
      if (!llvm::is_contained(op.getReducedAxes(), static_cast<int64_t>(axis)))
        kept.push_back(i);
    return kept;
  }

  void emitInitialisation() {
    OpBuilder::InsertionGuard guard(kernel.getBuilder());
    index.assign(op.getSpace().getRank(), kernel.getIndex(0));
    for (unsigned run = 0; run < runs.size(); ++run) {
      if (runs[run].reduced)
        continue;
      auto [from, to] = getBounds(run);
      index[runs[run].last] = createLoop(from, to, kernel.getIndex(1), {}).getInductionVar();
    }
    for (auto [reduce, result] : llvm::zip_equal(reductions, reductionResults))
      kernel.store(reduce.getLoc(), getIdentity(reduce), result, getKeptIndex());
  }

  /// Loops whose results, if any, are in memory.
  void emitRun(unsigned run) {
    if (run < registerRuns) {
      OpBuilder::InsertionGuard guard(kernel.getBuilder());
      auto [from, to] = getBounds(run);
      index[runs[run].last] = createLoop(from, to, kernel.getIndex(1), {}).getInductionVar();
      emitRun(run + 1);
      return;
    }
    llvm::SmallVector<Value> values = emitRegisterRun(run);
    llvm::SmallVector<Value> kept = getKeptIndex();
    bool inMemory = needsMemory();
    for (auto [reduce, result, value] : llvm::zip_equal(reductions, reductionResults, values)) {
      Value combined = value;
      if (inMemory)
        combined = combine(reduce, kernel.load(reduce.getLoc(), result, kept), value);
      kernel.store(reduce.getLoc(), combined, result, kept);
    }
  }

  /// Loops that combine in registers; gives what the reductions came to.
  llvm::SmallVector<Value> emitRegisterRun(unsigned run) {
    if (run == runs.size())
      return emitElements();
    if (runs[run].unrolled)
      return emitUnrolledRun(run);
    OpBuilder &builder = kernel.getBuilder();
    Location loc = kernel.getLoc();
    auto [from, to] = getBounds(run);
    bool innermost = run + 1 == runs.size();
    bool blocked =
        innermost && !(runs[run].size.isStatic() && runs[run].size.getStatic() <= blockElements);
    scf::ForOp outer;
    Value lower = from, upper = to;
    if (blocked) {
      Value step = kernel.getIndex(blockElements);
      outer = createLoop(from, to, step, getIdentities());
      lower = outer.getInductionVar();
      Value end = arith::AddIOp::create(builder, loc, lower, step);
      upper = arith::MinSIOp::create(builder, loc, end, to);
    }
    auto loop = createLoop(lower, upper, kernel.getIndex(1), getIdentities());
    index[runs[run].last] = loop.getInductionVar();
    llvm::SmallVector<Value> values = emitRegisterRun(run + 1);
    auto yield = [&](scf::ForOp of, ValueRange results, bool reorder) {
      scf::YieldOp::create(builder, loc, combineAll(of.getRegionIterArgs(), results, reorder));
      builder.setInsertionPointAfter(of);
    };
    yield(loop, values, innermost);
    if (!blocked)
      return loop.getResults();
    yield(outer, loop.getResults(), false);
    return outer.getResults();
  }

  llvm::SmallVector<Value> emitUnrolledRun(unsigned run) {
    llvm::SmallVector<Value> values;
    for (int64_t i = 0; i < runs[run].size.getStatic(); ++i) {
      index[runs[run].last] = kernel.getIndex(i);
      llvm::SmallVector<Value> next = emitRegisterRun(run + 1);
      values = i == 0 ? next : combineAll(values, next, /*reorder=*/false);
    }
    return values;
  }

  /// The innermost loop's body: stores element-wise results; gives what is to be reduced.
  llvm::SmallVector<Value> emitElements() {
    kernel.startElements();
    llvm::SmallVector<Value> reduced;
    llvm::SmallVector<std::pair<Value, Value>> stores;
    for (auto [i, yielded] : llvm::enumerate(op.getYielded())) {
      if (ReduceOp reduce = op.getReduction(i))
        reduced.push_back(kernel.getElement(reduce.getA(), index));
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
  llvm::SmallVector<Run> runs;
  /// The runs from here on are all reduced.
  unsigned registerRuns = 0;
  llvm::SmallVector<ReduceOp> reductions;
  llvm::SmallVector<Value> reductionResults;
  std::optional<std::pair<Value, Value>> range;
  /// For each axis; of a run, the last axis has the run's count, the others 0.
  llvm::SmallVector<Value> index;
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
