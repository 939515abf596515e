//===- Renderer.h - how a diagnostic looks on a terminal ----------------------===//
//
// Needs nothing but the diagnostic and its spans' files. Private to compiler/support; everyone else
// reports to a DiagnosticEngine.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_SUPPORT_RENDERER_H
#define NNC_SUPPORT_RENDERER_H

#include "compiler/support/Diagnostics.h"

namespace nnc {

/// Prints `file:line:col: error[E2003]: message`, the source line, a caret under the span, then the
/// notes in the same manner, then the hint.
void renderDiagnostic(const Diagnostic &diagnostic, llvm::raw_ostream &os, bool colours);

} // namespace nnc

#endif // NNC_SUPPORT_RENDERER_H
