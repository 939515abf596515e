//===- Effects.cpp - what an operation does to variables and the world --------------===//

#include "compiler/optimise/Effects.h"

using namespace mlir;
using namespace nnc::ir;

namespace nnc::optimise {

llvm::SmallVector<StringAttr> getNames(ArrayAttr variables) {
  llvm::SmallVector<StringAttr> names;
  for (auto reference : variables.getAsRange<FlatSymbolRefAttr>())
    names.push_back(reference.getAttr());
  return names;
}

Effects getEffects(Operation *root) {
  Effects effects;
  root->walk([&](Operation *op) {
    if (auto read = llvm::dyn_cast<ReadOp>(op)) {
      effects.reads.insert(read.getVariableAttr().getAttr());
    } else if (auto assign = llvm::dyn_cast<AssignOp>(op)) {
      effects.writes.insert(assign.getVariableAttr().getAttr());
    } else if (auto rows = llvm::dyn_cast<AssignRowsOp>(op)) {
      effects.reads.insert(rows.getVariableAttr().getAttr()); // the other rows stay
      effects.writes.insert(rows.getVariableAttr().getAttr());
    } else if (auto save = llvm::dyn_cast<SaveOp>(op)) {
      effects.reads.insert_range(getNames(save.getVariables()));
      effects.opaque = true;
    } else if (auto load = llvm::dyn_cast<LoadOp>(op)) {
      effects.writes.insert_range(getNames(load.getVariables()));
      effects.opaque = true;
    } else if (!isMemoryEffectFree(op) || op->getNumRegions() != 0) {
      effects.opaque |= !llvm::isa<FusedOp>(op);
    }
  });
  return effects;
}

} // namespace nnc::optimise
