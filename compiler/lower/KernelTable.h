//===- KernelTable.h - equal kernels are one function --------------------------------===//
//
// Equal layers give kernels that differ in nothing but their names and the places in the source
// that they come from: their tensors, sizes and scalars are arguments. Each such kernel is kept,
// and so compiled, once for the whole module.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_LOWER_KERNEL_TABLE_H
#define NNC_LOWER_KERNEL_TABLE_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include <map>

namespace nnc::lower {

class KernelTable {
public:
  /// The function to call instead of `function`, which is complete and has no caller yet: itself,
  /// or where an equal one is known (with the same `role`) that one, and `function` is erased.
  mlir::func::FuncOp unify(mlir::func::FuncOp function, unsigned role = 0);

  /// What shares the turns of a kernel out among threads; null until it is set.
  mlir::func::FuncOp &getLauncher(mlir::func::FuncOp kernel) { return launchers[kernel]; }

private:
  /// What a function consists of: names of operations, attributes and types (which MLIR keeps once
  /// each), and values as numbers in the order of their definitions.
  using Content = std::vector<uintptr_t>;

  std::map<Content, mlir::func::FuncOp> known;
  llvm::DenseMap<mlir::Operation *, mlir::func::FuncOp> launchers;
};

} // namespace nnc::lower

#endif // NNC_LOWER_KERNEL_TABLE_H
