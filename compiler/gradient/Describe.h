//===- Describe.h - how messages about gradients call things ------------------------===//
#ifndef NNC_GRADIENT_DESCRIBE_H
#define NNC_GRADIENT_DESCRIBE_H

#include "compiler/ir/NN.h"
#include <string>

namespace nnc::gradient {

/// A value: 'x', or by the operation that computes it.
std::string describe(mlir::Value value);
/// A variable: by the user's name, else by its symbol.
std::string describe(ir::VariableOp variable);
/// An operation: by its mnemonic.
std::string describe(mlir::Operation *op);

} // namespace nnc::gradient

#endif // NNC_GRADIENT_DESCRIBE_H
