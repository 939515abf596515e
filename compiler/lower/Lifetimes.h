//===- Lifetimes.h - when values are needed ----------------------------------------------===//
//
// Numbers the operations of a command in program order, regions included, and gives for each value
// the interval from its definition to its last use. A value that a loop uses but does not define is
// needed until the loop has ended; operands and results of a scan are needed throughout it.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_LOWER_LIFETIMES_H
#define NNC_LOWER_LIFETIMES_H

#include "compiler/ir/NN.h"
#include "llvm/ADT/DenseMap.h"

namespace nnc::lower {

struct Interval {
  int64_t begin = 0;
  int64_t end = 0; // inclusive
  bool overlaps(Interval other) const { return begin <= other.end && other.begin <= end; }
};

class Lifetimes {
public:
  explicit Lifetimes(mlir::Operation *root);

  int64_t getPosition(mlir::Operation *op) const { return positions.lookup(op).begin; }
  /// Where the value's own users need it; of a reshape, its users' need is not included.
  Interval getInterval(mlir::Value value) const;
  /// When `user`, which is in the region of `value`'s definition or inside it, is done with the
  /// value.
  int64_t getEnd(mlir::Value value, mlir::Operation *user) const;

private:
  void number(mlir::Operation *op);
  llvm::DenseMap<mlir::Operation *, Interval> positions;
  int64_t next = 0;
};

} // namespace nnc::lower

#endif // NNC_LOWER_LIFETIMES_H
