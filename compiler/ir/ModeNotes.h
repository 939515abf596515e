//===- ModeNotes.h - where the mode of a value matters ---------------------------------===//
//
// What the elaborator notes for the gradient stage: values that depend on the mode and were
// computed in evaluation mode, and gradients that an optimizer applies. A note belongs to one use
// of a value, not to the value: `Dropout` gives its argument itself in evaluation mode. So it
// stands on a reshape to the same shape, an identity that needs nothing new. The gradient stage
// erases them first of all (gradient/EvaluationMode.h).
//
//===----------------------------------------------------------------------===//
#ifndef NNC_IR_MODE_NOTES_H
#define NNC_IR_MODE_NOTES_H

#include "compiler/ir/NN.h"

namespace nnc::ir {

/// The value, noted as given by the function `by` in evaluation mode, on which it depends.
mlir::Value noteEvaluated(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value value,
                          llvm::StringRef by);
/// The function that such a note names; null where `op` is none.
mlir::StringAttr getEvaluatedBy(mlir::Operation *op);

/// The gradient, noted as what an optimizer changes the param with.
mlir::Value noteApplied(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value gradient,
                        llvm::StringRef param);
/// The param that such a note names; null where `op` is none.
mlir::FlatSymbolRefAttr getAppliedTo(mlir::Operation *op);

/// Puts the value in the place of the note, with the name that the note was given.
void eraseNote(mlir::Operation *note);

} // namespace nnc::ir

#endif // NNC_IR_MODE_NOTES_H
