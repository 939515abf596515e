//===- Control.cpp - control flow between a target and the scalar ---------------------------===//
//
// Where a gradient would pass through variables that a branch or loop assigns, these become values:
// the branch a choice, the loop a scan, and of a loop around the request the turns before.
//
//===----------------------------------------------------------------------===//

#include "compiler/gradient/Describe.h"
#include "compiler/gradient/Sweep.h"
#include "compiler/ir/Report.h"
#include "compiler/ir/Slices.h"

using namespace mlir;
using namespace nnc::ir;

namespace nnc::gradient {

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
    FlatSymbolRefAttr variable = target.getPlace();
    Carried carried = findCarried(request.at, variable ? Value() : target.value, variable,
                                  getCarriers(target.roots, variable));
    if (carried.read)
      return {flow.getStorer(carried.read), flow.getVariable(carried.read.getVariableAttr()),
              &target};
  }
  return {};
}

LogicalResult Sweep::convert(Control control, Obstacle &obstacle) {
  auto loop = llvm::dyn_cast<ForOp>(control.op);
  StringAttr variable = control.variable.getSymNameAttr();
  if (!loop && !llvm::isa<IfOp>(control.op))
    return obstacle.set(control.op);
  // Of the values that the target had in there, only the last one counts, which is none of those
  // that come out.
  if (FlatSymbolRefAttr place = control.target->getPlace())
    if (Operation *assignment = flow.findAssignmentWithin(control.op, place))
      return obstacle.set(assignment, std::string("an assignment of it in the same ") +
                                          (loop ? "loop" : "branch"));
  removeAllJumps(control.op);
  Slice needed(control.op);
  needed.keep(variable);
  bool isCycle = false;
  control.op->walk<WalkOrder::PreOrder>([&](Operation *op) {
    if (llvm::isa<GradOp, JacobianOp, MinimizeOp>(op) && needed.contains(op)) {
      request.waiting.first.push_back(op);
      isCycle |= llvm::is_contained(request.waiting.requests, op);
    }
  });
  if (isCycle) {
    request.waiting.first.clear();
    return obstacle.set(request.at, "a gradient that the next turn computes with");
  }
  if (!request.waiting.first.empty())
    return failure();
  if (loop && loop->isProperAncestor(request.at))
    return replayTurns(loop, variable, obstacle);
  // What the variable is not computed from is not in the way.
  Operation *part = splitOff(control.op, variable), *rest = part ? control.op : nullptr;
  part = part ? part : control.op;
  return loop ? makeScan(llvm::cast<ForOp>(part), obstacle, rest)
              : makeChoice(llvm::cast<IfOp>(part), obstacle, rest);
}

LogicalResult Sweep::convert(Control control) {
  Obstacle obstacle;
  Location loc = control.op->getLoc();
  llvm::StringRef kind = llvm::isa<IfOp>(control.op) ? "branch" : "loop";
  if (succeeded(convert(control, obstacle)))
    return success();
  if (!request.waiting.first.empty())
    return failure();
  InFlightDiagnostic error = report(request.at->getLoc(), diag::GradientThroughLoop,
                                    describeFailure(*control.target), obstacle.what);
  error.attachNote(obstacle.op->getLoc()) << "here";
  if (obstacle.op->getLoc() != loc)
    error.attachNote(loc) << "in this " << kind << ", through which the gradient passes into "
                          << describe(control.variable);
  return failure();
}

} // namespace nnc::gradient
