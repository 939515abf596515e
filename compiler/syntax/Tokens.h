//===- Tokens.h - the words of a file, as the parser gets them ----------------===//
//
// lex() cuts the text into tokens with byte offsets; repair() reports words of other languages and
// malformed numbers, strings and characters, and puts in their place what was meant; layOut()
// decides which line ends separate statements, reports unbalanced brackets and adds or drops what
// is missing or too much. What the parser sees then has only grammatical mistakes left, so that
// each mistake is reported once.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_SYNTAX_TOKENS_H
#define NNC_SYNTAX_TOKENS_H

#include "compiler/support/Diagnostics.h"
#include "llvm/ADT/DenseSet.h"

namespace nnc::syntax {

/// A token: a type of NnLexer and the bytes that it covers.
struct Token {
  size_t type = 0;
  uint32_t begin = 0;
  uint32_t end = 0;
  bool synthetic = false; // put there by a repair: what follows from it is not the user's mistake
  // Known after layOut:
  int opener = -1; // the innermost bracket around the token; of a bracket that closes: its partner
  int closer = -1; // of a bracket that opens: its partner
};

/// A `//` or `///` comment.
struct Comment {
  uint32_t begin = 0;
  uint32_t end = 0;
  bool isDoc = false;
};

struct TokenList {
  const SourceFile *source = nullptr;
  std::vector<Token> tokens; // the last one is the end of the file
  std::vector<Comment> comments;
  /// Lines with a word that could not be repaired: further errors on them are consequences.
  llvm::DenseSet<unsigned> spoiltLines;

  Span getSpan(const Token &token) const { return Span{source, token.begin, token.end}; }
  llvm::StringRef getText(const Token &token) const {
    return source->getText().slice(token.begin, token.end);
  }
  void spoil(const Token &token) { spoiltLines.insert(source->getLineNumber(token.begin)); }
  bool isSpoilt(uint32_t offset) const {
    return !spoiltLines.empty() && spoiltLines.contains(source->getLineNumber(offset));
  }
};

/// The tokens of the bytes [begin, end) of a file: of all of it, or of a hole in a string.
TokenList lex(const SourceFile &source, uint32_t begin, uint32_t end);

/// Repairs single words; see the head of the file.
void repair(TokenList &list, DiagnosticEngine &engine);

/// Line ends and brackets. False where the file is nested too deeply to be parsed.
bool layOut(TokenList &list, DiagnosticEngine &engine);

/// The limit of brackets within brackets, checked by layOut.
constexpr unsigned maxBracketDepth = 200;

/// Whether an operand (a name, a literal, a closed bracket) may end with this token.
bool endsOperand(size_t type);

} // namespace nnc::syntax

#endif // NNC_SYNTAX_TOKENS_H
