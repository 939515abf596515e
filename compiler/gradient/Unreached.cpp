//===- Unreached.cpp - targets that no path leads from -------------------------------------===//
//
// The part of the sweep that judges them, and the warning.
//
//===----------------------------------------------------------------------===//

#include "compiler/gradient/Unreached.h"
#include "compiler/gradient/Describe.h"
#include "compiler/gradient/Sweep.h"
#include "compiler/ir/Origin.h"
#include "compiler/ir/Report.h"
#include "llvm/ADT/MapVector.h"

using namespace mlir;
using namespace nnc::ir;

namespace nnc::gradient {

//===-- Why no path leads there -------------------------------------------------------------===//

llvm::SmallVector<Operation *> Sweep::findCuts(llvm::ArrayRef<Value> roots) {
  llvm::SmallVector<Operation *> cuts;
  llvm::DenseSet<Value> dependents = findDependents(roots, /*throughGradients=*/false);
  for (Operation *op : slice) {
    auto isCut = [&](Value result) {
      return reaching.contains(result) && dependents.contains(result) &&
             !llvm::is_contained(roots, result);
    };
    auto passes = [&](Value source) {
      return reaching.contains(source) && dependents.contains(source);
    };
    if (llvm::any_of(op->getResults(), isCut) &&
        !(passesGradient(op) && llvm::any_of(getGradientSources(op), passes)))
      cuts.push_back(op);
  }
  return cuts;
}

void Sweep::findDifferentiated() {
  Operation *command = request.at;
  while (!command->hasTrait<OpTrait::IsIsolatedFromAbove>())
    command = command->getParentOp();
  llvm::DenseMap<int64_t, Operation *> byId;
  command->walk([&](Operation *op) {
    if (OriginAttr origin = getOrigin(op->getLoc()))
      byId[origin.getId()] = op;
  });
  llvm::SmallVector<Operation *> pending;
  auto addForward = [&](Operation *op) {
    op->walk([&](Operation *inner) {
      OriginAttr origin = getOrigin(inner->getLoc());
      if (origin && origin.getKind() == OriginKind::Gradient)
        if (Operation *forward = byId.lookup(origin.getOf()))
          pending.push_back(forward);
    });
  };
  llvm::for_each(slice, addForward);
  llvm::DenseSet<Operation *> seen;
  differentiated.emplace();
  while (!pending.empty()) {
    Operation *op = pending.pop_back_val();
    if (!seen.insert(op).second)
      continue;
    addForward(op);
    differentiated->insert(op->result_begin(), op->result_end());
    llvm::SmallVector<Value> sources;
    if (auto read = llvm::dyn_cast<ReadOp>(op)) {
      if (Value value = flow.getAssignedValue(read))
        sources.push_back(value);
    } else if (passesGradient(op)) {
      sources = getGradientSources(op);
    }
    for (Value source : sources) {
      if (!isFloat(source))
        continue;
      differentiated->insert(source);
      if (Operation *from = source.getDefiningOp())
        pending.push_back(from);
    }
  }
}

bool Sweep::isDerivativeOf(const Target &target) {
  if (!differentiated)
    findDifferentiated();
  if (!target.variable)
    return differentiated->contains(target.value) || differentiated->contains(target.asked);
  return llvm::any_of(*differentiated, [&](Value value) {
    auto read = value.getDefiningOp<ReadOp>();
    return read && read.getVariableAttr() == target.variable;
  });
}

//===-- What is said of it ------------------------------------------------------------------===//

std::string Sweep::describeFailure(const Target &target) {
  bool minimizes = llvm::isa<MinimizeOp>(request.at);
  return (minimizes ? "cannot minimize over " : "no gradient with respect to ") +
         describeTarget(target);
}

std::string Sweep::describeTarget(const Target &target) {
  return target.asked ? describe(target.asked) : describe(flow.getVariable(target.variable));
}

void Sweep::reportUnreached(const Target &target) {
  InFlightDiagnostic error =
      report(request.at->getLoc(), diag::GradientUnreached, describeFailure(target),
             target.variable ? "its current value" : "it");
  for (Operation *op : findCuts(target.roots))
    error.attachNote(op->getLoc())
        << "no gradient passes through " << describe(op) << ", which lies between them";
  // What there is instead.
  llvm::SetVector<StringAttr> names;
  auto add = [&](Value value) {
    if (reaching.contains(value) && !llvm::is_contained(target.roots, value))
      if (llvm::StringRef name = getName(value.getLoc()); !name.empty())
        names.insert(builder.getStringAttr(describe(value)));
  };
  for (Operation *op : slice) {
    auto read = llvm::dyn_cast<ReadOp>(op);
    if (read && reaching.contains(read) && !assigned.contains(op))
      names.insert(builder.getStringAttr(describe(flow.getVariable(read.getVariableAttr()))));
    else if (!passesGradient(op))
      llvm::for_each(op->getResults(), add);
    for (Value source : op->getOperands())
      if (llvm::isa<BlockArgument>(source))
        add(source);
  }
  constexpr size_t limit = 8;
  mlir::Diagnostic &note = error.attachNote(request.scalar.getLoc());
  note << "it is computed from ";
  if (names.empty())
    note << "constants alone";
  llvm::interleave(
      names.getArrayRef().take_front(limit), [&](StringAttr name) { note << name.getValue(); },
      [&] { note << ", "; });
  if (names.size() > limit)
    note << " and " << names.size() - limit << " more";
  if (llvm::isa<MinimizeOp>(request.at))
    error.attachNote() << "leave it out of 'over', or use it in the loss";
}

LogicalResult Sweep::checkUnreached() {
  bool minimizes = llvm::isa<MinimizeOp>(request.at);
  UnreachedWarnings::Entry entry{request.at->getLoc(), minimizes, {}, {}, {}};
  llvm::SmallSetVector<Operation *, 4> heldBack;
  const Target *first = nullptr; // that is neither reached nor of a derivative
  bool hasDerivative = false;
  for (auto [i, target] : llvm::enumerate(targets)) {
    if (isReached[i])
      continue;
    if (!(minimizes && isReached.none()) && isDerivativeOf(target)) {
      hasDerivative = true;
      continue;
    }
    first = first ? first : &target;
    llvm::SmallVector<Operation *> cuts = findCuts(target.roots);
    if (!llvm::all_of(cuts, [](Operation *op) { return op->hasTrait<HoldsGradientsBack>(); })) {
      reportUnreached(target);
      return failure();
    }
    heldBack.insert(cuts.begin(), cuts.end());
    entry.targets.push_back(describeTarget(target));
  }
  if (!first)
    return success();
  if (isReached.none() && !hasDerivative) {
    reportUnreached(*first);
    return failure();
  }
  for (Operation *op : heldBack)
    entry.heldBack.push_back(op->getLoc());
  llvm::SmallVector<llvm::StringRef> symbols;
  for (const Target &target : targets)
    if (target.variable)
      symbols.push_back(target.variable.getValue());
  if (symbols.size() == targets.size())
    entry.instead = coverPaths(symbols, isReached);
  request.warnings.add(std::move(entry));
  return success();
}

//===-- The warning -------------------------------------------------------------------------===//

void UnreachedWarnings::add(Entry entry) {
  // A function that is inlined many times says it once.
  bool isKnown = llvm::any_of(entries, [&](const Entry &other) {
    return getUserPlace(other.at) == getUserPlace(entry.at) && other.targets == entry.targets;
  });
  if (!isKnown)
    entries.push_back(std::move(entry));
}

static std::string joinTargets(llvm::ArrayRef<std::string> targets) {
  constexpr size_t limit = 6;
  std::string text = llvm::join(targets.take_front(limit), ", ");
  if (targets.size() > limit)
    text += " and " + std::to_string(targets.size() - limit) + " more";
  return text;
}

void UnreachedWarnings::report() {
  if (entries.empty())
    return;
  auto getSubject = [](const Entry &entry) {
    return entry.minimizes ? "the loss" : "the value to differentiate";
  };
  const Entry &first = entries.front();
  bool isOne = first.targets.size() == 1;
  InFlightDiagnostic warning =
      ir::report(first.at, diag::GradientIsZero, getSubject(first), joinTargets(first.targets),
                 first.minimizes ? (isOne ? "which stays as it is" : "which stay as they are")
                                 : (isOne ? "whose gradient is 0" : "whose gradients are 0"));
  constexpr size_t limit = 4;
  for (Location place : llvm::ArrayRef(first.heldBack).take_front(limit))
    warning.attachNote(place) << "the program holds gradients back here";
  warning.attachNote() << "if that is meant, "
                       << (first.minimizes ? "minimize over " : "ask for the gradients of ")
                       << (first.instead.empty() || first.instead.size() > limit
                               ? "the others"
                               : llvm::join(first.instead, ", "))
                       << " alone";
  for (const Entry &entry : llvm::ArrayRef(entries).drop_front().take_front(limit))
    warning.attachNote(entry.at) << "the same here, where " << getSubject(entry)
                                 << " is not computed from " << joinTargets(entry.targets);
}

/// What the variables at these numbers have in common up to `depth`, where all of them are reached;
/// else what covers those that agree one component further.
static void cover(llvm::ArrayRef<llvm::SmallVector<llvm::StringRef>> paths,
                  llvm::ArrayRef<unsigned> numbers, size_t depth, const llvm::BitVector &isReached,
                  llvm::SmallVectorImpl<std::string> &found) {
  auto reached = [&](unsigned i) { return isReached[i]; };
  if (llvm::none_of(numbers, reached))
    return;
  if (depth > 0 && llvm::all_of(numbers, reached)) {
    std::string text;
    for (llvm::StringRef part : llvm::ArrayRef(paths[numbers.front()]).take_front(depth)) {
      bool isNumber = llvm::all_of(part, llvm::isDigit);
      text += isNumber ? "[" + part.str() + "]" : (text.empty() ? "" : ".") + part.str();
    }
    found.push_back(text);
    return;
  }
  llvm::MapVector<llvm::StringRef, llvm::SmallVector<unsigned>> groups;
  for (unsigned i : numbers)
    if (depth < paths[i].size())
      groups[paths[i][depth]].push_back(i);
  for (auto &[name, group] : groups)
    cover(paths, group, depth + 1, isReached, found);
}

llvm::SmallVector<std::string> coverPaths(llvm::ArrayRef<llvm::StringRef> symbols,
                                          const llvm::BitVector &isReached) {
  std::vector<llvm::SmallVector<llvm::StringRef>> paths;
  llvm::SmallVector<unsigned> numbers;
  for (auto [i, symbol] : llvm::enumerate(symbols)) {
    symbol.split(paths.emplace_back(), '.');
    numbers.push_back(i);
  }
  llvm::SmallVector<std::string> found;
  cover(paths, numbers, 0, isReached, found);
  return found;
}

} // namespace nnc::gradient
