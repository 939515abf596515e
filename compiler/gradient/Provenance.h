//===- Provenance.h - from an operation of the gradient back to its source ---------===//
//
// Each operation that a gradient rule emits for a forward operation X has the location
//
//     NameLoc("gradient of nn.mul", location of X)
//
// which MLIR prints as loc("gradient of nn.mul"("digits.nn":12:8)), which nests for gradients of
// gradients, and which passes carry on like any location. The names of a user's values are NameLocs
// too; they hold no spaces, so the two are never confused.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_GRADIENT_PROVENANCE_H
#define NNC_GRADIENT_PROVENANCE_H

#include "compiler/ir/NN.h"
#include <optional>
#include <string>

namespace nnc::gradient {

/// The forward operation for which an operation of the gradient was emitted.
struct Forward {
  /// Its name, such as nn.mul.
  llvm::StringRef operation;
  /// Its location; itself that of a gradient where the gradient was differentiated again.
  mlir::Location location;
};

/// The forward operation that `location` names; nothing for a location outside the gradient.
std::optional<Forward> getForward(mlir::Location location);

/// The user's name in a location; empty where there is none.
llvm::StringRef getUserName(mlir::Location location);

/// How a message calls a value: 'x', or by the operation that computes it.
std::string describe(mlir::Value value);
/// How a message calls a variable: by the user's name, else by its symbol.
std::string describe(ir::VariableOp variable);
/// How a message calls an operation: by its mnemonic.
std::string describe(mlir::Operation *op);

} // namespace nnc::gradient

#endif // NNC_GRADIENT_PROVENANCE_H
