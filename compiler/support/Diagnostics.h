//===- Diagnostics.h - the one way to tell the user something ----------------===//
//
// Every error, warning, note and hint of the compiler goes through a DiagnosticEngine, whether it
// comes from the parser, elaboration or MLIR. The kinds are listed in Diagnostics.def, each with
// its code, severity, message and explanation. An engine prints (`file:line:col: error[E2003]:
// ...`, the line, a caret under the whole span, notes, a hint last) or, for --verify-diagnostics,
// collects.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_SUPPORT_DIAGNOSTICS_H
#define NNC_SUPPORT_DIAGNOSTICS_H

#include "compiler/support/Source.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"
#include <map>
#include <optional>
#include <set>

namespace nnc {

enum class Severity { Error, Warning, Note };

/// One value for each line of Diagnostics.def, e.g. `diag::ShapeMismatch`.
namespace diag {
enum Kind : unsigned {
#define DIAGNOSTIC(NAME, CODE, SEVERITY, MESSAGE, EXPLANATION) NAME,
#include "compiler/support/Diagnostics.def"
};
} // namespace diag

/// What Diagnostics.def says of a kind.
struct DiagnosticInfo {
  llvm::StringRef name; // ShapeMismatch
  llvm::StringRef code; // E2003
  Severity severity;
  llvm::StringRef message;     // llvm::formatv text with {0}, {1}, ...
  llvm::StringRef explanation; // Markdown: what it means, a failing program, its repair
};
llvm::ArrayRef<DiagnosticInfo> getDiagnosticTable();
const DiagnosticInfo &getDiagnosticInfo(diag::Kind kind);
/// Null where no kind has the code.
const DiagnosticInfo *findDiagnostic(llvm::StringRef code);

/// The message of a kind with its arguments.
template <typename... Args> std::string formatDiagnostic(diag::Kind kind, Args &&...args) {
  return llvm::formatv(/*Validate=*/false, getDiagnosticInfo(kind).message.data(),
                       std::forward<Args>(args)...)
      .str();
}

struct DiagnosticNote {
  Span span; // may be nowhere
  std::string message;
  bool isCall = false; // of the chain of calls that led here
};

struct Diagnostic {
  diag::Kind kind;
  Severity severity;
  Span span; // may be nowhere
  std::string message;
  llvm::SmallVector<DiagnosticNote, 2> notes;
  std::string hint;
  /// Whether it says only that two run-time sizes may differ, which they need not.
  bool mayBeRight = false;
  /// The two sizes that differ, as the message has them.
  std::optional<std::pair<std::string, std::string>> differing = {};
};

/// Whether they say the same of the same place, for other sizes perhaps.
inline bool isSame(const Diagnostic &a, const Diagnostic &b) {
  return a.kind == b.kind && a.span.file == b.span.file && a.span.begin == b.span.begin;
}

class DiagnosticEngine;

/// Under construction; reported when it is destroyed (at the end of the statement that made it).
///
///   engine.report(diag::ShapeMismatch, span, lhs, rhs).note(other, "declared here").hint("...");
class DiagnosticBuilder {
public:
  DiagnosticBuilder(DiagnosticEngine &engine, Diagnostic diagnostic)
      : engine(&engine), diagnostic(std::move(diagnostic)) {}
  DiagnosticBuilder(DiagnosticBuilder &&other)
      : engine(other.engine), diagnostic(std::move(other.diagnostic)) {
    other.engine = nullptr;
  }
  ~DiagnosticBuilder();

  DiagnosticBuilder &note(Span span, const llvm::Twine &message);
  /// A note about a call, from the innermost outwards.
  DiagnosticBuilder &call(Span site, const llvm::Twine &message);
  DiagnosticBuilder &hint(const llvm::Twine &message);
  /// Whether there are run-time sizes with which it would be none.
  DiagnosticBuilder &mayBeRight(bool may);
  /// Which two sizes differ, as the message has them.
  DiagnosticBuilder &differing(std::string one, std::string other);

private:
  DiagnosticEngine *engine;
  Diagnostic diagnostic;
};

class DiagnosticEngine {
public:
  enum class Colour { Auto, Always, Never };

  /// Prints to `os`. Colours: Auto means where `os` is a terminal and NO_COLOR is not set.
  explicit DiagnosticEngine(llvm::raw_ostream &os, Colour colour = Colour::Auto);
  /// Collects instead of printing, for --verify-diagnostics and tests.
  DiagnosticEngine();

  template <typename... Args> DiagnosticBuilder report(diag::Kind kind, Span span, Args &&...args) {
    return reportText(kind, span, formatDiagnostic(kind, std::forward<Args>(args)...));
  }
  /// Likewise with a message that has its arguments already.
  DiagnosticBuilder reportText(diag::Kind kind, Span span, std::string message) {
    return DiagnosticBuilder(
        *this,
        Diagnostic{kind, getDiagnosticInfo(kind).severity, span, std::move(message), {}, {}});
  }

  void emit(Diagnostic diagnostic);
  unsigned getErrorCount() const { return errorCount; }
  bool hasErrors() const { return errorCount != 0; }
  bool hasWarnings() const { return warned; }
  /// Number of errors after which the rest is counted but not printed. Default 20.
  void setErrorLimit(unsigned limit) { errorLimit = limit; }
  llvm::ArrayRef<Diagnostic> getCollected() const { return collected; }

private:
  friend class DiagnosticCapture;
  llvm::SmallVectorImpl<Diagnostic> *captured = nullptr; // who takes what is reported, if anyone
  llvm::raw_ostream *os = nullptr;                       // null: collect
  bool colours = false;
  bool warned = false;
  unsigned errorCount = 0;
  unsigned errorLimit = 20;
  llvm::SmallVector<Diagnostic, 0> collected;
  using Place = std::pair<const SourceFile *, uint32_t>;
  /// By kind and place in the user's files: the chain of calls that led there first, and the
  /// messages.
  struct Seen {
    std::vector<Place> chain;
    std::set<std::string> messages;
  };
  std::map<std::pair<diag::Kind, Place>, Seen> seen;
  bool isRepeated(const Diagnostic &diagnostic);
};

/// While it lives, what is reported to the engine is kept here: for trials, whose errors are judged
/// before they are reported, if at all. Errors are counted meanwhile, and forgotten at its end.
class DiagnosticCapture {
public:
  explicit DiagnosticCapture(DiagnosticEngine &engine)
      : engine(engine), outer(engine.captured), errorCount(engine.errorCount) {
    engine.captured = &diagnostics;
  }
  ~DiagnosticCapture() {
    engine.captured = outer;
    engine.errorCount = errorCount;
  }
  DiagnosticCapture(const DiagnosticCapture &) = delete;

  llvm::SmallVector<Diagnostic, 0> diagnostics;

private:
  DiagnosticEngine &engine;
  llvm::SmallVectorImpl<Diagnostic> *outer;
  unsigned errorCount;
};

/// Compares collected diagnostics with the comments of a file, as clang's and MLIR's
/// --verify-diagnostics do: `// expected-error@+1 {{part of the message}}`, likewise
/// expected-warning, expected-note; `@-1`, `@above`, `@below`, `@12` give the line, `@*` any (also
/// no) line; the code may be asked for: `// expected-error {{E2003}}` matches "E2003: message".
/// Returns the number of mismatches, each explained on `os`.
unsigned verifyDiagnostics(const SourceFile &file, llvm::ArrayRef<Diagnostic> diagnostics,
                           llvm::raw_ostream &os);

} // namespace nnc

#endif // NNC_SUPPORT_DIAGNOSTICS_H
