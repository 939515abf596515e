//===- nn-lowerings.cpp - lists the operations that cannot be lowered -----------------===//
//
// Prints the name of each registered operation of the dialect that is neither computed element by
// element nor has a lowering of its own. The test compares that with the few that need none.
//
//===----------------------------------------------------------------------===//

#include "compiler/ir/NN.h"
#include "compiler/lower/Host.h"
#include "compiler/lower/Passes.h"

int main() {
  mlir::DialectRegistry registry;
  registry.insert<nnc::ir::NNDialect>();
  nnc::lower::registerLowerings(registry);
  mlir::MLIRContext context(registry);
  context.loadAllAvailableDialects();
  for (mlir::RegisteredOperationName name : context.getRegisteredOperations())
    if (name.getDialectNamespace() == "nn" && !name.hasInterface<nnc::ir::ElementOpInterface>() &&
        !name.hasInterface<nnc::lower::LowerOpInterface>())
      llvm::outs() << name.getStringRef() << "\n";
}
