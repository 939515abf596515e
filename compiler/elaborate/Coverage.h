//===- Coverage.h - what the commands and tests of a program call -------------------===//
//
// What they call need not be guessed where an item is checked by itself. It outlives a compilation:
// commands and tests are elaborated one after the other.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_ELABORATE_COVERAGE_H
#define NNC_ELABORATE_COVERAGE_H

#include "compiler/elaborate/Value.h"

namespace nnc::elaborate {

/// The functions and layers that were called, by where they stand.
class Coverage {
public:
  using Numbers = std::vector<int64_t>;
  /// Notes a call of the function or layer of that name, whose arguments `scope` has.
  void add(Span name, llvm::ArrayRef<ast::Parameter> parameters, Scope &scope);
  bool isCalled(Span name) const { return called.count(getKey(name)); }
  /// The whole numbers with which it was called, of those arguments from which sizes are made: a
  /// few calls that differ, without those whose numbers the run decides.
  std::vector<Numbers> getNumbers(Span name) const;

private:
  using Key = std::pair<std::string, uint32_t>;
  static Key getKey(Span span) { return {span.file->getPath().str(), span.begin}; }
  std::map<Key, std::vector<Numbers>> called;
};

} // namespace nnc::elaborate

#endif // NNC_ELABORATE_COVERAGE_H
