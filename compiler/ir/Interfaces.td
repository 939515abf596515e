//===- Interfaces.td - what operations know and passes ask -----------*- tablegen -*-===//
#ifndef NNC_IR_INTERFACES
#define NNC_IR_INTERFACES

include "mlir/IR/OpBase.td"

def GradientOpInterface : OpInterface<"GradientOpInterface"> {
  let cppNamespace = "::nnc::ir";
  let description = [{
    An operation through which gradients flow. An operation without this interface is a constant to
    differentiation; that is right only for those listed as not differentiable (comparisons, whole numbers),
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

//===-- Variables, loops, failures --------------------------------------------===//

def VariableOpInterface : OpInterface<"VariableOpInterface"> {
  let cppNamespace = "::nnc::ir";
  let description = [{
    An operation that names variables (nn.variable). What happens in its regions is said by the operations there;
    getEffects (Effects.h) sums up.
  }];
  let methods = [
    InterfaceMethod<[{
      What it does to each variable that it names, in this order.
    }], "::llvm::SmallVector<::nnc::ir::VariableAccess>", "getVariableAccesses">,
    InterfaceMethod<[{
      False where it does more than give its results and do this to variables, such as read and write files.
    }], "bool", "touchesOnlyVariables", (ins), "", "return true;">
  ];
}

def FileWriterOpInterface : OpInterface<"FileWriterOpInterface"> {
  let cppNamespace = "::nnc::ir";
  let description = [{
    An operation that writes a file. Where its name is known at the start of a command, it is tried there (nn.try_file).
  }];
  let methods = [
    InterfaceMethod<"The file's name, a string.", "::mlir::Value", "getWrittenPath", (ins), "", "return $_op.getPath();">
  ];
}

def LoopOpInterface : OpInterface<"LoopOpInterface"> {
  let cppNamespace = "::nnc::ir";
  let description = [{
    An operation that runs its regions turn by turn, all of them in order in each turn. Before the last one, the body, a turn may
    end the loop. A loop is either isolated from above, a function of its operands, which each turn may read (nn.scan), or its body
    uses values and variables from around it.
  }];
  let methods = [
    InterfaceMethod<"The region that runs once in each turn.", "::mlir::Region &", "getLoopBody", (ins), "",
                    "return $_op->getRegions().back();">,
    InterfaceMethod<[{
      The values (i64 scalars) from which and up to which, not included, the first argument of the body counts; nothing
      for a loop of another kind.
    }], "::std::optional<::nnc::ir::LoopBounds>", "getBounds", (ins), "", "return ::std::nullopt;">,
    InterfaceMethod<[{
      The number of turns where it is known when the program is compiled, as a function of sizes. Fewer run where the body
      leaves the loop.
    }], "::std::optional<::nnc::ir::Dim>", "getTripCount", (ins), "",
        "return ::nnc::ir::getConstantTripCount($_op.getBounds());">,
    InterfaceMethod<"False where at least one turn begins in any case.", "bool", "mayRunZeroTimes", (ins), "", [{
      ::std::optional<::nnc::ir::Dim> count = $_op.getTripCount();
      return !count || !count->isStatic() || count->getStatic() <= 0;
    }]>
  ];
}

def GuardOpInterface : OpInterface<"GuardOpInterface"> {
  let cppNamespace = "::nnc::ir";
  let description = [{
    An operation that may stop the program with an error (an index out of range, an assertion), but otherwise only computes. Where
    branches become choices, it runs although its branch is not taken (Purification.h).
  }];
  let methods = [
    InterfaceMethod<[{
      Keeps it from failing where `taken` (a bool scalar) is false. What it gives there does not matter.
    }], "void", "neutralise", (ins "::mlir::Value":$taken)>,
    InterfaceMethod<[{
      False where something in its regions does more than compute and fail.
    }], "bool", "canNeutralise", (ins), "", "return true;">
  ];
}

//===-- Sizes, memory, cost ----------------------------------------------------===//

def SizeOpInterface : OpInterface<"SizeOpInterface"> {
  let cppNamespace = "::nnc::ir";
  let description = [{
    An operation that has sizes in its attributes (besides those in types), or gives size symbols their values.
  }];
  let methods = [
    InterfaceMethod<"The sizes in its attributes.", "::llvm::SmallVector<::nnc::ir::Dim>", "getAttributeSizes", (ins),
                    "", "return {};">,
    InterfaceMethod<[{
      The size symbols to which it gives values (besides those of data sets, which are in the results' types).
    }], "::llvm::SmallVector<::mlir::StringAttr>", "getBoundSymbols", (ins), "", "return {};">
  ];
}

def CostOpInterface : OpInterface<"CostOpInterface"> {
  let cppNamespace = "::nnc::ir";
  let description = [{
    What computing the results takes, as functions of sizes. getCost (Cost.h) sums up, loops included. Bytes are those of a cold
    cache: each operand is read and each result is written once.
  }];
  let methods = [
    InterfaceMethod<[{
      Operations on floating-point numbers: one for each element that an element-wise function gives or a reduction takes in, two for
      each product that a contraction adds up. Nothing for comparisons, integers and moves.
    }], "::nnc::ir::Dim", "getFlops", (ins), "", "return ::nnc::ir::Dim::get($_op->getContext(), 0);">,
    InterfaceMethod<[{
      Bytes that are read of an operand: all of it, unless only chosen elements are.
    }], "::nnc::ir::Dim", "getBytesRead", (ins "unsigned":$operand), "",
        "return ::nnc::ir::getBytes($_op->getOperand(operand));">,
    InterfaceMethod<"Bytes of the results that are written.", "::nnc::ir::Dim", "getBytesWritten", (ins), "",
                    "return ::nnc::ir::getResultBytes($_op);">
  ];
}

/// Stores its results, also a scalar, at the addresses that it is given; the memory plan may choose any that nothing else needs.
def ComputesIntoDestination : NativeOpTrait<"ComputesIntoDestination"> { let cppNamespace = "::nnc::ir"; }

/// Shows something to the user, and gives nothing: it stays in the order and under the conditions in which the program has it.
def ShowsOutput : NativeOpTrait<"ShowsOutput"> { let cppNamespace = "::nnc::ir"; }

/// Has an effect, but nobody sees how often: it may be carried out where, and as often as, its result is used.
def Unobserved : NativeOpTrait<"Unobserved"> { let cppNamespace = "::nnc::ir"; }

/// The result is the operand's memory.
def SharesMemory : NativeOpTrait<"SharesMemory"> { let cppNamespace = "::nnc::ir"; }

/// Gradients stop here by nature: integer, boolean or piecewise constant results.
def NotDifferentiable : NativeOpTrait<"NotDifferentiable"> { let cppNamespace = "::nnc::ir"; }

/// Some operands, or all, get no gradient because the program says so: they are meant as constants.
def HoldsGradientsBack : NativeOpTrait<"HoldsGradientsBack"> { let cppNamespace = "::nnc::ir"; }

#endif // NNC_IR_INTERFACES
