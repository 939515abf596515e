//===- Lifetimes.cpp - when values are needed ------------------------------------------===//

#include "compiler/lower/Lifetimes.h"

using namespace mlir;
using namespace nnc::ir;

namespace nnc::lower {

/// What goes into it is read in every turn, and what comes out is written in every turn.
static bool isIsolatedLoop(Operation *op) {
  return llvm::isa<LoopOpInterface>(op) && op->hasTrait<OpTrait::IsIsolatedFromAbove>();
}

Lifetimes::Lifetimes(Operation *root) { number(root); }

void Lifetimes::number(Operation *op) {
  Interval interval{next++, 0};
  if (!llvm::isa<FusedOp>(op))
    for (Region &region : op->getRegions())
      for (Block &block : region)
        for (Operation &nested : block)
          number(&nested);
  interval.end = next - 1;
  positions[op] = interval;
}

int64_t Lifetimes::getEnd(Value value, Operation *user) const {
  Region *home = value.getParentRegion();
  int64_t end = getPosition(user);
  if (isIsolatedLoop(user))
    end = positions.lookup(user).end;
  for (Operation *op = user; op->getParentRegion() != home; op = op->getParentOp())
    if (Operation *parent = op->getParentOp(); llvm::isa<LoopOpInterface>(parent))
      end = positions.lookup(parent).end;
  return end;
}

Interval Lifetimes::getInterval(Value value) const {
  Operation *def = value.getDefiningOp();
  int64_t begin = getPosition(def ? def : value.getParentBlock()->getParentOp());
  Interval interval{begin, begin};
  if (def && isIsolatedLoop(def))
    interval.end = positions.lookup(def).end;
  for (Operation *user : value.getUsers())
    interval.end = std::max(interval.end, getEnd(value, user));
  return interval;
}

} // namespace nnc::lower
