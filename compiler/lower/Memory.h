//===- Memory.h - elements, offsets and sizes in emitted code -----------------------===//
//
// What kernels and the host share: values of Dims, addresses of elements, loads and stores. In
// memory a bool is a byte; in registers an i1.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_LOWER_MEMORY_H
#define NNC_LOWER_MEMORY_H

#include "compiler/ir/ElementTypes.h"
#include "compiler/ir/NN.h"

namespace nnc::lower {

/// The type with which an element is loaded and stored: i8 for bools.
mlir::Type getMemoryType(mlir::Type elementType);

mlir::Value createI64(mlir::OpBuilder &builder, mlir::Location loc, int64_t number);
/// The value of `dim` as i64, from those of its symbols.
mlir::Value emitDim(mlir::OpBuilder &builder, mlir::Location loc, ir::Dim dim,
                    llvm::function_ref<mlir::Value(llvm::StringRef)> getSymbol);
/// The number of the element at `index` (of type index) in a tensor of `shape`, as i64.
mlir::Value emitOffset(mlir::OpBuilder &builder, mlir::Location loc, llvm::ArrayRef<ir::Dim> shape,
                       mlir::ValueRange index, llvm::function_ref<mlir::Value(ir::Dim)> getSize);
mlir::Value emitAddress(mlir::OpBuilder &builder, mlir::Location loc, mlir::Type elementType,
                        mlir::Value base, mlir::Value offset);
mlir::Value emitLoad(mlir::OpBuilder &builder, mlir::Location loc, mlir::Type elementType,
                     mlir::Value base, mlir::Value offset);
void emitStore(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value element, mlir::Value base,
               mlir::Value offset);
/// Stores values of one type one after another.
void emitStores(mlir::OpBuilder &builder, mlir::Location loc, mlir::ValueRange values,
                mlir::Value base);
/// Where in the source: "file.nn:line".
std::string getSourceLocation(mlir::Location loc);

} // namespace nnc::lower

#endif // NNC_LOWER_MEMORY_H
