//===- Verify.cpp - comparing diagnostics with a file's comments ---------------===//
//
// For tests: each `expected-error {{...}}` comment must meet one diagnostic of its line, each
// diagnostic (and note) must have been expected. What is compared is "CODE: message", followed by "
// hint: ..." where there is one.
//
//===----------------------------------------------------------------------===//
#include "compiler/support/Diagnostics.h"
#include "llvm/Support/Regex.h"

using namespace nnc;

namespace {
struct Expectation {
  Severity severity;
  unsigned atLine;              // of the comment
  std::optional<unsigned> line; // expected; none: any, also nowhere
  std::string text;
  bool met = false;
};
struct Found {
  Severity severity;
  Span span;
  std::string text;
};
} // namespace

static const char *getName(Severity severity) {
  switch (severity) {
  case Severity::Error:
    return "error";
  case Severity::Warning:
    return "warning";
  case Severity::Note:
    return "note";
  }
  return "";
}

/// Reads the comments; a malformed one counts as a mismatch.
static std::vector<Expectation> readExpectations(const SourceFile &file, llvm::raw_ostream &os,
                                                 unsigned &mismatches) {
  static const llvm::Regex regex(
      "expected-(error|warning|note)(@([+-]?[0-9]+|above|below|\\*))? *\\{\\{");
  std::vector<Expectation> result;
  for (unsigned line = 1; line <= file.getLineCount(); ++line) {
    llvm::StringRef rest = file.getLine(line);
    llvm::SmallVector<llvm::StringRef, 4> matches;
    while (regex.match(rest, &matches)) {
      Expectation expectation{matches[1] == "error"     ? Severity::Error
                              : matches[1] == "warning" ? Severity::Warning
                                                        : Severity::Note,
                              line,
                              line,
                              {}};
      llvm::StringRef place = matches[3];
      int number = 0;
      if (place == "*")
        expectation.line = std::nullopt;
      else if (place == "above")
        expectation.line = line - 1;
      else if (place == "below")
        expectation.line = line + 1;
      else if (llvm::StringRef digits = place; !place.empty()) {
        digits.consume_front("+");
        if (!digits.getAsInteger(10, number))
          expectation.line = place[0] == '+' || place[0] == '-' ? line + number : number;
      }
      rest = rest.substr(matches[0].end() - rest.begin());
      size_t end = rest.find("}}");
      if (end == llvm::StringRef::npos) {
        os << file.getPath() << ':' << line << ": expected-... comment without '}}'\n";
        ++mismatches;
        break;
      }
      while (rest.substr(end + 2).starts_with("}")) // the text itself ends in '}'
        ++end;
      expectation.text = rest.take_front(end).str();
      rest = rest.substr(end + 2);
      result.push_back(std::move(expectation));
    }
  }
  return result;
}

unsigned nnc::verifyDiagnostics(const SourceFile &file, llvm::ArrayRef<Diagnostic> diagnostics,
                                llvm::raw_ostream &os) {
  unsigned mismatches = 0;
  std::vector<Expectation> expectations = readExpectations(file, os, mismatches);

  std::vector<Found> found;
  for (const Diagnostic &diagnostic : diagnostics) {
    std::string text = getDiagnosticInfo(diagnostic.kind).code.str() + ": " + diagnostic.message;
    if (!diagnostic.hint.empty())
      text += " hint: " + diagnostic.hint;
    found.push_back({diagnostic.severity, diagnostic.span, std::move(text)});
    for (const DiagnosticNote &note : diagnostic.notes)
      found.push_back({Severity::Note, note.span, note.message});
  }

  for (const Found &item : found) {
    std::optional<unsigned> line;
    if (item.span.file == &file)
      line = item.span.getBegin().line;
    // A comment that names the line is preferred to one that takes any.
    Expectation *match = nullptr;
    for (Expectation &expectation : expectations)
      if (!expectation.met && expectation.severity == item.severity &&
          (!expectation.line || expectation.line == line) &&
          llvm::StringRef(item.text).contains(expectation.text) &&
          (!match || (!match->line && expectation.line)))
        match = &expectation;
    if (match) {
      match->met = true;
      continue;
    }
    ++mismatches;
    if (item.span)
      os << item.span.file->getPath() << ':' << item.span.getBegin().line << ':'
         << item.span.getBegin().column << ": ";
    os << "unexpected " << getName(item.severity) << ": " << item.text << '\n';
  }
  for (const Expectation &expectation : expectations) {
    if (expectation.met)
      continue;
    ++mismatches;
    os << file.getPath() << ':' << expectation.atLine << ": expected "
       << getName(expectation.severity);
    if (expectation.line)
      os << " at line " << *expectation.line;
    os << " was not reported: " << expectation.text << '\n';
  }
  return mismatches;
}
