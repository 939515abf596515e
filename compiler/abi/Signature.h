//===- Signature.h - the runtime's functions, as emitted code calls them --------------------===//
//
// What a C function type is in emitted code, derived from its declaration in runtime/nnrt.h: no
// signature is written a second time. `NN_RUNTIME(nn_csv)` names a function of the runtime; a type
// that has no counterpart here is an error when the compiler is compiled, and a call with other
// arguments than the declaration's one of the module's verifier.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_ABI_SIGNATURE_H
#define NNC_ABI_SIGNATURE_H

#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"
#include "runtime/nnrt.h"
#include <array>
#include <type_traits>

namespace nnc::abi {

/// How a value of a C type is passed.
enum class Kind : uint8_t { Void, I32, I64, F32, F64, Pointer };

/// The kind of a C type.
template <typename T> consteval Kind getKind() {
  if constexpr (std::is_void_v<T>)
    return Kind::Void;
  else if constexpr (std::is_pointer_v<T>)
    return Kind::Pointer;
  else if constexpr (std::is_same_v<T, float>)
    return Kind::F32;
  else if constexpr (std::is_same_v<T, double>)
    return Kind::F64;
  else if constexpr (std::is_integral_v<T> && sizeof(T) == 8)
    return Kind::I64;
  else {
    static_assert(std::is_integral_v<T> && sizeof(T) == 4, "the ABI does not pass such a type");
    return Kind::I32;
  }
}

/// Result and parameters of a function.
struct Signature {
  Kind result;
  llvm::ArrayRef<Kind> parameters;
};

template <typename Type> struct SignatureOf;
template <typename Result, typename... Parameters> struct SignatureOf<Result(Parameters...)> {
  static constexpr std::array<Kind, sizeof...(Parameters)> parameters = {getKind<Parameters>()...};
  static constexpr Signature value = {getKind<Result>(), parameters};
  /// The type of parameter `index`.
  template <size_t index> using Parameter = std::tuple_element_t<index, std::tuple<Parameters...>>;
};
template <typename Type> struct SignatureOf<Type *> : SignatureOf<Type> {};

/// The signature of a C function type, or of a pointer to such.
template <typename Type> inline constexpr Signature signatureOf = SignatureOf<Type>::value;

/// A function of the runtime.
struct Function {
  llvm::StringLiteral name;
  Signature signature;
};

/// The function of runtime/nnrt.h with this name.
#define NN_RUNTIME(NAME)                                                                           \
  ::nnc::abi::Function { #NAME, ::nnc::abi::signatureOf<decltype(NAME)> }

/// The type of a value in emitted code; null for void.
mlir::Type getType(mlir::MLIRContext *context, Kind kind);
mlir::FunctionType getFunctionType(mlir::MLIRContext *context, Signature signature);

/// The x86-64 level of a module that names none.
inline constexpr int64_t defaultCpuLevel = 2;
/// The x86-64 level that a module is compiled for, 1 to 4: its attribute nn.cpu_level. Neither its
/// own code nor a variant of the runtime's functions may need a higher one.
int64_t getCpuLevel(mlir::ModuleOp module);

} // namespace nnc::abi

#endif // NNC_ABI_SIGNATURE_H
