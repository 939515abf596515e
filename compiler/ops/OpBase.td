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
/// It names variables, which must exist and have the types that it needs.
def NN_UsesVariables : TraitList<[DeclareOpInterfaceMethods<SymbolUserOpInterface>,
                                  DeclareOpInterfaceMethods<VariableOpInterface>]>;
def NN_Guard : DeclareOpInterfaceMethods<GuardOpInterface>;
/// An operation says what it costs (ops/Cost.cpp); or it only moves elements, all of them, and computes no numbers.
class NN_Cost<list<string> methods = ["getFlops"]> : DeclareOpInterfaceMethods<CostOpInterface, methods>;
def NN_Move : TraitList<[CostOpInterface]>;
def NN_InferType : DeclareOpInterfaceMethods<InferTypeOpInterface>;

#endif // NNC_OPS_OP_BASE
