//===- Types.h - declared types: checking, adapting, naming dimensions -----------------===//
//
// A type is a claim: a value that does not fit is an error at its use, with the declaration as a
// note. Numbers adapt to declared element types without loss.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_ELABORATE_TYPES_H
#define NNC_ELABORATE_TYPES_H

#include "compiler/elaborate/Interpreter.h"

namespace nnc::elaborate {

/// Checks and adapts a value to a declared type, binding names of unknown dimensions in the current
/// scope. `isDefault`: the value broadcasts to the type.
Value matchType(Interpreter &e, Value value, const ast::Type &type, Span span, bool isDefault,
                llvm::StringRef what);
/// A name that the function differentiates with respect to stands for a tensor, not for numbers
/// that are known when the program is compiled.
Value settleDifferentiated(Interpreter &e, llvm::StringRef name, Value value, Span span);
/// The tensor type that a declaration names; dimensions must be known. Null after an error.
ir::NNTensorType resolveTensorType(Interpreter &e, const ast::Type &type, bool forParameter);

} // namespace nnc::elaborate

#endif // NNC_ELABORATE_TYPES_H
