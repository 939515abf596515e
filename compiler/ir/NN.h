//===- NN.h - the nn dialect: types, interfaces, operations -------------------===//
//
// The one header that those who make or read operations include: what TableGen declares, and
// helpers that more than one stage needs. Needs MLIR; knows neither the language nor memory.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_IR_NN_H
#define NNC_IR_NN_H

#include "compiler/abi/Enums.h"
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

namespace nnc::diag {
enum Kind : unsigned; // support/Diagnostics.h
}

#include "compiler/ir/NNDialect.h.inc"
#include "compiler/ir/NNEnums.h.inc"

#define GET_TYPEDEF_CLASSES
#include "compiler/ir/NNTypes.h.inc"

#define GET_ATTRDEF_CLASSES
#include "compiler/ir/NNAttributes.h.inc"

namespace nnc::ir {

/// Gradients stop at an operation with this trait, by nature.
template <typename Concrete>
class NotDifferentiable : public mlir::OpTrait::TraitBase<Concrete, NotDifferentiable> {};

/// Gradients stop at some of its operands because the program says so (Interfaces.td).
template <typename Concrete>
class HoldsGradientsBack : public mlir::OpTrait::TraitBase<Concrete, HoldsGradientsBack> {};

/// Which stores its results where it is told to (Interfaces.td).
template <typename Concrete>
class ComputesIntoDestination : public mlir::OpTrait::TraitBase<Concrete, ComputesIntoDestination> {
};

/// Whose result is its operand's memory.
template <typename Concrete>
class SharesMemory : public mlir::OpTrait::TraitBase<Concrete, SharesMemory> {};

/// What shows something, and computes nothing (Interfaces.td).
template <typename Concrete>
class ShowsOutput : public mlir::OpTrait::TraitBase<Concrete, ShowsOutput> {};

/// Of which nobody sees how often it is carried out (Interfaces.td).
template <typename Concrete>
class Unobserved : public mlir::OpTrait::TraitBase<Concrete, Unobserved> {};

/// What an operation does to a variable (VariableOpInterface).
struct VariableAccess {
  enum Kind {
    Read,      // its whole value
    Write,     // a new value for all of it
    WritePart, // for a part; the rest stays
    Target,    // a gradient with respect to it, as nn.read gave it since it was last written
  };
  Kind kind;
  mlir::FlatSymbolRefAttr variable;
  /// The result that is the value read, or the operand that is written; null where a file has it.
  mlir::Value value = {};
  bool isWrite() const { return kind == Write || kind == WritePart; }
};

/// From `lower` up to but not including `upper`.
struct LoopBounds {
  mlir::Value lower, upper;
};
/// The number of turns, where both bounds are constants.
std::optional<Dim> getConstantTripCount(std::optional<LoopBounds> bounds);

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

/// The scalar itself, or a tensor of the shape of `like` with it everywhere.
mlir::Value createUniform(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value scalar,
                          NNTensorType like);

/// The bytes of an element in memory (a bool is a byte).
int64_t getElementBytes(mlir::Type elementType);
/// The bytes of a tensor; 0 for another value.
Dim getBytes(mlir::Value value);
/// The bytes of all results.
Dim getResultBytes(mlir::Operation *op);
/// The number of elements of a tensor of floating-point numbers; 0 for another.
Dim countNumbers(mlir::Value tensor);

/// Whether a size of the type is bound by an nn.bind_size in the block itself.
bool isBoundIn(mlir::Block &block, mlir::Type type);

/// Erases an operation whose gradient rule has replaced it: its regions and uses are gone.
void eraseReplaced(mlir::Operation *op);

} // namespace nnc::ir

#include "compiler/ir/NNInterfaces.h.inc"

#define GET_OP_CLASSES
#include "compiler/ir/NNOps.h.inc"

#endif // NNC_IR_NN_H
