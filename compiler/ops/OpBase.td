//===- OpBase.td - what all operations of the dialect share -----------*- tablegen -*-===//
#ifndef NNC_OPS_OP_BASE
#define NNC_OPS_OP_BASE

include "compiler/ir/NNDialect.td"
include "compiler/ir/Interfaces.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "mlir/IR/SymbolInterfaces.td"

class NN_Op<string mnemonic, list<Trait> traits = []> : Op<NN_Dialect, mnemonic, traits>;

/// A tensor operation without side effects.
class NN_Pure<string mnemonic, list<Trait> traits = []> : NN_Op<mnemonic, !listconcat([Pure], traits)>;

def NN_Gradient : DeclareOpInterfaceMethods<GradientOpInterface>;
def NN_Element : DeclareOpInterfaceMethods<ElementOpInterface>;
def NN_InferType : DeclareOpInterfaceMethods<InferTypeOpInterface>;

#endif // NNC_OPS_OP_BASE
