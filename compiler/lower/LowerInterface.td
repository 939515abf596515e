//===- LowerInterface.td - how operations become loops and calls ------*- tablegen -*-===//
#ifndef NNC_LOWER_INTERFACE
#define NNC_LOWER_INTERFACE

include "mlir/IR/OpBase.td"

def LowerOpInterface : OpInterface<"LowerOpInterface"> {
  let cppNamespace = "::nnc::lower";
  let description = [{
    An operation that can stand in a command when it is lowered. Attached to each family's operations by that family's file in
    compiler/lower; what has no lowering is reported with its name and place.
  }];
  let methods = [
    InterfaceMethod<[{
      Emits the operation's code at the host's insertion point and tells the host what its results became.
    }], "::llvm::LogicalResult", "lower", (ins "::nnc::lower::Host &":$host)>
  ];
}

#endif // NNC_LOWER_INTERFACE
