//===- Driver.h - what the commands of nnc do -------------------------------------===//
//
// Parses the command line, runs one command of driver/commands, and reports what the stages said.
// Guarantees that output is whole or not there.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_DRIVER_DRIVER_H
#define NNC_DRIVER_DRIVER_H

#include "compiler/driver/Options.h"

namespace nnc::driver {

/// Runs nnc. Exit status: 0, 1 after errors in the program, 2 for wrong usage.
int run(int argc, const char *const *argv);

/// The graph of a unit (nn.func or nn.command) in Graphviz's language: operations, parameters, and,
/// where gradients are expanded, the operations of the gradient with the forward operation each
/// came from.
void printGraph(mlir::Operation *unit, llvm::raw_ostream &os);

} // namespace nnc::driver

#endif // NNC_DRIVER_DRIVER_H
