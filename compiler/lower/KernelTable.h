//===- KernelTable.h - equal kernels are one function --------------------------------===//
//
// Equal layers give kernels that differ in nothing but their names and the places in the source
// that they come from: their tensors, sizes and scalars are arguments. Each such kernel is kept,
// and so compiled, once for the whole module. Of a group that is written like one before, the
// kernel is not even made: its call is.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_LOWER_KERNEL_TABLE_H
#define NNC_LOWER_KERNEL_TABLE_H

#include "compiler/ir/NN.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include <map>
#include <variant>

namespace nnc::lower {

class KernelTable {
public:
  /// Without `shares`, each kernel stays what it is: to see that sharing changes no result.
  explicit KernelTable(bool shares = true) : shares(shares) {}

  /// What a function or a group consists of: names of operations, attributes and types (which MLIR
  /// keeps once each), and values as numbers in the order of their definitions.
  using Content = std::vector<uintptr_t>;

  /// The host's call of a group's kernel: each argument is one of the group's operands and results
  /// (counted through), a size symbol, a size, or a number.
  using Argument = std::variant<unsigned, std::string, ir::Dim, int64_t>;
  struct Call {
    mlir::func::FuncOp function;
    std::vector<Argument> arguments;
  };

  /// Equal for groups whose kernels are equal and called alike. `places`: of each operand and
  /// result, the first that lies in the same place.
  static Content describe(ir::FusedOp group, llvm::ArrayRef<unsigned> places);
  /// Empty until it is set. What reports the group's own place in the source must not be kept.
  std::optional<Call> &getCall(Content group) {
    if (!shares)
      group.push_back(calls.size()); // like no other
    return calls[std::move(group)];
  }

  /// The function to call instead of `function`, which is complete and has no caller yet: itself,
  /// or where an equal one is known (with the same `role`) that one, and `function` is erased.
  mlir::func::FuncOp unify(mlir::func::FuncOp function, unsigned role = 0);

  /// What shares the turns of a kernel out among threads; null until it is set.
  mlir::func::FuncOp &getLauncher(mlir::func::FuncOp kernel) { return launchers[kernel]; }

private:
  bool shares;
  std::map<Content, mlir::func::FuncOp> known;
  std::map<Content, std::optional<Call>> calls;
  llvm::DenseMap<mlir::Operation *, mlir::func::FuncOp> launchers;
};

} // namespace nnc::lower

#endif // NNC_LOWER_KERNEL_TABLE_H
