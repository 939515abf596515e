//===- Unit.h - the state of one command, test or function being filled -----------===//
//
// All that elaboration remembers about the operation that it fills. A unit is a value: it is made
// anew for each operation, and a copy of it is a snapshot. Whoever elaborates something on trial
// copies the unit before, and assigns the copy after to take everything back.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_ELABORATE_UNIT_H
#define NNC_ELABORATE_UNIT_H

#include "compiler/elaborate/Value.h"
#include "llvm/ADT/StringSet.h"

namespace nnc::elaborate {

/// How the unit uses a variable.
struct VariableUse {
  bool isRead = false;
  bool isLoaded = false;
  bool isTrained = false;
};

/// Optimizer state of one parameter.
struct Slots {
  std::vector<std::pair<std::string, std::shared_ptr<const Variable>>> states;
  std::shared_ptr<const Variable> t;
};

/// An optimizer that was made, where its state is set to its initial value, and that state by the
/// parameter's symbol.
struct OptimizerUse {
  std::shared_ptr<Instance> optimizer;
  mlir::Operation *resetPoint = nullptr;
  std::map<std::string, Slots> slots;
};

/// An operation that saves or loads, and what.
struct HeldFile {
  mlir::Operation *op = nullptr;
  std::vector<Held> held;
};

struct Unit {
  Unit() = default;
  explicit Unit(mlir::Operation *op) : op(op) {}

  /// An nn.command, or an nn.func; null where nothing is being filled.
  mlir::Operation *op = nullptr;

  //===-- Variables --===//
  std::vector<std::shared_ptr<const Variable>> variables; // in order
  llvm::StringMap<VariableUse> uses;                      // of each variable, by its symbol
  mlir::Operation *variableAnchor = nullptr;              // the last nn.variable
  std::vector<OptimizerUse> optimizers;
  bool trains = false; // a step of an optimizer is taken
  /// Files that hold optimizers, of whose state not all may be there yet.
  std::vector<HeldFile> files;
  std::map<int64_t, std::shared_ptr<const Variable>> randomCounters; // by place
  /// A value that holds in a block.
  struct Known {
    mlir::Block *block;
    mlir::Value value;
  };
  std::map<std::string, Known> known; // what variables hold, by symbol

  //===-- Sizes --===//
  llvm::StringMap<unsigned> sizeSymbols; // how many were made of each name
  llvm::StringSet<> universalSizes;      // of a check: those that stand for all values
  llvm::StringMap<unsigned> sizeDepths;  // the depth of run-time control where each was made
  /// What an expression has been bound to, which holds in a block.
  struct BoundSize {
    mlir::Block *block;
    ir::Dim dim;
  };
  std::map<std::string, BoundSize> boundSizes; // by expression
  llvm::DenseMap<mlir::Value, unsigned> opaqueSizes;
};

} // namespace nnc::elaborate

#endif // NNC_ELABORATE_UNIT_H
