//===- Report.h - messages for the user from passes -----------------------------------------===//
//
// A pass reports a kind of support/Diagnostics.def at a location. The text is that of the table,
// with its arguments; the kind goes along as an attribute in the diagnostic's metadata, where the
// driver finds it and hands the message to its DiagnosticEngine. What a pass reports in any other
// way is a mistake of the compiler itself.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_IR_REPORT_H
#define NNC_IR_REPORT_H

#include "compiler/ir/NN.h"
#include "compiler/support/Diagnostics.h"

namespace nnc::ir {

/// Reports `kind` with the arguments of its message; the caller may attach notes.
template <typename... Args>
mlir::InFlightDiagnostic report(mlir::Location loc, diag::Kind kind, Args &&...args) {
  bool isError = getDiagnosticInfo(kind).severity == Severity::Error;
  mlir::InFlightDiagnostic diagnostic = isError ? mlir::emitError(loc) : mlir::emitWarning(loc);
  diagnostic << formatDiagnostic(kind, std::forward<Args>(args)...);
  diagnostic.getUnderlyingDiagnostic()->getMetadata().push_back(
      mlir::DiagnosticArgument(mlir::Attribute(DiagnosticAttr::get(loc.getContext(), kind))));
  return diagnostic;
}

/// The kind that `report` gave a diagnostic; none for any other.
inline std::optional<diag::Kind> getDiagnosticKind(mlir::Diagnostic &diagnostic) {
  for (const mlir::DiagnosticArgument &argument : diagnostic.getMetadata())
    if (argument.getKind() == mlir::DiagnosticArgument::DiagnosticArgumentKind::Attribute)
      if (auto kind = llvm::dyn_cast<DiagnosticAttr>(argument.getAsAttribute()))
        return kind.getKind();
  return std::nullopt;
}

} // namespace nnc::ir

#endif // NNC_IR_REPORT_H
