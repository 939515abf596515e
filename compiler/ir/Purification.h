//===- Purification.h - control flow with variables becomes functions of values -----------===//
//
// A gradient flows along SSA values, and the body of nn.scan is a function of values; what a loop
// or branch assigns to a variable depends on what happened. These functions turn the one into the
// other: branches become choices, loops become scans whose carried values are what the variables
// held. Only what is computed changes its form: printing, reports, assertions happen as before, in
// the same order and under the same conditions.
//
// What cannot be said so is an Obstacle: nn.while, a break, a save, and the like. After a failure
// the operations are valid only so far that locations can be asked for.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_IR_PURIFICATION_H
#define NNC_IR_PURIFICATION_H

#include "compiler/ir/NN.h"
#include <string>

namespace nnc::ir {

/// What stands in the way: an operation, and how a message calls it, e.g. "a `while` loop".
struct Obstacle {
  mlir::Operation *op = nullptr;
  std::string what;

  /// Sets the obstacle, unless there is one, and fails.
  mlir::LogicalResult set(mlir::Operation *culprit, std::string reason);
  /// The same, with the words that fit the operation.
  mlir::LogicalResult set(mlir::Operation *culprit);
};

/// Whether the operation shows something (prints, reports, changes text) and nothing that is
/// computed comes of it.
bool isOutput(mlir::Operation *op);

/// Whether the operation may be carried out where the program does not ask for it.
bool isMovable(mlir::Operation *op);

/// Branches.cpp: keeps output under a condition: neighbouring operations in one nn.if.
class OutputBranches {
public:
  explicit OutputBranches(mlir::Value taken) : taken(taken) {}
  /// Moves output into an nn.if that stands before `before`; false for what is no output.
  bool take(mlir::Operation *op, mlir::Operation *before);

private:
  mlir::Value taken;
  IfOp branch; // the last one, which what follows may join
  bool changesText = false;
};

/// Branches.cpp: makes text where it is shown, if nothing else in the block needs it.
void sinkText(mlir::Block &block);

/// Branches.cpp: whether the operation may stand before the branches, once it is guarded.
bool canStand(mlir::Operation *op);

/// Branches.cpp: puts the operations of both branches in its place, and chooses what each variable
/// holds. Where a branch is not taken, its indices are 0 and its assertions hold; its output stays
/// in an nn.if of its own. Variables are assigned after `rest`, what was split off, if there is
/// any.
mlir::LogicalResult makeChoice(IfOp op, Obstacle &obstacle, mlir::Operation *rest = nullptr);

/// Loops.cpp: makes choices of the branches and scans of the loops of a block.
mlir::LogicalResult straighten(mlir::Block &block, Obstacle &obstacle);

/// Loops.cpp: nn.continue in the turns of a loop, and nn.break under a condition on the number of
/// the turn alone, become branches.
void removeJumps(mlir::Operation *loop);

/// Loops.cpp: the same for all nn.for in there, and for the operation itself.
void removeAllJumps(mlir::Operation *op);

/// Loops.cpp: nn.continue and nn.break in there that leave the loop `op`, or one around the branch.
llvm::SmallVector<mlir::Operation *> getOwnJumps(mlir::Operation *op);

/// Loops.cpp: a new `var` of the command around `at`. Names with a `$` are none of the language's.
VariableOp createVariable(mlir::Operation *at, llvm::StringRef name, NNTensorType type);

/// Loops.cpp: replaces a loop by a scan, and assigns the last values after it, and after `rest`,
/// what was split off, if there is any. nn.continue skips what is left of a turn.
mlir::LogicalResult makeScan(ForOp loop, Obstacle &obstacle, mlir::Operation *rest = nullptr);

/// Loops.cpp: makes what a variable holds at the start of a turn of `loop` a value of this turn: a
/// scan over the turns before it, at the start of the body. Output is not repeated.
mlir::LogicalResult replayTurns(ForOp loop, mlir::StringAttr variable, Obstacle &obstacle);

/// Loops.cpp: rows that the body gathers at the loop's own index become rows of sources, so that
/// their gradients are stacked instead of added up.
void useRows(ScanOp scan);

/// Makes the body of a loop a function of values: reads of variables that it does not assign are
/// moved before `loop`, and those that it assigns become carried values, arguments of the block.
class Purification {
public:
  Purification(mlir::Block &body, mlir::Operation *loop) : body(body), loop(loop) {}

  mlir::LogicalResult run(Obstacle &obstacle);

  /// A variable that the body assigns: its value before the loop, the body's argument for it, and
  /// its value at the end of a turn.
  struct Assigned {
    mlir::StringAttr variable;
    mlir::Value initial;
    mlir::BlockArgument argument;
    mlir::Value next;
  };
  std::vector<Assigned> assigned;

private:
  mlir::LogicalResult visit(mlir::Operation &op, Obstacle &obstacle);
  void resolve(ReadOp read);
  template <class Request> void resolveTargets(Request request);
  mlir::Value getCurrent(mlir::StringAttr variable, mlir::Type type, mlir::Location loc);
  bool hoist(mlir::Value value);

  mlir::Block &body;
  mlir::Operation *loop;
  llvm::DenseSet<mlir::StringAttr> written;
  /// What variables hold at the operation that is being visited.
  llvm::MapVector<mlir::StringAttr, mlir::Value> current;
  /// One read before the loop for each variable that the body does not assign.
  llvm::MapVector<mlir::StringAttr, mlir::Value> outside;
};

} // namespace nnc::ir

#endif // NNC_IR_PURIFICATION_H
