//===- GroupRuns.cpp - the loops that a fused group becomes -----------------------------------===//

#include "compiler/lower/GroupRuns.h"
#include "compiler/ir/ElementTypes.h"
#include "compiler/lower/GroupAccess.h"

using namespace mlir;
using namespace nnc::ir;

namespace nnc::lower {

/// Elements that are summed in registers before their sum joins the total; with vectors, some 32
/// one after another.
static constexpr int64_t blockElements = 1024;
/// Rows that are summed in memory before their sum joins the total, which costs about four times
/// what a row costs.
static constexpr int64_t blockRows = 128;
/// Columns whose partial sums stay in the first-level cache.
static constexpr int64_t tileColumns = 2048;
/// As many reduced elements are combined without loops.
static constexpr int64_t unrolledElements = 16;

/// Sorts kept runs before reduced ones; gives the number of kept ones.
static unsigned putKeptFirst(llvm::MutableArrayRef<Run> runs) {
  llvm::SmallVector<Run> ordered;
  unsigned kept = 0;
  for (bool reduced : {false, true})
    for (const Run &run : runs)
      if (run.reduced == reduced) {
        ordered.push_back(run);
        kept += !reduced;
      }
  llvm::copy(ordered, runs.begin());
  return kept;
}

namespace {
class Finder {
public:
  Finder(FusedOp op) : op(op), runs(found.runs) {}

  GroupRuns find(bool rounds) {
    joinAxes();
    findBoundaries();
    if (!found.needsMemory() || !unrollReduced()) {
      if (rounds)
        cutIntoBlocks(found.registerRuns, runs.size(), blockElements);
      if (found.needsMemory() && rounds)
        tile();
    }
    return found;
  }

private:
  void joinAxes() {
    NNTensorType space = op.getSpace();
    GroupAccess access = getGroupAccess(op);
    auto isReduced = [&](int64_t axis) { return llvm::is_contained(op.getReducedAxes(), axis); };
    for (int64_t axis = 0; axis < space.getRank(); ++axis) {
      if (axis > 0 && access.joinsNext[axis - 1] && isReduced(axis) == isReduced(axis - 1)) {
        runs.back().last = axis;
        runs.back().size = runs.back().size * space.getDim(axis);
      } else {
        runs.push_back({axis, axis, space.getDim(axis), isReduced(axis)});
      }
    }
  }

  void findBoundaries() {
    auto isReduced = [](const Run &run) { return run.reduced; };
    found.firstReduced = llvm::find_if(runs, isReduced) - runs.begin();
    found.registerRuns = runs.size();
    while (found.registerRuns > 0 && runs[found.registerRuns - 1].reduced)
      --found.registerRuns;
  }

  /// Puts the reduced runs inside the others, without loops, if they have few elements together.
  bool unrollReduced() {
    int64_t count = 1;
    for (const Run &run : runs)
      if (run.reduced) {
        if (!run.size.isStatic() || run.size.getStatic() > unrolledElements)
          return false;
        count *= run.size.getStatic();
      }
    if (count == 0 || count > unrolledElements)
      return false;
    for (Run &run : runs)
      run.unrolled = run.reduced;
    putKeptFirst(runs);
    findBoundaries();
    return true;
  }

  /// Sets the blocks of the reduced runs from `begin` to `end`, so that at most `limit` turns, of
  /// all of them together, are combined before they join a total. Says whether any has blocks.
  bool cutIntoBlocks(unsigned begin, unsigned end, int64_t limit) {
    std::optional<int64_t> inside = 1; // turns of the runs further in; none where they have blocks
    for (Run &run : llvm::reverse(llvm::MutableArrayRef(runs).slice(begin, end - begin))) {
      if (!run.reduced)
        continue;
      if (inside && run.size.isStatic() && run.size.getStatic() <= limit / *inside) {
        inside = *inside * std::max<int64_t>(run.size.getStatic(), 1);
        continue;
      }
      run.block = inside ? limit / *inside : 1;
      inside.reset();
    }
    return !inside;
  }

  /// Tiles where many rows are summed, or what is summed has a type that is only stored. Then, of
  /// the kept runs inside reduced ones, only the last stays there.
  void tile() {
    unsigned last = found.registerRuns - 1;
    auto isStored = [&](OpResult result) {
      return op.getReduction(result.getResultNumber()) &&
             isStorageFloat(llvm::cast<NNTensorType>(result.getType()).getElementType());
    };
    found.tiled = cutIntoBlocks(found.firstReduced, last, blockRows) ||
                  llvm::any_of(op->getOpResults(), isStored);
    if (!found.tiled)
      return;
    found.firstReduced += putKeptFirst(
        llvm::MutableArrayRef(runs).slice(found.firstReduced, last - found.firstReduced));
    Dim size = runs[last].size;
    found.tileSize = size.isStatic() ? std::min(size.getStatic(), tileColumns) : tileColumns;
  }

  FusedOp op;
  GroupRuns found;
  llvm::SmallVector<Run> &runs;
};
} // namespace

GroupRuns findRuns(FusedOp op, bool rounds) { return Finder(op).find(rounds); }

} // namespace nnc::lower
