//===- NN.h - the nn dialect: types, interfaces, operations -------------------===//
#ifndef NNC_IR_NN_H
#define NNC_IR_NN_H

#include "compiler/ir/Dim.h"
#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include <atomic>

#include "compiler/ir/NNDialect.h.inc"
#include "compiler/ir/NNEnums.h.inc"

#define GET_ATTRDEF_CLASSES
#include "compiler/ir/NNAttributes.h.inc"

#define GET_TYPEDEF_CLASSES
#include "compiler/ir/NNTypes.h.inc"

namespace nnc::ir {

/// Gradients stop at an operation with this trait, by nature.
template <typename Concrete>
class NotDifferentiable : public mlir::OpTrait::TraitBase<Concrete, NotDifferentiable> {};

/// Through which ElementOpInterface reads operands while a kernel's loops are being emitted.
class ElementEmitter {
public:
  virtual ~ElementEmitter() = default;
  virtual mlir::OpBuilder &getBuilder() = 0;
  /// The scalar at `index` (values of type `index`) of a tensor; recomputed or loaded.
  virtual mlir::Value getElement(mlir::Value tensor, mlir::ValueRange index) = 0;
  /// A dimension's value, of type `index`.
  virtual mlir::Value getSize(Dim dim) = 0;
  /// Emits a check that 0 <= index < size, which stops the program with an error naming `loc`;
  /// returns the index.
  virtual mlir::Value checkIndex(mlir::Location loc, mlir::Value index, Dim size) = 0;
};

/// The Dims of an attribute that NN_DimsAttr constrains.
llvm::SmallVector<Dim> getDims(mlir::ArrayAttr dims);
mlir::ArrayAttr getDimsAttr(mlir::MLIRContext *context, llvm::ArrayRef<Dim> dims);

/// The scalar types: f32, i64, ...
NNTensorType getScalarType(mlir::Type elementType);

/// A constant tensor of static shape, every element `value`; or a broadcast of it where the shape
/// is dynamic.
mlir::Value createFilled(mlir::OpBuilder &builder, mlir::Location loc, NNTensorType type,
                         double value);

/// Erases an operation whose gradient rule has replaced it: its regions and uses are gone.
void eraseReplaced(mlir::Operation *op);

} // namespace nnc::ir

#include "compiler/ir/NNInterfaces.h.inc"

#define GET_OP_CLASSES
#include "compiler/ir/NNOps.h.inc"

#endif // NNC_IR_NN_H
