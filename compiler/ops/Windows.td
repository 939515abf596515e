//===- Windows.td - sliding windows over the last axes ------------------*- tablegen -*-===//
//
// What convolution and pooling are made of: nn.patches reads windows, nn.fold adds them back. Each is the gradient
// of the other. Padding is nn.pad before, so that neither checks bounds.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_OPS_WINDOWS
#define NNC_OPS_WINDOWS

include "compiler/ops/OpBase.td"

class NN_Windows<string mnemonic, list<Trait> traits> : NN_Pure<mnemonic, !listconcat([NN_Gradient], traits)> {
  let arguments = (ins NN_Tensor:$a, DenseI64ArrayAttr:$kernel, DenseI64ArrayAttr:$strides,
                       DenseI64ArrayAttr:$dilations);
  let results = (outs NN_Tensor:$result);
  let hasVerifier = 1;
  let assemblyFormat = [{
    $a `kernel` $kernel `strides` $strides `dilations` $dilations attr-dict `:` custom<NNType>(type($a)) `->`
    custom<NNType>(type($result))
  }];
}

def NN_PatchesOp : NN_Windows<"patches", [NN_Element, NN_Move]> {
  let summary = "all windows of the last axes";
  let description = [{
    With s = number of sizes in `kernel`: of an operand [lead.., x1, .., xs] the result [lead.., k1, .., ks, o1, .., os],
    where ki is `kernel[i]` and oi the number of windows, whose first elements are `strides[i]` apart.

        result[l.., k.., o..] = a[l.., o * strides + k * dilations]
  }];
  let extraClassDeclaration = "bool isCheap() { return true; }";
}

def NN_FoldOp : NN_Windows<"fold", [ComputesIntoDestination, NN_Cost<>]> {
  let summary = "adds windows up where nn.patches would read them; its transpose";
  let description = [{
    From [lead.., k1, .., ks, o1, .., os] to [lead.., x1, .., xs]. What no window covers is 0. Sums are in the order of the
    kernel's positions.

        result[l.., x..] = sum of a[l.., k.., o..] over all k, o with o * strides + k * dilations = x
  }];
}

#endif // NNC_OPS_WINDOWS
