//===- Enums.h - the names of the runtime's enumerators -------------------------------------===//
//
// The enumerations of runtime/nnrt.h and how the IR writes their enumerators; both come from the
// lists there.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_ABI_ENUMS_H
#define NNC_ABI_ENUMS_H

#include "runtime/nnrt.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringRef.h"
#include <optional>

namespace nnc::abi {

template <typename Enum> struct Enumerator {
  Enum value;
  llvm::StringLiteral name;
};

/// The enumerators of an enumeration, in ascending order.
template <typename Enum> inline constexpr llvm::ArrayRef<Enumerator<Enum>> enumerators = {};

#define NN_NAMED(ENUMERATOR, VALUE, NAME, ...) {ENUMERATOR, #NAME},
#define NN_NAME_ENUMERATORS(ENUM, LIST)                                                            \
  inline constexpr Enumerator<ENUM> ENUM##_enumerators[] = {LIST(NN_NAMED)};                       \
  template <>                                                                                      \
  inline constexpr llvm::ArrayRef<Enumerator<ENUM>> enumerators<ENUM> = ENUM##_enumerators;
NN_NAME_ENUMERATORS(nn_dtype, NN_DTYPES)
NN_NAME_ENUMERATORS(nn_flag_type, NN_FLAG_TYPES)
NN_NAME_ENUMERATORS(nn_missing, NN_MISSINGS)
NN_NAME_ENUMERATORS(nn_source, NN_SOURCES)
#undef NN_NAME_ENUMERATORS
#undef NN_NAMED

template <typename Enum> llvm::StringRef getName(Enum value) {
  for (const Enumerator<Enum> &enumerator : enumerators<Enum>)
    if (enumerator.value == value)
      return enumerator.name;
  llvm_unreachable("a value of the enumeration");
}

/// The enumerator of this name, if there is one.
template <typename Enum> std::optional<Enum> find(llvm::StringRef name) {
  for (const Enumerator<Enum> &enumerator : enumerators<Enum>)
    if (enumerator.name == name)
      return enumerator.value;
  return std::nullopt;
}

} // namespace nnc::abi

#endif // NNC_ABI_ENUMS_H
