//===- TriedNumbers.h - what is wrong whatever a number is ---------------------------------===//
//
// Where the structure of an item depends on a whole number (a count of heads, of blocks), it is
// checked with a few numbers. A mistake that all of them show may still be about them: a layer may
// be meant for 64 only. This tells those that are wrong for every number.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_ELABORATE_TRIED_NUMBERS_H
#define NNC_ELABORATE_TRIED_NUMBERS_H

#include "compiler/elaborate/Coverage.h"
#include "compiler/support/Diagnostics.h"
#include "llvm/ADT/StringSet.h"

namespace nnc::elaborate {

/// What a complete elaboration with some numbers found.
struct TriedNumbers {
  Coverage::Numbers numbers; // 0: a size that stands for all values
  std::vector<Diagnostic> mistakes;
  llvm::StringSet<> sizes; // that stand for all values
};

/// The mistakes of the first that all of them show and that are wrong for every number: what is
/// said does not depend on the numbers; or of the two sizes that differ one is a number and the
/// other stands for all values; or both change with the numbers and always differ by the same or by
/// the same factor. Where the words depend on the numbers, a note says which these are; `names` are
/// those of the arguments.
std::vector<Diagnostic> findForAllNumbers(llvm::ArrayRef<TriedNumbers> tried,
                                          llvm::ArrayRef<std::string> names);

} // namespace nnc::elaborate

#endif // NNC_ELABORATE_TRIED_NUMBERS_H
