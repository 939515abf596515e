//===- Passes.td - passes on tensors, before memory -------------------*- tablegen -*-===//
#ifndef NNC_OPTIMISE_PASSES
#define NNC_OPTIMISE_PASSES

include "mlir/Pass/PassBase.td"

def Stabilise : Pass<"nn-stabilise"> {
  let summary = "computes formulas that overflow or cancel as they are meant";
  let description = [{
    1 / (1 + exp(-x)) becomes the sigmoid function, log(sum(exp(x))) is shifted by the largest x, and so on: see StableRules.h. Runs
    before gradients are expanded.
  }];
  let dependentDialects = ["::nnc::ir::NNDialect"];
}

def SimplifyStructure : Pass<"nn-simplify-structure"> {
  let summary = "rewrites structural operations into cheaper or more fusable ones";
  let description = [{
    Transposed operands of nn.contract become axis numbers; a paired nn.scatter_add becomes a selection, which can be fused; a
    reduction along no axis becomes its operand.
  }];
  let dependentDialects = ["::nnc::ir::NNDialect"];
}

def ForwardVariables : Pass<"nn-forward-variables"> {
  let summary = "replaces reads of a variable by the value that the same block assigned last";
  let dependentDialects = ["::nnc::ir::NNDialect"];
}

def BatchScans : Pass<"nn-batch-scans"> {
  let summary = "takes out of scans what need not be done turn by turn";
  let description = [{
    What does not depend on the turn moves before the loop; a product of a source's row with a capture becomes one product of the whole
    source; a carried sum of products, or of sums, becomes one after the loop, of values that the loop stacks. Simplifies afterwards,
    where there are scans.
  }];
  let dependentDialects = ["::nnc::ir::NNDialect"];
}

def LegaliseContract : Pass<"nn-legalise-contract"> {
  let summary = "transposes operands of nn.contract that the matrix product cannot read where they lie";
  let dependentDialects = ["::nnc::ir::NNDialect"];
}

def Fuse : Pass<"nn-fuse"> {
  let summary = "forms nn.fused groups of element operations and reductions";
  let description = [{
    Afterwards every element operation and reduction on tensors (not scalars) is inside an nn.fused. Groups are formed greedily in
    program order, and stay convex: no value leaves a group and comes back. Cheap operations (uniform constants, broadcasts,
    indices, sizes) are repeated in each group that reads them.
  }];
  let options = [Option<"merge", "merge", "bool", "true", "several operations in a group">];
  let dependentDialects = ["::nnc::ir::NNDialect"];
}

#endif // NNC_OPTIMISE_PASSES
