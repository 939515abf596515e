//===- EvaluationMode.cpp - no step trains in evaluation mode unseen -------------------===//
//
// The elaborator notes (ModeNotes.h) what a function gave that asked for the mode in evaluation
// mode, and the gradients with which optimizers change parameters. A step is wrong where its loss
// is computed from one of the former, and that lies on the way from its parameters or belongs to a
// network that it trains, as a Dropout before the first parameter does, or to none, as noise on the
// data. So this follows values as a gradient would, from the loss back, into the bodies of scans,
// through `var`s and branches, and then forward again from the parameters: what is met both ways is
// on the way.
//
//===----------------------------------------------------------------------===//

#include "compiler/gradient/EvaluationMode.h"
#include "compiler/gradient/VariableFlow.h"
#include "compiler/ir/Effects.h"
#include "compiler/ir/ModeNotes.h"
#include "compiler/ir/Origin.h"
#include "compiler/ir/Report.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace nnc::ir;

namespace nnc::gradient {

namespace {

using Values = llvm::SmallVector<Value>;
using Operations = llvm::SmallVector<Operation *>;
using Symbols = llvm::SmallSetVector<Attribute, 8>;

/// The values that a gradient passes on its way back from a loss.
class Flow {
public:
  Flow(Value loss, const VariableFlow &variables);
  /// The notes that are wrong where these parameters are trained, in the order of the program.
  Operations findNotes(const Symbols &parameters);

private:
  Values getSources(Value value);
  Values getStored(ReadOp read);
  void addStored(Operation *at, FlatSymbolRefAttr variable, Values &stored);
  bool isEntered(Operation *op);
  void addStoredWithin(Operation *storer, FlatSymbolRefAttr variable, Values &stored);

  const VariableFlow &variables;
  llvm::SetVector<Value> reached;
  llvm::DenseMap<Value, Values> users;
  /// Operations whose regions gave a `var` its value.
  llvm::DenseSet<Operation *> entered;
  bool hasNotes = false;
};

} // namespace

//===-- Scans -----------------------------------------------------------------------------===//

/// What an argument of a scan's body is given: at first, and by the turn before.
static Values getGiven(BlockArgument argument) {
  auto scan = llvm::dyn_cast_or_null<ScanOp>(argument.getOwner()->getParentOp());
  if (!scan || argument == scan.getIndex())
    return {};
  unsigned i = argument.getArgNumber() - 1, rows = scan.getSources().size(),
           carried = scan.getInits().size();
  if (i < rows)
    return {scan.getSources()[i]};
  if (i < rows + carried)
    return {scan.getInits()[i - rows], scan.getNext()[i - rows]};
  return {scan.getCaptures()[i - rows - carried]};
}

/// What a result of a scan is in its body, or where there is no turn.
static Values getYielded(OpResult result) {
  auto scan = llvm::cast<ScanOp>(result.getOwner());
  unsigned i = result.getResultNumber(), carried = scan.getInits().size();
  if (i < carried)
    return {scan.getInits()[i], scan.getNext()[i]};
  return {scan.getRows()[i - carried]};
}

static bool isEvaluated(Value value) {
  Operation *op = value.getDefiningOp();
  return op && getEvaluated(op);
}

/// Whether what is noted belongs to a network that has one of these parameters, or to none.
static bool isOfTrained(const Evaluated &how, const Symbols &parameters) {
  return how.network.empty() ||
         llvm::any_of(how.network, [&](Attribute one) { return parameters.contains(one); });
}

//===-- The way of a gradient ---------------------------------------------------------------===//

Flow::Flow(Value loss, const VariableFlow &variables) : variables(variables) {
  reached.insert(loss);
  for (size_t i = 0; i < reached.size(); ++i) {
    Value value = reached[i];
    hasNotes |= isEvaluated(value);
    for (Value source : getSources(value)) {
      auto type = llvm::dyn_cast<NNTensorType>(source.getType());
      if (!type || !type.isFloat())
        continue;
      users[source].push_back(value);
      reached.insert(source);
    }
  }
}

Values Flow::getSources(Value value) {
  if (auto argument = llvm::dyn_cast<BlockArgument>(value))
    return getGiven(argument);
  return llvm::TypeSwitch<Operation *, Values>(value.getDefiningOp())
      .Case([&](ScanOp) { return getYielded(llvm::cast<OpResult>(value)); })
      .Case([&](ReadOp read) { return getStored(read); })
      // A gradient depends on what the scalar is computed from.
      .Case<GradOp, JacobianOp>([](Operation *op) { return Values(op->getOperands()); })
      .Case([](GradientOpInterface op) {
        Values sources;
        for (OpOperand &operand : op->getOpOperands())
          if (op.passesGradientTo(operand.getOperandNumber()))
            sources.push_back(operand.get());
        return sources;
      })
      .Default([](Operation *) { return Values(); });
}

Values Flow::getStored(ReadOp read) {
  Values stored;
  FlatSymbolRefAttr variable = read.getVariableAttr();
  if (variables.getVariable(variable).getKind() != VariableKind::Var)
    return stored;
  addStored(read, variable, stored);
  return stored;
}

/// Whether the operation is one whose regions gave a `var` its value, or in one.
bool Flow::isEntered(Operation *op) {
  return llvm::any_of(entered, [&](Operation *outer) { return outer->isAncestor(op); });
}

/// What the variable may hold at `at`.
void Flow::addStored(Operation *at, FlatSymbolRefAttr variable, Values &stored) {
  while (Operation *storer = variables.getStorer(at, variable)) {
    // Earlier turns of a loop around it count if the loop is on the way; what an earlier step left
    // to this one does not.
    if (storer->isProperAncestor(at) && !isEntered(storer))
      return;
    addStoredWithin(storer, variable, stored);
    auto stores = [&](Region &region) {
      return llvm::any_of(region.front().getOps<AssignOp>(),
                          [&](AssignOp assign) { return assign.getVariableAttr() == variable; });
    };
    if (llvm::isa<AssignOp>(storer) ||
        (llvm::isa<IfOp>(storer) && llvm::all_of(storer->getRegions(), stores)))
      return;
    at = storer;
  }
}

void Flow::addStoredWithin(Operation *storer, FlatSymbolRefAttr variable, Values &stored) {
  if (storer->getNumRegions() != 0)
    entered.insert(storer);
  storer->walk([&](Operation *op) {
    for (const VariableAccess &access : getVariableAccesses(op))
      if (access.isWrite() && access.variable == variable && access.value)
        stored.push_back(access.value);
  });
}

Operations Flow::findNotes(const Symbols &parameters) {
  Operations notes;
  if (!hasNotes)
    return notes;
  llvm::SetVector<Value> dependent;
  for (Value value : reached)
    if (auto read = value.getDefiningOp<ReadOp>();
        read && parameters.contains(read.getVariableAttr()))
      dependent.insert(value);
  for (size_t i = 0; i < dependent.size(); ++i)
    for (Value user : users.lookup(dependent[i]))
      dependent.insert(user);
  if (dependent.empty())
    return notes; // the step changes nothing
  for (Value value : llvm::reverse(reached))
    if (isEvaluated(value) && (dependent.contains(value) ||
                               isOfTrained(*getEvaluated(value.getDefiningOp()), parameters)))
      notes.push_back(value.getDefiningOp());
  return notes;
}

//===-- Steps -------------------------------------------------------------------------------===//

/// What the statement assigns that computes what is noted, seen from the step: in the function in
/// which the calls that lead to the note and those to the step part.
static llvm::StringRef getStatement(Operation *note, Operation *step) {
  llvm::SmallVector<FileLineColRange> places = getPlaces(note->getLoc()),
                                      ofStep = getPlaces(step->getLoc());
  ArrayAttr statements = getEvaluated(note)->statements;
  size_t i = std::min(places.size(), statements.size()), j = ofStep.size();
  while (i > 1 && j > 0 && places[i - 1] == ofStep[j - 1])
    --i, --j;
  return i == 0 ? llvm::StringRef() : llvm::cast<StringAttr>(statements[i - 1]).getValue();
}

/// How to compute in training mode what is noted.
static std::string describeRepair(Operation *step, llvm::ArrayRef<Operation *> notes) {
  llvm::SmallSetVector<llvm::StringRef, 4> statements;
  for (Operation *note : notes)
    statements.insert(getStatement(note, step));
  std::string repair;
  llvm::raw_string_ostream out(repair);
  llvm::interleave(
      statements, out,
      [&](llvm::StringRef statement) {
        out << (statement.empty() ? "'" : "'" + statement.str() + " ") << "training(...)'";
      },
      " and ");
  return repair;
}

/// Reports that `step` trains what was computed in evaluation mode.
static LogicalResult reportStep(Operation *step, llvm::ArrayRef<Operation *> notes) {
  InFlightDiagnostic error =
      report(step->getLoc(), diag::TrainsEvaluation,
             llvm::isa<MinimizeOp>(step)
                 ? "what is minimized was computed in evaluation mode"
                 : "this step follows the gradient of what was computed in evaluation mode");
  constexpr size_t limit = 4;
  llvm::SmallSetVector<std::pair<Attribute, Attribute>, limit> shown;
  llvm::SmallSetVector<Attribute, limit> calls;
  for (Operation *note : notes) {
    FileLineColRange place = getUserPlace(note->getLoc());
    llvm::SmallVector<FileLineColRange> places = getPlaces(note->getLoc());
    StringAttr by = getEvaluated(note)->by;
    if (shown.size() == limit || !shown.insert({place, by}))
      continue;
    error.attachNote(note->getLoc())
        << "computed here: " << by.getValue() << " does something else in training";
    if (places.back() != place && calls.insert(places.back()))
      error.attachNote(Location(places.back())) << "called from here";
  }
  error.attachNote() << "write " << describeRepair(step, notes)
                     << (llvm::isa<MinimizeOp>(step) ? ", or all of it after 'minimize'" : "")
                     << "; use evaluation(...) for what is meant to be in evaluation mode, "
                        "stop_gradient(...) for what is a constant";
  return failure();
}

/// All that is ever stored in each variable.
using Stored = llvm::DenseMap<Attribute, Values>;

static Stored collectStored(Operation &command) {
  Stored stored;
  command.walk([&](Operation *op) {
    for (const VariableAccess &access : getVariableAccesses(op))
      if (access.isWrite() && access.value)
        stored[access.variable].push_back(access.value);
  });
  return stored;
}

/// What the value is computed from, with or without a gradient; parameters are leaves.
static Values getOrigins(Value value, const Stored &stored, const VariableFlow &variables) {
  if (auto argument = llvm::dyn_cast<BlockArgument>(value))
    return getGiven(argument);
  Operation *op = value.getDefiningOp();
  if (llvm::isa<ScanOp>(op))
    return getYielded(llvm::cast<OpResult>(value));
  auto read = llvm::dyn_cast<ReadOp>(op);
  if (!read)
    return Values(op->getOperands());
  bool isParam = variables.getVariable(read.getVariableAttr()).getKind() == VariableKind::Param;
  return isParam ? Values() : stored.lookup(read.getVariableAttr());
}

/// The gradients that the applied ones are made of.
static llvm::SmallSetVector<Operation *, 2> findGradients(llvm::ArrayRef<Operation *> applied,
                                                          const Stored &stored,
                                                          const VariableFlow &variables) {
  llvm::SmallSetVector<Operation *, 2> gradients;
  llvm::SetVector<Value> work;
  for (Operation *one : applied)
    work.insert(one->getOperand(0));
  for (size_t i = 0; i < work.size(); ++i) {
    if (auto grad = work[i].getDefiningOp<GradOp>()) {
      gradients.insert(grad);
      continue;
    }
    Values origins = getOrigins(work[i], stored, variables);
    work.insert(origins.begin(), origins.end());
  }
  return gradients;
}

static LogicalResult checkApplied(llvm::ArrayRef<Operation *> applied, const Stored &stored,
                                  const VariableFlow &variables) {
  Symbols parameters;
  for (Operation *one : applied)
    parameters.insert(getAppliedTo(one));
  for (Operation *op : findGradients(applied, stored, variables)) {
    auto grad = llvm::cast<GradOp>(op);
    Symbols both;
    for (Attribute variable : grad.getVariables())
      if (parameters.contains(variable))
        both.insert(variable);
    if (both.empty())
      continue;
    Value loss = grad.getScalar();
    if (Operations notes = Flow(loss, variables).findNotes(both); !notes.empty())
      return reportStep(applied.front(), notes);
  }
  return success();
}

static LogicalResult checkMinimize(MinimizeOp minimize, const VariableFlow &variables) {
  Symbols parameters;
  parameters.insert(minimize.getVariables().begin(), minimize.getVariables().end());
  Value loss = minimize.getLoss();
  Operations notes = Flow(loss, variables).findNotes(parameters);
  return notes.empty() ? success() : reportStep(minimize, notes);
}

LogicalResult checkModes(Operation &command) {
  bool hasNotes = false;
  llvm::SmallVector<MinimizeOp> minimizes;
  // The operations of one step stand at the same place.
  llvm::MapVector<Attribute, Operations> steps;
  command.walk([&](Operation *op) {
    hasNotes |= getEvaluated(op).has_value();
    if (auto minimize = llvm::dyn_cast<MinimizeOp>(op))
      minimizes.push_back(minimize);
    if (getAppliedTo(op))
      steps[getUserPlace(op->getLoc())].push_back(op);
  });
  if (hasNotes) {
    VariableFlow variables(&command.getRegion(0).front().front());
    for (MinimizeOp minimize : minimizes)
      if (failed(checkMinimize(minimize, variables)))
        return failure();
    Stored stored = collectStored(command);
    for (auto &[place, applied] : steps)
      if (failed(checkApplied(applied, stored, variables)))
        return failure();
  }
  command.walk([](Operation *op) {
    if (getEvaluated(op) || getAppliedTo(op))
      eraseNote(op);
  });
  return success();
}

} // namespace nnc::gradient
