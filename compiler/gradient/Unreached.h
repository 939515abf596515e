//===- Unreached.h - targets that no path leads from ---------------------------------------===//
//
// What is differentiated need not be computed from all that a request names: a network may have a
// head that this loss does not use. The gradient there is 0, an update leaves it out, and the user
// is told, once for a command. Which of them are mistakes, and so errors, the sweep decides.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_GRADIENT_UNREACHED_H
#define NNC_GRADIENT_UNREACHED_H

#include "compiler/ir/NN.h"
#include "llvm/ADT/BitVector.h"

namespace nnc::gradient {

/// The warnings of one command.
class UnreachedWarnings {
public:
  /// Of one request.
  struct Entry {
    mlir::Location at;
    bool minimizes;
    /// As messages call them, in the request's order.
    llvm::SmallVector<std::string> targets;
    /// Where the program itself keeps gradients from them.
    llvm::SmallVector<mlir::Location> heldBack;
    /// The targets that are reached, by as few paths of the language as name them and no other;
    /// empty where a target is no variable.
    llvm::SmallVector<std::string> instead;
  };
  void add(Entry entry);
  /// Reports those that were added, as one warning.
  void report();

private:
  std::vector<Entry> entries;
};

/// The paths that together name the variables of which `isReached` is true, and none of the others.
llvm::SmallVector<std::string> coverPaths(llvm::ArrayRef<llvm::StringRef> symbols,
                                          const llvm::BitVector &isReached);

} // namespace nnc::gradient

#endif // NNC_GRADIENT_UNREACHED_H
