//===- Effects.cpp - what an operation does to variables and the world --------------===//

#include "compiler/ir/Effects.h"

using namespace mlir;

namespace nnc::ir {

llvm::SmallVector<VariableAccess> getVariableAccesses(Operation *op) {
  auto variables = llvm::dyn_cast<VariableOpInterface>(op);
  return variables ? variables.getVariableAccesses() : llvm::SmallVector<VariableAccess>();
}

void collectSizes(Operation *op, llvm::SetVector<StringAttr> &symbols) {
  auto collect = [&](TypeRange types) {
    for (Type type : types)
      if (auto tensor = llvm::dyn_cast<NNTensorType>(type))
        for (Dim dim : tensor.getShape())
          dim.collectSymbols(symbols);
  };
  collect(op->getOperandTypes());
  collect(op->getResultTypes());
  if (auto sizes = llvm::dyn_cast<SizeOpInterface>(op))
    for (Dim dim : sizes.getAttributeSizes())
      dim.collectSymbols(symbols);
}

Effects getEffects(Operation *root) {
  Effects effects;
  root->walk([&](Operation *op) {
    if (auto variables = llvm::dyn_cast<VariableOpInterface>(op)) {
      for (const VariableAccess &access : variables.getVariableAccesses()) {
        if (access.kind != VariableAccess::Write)
          effects.reads.insert(access.variable.getAttr());
        if (access.isWrite())
          effects.writes.insert(access.variable.getAttr());
      }
      effects.opaque |= !variables.touchesOnlyVariables();
      return;
    }
    // What has regions decides whether, and how often, they run; unless it could run at any time.
    effects.opaque |= !isMemoryEffectFree(op) || (op->getNumRegions() != 0 && !isSpeculatable(op));
  });
  return effects;
}

} // namespace nnc::ir
