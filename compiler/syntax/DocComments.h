//===- DocComments.h - which comment belongs to what ---------------------------===//
#ifndef NNC_SYNTAX_DOCCOMMENTS_H
#define NNC_SYNTAX_DOCCOMMENTS_H

#include "compiler/syntax/Tokens.h"
#include "llvm/ADT/DenseMap.h"

namespace nnc::syntax {

/// The comments of a file by line.
class DocComments {
public:
  explicit DocComments(const TokenList &list);

  /// The `///` lines right above a line, without their slashes; "" where there are none.
  std::string getAbove(unsigned line) const;
  /// The `///` text behind the code of a line.
  std::string getBehind(unsigned line) const;
  /// The comment lines, `//` or `///`, that open the file; "" where the `///` lines stand right
  /// above an item and so belong to it.
  std::string getFileDoc(unsigned firstCodeLine) const;

private:
  struct Line {
    llvm::StringRef text;
    bool isDoc;
    bool isBehindCode;
  };
  llvm::DenseMap<unsigned, Line> lines;
};

} // namespace nnc::syntax

#endif // NNC_SYNTAX_DOCCOMMENTS_H
