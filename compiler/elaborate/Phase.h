//===- Phase.h - when a loop happens ------------------------------------------------===//
//
// The one place that decides whether the turns of a loop are carried out while the program is
// compiled, or when it runs, and how. Whoever elaborates a loop asks here, and obeys.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_ELABORATE_PHASE_H
#define NNC_ELABORATE_PHASE_H

#include "compiler/elaborate/Comprehensions.h"

namespace nnc::elaborate {

struct Phase {
  enum Kind {
    Unrolled, // turn by turn, while the program is compiled
    Loop,     // nn.for
    Batches,  // nn.batches
    Scan      // nn.scan
  };
  Kind kind;
  llvm::StringLiteral reason; // "its number of turns is known only when the program runs"
};

/// Turns beyond which unrolling is refused.
constexpr int64_t unrollMaximum = 4096;

/// The number of turns of a static range; the largest number where it does not fit.
int64_t countTurns(const Range &range);
/// How a loop over `source`, which does not number its elements, happens; in the scope around it.
Phase decidePhase(Interpreter &e, const ast::ForStatement &statement, const Value &source);
/// The same of a comprehension.
Phase decidePhase(const Value &source, Fold fold);
/// "unrolled", "a loop", "batches", "a scan".
llvm::StringRef getName(Phase::Kind kind);

} // namespace nnc::elaborate

#endif // NNC_ELABORATE_PHASE_H
