//===- Gradient.cpp - the reverse sweep ---------------------------------------------===//

#include "compiler/gradient/Gradient.h"
#include "compiler/gradient/Describe.h"
#include "compiler/gradient/Sweep.h"
#include "compiler/ir/Origin.h"
#include "compiler/ir/Purification.h"
#include "compiler/ir/Report.h"
#include "compiler/ir/Slices.h"

using namespace mlir;
using namespace nnc::ir;

namespace nnc::gradient {

bool isFloat(Value value) {
  auto type = llvm::dyn_cast<NNTensorType>(value.getType());
  return type && type.isFloat();
}

//===-- What takes part ---------------------------------------------------------------===//

llvm::SmallVector<Value> Sweep::getSources(Operation *op) {
  if (llvm::isa<ReadOp>(op)) {
    Value value = assigned.lookup(op);
    return value ? llvm::SmallVector<Value>{value} : llvm::SmallVector<Value>();
  }
  return llvm::to_vector(op->getOperands());
}

llvm::SmallVector<Value> Sweep::getGradientSources(Operation *op) {
  auto rule = llvm::dyn_cast<GradientOpInterface>(op);
  if (!rule)
    return getSources(op);
  llvm::SmallVector<Value> sources;
  for (OpOperand &operand : op->getOpOperands())
    if (rule.passesGradientTo(operand.getOperandNumber()))
      sources.push_back(operand.get());
  return sources;
}

bool Sweep::passesGradient(Operation *op) {
  if (llvm::isa<ReadOp>(op))
    return assigned.contains(op);
  return llvm::isa<GradientOpInterface>(op) && llvm::any_of(op->getResults(), isFloat);
}

void Sweep::collect() {
  llvm::DenseSet<Operation *> found;
  llvm::SmallVector<Value> pending{request.scalar};
  while (!pending.empty()) {
    Operation *op = pending.pop_back_val().getDefiningOp();
    if (!op || !found.insert(op).second)
      continue;
    if (auto read = llvm::dyn_cast<ReadOp>(op))
      if (Value value = flow.getAssignedValue(read))
        assigned[op] = value;
    llvm::append_range(pending, getSources(op));
  }
  // All of them dominate the request: they stand before it or before an operation around it.
  for (Operation *at = request.at; !at->hasTrait<OpTrait::IsIsolatedFromAbove>();
       at = at->getParentOp())
    for (Operation *op = at->getPrevNode(); op; op = op->getPrevNode())
      if (found.contains(op))
        slice.push_back(op);
  std::reverse(slice.begin(), slice.end());
}

void Sweep::markReaching() {
  reaching.insert(request.scalar);
  for (Operation *op : llvm::reverse(slice)) {
    auto reaches = [&](Value result) { return reaching.contains(result); };
    if (passesGradient(op) && llvm::any_of(op->getResults(), reaches))
      for (Value source : getGradientSources(op))
        if (isFloat(source))
          reaching.insert(source);
  }
}

llvm::DenseSet<Value> Sweep::findDependents(llvm::ArrayRef<Value> roots, bool throughGradients) {
  llvm::DenseSet<Value> dependents(roots.begin(), roots.end());
  for (Operation *op : slice) {
    auto depends = [&](Value source) {
      return dependents.contains(source) && (!throughGradients || reaching.contains(source));
    };
    if ((!throughGradients || passesGradient(op)) &&
        llvm::any_of(throughGradients ? getGradientSources(op) : getSources(op), depends))
      for (Value result : op->getResults())
        if (!throughGradients || reaching.contains(result))
          dependents.insert(result);
  }
  return dependents;
}

void Sweep::collectReads() {
  for (Operation *op : slice) {
    auto read = llvm::dyn_cast<ReadOp>(op);
    if (!read)
      continue;
    reads[read.getVariableAttr()].push_back(read);
    if (isFloat(read) && reaching.contains(read) && !assigned.contains(op) &&
        flow.getVariable(read.getVariableAttr()).getKind() == VariableKind::Var)
      ends.push_back(read);
  }
}

llvm::ArrayRef<Value> Sweep::getReads(FlatSymbolRefAttr variable) {
  auto found = reads.find(variable);
  return found == reads.end() ? llvm::ArrayRef<Value>() : found->second;
}

Sweep::Target Sweep::findTarget(Value value) {
  auto read = value.getDefiningOp<ReadOp>();
  bool isVar = read && flow.getVariable(read.getVariableAttr()).getKind() == VariableKind::Var;
  if (!isVar || reaching.contains(value))
    return {value, value, {}, {value}};
  // Read after the scalar was computed, in a branch, say: what the var held then as well.
  if (Value held = flow.getAssignedValue(read))
    return {value, held, {}, {held}};
  FlatSymbolRefAttr variable = read.getVariableAttr();
  return {value, {}, variable, llvm::SmallVector<Value, 1>(getReads(variable))};
}

Type Sweep::getType(const Target &target) {
  return target.variable ? flow.getVariable(target.variable).getType() : target.asked.getType();
}

void Sweep::findTargets() {
  for (Value value : request.values)
    targets.push_back(findTarget(value));
  for (auto variable : request.variables.getAsRange<FlatSymbolRefAttr>())
    targets.push_back({{}, {}, variable, llvm::SmallVector<Value, 1>(getReads(variable))});
}

//===-- Control flow in the way ---------------------------------------------------------===//

llvm::SmallVector<ReadOp> Sweep::getCarriers(llvm::ArrayRef<Value> roots,
                                             FlatSymbolRefAttr variable) {
  llvm::SmallVector<ReadOp> carriers;
  // The target itself is none: what its variable held before is not asked for.
  for (ReadOp read : ends)
    if (read.getVariableAttr() != variable && !llvm::is_contained(roots, read.getResult()))
      carriers.push_back(read);
  return carriers;
}

Sweep::Control Sweep::findControl() {
  for (const Target &target : targets) {
    Carried carried = findCarried(request.at, target.value, target.variable,
                                  getCarriers(target.roots, target.variable));
    if (carried.read)
      return {flow.getStorer(carried.read), flow.getVariable(carried.read.getVariableAttr()),
              &target};
  }
  return {};
}

LogicalResult Sweep::convert(Control control) {
  Obstacle obstacle;
  Location loc = control.op->getLoc();
  auto loop = llvm::dyn_cast<ForOp>(control.op);
  StringAttr variable = control.variable.getSymNameAttr();
  LogicalResult result = failure();
  if (!loop && !llvm::isa<IfOp>(control.op)) {
    result = obstacle.set(control.op);
  } else if (loop && loop->isProperAncestor(request.at)) {
    result = replayTurns(loop, variable, obstacle);
  } else {
    // What the variable is not computed from is not in the way.
    Operation *part = splitOff(control.op, variable), *rest = part ? control.op : nullptr;
    part = part ? part : control.op;
    result = loop ? makeScan(llvm::cast<ForOp>(part), obstacle, rest)
                  : makeChoice(llvm::cast<IfOp>(part), obstacle, rest);
  }
  if (succeeded(result))
    return success();
  InFlightDiagnostic error = report(request.at->getLoc(), diag::GradientThroughLoop,
                                    describeFailure(*control.target), obstacle.what);
  error.attachNote(obstacle.op->getLoc()) << "here";
  if (obstacle.op->getLoc() != loc)
    error.attachNote(loc) << "in this " << (loop ? "loop" : "branch")
                          << ", through which the gradient passes into "
                          << describe(control.variable);
  return failure();
}

LogicalResult Sweep::checkFresh(const Target &target) {
  for (Value root : target.variable ? llvm::ArrayRef(target.roots) : llvm::ArrayRef<Value>()) {
    auto read = root.getDefiningOp<ReadOp>();
    if (!reaching.contains(read) || assigned.contains(read))
      continue;
    if (Operation *assignment = flow.findAssignmentSince(read, request.at)) {
      InFlightDiagnostic error =
          report(request.at->getLoc(), diag::GradientStale, describeFailure(target));
      error.attachNote(assignment->getLoc()) << "assigned here";
      error.attachNote(read.getLoc())
          << "read here; use stop_gradient if this older value is meant as a constant";
      return failure();
    }
  }
  return success();
}

//===-- The sweep ------------------------------------------------------------------------===//

void Sweep::accumulate(Value value, Value contribution) {
  Value &sum = cotangents[value];
  if (!sum) {
    sum = contribution;
    return;
  }
  Operation *op = value.getDefiningOp();
  emission.source = op ? OriginListener::gradientOf(op)
                       : OriginListener::gradientOf(request.at, request.at->getLoc());
  Value before = sum;
  sum = AddOp::create(builder, request.at->getLoc(), sum.getType(), before, contribution);
  masked.noteSum(builder, sum, before, contribution);
}

void Sweep::propagate(Operation *op, const llvm::DenseSet<Value> &active) {
  llvm::SmallVector<Value> incoming;
  for (Value result : op->getResults())
    incoming.push_back(cotangents.lookup(result));
  if (llvm::none_of(incoming, [](Value cotangent) { return static_cast<bool>(cotangent); }))
    return;
  if (llvm::isa<ReadOp>(op)) {
    accumulate(assigned.lookup(op), incoming.front());
    return;
  }
  llvm::SmallVector<Value> operands(op->getOperands()), outgoing(op->getNumOperands());
  emission.source = OriginListener::gradientOf(op);
  masked.buildGradient(llvm::cast<GradientOpInterface>(op), builder, incoming, outgoing);
  for (auto [operand, cotangent] : llvm::zip_equal(operands, outgoing)) {
    assert((!cotangent || cotangent.getType() == operand.getType()) &&
           "a gradient rule must give each operand a cotangent of its type");
    if (cotangent && active.contains(operand))
      accumulate(operand, cotangent);
  }
}

FailureOr<Gradients> Sweep::run() {
  llvm::SmallVector<Value> roots;
  for (const Target &target : targets) {
    if (failed(checkFresh(target)))
      return failure();
    llvm::append_range(roots, target.roots);
    // What reaches is found backwards from the scalar: it gets a gradient just where a root is in
    // it.
    isReached.push_back(
        llvm::any_of(target.roots, [&](Value root) { return reaching.contains(root); }));
  }
  if (failed(checkUnreached()))
    return failure();

  auto type = llvm::cast<NNTensorType>(request.scalar.getType());
  Operation *last = request.scalar.getDefiningOp();
  OriginListener::Source ofScalar =
      OriginListener::gradientOf(last ? last : request.at, request.at->getLoc());
  emission.source = ofScalar;
  cotangents[request.scalar] =
      request.seed ? request.seed : createFilled(builder, request.at->getLoc(), type, 1);
  llvm::DenseSet<Value> active = findDependents(roots, /*throughGradients=*/true);
  for (Operation *op : llvm::reverse(slice))
    if (passesGradient(op) &&
        llvm::any_of(op->getResults(), [&](Value result) { return active.contains(result); }) &&
        llvm::any_of(getGradientSources(op), [&](Value source) { return active.contains(source); }))
      propagate(op, active);

  // Nothing arrives where no path leads, nor where the scalar is constant in the target all the
  // same, as which of two is the larger is.
  auto orZero = [&](Value cotangent, Type type) {
    emission.source = ofScalar;
    return cotangent
               ? cotangent
               : createFilled(builder, request.at->getLoc(), llvm::cast<NNTensorType>(type), 0);
  };
  llvm::SmallVector<Value> gradients;
  for (const Target &target : targets) {
    Value sum;
    for (Value root : target.roots) {
      Value cotangent = cotangents.lookup(root);
      if (!cotangent || !sum) {
        sum = cotangent ? cotangent : sum;
        continue;
      }
      emission.source = OriginListener::gradientOf(root.getDefiningOp());
      sum = AddOp::create(builder, request.at->getLoc(), sum.getType(), sum, cotangent);
    }
    gradients.push_back(orZero(sum, getType(target)));
  }
  emission.eraseDead(gradients);
  for (Operation *op : slice)
    eraseReplaced(op);
  return Gradients{gradients, isReached};
}

FailureOr<Gradients> buildGradients(OpBuilder &builder, const Request &request) {
  // Control flow around the request may be rebuilt, and the request moved with it.
  bool isAtRequest = builder.getInsertionBlock() == request.at->getBlock() &&
                     builder.getInsertionPoint() == request.at->getIterator();
  while (true) {
    if (isAtRequest)
      builder.setInsertionPoint(request.at);
    Sweep sweep(builder, request);
    Sweep::Control control = sweep.findControl();
    if (!control.op)
      return sweep.run();
    if (failed(sweep.convert(control)))
      return failure();
  }
}

} // namespace nnc::gradient
