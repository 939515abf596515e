//===- Interfaces.td - what operations know and passes ask -----------*- tablegen -*-===//
#ifndef NNC_IR_INTERFACES
#define NNC_IR_INTERFACES

include "mlir/IR/OpBase.td"

def GradientOpInterface : OpInterface<"GradientOpInterface"> {
  let cppNamespace = "::nnc::ir";
  let description = [{
    An operation through which gradients flow. An operation without this interface is a constant to
    differentiation; that is right only for those listed as not differentiable (nn.compare and the like),
    which carry the trait NotDifferentiable instead.
  }];
  let methods = [
    InterfaceMethod<[{
      Given the cotangents of the results (null where a result does not reach the target), sets the
      cotangent of each operand, of the operand's type, or leaves it null where none flows. Emits ordinary
      nn operations only, so that gradients can be printed, optimised and differentiated again.
    }], "void", "buildGradient",
    (ins "::mlir::OpBuilder &":$builder, "::mlir::ValueRange":$cotangents,
         "::mlir::MutableArrayRef<::mlir::Value>":$operandCotangents)>,
    InterfaceMethod<[{
      False for an operand that never gets a cotangent, whatever its type.
    }], "bool", "passesGradientTo", (ins "unsigned":$operand), "", "return true;">
  ];
}

def ElementOpInterface : OpInterface<"ElementOpInterface"> {
  let cppNamespace = "::nnc::ir";
  let description = [{
    A tensor operation with one result whose every element can be computed by itself from elements of its operands:
    element-wise arithmetic, broadcast, transpose, slice, iota, gather. Such operations can be fused
    into the loops of whatever reads them.
  }];
  let methods = [
    InterfaceMethod<[{
      The scalar at `index` (one value of type `index` a dimension) of the result. Operands' elements come from
      emitter.getElement(operand, index).
    }], "::mlir::Value", "emitElement",
    (ins "::nnc::ir::ElementEmitter &":$emitter, "::mlir::ValueRange":$index)>,
    InterfaceMethod<[{
      True where the element at an index depends on the operands' elements at that same index alone.
    }], "bool", "isElementwise", (ins), "", "return false;">,
    InterfaceMethod<[{
      True where computing an element costs no more than loading it would: each reader computes it anew, and the result
      is kept only for a reader that needs it in memory.
    }], "bool", "isCheap", (ins), "", "return false;">
  ];
}

/// Gradients stop here by nature: integer, boolean or piecewise constant results.
def NotDifferentiable : NativeOpTrait<"NotDifferentiable"> { let cppNamespace = "::nnc::ir"; }

#endif // NNC_IR_INTERFACES
