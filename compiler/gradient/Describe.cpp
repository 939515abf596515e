//===- Describe.cpp - how messages about gradients call things ----------------------===//

#include "compiler/gradient/Describe.h"
#include "compiler/ir/Origin.h"

using namespace mlir;
using namespace nnc::ir;

namespace nnc::gradient {

std::string describe(Value value) {
  // A value of the gradient has no name of its own, though what it was derived from may have.
  if (getGradientName(value.getLoc()).empty())
    if (llvm::StringRef name = getName(value.getLoc()); !name.empty())
      return ("'" + name + "'").str();
  if (Operation *op = value.getDefiningOp())
    return "the result of " + describe(op);
  return ("argument " + llvm::Twine(llvm::cast<BlockArgument>(value).getArgNumber())).str();
}

std::string describe(VariableOp variable) {
  llvm::StringRef name = getName(variable.getLoc());
  return ("'" + (name.empty() ? variable.getSymName() : name) + "'").str();
}

std::string describe(Operation *op) { return ("'" + op->getName().stripDialect() + "'").str(); }

} // namespace nnc::gradient
