//===- Fusion.td - groups of operations that become one kernel --------*- tablegen -*-===//
#ifndef NNC_OPS_FUSION
#define NNC_OPS_FUSION

include "compiler/ops/OpBase.td"

def NN_FusedOp : NN_Op<"fused", [Pure, SingleBlock, IsolatedFromAbove, NotDifferentiable, ComputesIntoDestination,
                                 NN_Cost<["getFlops", "getBytesRead"]>]> {
  let summary = "a group of element operations and reductions that run as one loop nest";
  let description = [{
    The block's arguments stand for the operands; nn.yield gives the results. The group has one iteration space: the shape of
    what it yields, or, for what an nn.reduce yields, the shape of that reduction's operand. All its reductions have the same axes,
    and nothing in the group reads one's result.
  }];
  let arguments = (ins Variadic<NN_Tensor>:$inputs);
  let results = (outs Variadic<NN_Tensor>:$outputs);
  let regions = (region SizedRegion<1>:$body);
  let hasVerifier = 1;
  let assemblyFormat = [{
    `(` $inputs `)` attr-dict `:` `(` custom<NNTypes>(type($inputs)) `)` `->` `(` custom<NNTypes>(type($outputs)) `)` $body
  }];
  let extraClassDeclaration = [{
    /// The values that nn.yield gives, one for each result.
    ::mlir::ValueRange getYielded() { return getBody().front().getTerminator()->getOperands(); }
    /// The reduction that computes result `i`, or null where the result is element-wise.
    ReduceOp getReduction(unsigned i);
    /// A tensor type with the shape of the iteration space.
    NNTensorType getSpace();
    /// The axes that the group's reductions combine; none without reductions.
    ::llvm::ArrayRef<int64_t> getReducedAxes();
  }];
}

#endif // NNC_OPS_FUSION
