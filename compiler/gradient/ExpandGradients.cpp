//===- ExpandGradients.cpp - the pass --nn-expand-gradients --------------------------===//

#include "compiler/gradient/EvaluationMode.h"
#include "compiler/gradient/Gradient.h"
#include "compiler/gradient/Passes.h"
#include "compiler/ir/Origin.h"
#include "llvm/ADT/TypeSwitch.h"

namespace nnc::gradient {
#define GEN_PASS_DEF_EXPANDGRADIENTS
#include "compiler/gradient/Passes.h.inc"
} // namespace nnc::gradient

using namespace mlir;
using namespace nnc::ir;

namespace {

struct ExpandGradients : nnc::gradient::impl::ExpandGradientsBase<ExpandGradients> {
  void runOnOperation() override {
    // One error a command: those that follow would mostly be consequences.
    for (Operation &command : *getOperation().getBody())
      if (failed(expandWithin(command)))
        signalPassFailure();
  }

  LogicalResult expandWithin(Operation &command) {
    // Those that were made without one, as in files of the dialect, may be asked for it later.
    command.walk([](Operation *op) { ensureOrigin(op); });
    // While each gradient is still one operation. What the notes are for ends here.
    if (failed(nnc::gradient::checkModes(command)))
      return failure();
    // In program order: a gradient that another is taken of is expanded first.
    nnc::gradient::UnreachedWarnings warnings;
    llvm::SmallVector<Operation *> requests;
    command.walk<WalkOrder::PreOrder>([&](Operation *op) {
      if (llvm::isa<GradOp, JacobianOp, MinimizeOp>(op))
        requests.push_back(op);
    });
    for (Operation *op : requests)
      if (failed(
              llvm::TypeSwitch<Operation *, LogicalResult>(op).Case<GradOp, JacobianOp, MinimizeOp>(
                  [&](auto request) { return nnc::gradient::expand(request, warnings); })))
        return failure();
    // Gradients that no request gave.
    llvm::SmallVector<IsReachedOp> conditions;
    command.walk([&](IsReachedOp op) { conditions.push_back(op); });
    for (IsReachedOp op : conditions)
      nnc::gradient::decide(op, true);
    warnings.report();
    // The rules that the program states have done their work.
    command.walk([](WithGradientOp op) {
      op.getResult().replaceAllUsesWith(op.getValue());
      op.erase();
    });
    return success();
  }
};

} // namespace
