//===- ElementTypes.h - the types of elements -----------------------------------------------===//
//
// The list is NN_DTYPES in runtime/nnrt.h, which gives each its name and size; here is what each is
// in the compiler.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_IR_ELEMENT_TYPES_H
#define NNC_IR_ELEMENT_TYPES_H

#include "compiler/abi/Enums.h"
#include "mlir/IR/BuiltinTypes.h"

namespace nnc::ir {

/// The compiler's type of an element type of the runtime.
mlir::Type getElementType(mlir::MLIRContext *context, nn_dtype dtype);
/// The element type that the runtime calls so; null where it knows none.
mlir::Type findElementType(mlir::MLIRContext *context, llvm::StringRef name);
/// What the runtime calls a type of elements.
nn_dtype getDType(mlir::Type elementType);
/// Whether a type is for storing only: whatever computes takes f32, and rounds what it stores.
inline bool isStorageFloat(mlir::Type elementType) { return elementType.isBF16(); }
/// The type that sums of such elements are computed in: f32 for floats that are only stored.
mlir::Type getSumType(mlir::Type elementType);

} // namespace nnc::ir

#endif // NNC_IR_ELEMENT_TYPES_H
