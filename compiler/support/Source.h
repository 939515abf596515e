//===- Source.h - source files and places in them --------------------------===//
//
// A SourceFile owns the text of one .nn file; a Span is a half-open byte range of it. Everything
// that later speaks to the user about a place holds a Span. Spans outlive nothing: the
// SourceManager must live as long as they do.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_SUPPORT_SOURCE_H
#define NNC_SUPPORT_SOURCE_H

#include "llvm/ADT/StringRef.h"
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace nnc {

/// Where the paths of the embedded library's files begin.
inline constexpr llvm::StringLiteral libraryFolder = "<stdlib>/";
/// Whether a path is that of a file of the library, which the user did not write.
inline bool isLibraryPath(llvm::StringRef path) { return path.starts_with(libraryFolder); }

/// A line and a column, both from 1; the column counts code points, as editors do.
struct LineColumn {
  unsigned line = 1;
  unsigned column = 1;
};

class SourceFile {
public:
  SourceFile(std::string path, std::string text);

  /// The path as the user gave it; "<stdlib>/name.nn" for the embedded library.
  llvm::StringRef getPath() const { return path; }
  llvm::StringRef getText() const { return text; }
  LineColumn getLineColumn(uint32_t offset) const;
  /// The inverse; the end of the line or of the text where they are shorter.
  uint32_t getOffset(LineColumn place) const;
  /// The line alone, which is found faster: columns are counted.
  unsigned getLineNumber(uint32_t offset) const;
  /// The text of a line (from 1), without its end.
  llvm::StringRef getLine(unsigned line) const;
  uint32_t getLineStart(unsigned line) const;
  unsigned getLineCount() const;

private:
  /// The code points that begin before a byte.
  uint32_t countBefore(uint32_t offset) const;

  std::string path;
  std::string text;
  std::vector<uint32_t> lineStarts;
  std::vector<uint32_t> counts; // before every few bytes
};

/// The bytes [begin, end) of a file. A default Span has no file and stands for "nowhere".
struct Span {
  const SourceFile *file = nullptr;
  uint32_t begin = 0;
  uint32_t end = 0;

  explicit operator bool() const { return file; }
  llvm::StringRef getText() const { return file->getText().slice(begin, end); }
  LineColumn getBegin() const { return file->getLineColumn(begin); }
  /// The place behind the last character.
  LineColumn getEnd() const { return file->getLineColumn(end); }
  /// The smallest span that covers both (of the same file).
  static Span cover(Span a, Span b);
};

/// Owns the files of one compilation.
class SourceManager {
public:
  /// `-` stands for the standard input, which messages call <stdin>.
  /// Null, with the reason in `error`, where the file cannot be read, is larger than any program or
  /// is not valid UTF-8.
  const SourceFile *addFile(llvm::StringRef path, std::string &error);
  const SourceFile *addText(llvm::StringRef path, llvm::StringRef text);
  /// Whether one of the files that were read is what is at `path`.
  bool hasRead(llvm::StringRef path) const;

private:
  std::vector<std::unique_ptr<SourceFile>> files;
};

} // namespace nnc

#endif // NNC_SUPPORT_SOURCE_H
