//===- Recurrence.h - scan ... in ... along ... { ... yield ... } ----------------------------===//
//
// The body is elaborated once, over variables; purification then makes nn.scan of it, where every
// value that goes from turn to turn is an operand.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_ELABORATE_RECURRENCE_H
#define NNC_ELABORATE_RECURRENCE_H

#include "compiler/elaborate/Interpreter.h"

namespace nnc::elaborate {

struct Recurrence {
  /// What `yield` gave in this turn, or nothing.
  std::optional<Values> rows;
  /// What it gave in branches, of which one is taken when the program runs.
  std::vector<RuntimeReturn> choices;
  /// Whether a `yield` is reached in any case.
  bool hasYielded = false;
  /// A turn is a loop of one turn, which `continue` leaves: there, and whether it had yielded.
  struct End {
    Span at, branch; // the `if` around it
    bool hasYielded;
  };
  std::vector<End> ends;
  UnrolledLoop exits;
  /// The depth of run-time control directly in the body, where `yield` belongs.
  unsigned runtimeDepth = 0;
};

Value evaluateScan(Interpreter &e, const ast::Scan *expr);
/// Elaborates both branches of an `if`, of which either both yield or none; they tell whether their
/// ends are reached. Whether that of one is.
bool executeBranches(Interpreter &e, Span span, llvm::function_ref<bool()> onTrue,
                     llvm::function_ref<bool()> onFalse);
/// Whether the innermost loop is a turn of a scan.
bool isTurn(Interpreter &e);
/// A `continue` leaves the turn.
void leaveTurn(Interpreter &e, Span span);
/// The turn ends, whether it was left or not.
void closeTurn(Interpreter &e);
void executeYield(Interpreter &e, const ast::YieldStatement *statement);

} // namespace nnc::elaborate

#endif // NNC_ELABORATE_RECURRENCE_H
