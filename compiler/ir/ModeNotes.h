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

/// How a value was computed that depends on the mode, in evaluation mode.
struct Evaluated {
  /// The function that asked for the mode.
  mlir::StringAttr by;
  /// The params of the network that it is part of; empty where it is part of none.
  mlir::ArrayAttr network;
  /// For each of the places of the note's location what the statement there assigns, "let p =";
  /// empty for statements that assign nothing.
  mlir::ArrayAttr statements;
};
/// The value, noted as given in evaluation mode by a function that depends on the mode.
mlir::Value noteEvaluated(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value value,
                          const Evaluated &how);
/// What such a note says; nothing where `op` is none.
std::optional<Evaluated> getEvaluated(mlir::Operation *op);

/// The gradient, noted as what an optimizer changes the param with.
mlir::Value noteApplied(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value gradient,
                        llvm::StringRef param);
/// The param that such a note names; null where `op` is none.
mlir::FlatSymbolRefAttr getAppliedTo(mlir::Operation *op);

/// Puts the value in the place of the note, with the name that the note was given.
void eraseNote(mlir::Operation *note);

} // namespace nnc::ir

#endif // NNC_IR_MODE_NOTES_H
