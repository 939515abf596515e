//===- Renderer.cpp - how a diagnostic looks on a terminal --------------------===//
//
// A span is underlined from its first code point to its end on the same line; a span of several
// lines shows its first line. Tabs of the source line are repeated below it, so that carets line up
// whatever width the terminal gives to a tab; wide letters have two columns, combining marks none.
//
//===----------------------------------------------------------------------===//
#include "compiler/support/Renderer.h"
#include "llvm/Support/Unicode.h"
#include <algorithm>

using namespace nnc;
using llvm::raw_ostream;

namespace {
/// Sets a colour for the life of the object, where colours are wanted.
class Colour {
public:
  Colour(raw_ostream &os, bool on, raw_ostream::Colors colour) : os(os), on(on) {
    if (on)
      os.changeColor(colour, /*Bold=*/true);
  }
  ~Colour() {
    if (on)
      os.resetColor();
  }

private:
  raw_ostream &os;
  bool on;
};
} // namespace

static void renderPlace(Span span, raw_ostream &os, bool colours) {
  if (!span)
    return;
  LineColumn place = span.getBegin();
  Colour bold(os, colours, raw_ostream::SAVEDCOLOR);
  os << span.file->getPath() << ':' << place.line << ':' << place.column << ": ";
}

/// The bytes of the first code point.
static llvm::StringRef takeCodePoint(llvm::StringRef text) {
  size_t size = std::min<size_t>(1, text.size());
  while (size < text.size() && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80)
    ++size;
  return text.take_front(size);
}

/// The columns of a terminal that a code point takes; what is no letter is taken to have one.
static int getColumns(llvm::StringRef codePoint) {
  int columns = llvm::sys::unicode::columnWidthUTF8(codePoint);
  return columns < 0 ? 1 : columns;
}

/// The columns of `text`: a tab stays a tab, all else becomes `fill`.
static void renderColumns(llvm::StringRef text, char fill, raw_ostream &os) {
  while (!text.empty()) {
    llvm::StringRef codePoint = takeCodePoint(text);
    if (codePoint == "\t")
      os << '\t';
    else
      os << std::string(getColumns(codePoint), fill);
    text = text.drop_front(codePoint.size());
  }
}

static void renderSource(Span span, raw_ostream &os, bool colours) {
  if (!span)
    return;
  unsigned line = span.getBegin().line;
  llvm::StringRef text = span.file->getLine(line);
  uint32_t start = span.file->getLineStart(line);
  size_t begin = std::min<size_t>(span.begin - start, text.size());
  size_t end = std::clamp<size_t>(span.end - start, begin, text.size());
  os << text << '\n';
  renderColumns(text.take_front(begin), ' ', os);
  {
    Colour green(os, colours, raw_ostream::GREEN);
    os << '^';
    llvm::StringRef rest = text.slice(begin, end);
    // The caret stands for the first column.
    llvm::StringRef first = takeCodePoint(rest);
    if (getColumns(first) > 1)
      os << '~';
    renderColumns(rest.drop_front(first.size()), '~', os);
  }
  os << '\n';
}

void nnc::renderDiagnostic(const Diagnostic &diagnostic, raw_ostream &os, bool colours) {
  renderPlace(diagnostic.span, os, colours);
  {
    raw_ostream::Colors colour = diagnostic.severity == Severity::Error     ? raw_ostream::RED
                                 : diagnostic.severity == Severity::Warning ? raw_ostream::MAGENTA
                                                                            : raw_ostream::CYAN;
    Colour label(os, colours, colour);
    os << (diagnostic.severity == Severity::Error     ? "error"
           : diagnostic.severity == Severity::Warning ? "warning"
                                                      : "note");
    os << '[' << getDiagnosticInfo(diagnostic.kind).code << "]: ";
  }
  os << diagnostic.message << '\n';
  renderSource(diagnostic.span, os, colours);
  for (const DiagnosticNote &note : diagnostic.notes) {
    renderPlace(note.span, os, colours);
    {
      Colour label(os, colours, raw_ostream::CYAN);
      os << "note: ";
    }
    os << note.message << '\n';
    renderSource(note.span, os, colours);
  }
  if (!diagnostic.hint.empty()) {
    {
      Colour label(os, colours, raw_ostream::CYAN);
      os << "hint: ";
    }
    os << diagnostic.hint << '\n';
  }
}
