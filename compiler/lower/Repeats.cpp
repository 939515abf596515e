//===- Repeats.cpp - runs of a sequence that repeat ------------------------------------===//

#include "compiler/lower/Repeats.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/STLExtras.h"
#include <tuple>

namespace nnc::lower {

/// How many earlier occurrences of a number are looked at, and how many periods are tried.
static constexpr size_t occurrenceLimit = 64, periodLimit = 64;

/// The distances at which most numbers occur again.
static llvm::SmallVector<size_t> getPeriods(llvm::ArrayRef<unsigned> sequence, size_t minimum) {
  llvm::DenseMap<unsigned, llvm::SmallVector<size_t, 0>> occurrences;
  llvm::DenseMap<size_t, size_t> counts;
  for (auto [position, number] : llvm::enumerate(sequence)) {
    llvm::SmallVector<size_t, 0> &earlier = occurrences[number];
    for (size_t place : llvm::ArrayRef(earlier).take_back(occurrenceLimit))
      ++counts[position - place];
    earlier.push_back(position);
  }
  llvm::SmallVector<std::pair<size_t, size_t>> ordered; // count, period
  for (auto [period, count] : counts)
    if (count >= minimum)
      ordered.emplace_back(count, period);
  llvm::sort(ordered, [](auto &a, auto &b) {
    return a.first != b.first ? a.first > b.first : a.second < b.second;
  });
  llvm::SmallVector<size_t> periods;
  for (auto [count, period] : llvm::ArrayRef(ordered).take_front(periodLimit))
    periods.push_back(period);
  return periods;
}

llvm::SmallVector<Repeat> findRepeats(llvm::ArrayRef<unsigned> sequence, size_t minimum) {
  llvm::SmallVector<Repeat> repeats;
  for (size_t period : getPeriods(sequence, minimum)) {
    size_t equal = 0; // numbers up to here that equal the one a period later
    for (size_t position = 0; position + period <= sequence.size(); ++position) {
      if (position + period < sequence.size() &&
          sequence[position] == sequence[position + period]) {
        ++equal;
        continue;
      }
      Repeat repeat{position - equal, period, equal / period + 1, equal % period};
      equal = 0;
      if (repeat.getSaved() >= minimum)
        repeats.push_back(repeat);
    }
  }
  llvm::sort(repeats, [](const Repeat &a, const Repeat &b) {
    return std::tuple(b.getSaved(), a.period, a.begin) <
           std::tuple(a.getSaved(), b.period, b.begin);
  });
  return repeats;
}

} // namespace nnc::lower
