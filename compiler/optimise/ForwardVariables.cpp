//===- ForwardVariables.cpp - reads that need no memory ------------------------------===//
//
// Within a block, nn.read after nn.assign gives the assigned value, and a second nn.read with no
// assignment in between gives what the first gave. So an optimizer's update reads as one
// expression, which fuses. An operation with regions that assigns the variable ends what is known
// of it. An assignment that the same block overwrites unread is left out.
//
//===----------------------------------------------------------------------===//

#include "compiler/ir/Effects.h"
#include "compiler/optimise/Passes.h"

using namespace mlir;
using namespace nnc::ir;

namespace nnc::optimise {
#define GEN_PASS_DEF_FORWARDVARIABLES
#include "compiler/optimise/Passes.h.inc"
} // namespace nnc::optimise

namespace {

struct ForwardVariables : nnc::optimise::impl::ForwardVariablesBase<ForwardVariables> {
  void runOnOperation() override {
    getOperation()->walk([](Block *block) { runOnBlock(*block); });
  }

  static void runOnBlock(Block &block) {
    llvm::DenseMap<StringAttr, Value> known;
    llvm::DenseMap<StringAttr, AssignOp> unread;
    for (Operation &op : llvm::make_early_inc_range(block)) {
      if (auto read = llvm::dyn_cast<ReadOp>(op)) {
        StringAttr name = read.getVariableAttr().getAttr();
        if (Value value = known.lookup(name); value && value.getType() == read.getType()) {
          read.replaceAllUsesWith(value);
          read.erase();
        } else {
          known[name] = read;
          unread.erase(name);
        }
        continue;
      }
      if (auto assign = llvm::dyn_cast<AssignOp>(op)) {
        StringAttr name = assign.getVariableAttr().getAttr();
        if (AssignOp overwritten = unread.lookup(name))
          overwritten.erase();
        known[name] = assign.getValue();
        unread[name] = assign;
        continue;
      }
      if (isMemoryEffectFree(&op) && op.getNumRegions() == 0)
        continue;
      Effects effects = getEffects(&op);
      for (StringAttr name : effects.reads)
        unread.erase(name);
      for (StringAttr name : effects.writes)
        known.erase(name), unread.erase(name);
      // Control may leave the block (break, continue): what was assigned must be in memory.
      if (op.getNumRegions() != 0)
        unread.clear();
    }
  }
};

} // namespace
