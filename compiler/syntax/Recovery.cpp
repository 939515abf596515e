//===- Recovery.cpp - where parsing goes on after a mistake --------------------===//
//
// The half of ErrorStrategy that moves; SyntaxErrors.cpp is the half that speaks. Layout has
// balanced the brackets before, so a skip can jump from a bracket to its partner.
//
//===----------------------------------------------------------------------===//
#include "compiler/syntax/SyntaxErrors.h"

using namespace nnc;
using namespace nnc::syntax;
using antlr4::ParserRuleContext;
using nnc::grammar::NnParser;

static bool endsStatement(size_t type) {
  return type == NnParser::NL || type == NnParser::SEMI || type == NnParser::RBRACE ||
         type == antlr4::Token::EOF;
}

static bool isBody(size_t rule) {
  return rule == NnParser::RuleBlock || rule == NnParser::RuleMembers || rule == NnParser::RuleFile;
}

/// Whether the construct being read has, or may have, a body in braces: then '{' is a place to go
/// on from.
static bool awaitsBody(ParserRuleContext *context) {
  for (; context && !isBody(context->getRuleIndex());
       context = static_cast<ParserRuleContext *>(context->parent)) {
    switch (context->getRuleIndex()) {
    case NnParser::RuleFunction:
    case NnParser::RuleIfMember:
      return true;
    case NnParser::RuleItem: {
      size_t first = context->getStart()->getType();
      return first != NnParser::CONST && first != NnParser::IMPORT;
    }
    case NnParser::RuleStatement: {
      size_t first = context->getStart()->getType();
      return first == NnParser::IF || first == NnParser::FOR || first == NnParser::WHILE;
    }
    case NnParser::RuleExpr:
      if (context->getStart()->getType() == NnParser::SCAN)
        return true;
    }
  }
  return false;
}

void ErrorStrategy::jumpOver(antlr4::Parser *parser) {
  const Token &opener = list.tokens[parser->getTokenStream()->index()];
  size_t last = opener.closer < 0 ? parser->getTokenStream()->index() : opener.closer;
  while (parser->getTokenStream()->index() <= last &&
         parser->getTokenStream()->LA(1) != antlr4::Token::EOF)
    parser->consume();
}

void ErrorStrategy::recover(antlr4::Parser *parser, std::exception_ptr) {
  antlr4::TokenStream *input = parser->getTokenStream();
  // A decision that looked ahead fails at its first word; the mistake is at the last.
  while (input->index() < offending && input->LA(1) != antlr4::Token::EOF)
    parser->consume();
  const Token &here = list.tokens[input->index()];
  bool inRound = here.opener >= 0 && list.tokens[here.opener].type != NnParser::LBRACE;
  bool toBody = awaitsBody(parser->getContext());
  for (;;) {
    size_t type = input->LA(1);
    const Token &token = list.tokens[input->index()];
    if (endsStatement(type))
      return;
    if (toBody && type == NnParser::LBRACE) {
      awaitedBody = true;
      return;
    }
    bool closes = type == NnParser::RPAREN || type == NnParser::RBRACK;
    if (inRound && token.opener == here.opener && (closes || type == NnParser::COMMA))
      return;
    if (token.closer >= 0)
      jumpOver(parser);
    else
      parser->consume();
  }
}

antlr4::Token *ErrorStrategy::recoverInline(antlr4::Parser *parser) {
  if (!inErrorRecoveryMode(parser)) {
    antlr4::misc::IntervalSet expected = parser->getExpectedTokens();
    antlr4::Token *found = parser->getCurrentToken();
    if (found->getType() == NnParser::EQ && expected.contains(size_t(NnParser::ASSIGN))) {
      beginErrorCondition(parser);
      if (!isConsequence(found->getTokenIndex()))
        engine.report(diag::EqualsConfused, getPlace(found->getTokenIndex()), "==")
            .hint("'==' compares; to set a value write '='");
      parser->consume();
      return found;
    }
    // Only these are imagined: after any other missing word, what follows seldom means what it
    // seems to.
    bool isSafe =
        expected.contains(size_t(NnParser::IN)) || expected.contains(size_t(NnParser::ASSIGN));
    if (isSafe && singleTokenInsertion(parser))
      return getMissingSymbol(parser);
  }
  throw antlr4::InputMismatchException(parser);
}

void ErrorStrategy::reportMissingToken(antlr4::Parser *parser) {
  if (inErrorRecoveryMode(parser))
    return;
  beginErrorCondition(parser);
  size_t at = parser->getCurrentToken()->getTokenIndex();
  explain(parser, at, at);
}

antlr4::Token *ErrorStrategy::getMissingSymbol(antlr4::Parser *parser) {
  bool isIn = parser->getExpectedTokens().contains(size_t(NnParser::IN));
  size_t type = isIn ? NnParser::IN : NnParser::ASSIGN;
  return imagined.emplace_back(std::make_unique<antlr4::CommonToken>(type)).get();
}

void ErrorStrategy::sync(antlr4::Parser *parser) {
  ParserRuleContext *context = parser->getContext();
  if (!isBody(context->getRuleIndex()) || endsStatement(parser->getTokenStream()->LA(1)))
    return;
  size_t at = parser->getTokenStream()->index();
  bool afterElement = false;
  if (!context->children.empty())
    if (auto *last = dynamic_cast<ParserRuleContext *>(context->children.back()))
      afterElement = last->getRuleIndex() != NnParser::RuleEnd;
  if (!afterElement && parser->getExpectedTokens().contains(list.tokens[at].type))
    return;
  if (!inErrorRecoveryMode(parser)) {
    beginErrorCondition(parser);
    explain(parser, at, at);
  }
  skipToLineEnd(parser);
}

void ErrorStrategy::skipToLineEnd(antlr4::Parser *parser) {
  antlr4::TokenStream *input = parser->getTokenStream();
  bool holdsMembers = parser->getContext()->getRuleIndex() == NnParser::RuleMembers;
  while (!endsStatement(input->LA(1))) {
    const Token &token = list.tokens[input->index()];
    if (token.type == NnParser::LBRACE && awaitedBody && !holdsMembers)
      parseOrphan(parser);
    else if (token.closer >= 0)
      jumpOver(parser);
    else
      parser->consume();
  }
}

/// Reads a block whose header could not be read, so that the mistakes in it are reported as well.
void ErrorStrategy::parseOrphan(antlr4::Parser *parser) {
  // ANTLR wants to know from where a rule was entered; some statement's block will do.
  static const size_t invokingState = [&]() -> size_t {
    for (antlr4::atn::ATNState *state : parser->getATN().states)
      if (state && state->ruleIndex == NnParser::RuleStatement && !state->transitions.empty())
        if (auto *transition = dynamic_cast<antlr4::atn::RuleTransition *>(state->transitions[0]))
          if (transition->target->ruleIndex == NnParser::RuleBlock)
            return state->stateNumber;
    return 0;
  }();
  size_t state = parser->getState();
  parser->setState(invokingState);
  static_cast<NnParser *>(parser)->block();
  parser->setState(state);
}
