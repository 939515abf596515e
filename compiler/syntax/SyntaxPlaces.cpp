//===- SyntaxPlaces.cpp - where a grammatical mistake stands, and what stands there ----------===//
//
// The part of ErrorStrategy that names places and words. A mistake that follows from one already
// reported (on a spoilt line, at a bracket that Layout put in) is not mentioned.
//
//===----------------------------------------------------------------------===//
#include "compiler/syntax/SyntaxErrors.h"

using namespace nnc;
using namespace nnc::syntax;
using nnc::grammar::NnParser;

bool syntax::isReservedWord(size_t type) {
  return type >= NnParser::FN && type <= NnParser::IMPORT;
}

bool ErrorStrategy::isConsequence(size_t at) const {
  const Token &token = list.tokens[at];
  if (token.synthetic || list.isSpoilt(token.begin))
    return true;
  // Inside a bracket that was never closed there stands what was not meant to be there.
  if (token.opener >= 0) {
    const Token &opener = list.tokens[token.opener];
    if (opener.type != NnParser::LBRACE && opener.closer >= 0 &&
        list.tokens[opener.closer].synthetic)
      return true;
  }
  return at > 0 && (list.tokens[at - 1].synthetic || list.isSpoilt(list.tokens[at - 1].begin));
}

Span ErrorStrategy::getPlace(size_t at) const {
  const Token &token = list.tokens[at];
  bool isEnd = token.type == NnParser::NL || token.type == antlr4::Token::EOF;
  if (!isEnd || at == 0)
    return list.getSpan(token);
  uint32_t end = list.tokens[at - 1].end; // rather than after a comment
  return Span{list.source, end, end};
}

std::string ErrorStrategy::describe(size_t at) const {
  const Token &token = list.tokens[at];
  if (token.type == antlr4::Token::EOF)
    return token.end == list.source->getText().size() ? "the end of the file"
                                                      : "the end of the hole";
  if (token.type == NnParser::NL)
    return "the end of the line";
  if (token.type == NnParser::STRING)
    return "a string";
  if (isReservedWord(token.type))
    return ("the word '" + list.getText(token) + "'").str();
  return ("'" + list.getText(token) + "'").str();
}

std::string ErrorStrategy::describeBefore(size_t at) const {
  if (at == 0)
    return "at the start";
  const Token &token = list.tokens[at - 1];
  if (token.type == NnParser::NL || token.type == NnParser::SEMI)
    return "at the start of the line";
  if (token.type == NnParser::STRING)
    return "after the string";
  return ("after '" + list.getText(token) + "'").str();
}

const char *ErrorStrategy::getNameHint(size_t at) const {
  return isReservedWord(list.tokens[at].type)
             ? "words of the language cannot be names; choose another one"
             : "";
}
