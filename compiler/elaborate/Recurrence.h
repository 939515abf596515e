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
  /// The depth of run-time control directly in the body, where `yield` belongs.
  unsigned runtimeDepth = 0;
};

Value evaluateScan(Interpreter &e, const ast::Scan *expr);
/// Elaborates both branches of an `if`, of which either both yield or none.
void executeBranches(Interpreter &e, Span span, llvm::function_ref<void()> onTrue,
                     llvm::function_ref<void()> onFalse);
void executeYield(Interpreter &e, const ast::YieldStatement *statement);

} // namespace nnc::elaborate

#endif // NNC_ELABORATE_RECURRENCE_H
