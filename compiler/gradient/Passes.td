//===- Passes.td - the passes of differentiation ---------------------*- tablegen -*-===//
#ifndef NNC_GRADIENT_PASSES
#define NNC_GRADIENT_PASSES

include "mlir/Pass/PassBase.td"

def ExpandGradients : Pass<"nn-expand-gradients", "::mlir::ModuleOp"> {
  let summary = "replaces nn.grad, nn.jacobian and nn.minimize by the operations that compute the gradients";
  let description = [{
    In program order, so that an inner nn.grad is ordinary operations by the time that an outer one goes
    through it: gradients of gradients need nothing of their own. nn.minimize becomes the gradients and,
    in its place, its update region. Needs the `nn` stage, before constants are folded or common
    expressions merged, since a value that is asked for must still be the one that the scalar was
    computed from. Guarantees that no nn.grad, nn.jacobian and nn.minimize is left, or an error for the user.
  }];
  let dependentDialects = ["::nnc::ir::NNDialect"];
}

#endif // NNC_GRADIENT_PASSES
