//===- Gradient.cpp - the reverse sweep ---------------------------------------------===//

#include "compiler/gradient/Gradient.h"
#include "compiler/gradient/Describe.h"
#include "compiler/gradient/Sweep.h"
#include "compiler/ir/Origin.h"
#include "compiler/ir/Report.h"

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

/// The reads among `reads` that give what `read` gives.
static llvm::SmallVector<Value, 1> findEqualReads(const VariableFlow &flow, ReadOp read,
                                                  llvm::ArrayRef<Value> reads) {
  llvm::SmallVector<Value, 1> equal{read};
  for (Value value : reads) {
    auto other = value.getDefiningOp<ReadOp>();
    // Both dominate the request.
    Operation *ancestor = other->getBlock()->findAncestorOpInBlock(*read);
    bool isBefore = ancestor && other->isBeforeInBlock(ancestor);
    if (other != read &&
        !(isBefore ? flow.findAssignmentSince(other, read) : flow.findAssignmentSince(read, other)))
      equal.push_back(value);
  }
  return equal;
}

Sweep::Target Sweep::findTarget(Value value) {
  auto read = value.getDefiningOp<ReadOp>();
  if (!read)
    return {value, value, {}, {value}};
  FlatSymbolRefAttr variable = read.getVariableAttr();
  if (Value held = flow.getAssignedValue(read))
    return {value, held, {}, {held}};
  llvm::SmallVector<Value, 1> equal = findEqualReads(flow, read, getReads(variable));
  // Read after the scalar was computed, in a branch, say: what the var held then as well.
  bool isVar = flow.getVariable(variable).getKind() == VariableKind::Var;
  if (isVar && llvm::none_of(equal, [&](Value root) { return reaching.contains(root); }))
    return {value, {}, variable, llvm::SmallVector<Value, 1>(getReads(variable))};
  bool isCurrent = !flow.findAssignmentSince(read, request.at);
  return {value, value, {}, equal, isCurrent ? variable : FlatSymbolRefAttr()};
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
