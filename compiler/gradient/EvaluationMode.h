//===- EvaluationMode.h - no step trains in evaluation mode unseen ---------------------===//
#ifndef NNC_GRADIENT_EVALUATION_MODE_H
#define NNC_GRADIENT_EVALUATION_MODE_H

#include "compiler/ir/NN.h"

namespace nnc::gradient {

/// Reports [E3014] for the first step of the command (nn.minimize, or nn.grad whose gradients are
/// applied) whose loss is computed from a value that depends on the mode and was computed in
/// evaluation mode, on the way from a parameter of the step, or by a network that has one, or by
/// none. Then erases the notes that say so
/// (ModeNotes.h); after an error they stay. Needs gradients that are not yet
/// expanded.
mlir::LogicalResult checkModes(mlir::Operation &command);

} // namespace nnc::gradient

#endif // NNC_GRADIENT_EVALUATION_MODE_H
