//===- Diagnostics.cpp - the one way to tell the user something --------------===//
//
// The table of kinds, and the engine that counts, prints or collects.
//
//===----------------------------------------------------------------------===//
#include "compiler/support/Diagnostics.h"
#include "compiler/support/Renderer.h"
#include "llvm/ADT/STLExtras.h"
#include <cstdlib>

using namespace nnc;

static const DiagnosticInfo table[] = {
#define DIAGNOSTIC(NAME, CODE, SEVERITY, MESSAGE, EXPLANATION)                                     \
  {#NAME, CODE, Severity::SEVERITY, MESSAGE, EXPLANATION},
#include "compiler/support/Diagnostics.def"
};

llvm::ArrayRef<DiagnosticInfo> nnc::getDiagnosticTable() { return table; }

const DiagnosticInfo &nnc::getDiagnosticInfo(diag::Kind kind) { return table[kind]; }

const DiagnosticInfo *nnc::findDiagnostic(llvm::StringRef code) {
  auto *found = llvm::find_if(table, [&](const DiagnosticInfo &info) { return info.code == code; });
  return found == std::end(table) ? nullptr : found;
}

DiagnosticBuilder::~DiagnosticBuilder() {
  if (engine)
    engine->emit(std::move(diagnostic));
}

DiagnosticBuilder &DiagnosticBuilder::note(Span span, const llvm::Twine &message) {
  diagnostic.notes.push_back({span, message.str()});
  return *this;
}

DiagnosticBuilder &DiagnosticBuilder::call(Span site, const llvm::Twine &message) {
  diagnostic.notes.push_back({site, message.str(), /*isCall=*/true});
  return *this;
}

DiagnosticBuilder &DiagnosticBuilder::hint(const llvm::Twine &message) {
  diagnostic.hint = message.str();
  return *this;
}

DiagnosticBuilder &DiagnosticBuilder::differing(std::string one, std::string other) {
  diagnostic.differing = {std::move(one), std::move(other)};
  return *this;
}

DiagnosticBuilder &DiagnosticBuilder::mayBeRight(bool may) {
  diagnostic.mayBeRight = may;
  return *this;
}

DiagnosticEngine::DiagnosticEngine(llvm::raw_ostream &os, Colour colour) : os(&os) {
  const char *noColour = std::getenv("NO_COLOR");
  bool refused = noColour && *noColour;
  colours = colour == Colour::Always || (colour == Colour::Auto && os.has_colors() && !refused);
  if (colour == Colour::Always)
    os.enable_colors(true);
}

DiagnosticEngine::DiagnosticEngine() = default;

/// Whether the same mistake has been reported. A function that is inlined many times has its
/// mistakes once, also where their messages name other sizes; the place of a mistake inside the
/// library is where the user called it.
bool DiagnosticEngine::isRepeated(const Diagnostic &diagnostic) {
  std::vector<Place> chain = {{diagnostic.span.file, diagnostic.span.begin}};
  for (const DiagnosticNote &note : diagnostic.notes)
    if (note.isCall && note.span)
      chain.push_back({note.span.file, note.span.begin});
  auto place = llvm::find_if(
      chain, [](const Place &place) { return !isLibraryPath(place.first->getPath()); });
  auto [known, isNew] =
      seen.try_emplace({diagnostic.kind, place == chain.end() ? chain.front() : *place});
  if (isNew)
    known->second.chain = chain;
  return known->second.chain != chain || !known->second.messages.insert(diagnostic.message).second;
}

void DiagnosticEngine::emit(Diagnostic diagnostic) {
  bool isError = diagnostic.severity == Severity::Error;
  if (captured) {
    errorCount += isError;
    captured->push_back(std::move(diagnostic));
    return;
  }
  if (diagnostic.span && isRepeated(diagnostic))
    return;
  errorCount += isError;
  warned |= diagnostic.severity == Severity::Warning;
  if (!os) {
    collected.push_back(std::move(diagnostic));
    return;
  }
  if (isError && errorCount > errorLimit) {
    if (errorCount == errorLimit + 1)
      *os << "note: more than " << errorLimit << " errors; the rest is not shown\n";
    return;
  }
  renderDiagnostic(diagnostic, *os, colours);
}
