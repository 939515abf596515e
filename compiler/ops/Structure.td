//===- Structure.td - operations that make, move and combine elements ----*- tablegen -*-===//
#ifndef NNC_OPS_STRUCTURE
#define NNC_OPS_STRUCTURE

include "compiler/ops/OpBase.td"

def NN_ConstantOp : NN_Pure<"constant", [NN_InferType, ConstantLike, NotDifferentiable, NN_Element, NN_Cost<["getBytesWritten"]>]> {
  let summary = "tensor known at compile time";
  let arguments = (ins ElementsAttr:$value);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = "attr-dict $value";
  let hasFolder = 1;
}

def NN_IotaOp : NN_Pure<"iota", [NotDifferentiable, NN_Element, NN_Move]> {
  let summary = "each element's index along an axis";
  let arguments = (ins I64Attr:$axis);
  let results = (outs NN_NumberTensor:$result);
  let hasVerifier = 1;
  let extraClassDeclaration = "bool isCheap() { return true; }";
  let assemblyFormat = "$axis attr-dict `:` custom<NNType>(type($result))";
}

def NN_SizeOp : NN_Pure<"size", [NotDifferentiable, NN_Element, SizeOpInterface, NN_Move]> {
  let summary = "the value of a dimension, as i64";
  let arguments = (ins AnyAttr:$dim);
  let results = (outs NN_IntScalar:$result);
  let extraClassDeclaration = [{
    bool isCheap() { return true; }
    ::llvm::SmallVector<Dim> getAttributeSizes() { return {Dim(getDim())}; }
  }];
  let assemblyFormat = "custom<OneDim>($dim) attr-dict";
  let hasFolder = 1;
}

def NN_BroadcastOp : NN_Pure<"broadcast", [NN_Gradient, NN_Element, NN_Move]> {
  let summary = "repeats along new axes";
  let description = [{ Axis i of the operand becomes axis `axes[i]` (increasing) of the result; both have the same size. }];
  let arguments = (ins NN_Tensor:$a, DenseI64ArrayAttr:$axes);
  let results = (outs NN_Tensor:$result);
  let hasVerifier = 1;
  let hasFolder = 1;
  let extraClassDeclaration = "bool isCheap() { return true; }";
  let assemblyFormat = "$a $axes attr-dict `:` custom<NNType>(type($a)) `->` custom<NNType>(type($result))";
}

def NN_ReshapeOp : NN_Pure<"reshape", [NN_Gradient, SharesMemory, NN_Cost<["getBytesRead", "getBytesWritten"]>]> {
  let summary = "the same elements in row-major order, in another shape; never copies";
  let description = [{
    The counts of elements must be equal. With `checked`, this was found when the program ran, by an nn.assert before it.
  }];
  let arguments = (ins NN_Tensor:$a, UnitAttr:$checked);
  let results = (outs NN_Tensor:$result);
  let hasVerifier = 1;
  let hasFolder = 1;
  let hasCanonicalizer = 1;
  let assemblyFormat = "(`checked` $checked^)? $a attr-dict `:` custom<NNType>(type($a)) `->` custom<NNType>(type($result))";
}

def NN_TransposeOp : NN_Pure<"transpose", [NN_InferType, NN_Gradient, NN_Element, NN_Move]> {
  let summary = "permutes axes: axis i of the result is axis `permutation[i]` of the operand";
  let arguments = (ins NN_Tensor:$a, DenseI64ArrayAttr:$permutation);
  let results = (outs NN_Tensor:$result);
  let hasVerifier = 1;
  let hasFolder = 1;
  let assemblyFormat = "$a $permutation attr-dict `:` custom<NNType>(type($a)) `->` custom<NNType>(type($result))";
}

def NN_SliceOp : NN_Pure<"slice", [NN_Gradient, NN_Element, SizeOpInterface, NN_Cost<["getBytesRead"]>]> {
  let extraClassDeclaration = "::llvm::SmallVector<Dim> getAttributeSizes() { return getDims(getOffsets()); }";
  let summary = "elements offset, offset + stride, ... along each axis";
  let arguments = (ins NN_Tensor:$a, NN_DimsAttr:$offsets, DenseI64ArrayAttr:$strides);
  let results = (outs NN_Tensor:$result);
  let hasVerifier = 1;
  let hasFolder = 1;
  let assemblyFormat = [{
    $a custom<Dims>($offsets) `strides` $strides attr-dict `:` custom<NNType>(type($a)) `->` custom<NNType>(type($result))
  }];
}

/// With `value` 0, the gradient of nn.slice.
def NN_PadOp : NN_Pure<"pad", [NN_InferType, NN_Gradient, ComputesIntoDestination, SizeOpInterface, NN_Move]> {
  let summary = "`value` before, after and (interior[i] times) between the elements of each axis";
  let arguments = (ins NN_Tensor:$a, NN_DimsAttr:$low, NN_DimsAttr:$high, DenseI64ArrayAttr:$interior,
                       DefaultValuedAttr<F64Attr, "::llvm::APFloat(0.0)">:$value);
  let results = (outs NN_Tensor:$result);
  let hasVerifier = 1;
  let assemblyFormat = [{
    $a `low` custom<Dims>($low) `high` custom<Dims>($high) `interior` $interior attr-dict `:`
    custom<NNType>(type($a)) `->` custom<NNType>(type($result))
  }];
  let extraClassDeclaration = [{
    ::llvm::SmallVector<Dim> getAttributeSizes() {
      ::llvm::SmallVector<Dim> sizes = getDims(getLow());
      ::llvm::append_range(sizes, getDims(getHigh()));
      return sizes;
    }
  }];
}

def NN_ReverseOp : NN_Pure<"reverse", [SameOperandsAndResultType, NN_Gradient, NN_Element, NN_Move]> {
  let summary = "the elements in reverse order along axes";
  let arguments = (ins NN_Tensor:$a, DenseI64ArrayAttr:$axes);
  let results = (outs NN_Tensor:$result);
  let hasVerifier = 1;
  let hasFolder = 1;
  let assemblyFormat = "$a $axes attr-dict `:` custom<NNType>(type($result))";
}

def NN_ConcatOp : NN_Pure<"concat", [NN_InferType, NN_Gradient, ComputesIntoDestination, NN_Move]> {
  let summary = "operands one after another along an axis";
  let arguments = (ins Variadic<NN_Tensor>:$parts, I64Attr:$axis);
  let results = (outs NN_Tensor:$result);
  let hasVerifier = 1;
  let assemblyFormat = "$parts `along` $axis attr-dict `:` custom<NNTypes>(type($parts)) `->` custom<NNType>(type($result))";
}

// Not to be computed where the program would not: an index may be out of range.
def NN_GatherOp : NN_Op<"gather", [NoMemoryEffect, NN_InferType, NN_Gradient, NN_Element, NN_Guard, NN_Cost<["getBytesRead"]>]> {
  let summary = "elements chosen by an index tensor";
  let description = [{
    With `batch` = b: the first b axes of both operands are paired; axis b of `a` is indexed. The result has the b paired
    axes, the other axes of `indices`, then the axes of `a` after b. An index out of range stops the program with an error that names the place.

        result[p.., i.., r..] = a[p.., indices[p.., i..], r..]
  }];
  let arguments = (ins NN_Tensor:$a, NN_IntTensor:$indices, I64Attr:$batch);
  let results = (outs NN_Tensor:$result);
  let hasVerifier = 1;
  let assemblyFormat = [{
    $a `at` $indices `batch` $batch attr-dict `:` custom<NNType>(type($a)) `,` custom<NNType>(type($indices)) `->`
    custom<NNType>(type($result))
  }];
}

/// The gradient of nn.gather.
def NN_ScatterAddOp : NN_Op<"scatter_add", [NoMemoryEffect, NN_Gradient, NN_Guard, ComputesIntoDestination, NN_Cost<>]> {
  let summary = "zeros of the result's shape, with each row of `a` added at its index; the transpose of nn.gather";
  let arguments = (ins NN_Tensor:$a, NN_IntTensor:$indices, I64Attr:$batch);
  let results = (outs NN_Tensor:$result);
  let hasVerifier = 1;
  let assemblyFormat = [{
    $a `at` $indices `batch` $batch attr-dict `:` custom<NNType>(type($a)) `,` custom<NNType>(type($indices)) `->`
    custom<NNType>(type($result))
  }];
}

//===-- Reductions, contractions, random numbers ---------------------------------===//

def NN_ReduceKind : I64EnumAttr<"ReduceKind", "how elements are combined", [
    I64EnumAttrCase<"Sum", 0, "sum">, I64EnumAttrCase<"Max", 1, "max">, I64EnumAttrCase<"Min", 2, "min">,
    I64EnumAttrCase<"And", 3, "and">, I64EnumAttrCase<"Or", 4, "or">]> {
  let cppNamespace = "::nnc::ir";
}

def NN_ReduceOp : NN_Pure<"reduce", [NN_InferType, NN_Gradient, NN_Cost<>]> {
  let summary = "combines all elements along axes, which disappear";
  let description = [{
    The gradient of max and min goes in equal parts to all elements that attain it. Sums are ordered by shape alone, never by
    threads. `and`, `or` are for bool.
  }];
  let arguments = (ins NN_Tensor:$a, NN_ReduceKind:$kind, DenseI64ArrayAttr:$axes);
  let results = (outs NN_Tensor:$result);
  let hasVerifier = 1;
  let assemblyFormat = "$kind $a $axes attr-dict `:` custom<NNType>(type($a)) `->` custom<NNType>(type($result))";
}

def NN_ArgMaxOp : NN_Pure<"argmax", [NN_InferType, NotDifferentiable, ComputesIntoDestination, NN_Move]> {
  let summary = "index (i32) of the first largest (or `smallest`) element along an axis, which disappears";
  let arguments = (ins NN_NumberTensor:$a, I64Attr:$axis, UnitAttr:$smallest);
  let results = (outs NN_IntTensor:$result);
  let hasVerifier = 1;
  let assemblyFormat = "(`smallest` $smallest^)? $a `along` $axis attr-dict `:` custom<NNType>(type($a)) `->` custom<NNType>(type($result))";
}

def NN_ContractOp : NN_Pure<"contract", [NN_InferType, NN_Gradient, ComputesIntoDestination, NN_Cost<>]> {
  let summary = "sum of products: matrix product in general";
  let description = [{
    Axes `lhsBatch[i]` and `rhsBatch[i]` are paired and kept; axes `lhsContract[i]` and `rhsContract[i]` are
    multiplied and summed. The result has the paired axes, the other axes of lhs in order, the other axes of rhs in order.
    A -1 in `lhsBatch` or `rhsBatch` stands for an axis that this operand lacks: it is the same all along the other's axis.
  }];
  let arguments = (ins NN_FloatTensor:$lhs, NN_FloatTensor:$rhs, DenseI64ArrayAttr:$lhsBatch, DenseI64ArrayAttr:$rhsBatch,
                       DenseI64ArrayAttr:$lhsContract, DenseI64ArrayAttr:$rhsContract);
  let results = (outs NN_FloatTensor:$result);
  let hasVerifier = 1;
  let assemblyFormat = [{
    $lhs `,` $rhs `batch` $lhsBatch `,` $rhsBatch `contract` $lhsContract `,` $rhsContract attr-dict `:`
    custom<NNType>(type($lhs)) `,` custom<NNType>(type($rhs)) `->` custom<NNType>(type($result))
  }];
  let extraClassDeclaration = [{
    /// The axes that are neither paired nor summed, in order.
    ::llvm::SmallVector<int64_t> getLhsFree();
    ::llvm::SmallVector<int64_t> getRhsFree();
  }];
}

def NN_Distribution : I64EnumAttr<"Distribution", "of random numbers", [
    I64EnumAttrCase<"Uniform", 0, "uniform">, I64EnumAttrCase<"Normal", 1, "normal">]> {
  let cppNamespace = "::nnc::ir";
}

def NN_RandomOp : NN_Pure<"random", [NotDifferentiable, ComputesIntoDestination, NN_Move]> {
  let summary = "random numbers: uniform in [0, 1) or standard normal";
  let description = [{
    A function of the program's seed, `place` (where in the source), `stream` and the element's index: the same operands give the
    same numbers.
  }];
  let arguments = (ins NN_IntScalar:$stream, NN_Distribution:$distribution, I64Attr:$place);
  let results = (outs NN_FloatTensor:$result);
  let assemblyFormat = "$distribution $stream `place` $place attr-dict `:` custom<NNType>(type($result))";
}

#endif // NNC_OPS_STRUCTURE
