//===- Yields.cpp - yield ------------------------------------------------------------------===//
//
// A turn of a scan yields directly or in both branches of an `if` that the run decides; then the
// values are stored as those of returns are (Exits.h).
//
//===----------------------------------------------------------------------===//

#include "compiler/elaborate/Recurrence.h"

using namespace nnc;
using namespace nnc::elaborate;
using namespace nnc::ir;

/// Whether nothing but branches lies between here and the body of the scan.
static bool isInBranch(Interpreter &e) {
  mlir::Operation *around = e.builder.getInsertionBlock()->getParentOp();
  while (llvm::isa<IfOp>(around))
    around = around->getParentOp();
  return llvm::isa<ScanOp>(around);
}

void elaborate::executeBranches(Interpreter &e, Span span, llvm::function_ref<void()> onTrue,
                                llvm::function_ref<void()> onFalse) {
  Recurrence *turn = e.recurrence;
  bool before = turn && turn->hasYielded;
  onTrue();
  if (!turn)
    return onFalse();
  bool inFirst = std::exchange(turn->hasYielded, before);
  onFalse();
  if (turn->hasYielded != inFirst)
    e.error(diag::YieldSometimes, span);
  turn->hasYielded |= inFirst;
}

void elaborate::executeYield(Interpreter &e, const ast::YieldStatement *statement) {
  Recurrence *turn = e.recurrence;
  if (!turn || !isInBranch(e)) {
    e.error(diag::YieldOutside, statement->span);
    return;
  }
  if (turn->hasYielded) {
    e.error(diag::YieldTwice, statement->span);
    return;
  }
  turn->hasYielded = true;
  Values values = e.evaluateAll(statement->values);
  if (turn->runtimeDepth == e.runtimeDepth) {
    turn->rows = std::move(values);
    return;
  }
  // A constant that nothing reads marks the place at which the value is stored.
  mlir::Operation *place =
      createFilled(e.builder, e.getLoc(statement->span), getScalarType(e.builder.getI1Type()), 0)
          .getDefiningOp();
  Value value = values.size() == 1 ? values.front() : Value::tuple(std::move(values));
  turn->choices.push_back({place, value, statement->span});
}
