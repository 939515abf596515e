//===- ExpandGradients.cpp - the pass --nn-expand-gradients --------------------------===//

#include "compiler/gradient/EvaluationMode.h"
#include "compiler/gradient/Gradient.h"
#include "compiler/gradient/Passes.h"
#include "compiler/gradient/RequestsInScans.h"
#include "compiler/ir/Origin.h"
#include "llvm/ADT/TypeSwitch.h"

namespace nnc::gradient {
#define GEN_PASS_DEF_EXPANDGRADIENTS
#include "compiler/gradient/Passes.h.inc"
} // namespace nnc::gradient

using namespace mlir;
using namespace nnc::ir;
using nnc::gradient::UnreachedWarnings;
using nnc::gradient::Waiting;

namespace {

struct ExpandGradients : nnc::gradient::impl::ExpandGradientsBase<ExpandGradients> {
  void runOnOperation() override {
    // One error a command: those that follow would mostly be consequences.
    for (Operation &command : *getOperation().getBody())
      if (failed(expandWithin(command)))
        signalPassFailure();
  }

  /// False where it waits for others, if there is no error.
  LogicalResult expand(Operation *request, UnreachedWarnings &warnings, Waiting &waiting) {
    std::vector<OpenScan> scans;
    llvm::SmallVector<ScanOp> around = nnc::gradient::findScansToOpen(request);
    for (ScanOp scan : around)
      scans.emplace_back(scan, /*isRepeated=*/scan != around.back());
    Location loc = request->getLoc();
    waiting.first.clear();
    LogicalResult expanded =
        llvm::TypeSwitch<Operation *, LogicalResult>(request)
            .Case([&](GradOp op) { return nnc::gradient::expand(op, warnings, waiting); })
            .Case([&](JacobianOp op) { return nnc::gradient::expand(op, warnings, waiting); })
            .Case([&](MinimizeOp op) { return nnc::gradient::expand(op, warnings, waiting); });
    if (failed(expanded) && waiting.first.empty())
      return failure();
    Obstacle obstacle;
    for (OpenScan &scan : scans)
      if (failed(scan.close(obstacle))) {
        waiting.first.clear();
        return emitError(loc, "a scan around a gradient contains ") << obstacle.what;
      }
    return expanded;
  }

  /// In program order: a gradient that another is taken of is expanded first.
  LogicalResult expandAll(Operation &command, UnreachedWarnings &warnings) {
    llvm::SmallVector<Operation *> requests;
    command.walk<WalkOrder::PreOrder>([&](Operation *op) {
      if (llvm::isa<GradOp, JacobianOp, MinimizeOp>(op))
        requests.push_back(op);
    });
    Waiting waiting;
    for (size_t next = 0; next < requests.size() || !waiting.requests.empty();) {
      if (waiting.requests.empty()) {
        if (Operation *request = requests[next++])
          waiting.requests.push_back(request);
        continue;
      }
      Operation *request = waiting.requests.back();
      if (succeeded(expand(request, warnings, waiting))) {
        std::replace(requests.begin(), requests.end(), request, static_cast<Operation *>(nullptr));
        waiting.requests.pop_back();
      } else if (waiting.first.empty()) {
        return failure();
      } else {
        waiting.requests.push_back(waiting.first.front());
      }
    }
    return success();
  }

  LogicalResult expandWithin(Operation &command) {
    // Those that were made without one, as in files of the dialect, may be asked for it later.
    command.walk([](Operation *op) { ensureOrigin(op); });
    // While each gradient is still one operation. What the notes are for ends here.
    if (failed(nnc::gradient::checkModes(command)))
      return failure();
    UnreachedWarnings warnings;
    if (failed(expandAll(command, warnings)))
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
