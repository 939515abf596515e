//===- Repeats.h - runs of a sequence that repeat ------------------------------------===//
//
// Finds where a sequence of numbers says the same several times, one right after the other
// (a tandem repeat), such as the calls of equal layers. Takes time that is linear in its length.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_LOWER_REPEATS_H
#define NNC_LOWER_REPEATS_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"

namespace nnc::lower {

/// `turns` times `period` numbers from `begin` on, of which each equals the one a period later.
struct Repeat {
  size_t begin, period, turns;
  /// So many numbers more go on with the next turn: the repeat may as well begin later by these.
  size_t rest;

  size_t getEnd() const { return begin + period * turns; }
  /// The numbers that a loop need not write.
  size_t getSaved() const { return period * (turns - 1); }
};

/// The repeats that save at least `minimum` numbers, those that save most first. They may overlap.
llvm::SmallVector<Repeat> findRepeats(llvm::ArrayRef<unsigned> sequence, size_t minimum);

} // namespace nnc::lower

#endif // NNC_LOWER_REPEATS_H
