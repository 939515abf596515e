//===- Source.cpp - source files and places in them --------------------------===//
//
// Line starts are found once per file, and how many code points there are before every 256th byte;
// so a column is found by counting few, however long its line is.
//
//===----------------------------------------------------------------------===//
#include "compiler/support/Source.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/ConvertUTF.h"
#include "llvm/Support/FileSystem.h"
#include <algorithm>
#include <cassert>

using namespace nnc;

/// Bytes between places before which code points are counted.
static constexpr uint32_t countStep = 256;

/// Whether a byte begins a code point (it is not a continuation byte of UTF-8).
static bool beginsCodePoint(char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }

SourceFile::SourceFile(std::string path, std::string text)
    : path(std::move(path)), text(std::move(text)) {
  lineStarts.push_back(0);
  uint32_t count = 0;
  for (size_t i = 0; i < this->text.size(); ++i) {
    if (i % countStep == 0)
      counts.push_back(count);
    count += beginsCodePoint(this->text[i]);
    if (this->text[i] == '\n')
      lineStarts.push_back(i + 1);
  }
  counts.push_back(count);
}

uint32_t SourceFile::countBefore(uint32_t offset) const {
  uint32_t count = counts[offset / countStep];
  for (uint32_t i = offset - offset % countStep; i < offset; ++i)
    count += beginsCodePoint(text[i]);
  return count;
}

LineColumn SourceFile::getLineColumn(uint32_t offset) const {
  offset = std::min<uint32_t>(offset, text.size());
  LineColumn place;
  place.line = getLineNumber(offset);
  place.column += countBefore(offset) - countBefore(lineStarts[place.line - 1]);
  return place;
}

uint32_t SourceFile::getOffset(LineColumn place) const {
  if (place.line > getLineCount())
    return text.size();
  llvm::StringRef line = getLine(place.line);
  size_t offset = 0;
  for (unsigned column = 1; column < place.column && offset < line.size(); ++column)
    do
      ++offset;
    while (offset < line.size() && !beginsCodePoint(line[offset]));
  return getLineStart(place.line) + offset;
}

unsigned SourceFile::getLineNumber(uint32_t offset) const {
  return std::upper_bound(lineStarts.begin(), lineStarts.end(), offset) - lineStarts.begin();
}

llvm::StringRef SourceFile::getLine(unsigned line) const {
  uint32_t begin = getLineStart(line);
  uint32_t end = line < lineStarts.size() ? lineStarts[line] : text.size();
  return llvm::StringRef(text).slice(begin, end).rtrim("\r\n");
}

uint32_t SourceFile::getLineStart(unsigned line) const {
  assert(line >= 1 && line <= lineStarts.size() && "no such line");
  return lineStarts[line - 1];
}

unsigned SourceFile::getLineCount() const { return lineStarts.size(); }

Span Span::cover(Span a, Span b) {
  if (!a)
    return b;
  if (!b)
    return a;
  assert(a.file == b.file && "spans of two files");
  return Span{a.file, std::min(a.begin, b.begin), std::max(a.end, b.end)};
}

/// The first byte that is not part of valid UTF-8, or npos.
static size_t findInvalidUtf8(llvm::StringRef text) {
  auto *begin = reinterpret_cast<const llvm::UTF8 *>(text.begin());
  auto *end = reinterpret_cast<const llvm::UTF8 *>(text.end());
  const llvm::UTF8 *place = begin;
  return llvm::isLegalUTF8String(&place, end) ? llvm::StringRef::npos : place - begin;
}

/// More than anybody writes: what is larger is data, or a device that never ends.
static constexpr size_t mostMebibytes = 16;

/// The bytes of a file, device or pipe, but for those behind the largest size and a few; `-` stands
/// for the standard input.
static llvm::Expected<std::string> readText(llvm::StringRef path) {
  namespace fs = llvm::sys::fs;
  fs::file_t file = fs::getStdinHandle();
  if (path != "-") {
    llvm::Expected<fs::file_t> opened = fs::openNativeFileForRead(path);
    if (!opened)
      return opened.takeError();
    file = *opened;
  }
  llvm::scope_exit close([&] {
    if (path != "-")
      fs::closeFile(file);
  });
  std::string text;
  constexpr size_t step = 64 * 1024;
  while (text.size() <= mostMebibytes * 1024 * 1024) {
    size_t before = text.size();
    text.resize(before + step);
    llvm::Expected<size_t> count =
        fs::readNativeFile(file, llvm::MutableArrayRef<char>(text.data() + before, step));
    if (!count)
      return count.takeError();
    text.resize(before + *count);
    if (*count == 0)
      break;
  }
  return text;
}

const SourceFile *SourceManager::addFile(llvm::StringRef path, std::string &error) {
  llvm::Expected<std::string> read = readText(path);
  if (!read) {
    error = llvm::errorToErrorCode(read.takeError()).message();
    return nullptr;
  }
  llvm::StringRef text = *read;
  if (text.size() > mostMebibytes * 1024 * 1024) {
    error = ("it is larger than " + llvm::Twine(mostMebibytes) + " MiB, which no program is").str();
    return nullptr;
  }
  if (size_t bad = findInvalidUtf8(text); bad != llvm::StringRef::npos) {
    LineColumn place = SourceFile("", text.substr(0, bad).str()).getLineColumn(bad);
    error = (llvm::Twine("it is not UTF-8 text: byte 0x") +
             llvm::utohexstr(static_cast<unsigned char>(text[bad])) + " at line " +
             llvm::Twine(place.line) + ", column " + llvm::Twine(place.column))
                .str();
    return nullptr;
  }
  return addText(path == "-" ? "<stdin>" : path, text);
}

const SourceFile *SourceManager::addText(llvm::StringRef path, llvm::StringRef text) {
  files.push_back(std::make_unique<SourceFile>(path.str(), text.str()));
  return files.back().get();
}

bool SourceManager::hasRead(llvm::StringRef path) const {
  return llvm::any_of(files, [&](const std::unique_ptr<SourceFile> &file) {
    bool isSame = false;
    return !llvm::sys::fs::equivalent(file->getPath(), path, isSame) && isSame;
  });
}
