//===- Tokens.cpp - cutting text into words ------------------------------------===//
//
// ANTLR counts code points; the rest of the compiler counts bytes. Here, and only here, the one
// becomes the other.
//
//===----------------------------------------------------------------------===//
#include "compiler/syntax/Tokens.h"
#include "NnLexer.h"

using namespace nnc;
using namespace nnc::syntax;
using nnc::grammar::NnLexer;

TokenList syntax::lex(const SourceFile &source, uint32_t begin, uint32_t end) {
  TokenList list;
  list.source = &source;
  llvm::StringRef text = source.getText().slice(begin, end);

  // The byte where each code point begins, and the end; not needed where all are ASCII.
  std::vector<uint32_t> starts;
  bool isAscii = llvm::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  if (!isAscii) {
    for (uint32_t i = 0; i < text.size(); ++i)
      if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80)
        starts.push_back(i);
    starts.push_back(text.size());
  }
  auto toByte = [&](size_t codePoint) -> uint32_t {
    return begin + (isAscii ? codePoint : starts[codePoint]);
  };

  // ANTLR drops a byte-order mark; it is white space to the lexer, so another one stands in for it.
  bool hasMark = text.starts_with("\xEF\xBB\xBF");
  antlr4::ANTLRInputStream input((hasMark ? "\xEF\xBB\xBF" : "") + text.str());
  NnLexer lexer(&input);
  lexer.removeErrorListeners(); // the rule BAD leaves no character unmatched
  for (;;) {
    std::unique_ptr<antlr4::Token> token = lexer.nextToken();
    if (token->getType() == antlr4::Token::EOF)
      break;
    uint32_t from = toByte(token->getStartIndex()), to = toByte(token->getStopIndex() + 1);
    if (token->getChannel() == antlr4::Token::DEFAULT_CHANNEL)
      list.tokens.push_back({token->getType(), from, to});
    else
      list.comments.push_back({from, to, token->getType() == NnLexer::DOC});
  }
  list.tokens.push_back({antlr4::Token::EOF, end, end});
  return list;
}

bool syntax::endsOperand(size_t type) {
  switch (type) {
  case NnLexer::ID:
  case NnLexer::LAYER:
  case NnLexer::MODEL:
  case NnLexer::LOSS:
  case NnLexer::OPTIMIZER:
  case NnLexer::COMMAND:
  case NnLexer::TEST:
  case NnLexer::INT:
  case NnLexer::FLOAT:
  case NnLexer::STRING:
  case NnLexer::TRUE:
  case NnLexer::FALSE:
  case NnLexer::RPAREN:
  case NnLexer::RBRACK:
  case NnLexer::RBRACE:
    return true;
  default:
    return false;
  }
}
