//===- Scan.td - recurrence: a loop whose gradient is a loop ---------*- tablegen -*-===//
#ifndef NNC_OPS_SCAN
#define NNC_OPS_SCAN

include "compiler/ops/OpBase.td"

def NN_ScanOp : NN_Op<"scan", [SingleBlock, IsolatedFromAbove, AttrSizedOperandSegments, AttrSizedResultSegments,
                               RecursiveMemoryEffects, NN_Gradient, LoopOpInterface, SizeOpInterface,
                               DeclareOpInterfaceMethods<GuardOpInterface, ["canNeutralise"]>]> {
  let summary = "carries values through the rows of tensors, and stacks what each turn yields";
  let description = [{
    `sources` have the first dimension `length`. The body runs once for each row, from the first to the last (`reverse`: from the last to
    the first). Its arguments are the row's index (an i64 scalar), the rows of the sources, the carried values and the captures; nn.yield
    gives the next carried values, then the rows of `stacked`, each of which stands at its index. `finals` are the carried values after
    the last turn: the `inits` where there is none.
  }];
  let arguments = (ins AnyAttr:$length, UnitAttr:$reverse, Variadic<NN_Tensor>:$sources, Variadic<NN_Tensor>:$inits,
                       Variadic<AnyTypeOf<[NN_Tensor, NN_Str]>>:$captures);
  let results = (outs Variadic<NN_Tensor>:$finals, Variadic<NN_Tensor>:$stacked);
  let regions = (region SizedRegion<1>:$body);
  let hasVerifier = 1;
  let hasCanonicalizer = 1;
  let assemblyFormat = [{
    (`reverse` $reverse^)? `length` custom<OneDim>($length) `over` `(` $sources `)` `from` `(` $inits `)` `with` `(` $captures `)`
    attr-dict `:` `(` custom<NNTypes>(type($sources)) `)` `,` `(` custom<NNTypes>(type($inits)) `)` `,`
    `(` custom<NNTypes>(type($captures)) `)` `->` `(` custom<NNTypes>(type($finals)) `)` `,` `(` custom<NNTypes>(type($stacked)) `)` $body
  }];
  let extraClassDeclaration = [{
    Dim getLengthDim() { return Dim(getLength()); }
    ::std::optional<Dim> getTripCount() { return getLengthDim(); }
    ::llvm::SmallVector<Dim> getAttributeSizes() { return {getLengthDim()}; }
    ::mlir::Block &getBlock() { return getBody().front(); }
    //===-- The body's arguments and results --===//
    ::mlir::BlockArgument getIndex() { return getBlock().getArgument(0); }
    ::mlir::ArrayRef<::mlir::BlockArgument> getRowArguments() {
      return getBlock().getArguments().slice(1, getSources().size());
    }
    ::mlir::ArrayRef<::mlir::BlockArgument> getCarriedArguments() {
      return getBlock().getArguments().slice(1 + getSources().size(), getInits().size());
    }
    ::mlir::ArrayRef<::mlir::BlockArgument> getCaptureArguments() {
      return getBlock().getArguments().take_back(getCaptures().size());
    }
    ::mlir::OperandRange getNext() { return getBlock().getTerminator()->getOperands().take_front(getInits().size()); }
    ::mlir::OperandRange getRows() { return getBlock().getTerminator()->getOperands().drop_front(getInits().size()); }
    /// The type of a tensor with `length` such rows, and the type of a row.
    static NNTensorType getStackedType(NNTensorType row, Dim length);
    static NNTensorType getRowType(NNTensorType stacked);
    /// Whether a size of the type differs from turn to turn, so that there is no stack of such rows.
    bool isRagged(::mlir::Type type) { return isBoundIn(getBlock(), type); }
    /// Replaces `draft`, a scan with a body whose arguments are the index, rows of `sources` and what begins as `inits`, but with
    /// no operands nor results of its own, by the complete one: what the body reads from outside is captured. It must be tensors
    /// and text.
    static ScanOp complete(ScanOp draft, ::mlir::ValueRange sources, ::mlir::ValueRange inits);
  }];
}

#endif // NNC_OPS_SCAN
