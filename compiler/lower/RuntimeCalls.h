//===- RuntimeCalls.h - the runtime's functions, as emitted code calls them -----------------===//
//
// One line for each function of runtime/nnrt.h that compiled programs call. Signatures: the result,
// then the parameters; v nothing, i int64, d double, p pointer.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_LOWER_RUNTIME_CALLS_H
#define NNC_LOWER_RUNTIME_CALLS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"

namespace nnc::lower {

struct RuntimeFunction {
  llvm::StringLiteral name;
  llvm::StringLiteral signature;
};

namespace runtime {
inline constexpr RuntimeFunction RegionReserve{"nn_region_reserve", "ppi"};
inline constexpr RuntimeFunction ScopeEnter{"nn_scope_enter", "i"};
inline constexpr RuntimeFunction ScopeLeave{"nn_scope_leave", "vi"};
inline constexpr RuntimeFunction ParallelFor{"nn_parallel_for", "vppii"};
inline constexpr RuntimeFunction RandomUniformF32{"nn_random_uniform_f32", "vpiii"};
inline constexpr RuntimeFunction RandomUniformF64{"nn_random_uniform_f64", "vpiii"};
inline constexpr RuntimeFunction RandomNormalF32{"nn_random_normal_f32", "vpiii"};
inline constexpr RuntimeFunction RandomNormalF64{"nn_random_normal_f64", "vpiii"};
inline constexpr RuntimeFunction ContractF32V2{"nn_contract_f32_v2", "vpppp"};
inline constexpr RuntimeFunction ContractF32V3{"nn_contract_f32_v3", "vpppp"};
inline constexpr RuntimeFunction ContractF32V4{"nn_contract_f32_v4", "vpppp"};
inline constexpr RuntimeFunction ContractF64V2{"nn_contract_f64_v2", "vpppp"};
inline constexpr RuntimeFunction ContractF64V3{"nn_contract_f64_v3", "vpppp"};
inline constexpr RuntimeFunction ContractF64V4{"nn_contract_f64_v4", "vpppp"};
inline constexpr RuntimeFunction ArgSort{"nn_argsort", "vppiiii"};
inline constexpr RuntimeFunction Csv{"nn_csv", "ppippip"};
inline constexpr RuntimeFunction Idx{"nn_idx", "ppippip"};
inline constexpr RuntimeFunction Npy{"nn_npy", "ppippip"};
inline constexpr RuntimeFunction Npz{"nn_npz", "ppippip"};
inline constexpr RuntimeFunction Images{"nn_images", "ppippip"};
inline constexpr RuntimeFunction TextData{"nn_text_data", "ppppi"};
inline constexpr RuntimeFunction InMemory{"nn_in_memory", "ppiipp"};
inline constexpr RuntimeFunction DatasetCount{"nn_dataset_count", "ip"};
inline constexpr RuntimeFunction DatasetShuffled{"nn_dataset_shuffled", "ppii"};
inline constexpr RuntimeFunction DatasetSplit{"nn_dataset_split", "vppdpp"};
inline constexpr RuntimeFunction DatasetFold{"nn_dataset_fold", "vppiipp"};
inline constexpr RuntimeFunction DatasetTake{"nn_dataset_take", "pppi"};
inline constexpr RuntimeFunction DatasetWindows{"nn_dataset_windows", "pppiii"};
inline constexpr RuntimeFunction DatasetSampled{"nn_dataset_sampled", "pppiiii"};
inline constexpr RuntimeFunction DatasetGather{"nn_dataset_gather", "vpiiip"};
inline constexpr RuntimeFunction TextCharacters{"nn_text_characters", "vppppi"};
inline constexpr RuntimeFunction TextSize{"nn_text_size", "ipi"};
inline constexpr RuntimeFunction Encode{"nn_encode", "vppppi"};
inline constexpr RuntimeFunction Decode{"nn_decode", "pppipi"};
inline constexpr RuntimeFunction SaveNpy{"nn_save_npy", "vppiipp"};
inline constexpr RuntimeFunction FormatBegin{"nn_format_begin", "v"};
inline constexpr RuntimeFunction FormatText{"nn_format_text", "vp"};
inline constexpr RuntimeFunction FormatF64{"nn_format_f64", "vdp"};
inline constexpr RuntimeFunction FormatI64{"nn_format_i64", "vip"};
inline constexpr RuntimeFunction FormatBool{"nn_format_bool", "vip"};
inline constexpr RuntimeFunction FormatStr{"nn_format_str", "vpp"};
inline constexpr RuntimeFunction FormatTensor{"nn_format_tensor", "vpiipp"};
inline constexpr RuntimeFunction FormatEnd{"nn_format_end", "p"};
inline constexpr RuntimeFunction StringAssign{"nn_string_assign", "ppp"};
inline constexpr RuntimeFunction StringEqual{"nn_string_equal", "ipp"};
inline constexpr RuntimeFunction Print{"nn_print", "vp"};
inline constexpr RuntimeFunction Write{"nn_write", "vp"};
inline constexpr RuntimeFunction Clock{"nn_clock", "d"};
inline constexpr RuntimeFunction Report{"nn_report", "vpp"};
inline constexpr RuntimeFunction AssertFailed{"nn_assert_failed", "vpp"};
inline constexpr RuntimeFunction IndexFailed{"nn_index_failed", "vpii"};
inline constexpr RuntimeFunction Fail{"nn_fail", "vpp"};
inline constexpr RuntimeFunction Save{"nn_save", "vppipp"};
inline constexpr RuntimeFunction Load{"nn_load", "vppipp"};
} // namespace runtime

/// Constants of the module, each text once, and what it calls of the runtime.
class ConstantTable {
public:
  explicit ConstantTable(mlir::ModuleOp module) : module(module) {}
  /// The address of a zero-terminated string.
  mlir::Value getString(mlir::OpBuilder &builder, mlir::Location loc, llvm::StringRef text);
  /// The name of the global that holds it.
  mlir::StringAttr getStringName(llvm::StringRef text);
  /// Defines a constant whose value `build` emits; its name.
  mlir::StringAttr define(mlir::Location loc, llvm::StringRef prefix, mlir::Type type,
                          llvm::function_ref<mlir::Value(mlir::OpBuilder &)> build);
  /// A constant made of the elements of an attribute.
  mlir::StringAttr define(mlir::Location loc, llvm::StringRef prefix, mlir::Type type,
                          mlir::Attribute value);
  mlir::Value getAddress(mlir::OpBuilder &builder, mlir::Location loc, mlir::StringAttr name);
  /// The runtime's function, which is declared in the module when it is first asked for.
  mlir::func::FuncOp getFunction(RuntimeFunction function);
  mlir::ModuleOp getModule() { return module; }

private:
  mlir::StringAttr getFreshName(llvm::StringRef prefix);
  mlir::ModuleOp module;
  llvm::StringMap<mlir::StringAttr> strings;
  llvm::StringMap<mlir::func::FuncOp> functions;
  unsigned counter = 0;
};

/// Emits a call; its result, or null.
mlir::Value emitRuntimeCall(mlir::OpBuilder &builder, mlir::Location loc, ConstantTable &constants,
                            RuntimeFunction function, mlir::ValueRange arguments);

} // namespace nnc::lower

#endif // NNC_LOWER_RUNTIME_CALLS_H
