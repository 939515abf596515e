//===- DocComments.cpp - which comment belongs to what -------------------------===//
//
// A `///` comment belongs to what stands on its own line, if anything does, else to what follows on
// the next line. A blank line ends the relation.
//
//===----------------------------------------------------------------------===//
#include "compiler/syntax/DocComments.h"
#include "llvm/ADT/StringExtras.h"

using namespace nnc;
using namespace nnc::syntax;

DocComments::DocComments(const TokenList &list) {
  for (const Comment &comment : list.comments) {
    unsigned line = list.source->getLineNumber(comment.begin);
    llvm::StringRef text = list.source->getText().slice(comment.begin, comment.end);
    text = text.drop_front(comment.isDoc ? 3 : 2).rtrim();
    text.consume_front(" ");
    llvm::StringRef before =
        list.source->getText().slice(list.source->getLineStart(line), comment.begin);
    lines[line] = {text, comment.isDoc, !before.trim().empty()};
  }
}

std::string DocComments::getAbove(unsigned line) const {
  std::vector<llvm::StringRef> texts;
  while (--line > 0) {
    auto found = lines.find(line);
    if (found == lines.end() || !found->second.isDoc || found->second.isBehindCode)
      break;
    texts.push_back(found->second.text);
  }
  return llvm::join(llvm::reverse(texts), "\n");
}

std::string DocComments::getBehind(unsigned line) const {
  auto found = lines.find(line);
  bool isBehind = found != lines.end() && found->second.isDoc && found->second.isBehindCode;
  return isBehind ? found->second.text.str() : "";
}

std::string DocComments::getFileDoc(unsigned firstCodeLine) const {
  std::vector<llvm::StringRef> texts;
  unsigned line = 1;
  for (auto found = lines.find(line); found != lines.end() && !found->second.isBehindCode;
       found = lines.find(++line)) {
    // `///` lines that touch the first item are its own.
    if (found->second.isDoc && !getAbove(firstCodeLine).empty()) {
      unsigned last = line;
      while (lines.contains(last + 1) && lines.find(last + 1)->second.isDoc)
        ++last;
      if (last + 1 == firstCodeLine)
        break;
    }
    texts.push_back(found->second.text);
  }
  return llvm::join(texts, "\n");
}
