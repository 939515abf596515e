//===- Passes.h - the passes of differentiation ----------------------------------===//
#ifndef NNC_GRADIENT_PASSES_H
#define NNC_GRADIENT_PASSES_H

#include "compiler/ir/NN.h"
#include "mlir/Pass/Pass.h"

namespace nnc::gradient {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "compiler/gradient/Passes.h.inc"

} // namespace nnc::gradient

#endif // NNC_GRADIENT_PASSES_H
