//===- GroupRuns.h - the loops that a fused group becomes -------------------------------------===//
//
// Neighbouring axes that all operands treat alike are one run, which is walked by one loop. Says
// the order of the loops, where what is reduced is kept meanwhile, and which elements are summed
// one after another before their sum joins the total. All of it depends on shapes and on how
// operands are read, never on threads.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_LOWER_GROUP_RUNS_H
#define NNC_LOWER_GROUP_RUNS_H

#include "compiler/ir/NN.h"

namespace nnc::lower {

/// Neighbouring axes that are walked by one loop.
struct Run {
  int64_t first, last;
  ir::Dim size;
  bool reduced;
  bool unrolled = false;
  /// Of a reduced run whose total is kept as long sums: so many of its turns are combined before
  /// they join the total. 0 where all of them are, along with turns of a run further out.
  int64_t block = 0;
};

struct GroupRuns {
  /// From the outermost loop to the innermost.
  llvm::SmallVector<Run> runs;
  /// The runs from here on are all reduced: they combine in registers.
  unsigned registerRuns = 0;
  /// The outermost reduced run.
  unsigned firstReduced = 0;
  /// Whether the last kept run, which lies inside reduced ones, is cut into tiles, for which
  /// partial results and totals lie in the kernel's own memory.
  bool tiled = false;
  /// The columns of a tile.
  int64_t tileSize = 0;

  /// Whether a loop over kept axes lies inside one over reduced axes.
  bool needsMemory() const { return firstReduced < registerRuns; }
};

/// `rounds`: whether one of the group's reductions rounds, so that its long sums are sums of sums.
GroupRuns findRuns(ir::FusedOp op, bool rounds);

} // namespace nnc::lower

#endif // NNC_LOWER_GROUP_RUNS_H
