//===- Custom.td - gradients that the program states ------------------*- tablegen -*-===//
#ifndef NNC_OPS_CUSTOM
#define NNC_OPS_CUSTOM

include "compiler/ops/OpBase.td"

def NN_WithGradientOp : NN_Pure<"with_gradient", [SingleBlock, NN_Gradient, HoldsGradientsBack, SharesMemory, DeclareOpInterfaceMethods<GuardOpInterface, ["canNeutralise"]>,
                                                 AllTypesMatch<["value", "result"]>]> {
  let summary = "its first operand, with a gradient that the program states; expanded by --nn-expand-gradients";
  let description = [{
    The block's argument is the cotangent of the result; nn.yield gives a cotangent for each of `inputs`. Nothing flows to what
    `value` was computed from. The rule is inlined where a gradient passes, so that it can be differentiated again; it may read
    values from around it.
  }];
  let arguments = (ins NN_FloatTensor:$value, Variadic<NN_FloatTensor>:$inputs);
  let regions = (region SizedRegion<1>:$rule);
  let results = (outs NN_FloatTensor:$result);
  let hasVerifier = 1;
  let assemblyFormat = [{
    $value `of` `(` $inputs `)` attr-dict `:` custom<NNType>(type($value)) `,` `(` custom<NNTypes>(type($inputs)) `)` $rule
  }];
  let extraClassDeclaration = [{
    bool passesGradientTo(unsigned operand) { return operand != 0; }
  }];
}

#endif // NNC_OPS_CUSTOM
