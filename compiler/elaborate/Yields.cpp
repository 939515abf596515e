//===- Yields.cpp - yield ------------------------------------------------------------------===//
//
// A turn of a scan yields directly or in both branches of an `if` that the run decides; then the
// values are stored as those of returns are (Exits.h). A `continue` ends the turn: it has yielded
// by then as much as other turns do.
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

bool elaborate::executeBranches(Interpreter &e, Span span, llvm::function_ref<bool()> onTrue,
                                llvm::function_ref<bool()> onFalse) {
  Recurrence *turn = e.recurrence;
  bool before = turn && turn->hasYielded;
  size_t endsBefore = turn ? turn->ends.size() : 0;
  bool firstFalls = onTrue();
  bool inFirst = turn && std::exchange(turn->hasYielded, before);
  bool secondFalls = onFalse();
  if (!turn)
    return firstFalls || secondFalls;
  for (Recurrence::End &end : llvm::drop_begin(turn->ends, endsBefore))
    end.branch = end.branch ? end.branch : span;
  if (firstFalls && secondFalls && turn->hasYielded != inFirst)
    e.error(diag::YieldSometimes, span);
  // What follows, follows the branch that goes on.
  turn->hasYielded = (turn->hasYielded && (secondFalls || !firstFalls)) ||
                     (inFirst && (firstFalls || !secondFalls));
  return firstFalls || secondFalls;
}

bool elaborate::isTurn(Interpreter &e) {
  return e.recurrence && e.unrolled == &e.recurrence->exits;
}

void elaborate::leaveTurn(Interpreter &e, Span span) {
  e.recurrence->ends.push_back({span, {}, e.recurrence->hasYielded});
}

void elaborate::closeTurn(Interpreter &e) {
  Recurrence &turn = *e.recurrence;
  e.jump = Control::Jump::None;
  e.blockEnded = false;
  llvm::erase(e.raised, turn.exits.skipped);
  for (const Recurrence::End &end : turn.ends)
    if (end.hasYielded != turn.hasYielded)
      e.error(diag::YieldSometimes, end.branch ? end.branch : end.at)
          .note(end.at, "the turn ends here");
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
