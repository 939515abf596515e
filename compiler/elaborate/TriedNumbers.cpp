//===- TriedNumbers.cpp - what is wrong whatever a number is -------------------------------===//

#include "compiler/elaborate/TriedNumbers.h"
#include "llvm/ADT/SmallSet.h"
#include "llvm/ADT/StringExtras.h"

using namespace nnc;
using namespace nnc::elaborate;

namespace {
/// The same mistake, as each elaboration shows it.
using Samples = llvm::SmallVector<const Diagnostic *>;
} // namespace

/// Whether the texts, one of each sample, are all the same.
static bool areEqual(llvm::ArrayRef<std::string> texts) { return llvm::all_equal(texts); }

/// The numbers that the texts are, if they are some.
static std::optional<llvm::SmallVector<int64_t>> getNumbers(llvm::ArrayRef<std::string> texts) {
  llvm::SmallVector<int64_t> numbers;
  for (const std::string &text : texts)
    if (!llvm::to_integer(text, numbers.emplace_back(), 10))
      return std::nullopt;
  return numbers;
}

/// Whether a[i] - b[i], or a[i] / b[i], is the same for at least three numbers, and they differ.
static bool alwaysDiffer(llvm::ArrayRef<int64_t> a, llvm::ArrayRef<int64_t> b) {
  llvm::SmallSet<int64_t, 8> ofA(a.begin(), a.end()), ofB(b.begin(), b.end());
  if (ofA.size() < 3 || ofB.size() < 3)
    return false;
  bool sameDifference = true, sameFactor = true;
  for (size_t i = 0; i < a.size(); ++i) {
    if (a[i] == b[i])
      return false;
    sameDifference &= a[i] - b[i] == a[0] - b[0];
    sameFactor &= a[i] * b[0] == a[0] * b[i];
  }
  return sameDifference || sameFactor;
}

static bool isForAll(const Samples &samples, const llvm::StringSet<> &sizes) {
  if (llvm::all_of(samples,
                   [&](const Diagnostic *one) { return one->message == samples.front()->message; }))
    return true;
  // How many axes there are hardly depends on numbers.
  if (samples.front()->kind == diag::RankMismatch)
    return true;
  llvm::SmallVector<std::string> sides[2];
  for (const Diagnostic *one : samples) {
    if (!one->differing)
      return false;
    sides[0].push_back(one->differing->first);
    sides[1].push_back(one->differing->second);
  }
  if (areEqual(sides[0]) && areEqual(sides[1]))
    return true;
  auto a = getNumbers(sides[0]), b = getNumbers(sides[1]);
  // A size that stands for all values is no number.
  auto standsForAll = [&](llvm::ArrayRef<std::string> side) {
    return areEqual(side) && sizes.contains(side.front());
  };
  if ((a && standsForAll(sides[1])) || (b && standsForAll(sides[0])))
    return true;
  return a && b && alwaysDiffer(*a, *b);
}

/// "dim = 8, heads = 2"
static std::string describeNumbers(const Coverage::Numbers &numbers,
                                   llvm::ArrayRef<std::string> names) {
  std::string text;
  for (auto [number, name] : llvm::zip_equal(numbers, names))
    if (number != 0)
      text += (text.empty() ? "" : ", ") + name + " = " + std::to_string(number);
  return text;
}

std::vector<Diagnostic> elaborate::findForAllNumbers(llvm::ArrayRef<TriedNumbers> tried,
                                                     llvm::ArrayRef<std::string> names) {
  std::vector<Diagnostic> found;
  for (const Diagnostic &mistake : tried.front().mistakes) {
    Samples samples = {&mistake};
    for (const TriedNumbers &other : tried.drop_front()) {
      auto same = llvm::find_if(other.mistakes,
                                [&](const Diagnostic &theirs) { return isSame(mistake, theirs); });
      if (same != other.mistakes.end())
        samples.push_back(&*same);
    }
    if (samples.size() < tried.size() || !isForAll(samples, tried.front().sizes))
      continue;
    found.push_back(mistake);
    bool isAboutNumbers = llvm::any_of(
        samples, [&](const Diagnostic *one) { return one->message != mistake.message; });
    if (isAboutNumbers)
      found.back().notes.push_back(
          {Span(), "with " + describeNumbers(tried.front().numbers, names) +
                       ", for example; it is so with all numbers that were tried"});
  }
  return found;
}
