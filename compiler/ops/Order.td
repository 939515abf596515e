//===- Order.td - operations along the order of elements --------------*- tablegen -*-===//
#ifndef NNC_OPS_ORDER
#define NNC_OPS_ORDER

include "compiler/ops/OpBase.td"

def NN_ArgSortOp : NN_Pure<"argsort", [NN_InferType, NotDifferentiable, ComputesIntoDestination, NN_Move]> {
  let summary = "the indices (i32) that sort each row along the last axis, smallest first or `descending`";
  let description = [{ Equal elements stay in their order; NaN counts as larger than any number. }];
  let arguments = (ins NN_NumberTensor:$a, UnitAttr:$descending);
  let results = (outs NN_IntTensor:$result);
  let hasVerifier = 1;
  let assemblyFormat = "(`descending` $descending^)? $a attr-dict `:` custom<NNType>(type($a)) `->` custom<NNType>(type($result))";
}

def NN_CumSumOp : NN_Pure<"cumsum", [SameOperandsAndResultType, NN_Gradient, ComputesIntoDestination, NN_Cost<>]> {
  let summary = "running sums along an axis: of all elements up to each one, or with `reverse` from it on";
  let arguments = (ins NN_NumberTensor:$a, I64Attr:$axis, UnitAttr:$reverse);
  let results = (outs NN_NumberTensor:$result);
  let hasVerifier = 1;
  let assemblyFormat = "(`reverse` $reverse^)? $a `along` $axis attr-dict `:` custom<NNType>(type($result))";
}

#endif // NNC_OPS_ORDER
