//===- Recurrence.h - scan ... in ... along ... { ... yield ... } ----------------------------===//
#ifndef NNC_ELABORATE_RECURRENCE_H
#define NNC_ELABORATE_RECURRENCE_H

#include "compiler/elaborate/Interpreter.h"

namespace nnc::elaborate {

struct Recurrence {
  /// What `yield` gave in this turn, or nothing.
  std::optional<Values> rows;
  /// The depth of run-time control directly in the body, where `yield` belongs.
  unsigned runtimeDepth = 0;
};

Value evaluateScan(Interpreter &e, const ast::Scan *expr);
void executeYield(Interpreter &e, const ast::YieldStatement *statement);

} // namespace nnc::elaborate

#endif // NNC_ELABORATE_RECURRENCE_H
