//===- Lifetimes.cpp - when values are needed ------------------------------------------===//

#include "compiler/lower/Lifetimes.h"

using namespace mlir;
using namespace nnc::ir;

namespace nnc::lower {

bool isLoop(Operation *op) { return llvm::isa<ForOp, WhileOp, BatchesOp>(op); }

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
  // What goes into a scan is read in every turn.
  if (llvm::isa<ScanOp>(user))
    end = positions.lookup(user).end;
  for (Operation *op = user; op->getParentRegion() != home; op = op->getParentOp())
    if (Operation *parent = op->getParentOp(); isLoop(parent))
      end = positions.lookup(parent).end;
  return end;
}

Interval Lifetimes::getInterval(Value value) const {
  Operation *def = value.getDefiningOp();
  int64_t begin = getPosition(def ? def : value.getParentBlock()->getParentOp());
  Interval interval{begin, begin};
  // What comes out of a scan is written in every turn.
  if (def && llvm::isa<ScanOp>(def))
    interval.end = positions.lookup(def).end;
  for (Operation *user : value.getUsers())
    interval.end = std::max(interval.end, getEnd(value, user));
  return interval;
}

} // namespace nnc::lower
