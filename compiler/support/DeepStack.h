//===- DeepStack.h - a stack for what is nested --------------------------------===//
//
// The parser, the tree and the elaborator call themselves for what is nested in a program: a chain
// of a thousand operators is a thousand levels. The stack of a process is too small for that, and
// its size the user's; that of a thread is ours, and only what is used of it is memory.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_SUPPORT_DEEPSTACK_H
#define NNC_SUPPORT_DEEPSTACK_H

#include "llvm/Support/thread.h"
#include <optional>

namespace nnc {

/// Levels of nesting beyond which a program is refused.
constexpr unsigned maxNesting = 8000;

/// Calls `run` where the stack is deep enough for `maxNesting` levels in every stage.
template <typename Function> int runWithDeepStack(Function run) {
  constexpr unsigned bytesPerLevel = 64 << 10;
  int result = 0;
  std::optional<unsigned> bytes = maxNesting * bytesPerLevel;
  llvm::thread(bytes, [&] { result = run(); }).join();
  return result;
}

} // namespace nnc

#endif // NNC_SUPPORT_DEEPSTACK_H
