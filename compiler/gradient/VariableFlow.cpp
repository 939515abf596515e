//===- VariableFlow.cpp - how values pass through the variables of a command --------===//

#include "compiler/gradient/VariableFlow.h"
#include "compiler/ir/Effects.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace nnc::ir;

namespace nnc::gradient {

VariableFlow::VariableFlow(Operation *at) {
  while (!at->hasTrait<OpTrait::SymbolTable>())
    at = at->getParentOp();
  at->walk([&](Operation *op) {
    if (auto variable = llvm::dyn_cast<VariableOp>(op))
      variables[FlatSymbolRefAttr::get(variable.getSymNameAttr())] = variable;
    for (const VariableAccess &access : getVariableAccesses(op))
      if (access.isWrite())
        writers[access.variable].push_back(op);
  });
}

llvm::ArrayRef<Operation *> VariableFlow::getWriters(FlatSymbolRefAttr name) const {
  auto found = writers.find(name);
  return found == writers.end() ? llvm::ArrayRef<Operation *>() : found->second;
}

/// One of `writers` that stands in `root`.
static Operation *findWithin(Operation *root, llvm::ArrayRef<Operation *> writers) {
  auto found =
      llvm::find_if(writers, [&](Operation *writer) { return root->isProperAncestor(writer); });
  return found == writers.end() ? nullptr : *found;
}

/// Whether `a` comes before `b` in program order: an operation before those in it.
static bool isBefore(Operation *a, Operation *b) {
  for (Operation *around = b; around; around = around->getParentOp()) {
    Operation *other = around->getBlock() ? around->getBlock()->findAncestorOpInBlock(*a) : a;
    if (!other)
      continue;
    if (other != around)
      return other->isBeforeInBlock(around);
    // Both are in it, in different regions, or it is one of them.
    if (other == a || around == b)
      return other == a;
    auto getRegion = [&](Operation *op) {
      while (op->getParentOp() != around)
        op = op->getParentOp();
      return op->getParentRegion()->getRegionNumber();
    };
    return getRegion(a) < getRegion(b);
  }
  return false;
}

Operation *VariableFlow::findAssignmentWithin(Operation *op, FlatSymbolRefAttr variable) const {
  return findWithin(op, getWriters(variable));
}

Operation *VariableFlow::getStorer(ReadOp read) const {
  FlatSymbolRefAttr variable = read.getVariableAttr();
  VariableOp place = getVariable(variable);
  bool isVar = place && place.getKind() == VariableKind::Var;
  return isVar ? getStorer(read, variable) : nullptr;
}

Operation *VariableFlow::getStorer(Operation *at, FlatSymbolRefAttr variable) const {
  llvm::ArrayRef<Operation *> writers = getWriters(variable);
  auto end =
      llvm::partition_point(writers, [&](Operation *writer) { return isBefore(writer, at); });
  llvm::ArrayRef<Operation *> before(writers.begin(), end);
  for (; !at->hasTrait<OpTrait::IsIsolatedFromAbove>(); at = at->getParentOp()) {
    Operation *parent = at->getParentOp();
    // From the last one back to the beginning of the block.
    for (; !before.empty() && parent->isProperAncestor(before.back());
         before = before.drop_back()) {
      Operation *op = at->getBlock()->findAncestorOpInBlock(*before.back());
      if (op && op->isBeforeInBlock(at))
        return op;
    }
    // An assignment later in a loop may have run in its last turn.
    if (llvm::isa<LoopOpInterface>(parent) && findWithin(parent, writers))
      return parent;
  }
  return {};
}

Value VariableFlow::getAssignedValue(ReadOp read) const {
  auto assign = llvm::dyn_cast_or_null<AssignOp>(getStorer(read));
  return assign ? assign.getValue() : Value();
}

Operation *VariableFlow::findAssignmentSince(ReadOp read, Operation *at) const {
  llvm::ArrayRef<Operation *> writers = getWriters(read.getVariableAttr());
  while (true) {
    Block *block = at->getBlock();
    bool isReadBlock = block == read->getBlock();
    for (Operation *writer : writers)
      if (Operation *op = block->findAncestorOpInBlock(*writer);
          op && op->isBeforeInBlock(at) && !(isReadBlock && op->isBeforeInBlock(read)))
        return writer;
    if (isReadBlock)
      return nullptr;
    at = block->getParentOp();
    if (llvm::isa<LoopOpInterface>(at))
      if (Operation *assignment = findWithin(at, writers))
        return assignment;
  }
}

namespace {

/// What may, at a point of the command, be computed from the target's current value.
struct Dependence {
  llvm::DenseSet<Value> values;
  /// Variables (FlatSymbolRefAttrs), with the assignment that made them depend.
  llvm::DenseMap<Attribute, Operation *> variables;

  size_t size() const { return values.size() + variables.size(); }
  void unite(const Dependence &other) {
    values.insert(other.values.begin(), other.values.end());
    variables.insert(other.variables.begin(), other.variables.end());
  }
  void clear() {
    values.clear();
    variables.clear();
  }
};

/// Runs a command abstractly, loops until nothing more comes to depend, and asks at one operation.
class DependenceAnalysis {
public:
  DependenceAnalysis(Operation *at, Value value, FlatSymbolRefAttr variable,
                     llvm::ArrayRef<ReadOp> reads)
      : at(at), value(value), variable(variable), reads(reads) {}

  Carried run() {
    Operation *command = at;
    while (!command->hasTrait<OpTrait::IsIsolatedFromAbove>())
      command = command->getParentOp();
    Dependence state;
    visit(command->getRegion(0).front(), state);
    return found;
  }

private:
  struct Jumps {
    Dependence toExit, toNext;
  };

  void visit(Block &block, Dependence &state) {
    if (value && value.getParentBlock() == &block && llvm::isa<BlockArgument>(value))
      renew(state);
    for (Operation &op : block)
      visit(op, state);
  }

  void visit(Operation &op, Dependence &state) {
    if (&op == at)
      for (ReadOp read : reads)
        if (state.values.contains(read.getResult()) && !found.read)
          found = {read, origins.lookup(read)};
    llvm::TypeSwitch<Operation *>(&op)
        .Case([&](IfOp conditional) {
          // An update is taken to happen, as after any assignment what was computed before is
          // older.
          if (conditional.getCondition().getDefiningOp<IsReachedOp>())
            return visit(conditional.getThenRegion().front(), state);
          Dependence otherwise = state;
          visit(conditional.getThenRegion().front(), state);
          visit(conditional.getElseRegion().front(), otherwise);
          state.unite(otherwise);
        })
        .Case([&](MinimizeOp minimize) {
          Block &update = minimize.getUpdate().front();
          if (state.values.contains(minimize.getLoss()))
            state.values.insert(minimize.getGradients().begin(), minimize.getGradients().end());
          visit(update, state);
        })
        .Case([&](BreakOp) {
          jumps.back().toExit.unite(state);
          state.clear();
        })
        .Case([&](ContinueOp) {
          jumps.back().toNext.unite(state);
          state.clear();
        })
        .Default([&](Operation *other) {
          if (llvm::isa<LoopOpInterface>(other) && !other->hasTrait<OpTrait::IsIsolatedFromAbove>())
            return visitLoop(*other, state);
          bool depends = llvm::isa<GradientOpInterface, GradOp, JacobianOp>(other) &&
                         llvm::any_of(other->getOperands(), [&](Value operand) {
                           return state.values.contains(operand);
                         });
          setDepends(other, depends, state);
        });
    for (const VariableAccess &access : getVariableAccesses(&op))
      visit(op, access, state);
    if (value && value.getDefiningOp() == &op)
      renew(state);
  }

  void visit(Operation &op, const VariableAccess &access, Dependence &state) {
    bool depends = access.value && state.values.contains(access.value);
    switch (access.kind) {
    case VariableAccess::Read: {
      Operation *assignment = state.variables.lookup(access.variable);
      if (assignment && access.value)
        origins[access.value] = assignment;
      if (assignment || access.variable == variable)
        setDepends(&op, true, state);
      return;
    }
    case VariableAccess::Write:
      store(access.variable, depends ? &op : nullptr, state);
      if (access.variable == variable && access.value)
        state.values.insert(access.value); // what is used for it until it is read again
      return;
    case VariableAccess::WritePart:
      if (depends)
        store(access.variable, &op, state);
      return;
    case VariableAccess::Target:
      return;
    }
  }

  void visitLoop(Operation &loop, Dependence &state) {
    Dependence exit;
    for (size_t before = state.size() + 1; before != state.size();) {
      before = state.size();
      jumps.emplace_back();
      Dependence turn = state;
      for (Region &region : loop.getRegions()) {
        visit(region.front(), turn);
        // A loop is left before its body, nn.while after its condition.
        if (&region != &loop.getRegions().back())
          exit.unite(turn);
      }
      Jumps taken = jumps.pop_back_val();
      exit.unite(taken.toExit);
      state.unite(turn);
      state.unite(taken.toNext);
    }
    state.unite(exit);
  }

  void setDepends(Operation *op, bool depends, Dependence &state) {
    for (Value result : op->getResults())
      if (depends)
        state.values.insert(result);
      else
        state.values.erase(result);
  }

  void store(FlatSymbolRefAttr name, Operation *assignment, Dependence &state) {
    if (name == variable)
      state.clear(); // what was computed from the older value does not depend on the new one
    else if (assignment)
      state.variables[name] = assignment;
    else
      state.variables.erase(name);
  }

  /// The target value is computed anew.
  void renew(Dependence &state) {
    state.clear();
    state.values.insert(value);
  }

  Operation *at;
  Value value;
  FlatSymbolRefAttr variable;
  llvm::ArrayRef<ReadOp> reads;
  llvm::SmallVector<Jumps> jumps;
  llvm::DenseMap<Value, Operation *> origins; // of values read
  Carried found = {};
};

} // namespace

Carried findCarried(Operation *at, Value value, FlatSymbolRefAttr variable,
                    llvm::ArrayRef<ReadOp> reads) {
  if (reads.empty())
    return {};
  return DependenceAnalysis(at, value, variable, reads).run();
}

} // namespace nnc::gradient
