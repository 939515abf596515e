//===- Recurrence.h - scan ... in ... along ... { ... yield ... } ----------------------------===//
#ifndef NNC_ELABORATE_RECURRENCE_H
#define NNC_ELABORATE_RECURRENCE_H

#include "compiler/elaborate/Interpreter.h"

namespace nnc::elaborate {

struct Recurrence {
  /// What `yield` gave in this turn, or nothing.
  std::optional<Values> rows;
  /// The depth of run-time control directly in the body, where `yield` belongs.
  unsigned runtimeDepth = 0;
};

Value evaluateScan(Interpreter &e, const ast::Scan *expr);
void executeYield(Interpreter &e, const ast::YieldStatement *statement);

/// Makes the body of a scan, elaborated in `region`, a function of values: reads of variables that
/// it does not assign are moved before `scan`, and those that it assigns become carried values;
/// branches that are taken when the program runs become selections.
class Purification {
public:
  Purification(mlir::Region &region, mlir::Operation *scan) : region(region), scan(scan) {}

  /// Fails where the body does what a scan cannot; `culprit` and `what` say where and what.
  mlir::LogicalResult run();
  mlir::Operation *culprit = nullptr;
  std::string what;

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
  using Current = llvm::MapVector<mlir::StringAttr, mlir::Value>;
  mlir::LogicalResult visit(mlir::Block &block, Current &current);
  mlir::LogicalResult refuse(mlir::Operation *op, std::string reason);
  mlir::Value carry(ir::ReadOp read);
  bool hoist(mlir::Value value);

  mlir::Region &region;
  mlir::Operation *scan;
  llvm::DenseSet<mlir::StringAttr> written;
};

} // namespace nnc::elaborate

#endif // NNC_ELABORATE_RECURRENCE_H
