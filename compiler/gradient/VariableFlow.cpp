//===- VariableFlow.cpp - how values pass through the variables of a command --------===//

#include "compiler/gradient/VariableFlow.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace nnc::ir;

namespace nnc::gradient {

VariableOp getVariable(Operation *from, FlatSymbolRefAttr name) {
  return SymbolTable::lookupNearestSymbolFrom<VariableOp>(from, name);
}

static bool isLoop(Operation *op) { return llvm::isa<ForOp, WhileOp, BatchesOp>(op); }

/// An operation in `root`, itself included, that assigns the variable.
static Operation *findAssignment(Operation *root, FlatSymbolRefAttr variable) {
  Operation *found = nullptr;
  root->walk([&](Operation *op) {
    auto assign = llvm::dyn_cast<AssignOp>(op);
    auto load = llvm::dyn_cast<LoadOp>(op);
    auto rows = llvm::dyn_cast<AssignRowsOp>(op);
    if ((rows && rows.getVariableAttr() == variable) ||
        (assign && assign.getVariableAttr() == variable) ||
        (load && llvm::is_contained(load.getVariables(), variable))) {
      found = op;
      return WalkResult::interrupt();
    }
    return WalkResult::advance();
  });
  return found;
}

Operation *getStorer(ReadOp read) {
  FlatSymbolRefAttr variable = read.getVariableAttr();
  VariableOp place = getVariable(read, variable);
  if (!place || place.getKind() != VariableKind::Var)
    return {};
  for (Operation *at = read; !at->hasTrait<OpTrait::IsIsolatedFromAbove>();
       at = at->getParentOp()) {
    for (Operation *op = at->getPrevNode(); op; op = op->getPrevNode())
      if (findAssignment(op, variable))
        return op;
    // An assignment later in a loop may have run in its last turn.
    if (Operation *parent = at->getParentOp(); isLoop(parent) && findAssignment(parent, variable))
      return {};
  }
  return {};
}

Value getAssignedValue(ReadOp read) {
  auto assign = llvm::dyn_cast_or_null<AssignOp>(getStorer(read));
  return assign ? assign.getValue() : Value();
}

Operation *findAssignmentSince(ReadOp read, Operation *at) {
  FlatSymbolRefAttr variable = read.getVariableAttr();
  while (true) {
    Block *block = at->getBlock();
    bool isReadBlock = block == read->getBlock();
    for (Operation *op = isReadBlock ? read->getNextNode() : &block->front(); op != at;
         op = op->getNextNode())
      if (Operation *assignment = findAssignment(op, variable))
        return assignment;
    if (isReadBlock)
      return nullptr;
    at = block->getParentOp();
    if (isLoop(at))
      if (Operation *assignment = findAssignment(at, variable))
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
        .Case([&](ReadOp read) {
          Operation *assignment = state.variables.lookup(read.getVariableAttr());
          if (assignment)
            origins[read] = assignment;
          setDepends(read, assignment || read.getVariableAttr() == variable, state);
        })
        .Case([&](AssignOp assign) {
          bool depends = state.values.contains(assign.getValue());
          store(assign.getVariableAttr(), depends ? &op : nullptr, state);
        })
        .Case([&](AssignRowsOp rows) {
          if (state.values.contains(rows.getValue()))
            store(rows.getVariableAttr(), &op, state);
        })
        .Case([&](LoadOp load) {
          for (auto name : load.getVariables().getAsRange<FlatSymbolRefAttr>())
            store(name, nullptr, state);
        })
        .Case<ForOp, BatchesOp, WhileOp>([&](Operation *loop) { visitLoop(*loop, state); })
        .Case([&](IfOp conditional) {
          Dependence otherwise = state;
          visit(conditional.getThenRegion().front(), state);
          visit(conditional.getElseRegion().front(), otherwise);
          state.unite(otherwise);
        })
        .Case([&](MinimizeOp minimize) {
          Block &update = minimize.getUpdate().front();
          if (state.values.contains(minimize.getLoss()))
            state.values.insert(update.args_begin(), update.args_end());
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
          bool depends = llvm::isa<GradientOpInterface, GradOp>(other) &&
                         llvm::any_of(other->getOperands(), [&](Value operand) {
                           return state.values.contains(operand);
                         });
          setDepends(other, depends, state);
        });
    if (value && value.getDefiningOp() == &op)
      renew(state);
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
  llvm::DenseMap<Operation *, Operation *> origins;
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
