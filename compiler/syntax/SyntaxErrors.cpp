//===- SyntaxErrors.cpp - what is said of a grammatical mistake ----------------===//
//
// The half of ErrorStrategy that speaks; Recovery.cpp is the half that moves, SyntaxPlaces.cpp
// names places and words.
//
//===----------------------------------------------------------------------===//
#include "compiler/syntax/SyntaxErrors.h"
#include "llvm/ADT/StringSwitch.h"

using namespace nnc;
using namespace nnc::syntax;
using antlr4::ParserRuleContext;
using nnc::grammar::NnParser;

/// Everything that the wording depends on.
struct ErrorStrategy::Situation {
  antlr4::Parser *parser;
  size_t start; // where the decision that failed began
  size_t at;    // the word that does not fit
  const Token &found;
  size_t before; // the type of the word before it; NL where there is none
  size_t rule;
  antlr4::misc::IntervalSet expected;

  bool expects(size_t type) const { return expected.contains(type); }
};

void ErrorStrategy::reportError(antlr4::Parser *parser, const antlr4::RecognitionException &error) {
  if (inErrorRecoveryMode(parser))
    return;
  beginErrorCondition(parser);
  awaitedBody = false;
  offending = error.getOffendingToken()->getTokenIndex();
  size_t start = offending;
  if (auto *choice = dynamic_cast<const antlr4::NoViableAltException *>(&error))
    start = choice->getStartToken()->getTokenIndex();
  explain(parser, start, offending);
}

void ErrorStrategy::explain(antlr4::Parser *parser, size_t start, size_t at) {
  if (isConsequence(at))
    return;
  Situation s{parser,
              start,
              at,
              list.tokens[at],
              at ? list.tokens[at - 1].type : size_t(NnParser::NL),
              parser->getContext()->getRuleIndex(),
              parser->getExpectedTokens()};
  switch (s.rule) {
  case NnParser::RuleFile:
  case NnParser::RuleBlock:
  case NnParser::RuleMembers:
    if (s.before == NnParser::NL || s.before == NnParser::SEMI ||
        (s.before == NnParser::LBRACE && s.rule != NnParser::RuleFile))
      return explainStart(s);
    if (s.expects(NnParser::NL))
      return explainAfterStatement(s);
  }
  if (!explainExpression(s) && !explainName(s) && !explainConnective(s))
    explainRest(s);
}

//===-- Something is missing ----------------------------------------------------===//

bool ErrorStrategy::explainExpression(const Situation &s) {
  bool isName = s.rule == NnParser::RuleParameters || s.rule == NnParser::RulePattern ||
                s.rule == NnParser::RuleType;
  bool isElse = s.before == NnParser::ELSE && s.rule != NnParser::RuleExpr;
  if (isName || isElse)
    return false;
  bool isLookahead = s.start != s.at && !endsOperand(s.before);
  // `f(a, *)`: the decision that failed took the comma for the last one.
  bool isElement = (s.before == NnParser::COMMA || s.before == NnParser::LPAREN ||
                    s.before == NnParser::LBRACK) &&
                   !s.expects(NnParser::ID) &&
                   (s.expects(NnParser::RPAREN) || s.expects(NnParser::RBRACK));
  if (!s.expects(NnParser::INT) && !isLookahead && !isElement)
    return false;
  if (endsOperand(s.before) && s.start != s.at)
    return false;
  bool isBody = false;
  for (antlr4::RuleContext *c = s.parser->getContext();
       c && c->getRuleIndex() != NnParser::RuleStatement;
       c = static_cast<antlr4::RuleContext *>(c->parent))
    isBody |= c->getRuleIndex() == NnParser::RuleBody;
  DiagnosticBuilder error =
      engine.report(diag::ExpectedExpression, getPlace(s.at), describeBefore(s.at), describe(s.at));
  if (s.found.type == NnParser::LBRACE && s.before == NnParser::ASSIGN)
    error.hint(isBody ? "a body in braces has no '=' before it"
                      : "braces enclose statements; a list is written [1, 2]");
  else if (s.found.type == NnParser::ASSIGN && s.before == NnParser::ASSIGN)
    error.hint("write '==' without a space to compare");
  else if (isReservedWord(s.found.type))
    error.hint(getNameHint(s.at));
  else if (s.found.type == NnParser::PLUS)
    error.hint("there is no sign '+'; leave it out");
  else if (s.found.type == NnParser::UNDERSCORE)
    error.hint("'_' stands for a dimension that is kept, alone in an index, or for an unused part "
               "of a pattern");
  return true;
}

/// What is being named, for "expected ..., found ...".
static std::string describeName(ParserRuleContext *context) {
  if (context->getRuleIndex() == NnParser::RuleId && context->parent)
    context = static_cast<ParserRuleContext *>(context->parent);
  switch (context->getRuleIndex()) {
  case NnParser::RuleFunction:
    return "the name of the function";
  case NnParser::RuleItem:
    switch (context->getStart()->getType()) {
    case NnParser::CONST:
      return "the name of the constant";
    case NnParser::COMMAND:
      return "the name of the command";
    case NnParser::MODEL:
      return "the name of the model";
    case NnParser::OPTIMIZER:
      return "the name of the optimizer";
    default:
      return "the name of the layer";
    }
  case NnParser::RuleParameters:
  case NnParser::RuleParameter:
    return "the name of a parameter";
  case NnParser::RulePattern:
    return "a name, or names in parentheses,";
  case NnParser::RuleExpr:
    return "the name of a member";
  default:
    return "a name";
  }
}

bool ErrorStrategy::explainName(const Situation &s) {
  bool isElement = (s.rule == NnParser::RuleParameters || s.rule == NnParser::RulePattern) &&
                   !endsOperand(s.before) && (s.start != s.at || s.expects(NnParser::RPAREN));
  if (!isElement && (!s.expects(NnParser::ID) || (s.start != s.at && endsOperand(s.before))))
    return false;
  if (s.rule == NnParser::RuleType || s.rule == NnParser::RuleTypeName || s.expects(NnParser::FN)) {
    DiagnosticBuilder error =
        engine.report(diag::ExpectedType, getPlace(s.at), describeBefore(s.at), describe(s.at));
    if (isReservedWord(s.found.type))
      error.hint(getNameHint(s.at));
    return true;
  }
  engine
      .report(diag::ExpectedName, getPlace(s.at),
              describeName(s.parser->getContext()) + " " + describeBefore(s.at), describe(s.at))
      .hint(getNameHint(s.at));
  return true;
}

/// The nearest header that has a body: its first word and where it stands.
static antlr4::Token *findHeader(ParserRuleContext *context) {
  for (; context; context = static_cast<ParserRuleContext *>(context->parent)) {
    size_t rule = context->getRuleIndex();
    size_t first = context->getStart() ? context->getStart()->getType() : 0;
    if (rule == NnParser::RuleStatement || rule == NnParser::RuleItem ||
        rule == NnParser::RuleIfMember || (rule == NnParser::RuleExpr && first == NnParser::SCAN))
      return context->getStart();
  }
  return nullptr;
}

bool ErrorStrategy::explainConnective(const Situation &s) {
  auto report = [&](const char *what, llvm::StringRef where, const char *hint) {
    engine.report(diag::ExpectedToken, getPlace(s.at), what, where, describe(s.at)).hint(hint);
    return true;
  };
  size_t first = list.tokens[s.start].type;
  bool isIfStatement =
      s.rule == NnParser::RuleStatement && s.start != s.at && first == NnParser::IF;
  bool awaitsBrace = s.expects(NnParser::LBRACE) || isIfStatement;
  bool isCondition = s.expects(NnParser::THEN) || isIfStatement ||
                     (s.rule == NnParser::RuleStatement && s.expects(NnParser::LBRACE));
  if (s.found.type == NnParser::ASSIGN && (s.expects(NnParser::EQ) || isCondition) &&
      endsOperand(s.before) && !s.expects(NnParser::ASSIGN)) {
    engine.report(diag::EqualsConfused, getPlace(s.at), "=")
        .hint("'=' sets a value; to compare write '=='");
    return true;
  }
  // Where the decision began earlier, `expected` is about its first word, not about this one.
  bool isHere = s.start == s.at;
  if (isHere && s.expects(NnParser::IN)) {
    bool hasBracket = s.found.type == NnParser::LPAREN;
    return report("'in'", describeBefore(s.at),
                  hasBracket ? "" : "a loop is written 'for x in xs { ... }'");
  }
  if (isHere && s.expects(NnParser::THEN) && !awaitsBrace)
    return report("'then'", "after the condition",
                  "an 'if' with a value is written 'if condition then a else b'");
  if (isHere && s.expects(NnParser::ELSE) && !s.expects(NnParser::NL))
    return report("'else'", "and a value after 'then'", "an 'if' with a value needs both");
  if (isHere && s.expects(NnParser::OVER))
    return report("'over'", "after the loss",
                  "write 'minimize loss over parameters using optimizer'");
  if (isHere && s.expects(NnParser::USING))
    return report("'using'", "after what to minimize over",
                  "write 'minimize loss over parameters using optimizer'");
  if (s.rule == NnParser::RuleBody ||
      (s.rule == NnParser::RuleFunction && s.expects(NnParser::LBRACE) &&
       s.expects(NnParser::ASSIGN))) {
    size_t arrow = s.at;
    while (arrow > 0 && list.tokens[arrow].type != NnParser::ARROW &&
           list.tokens[arrow].type != NnParser::NL)
      --arrow;
    bool hasResult = list.tokens[arrow].type == NnParser::ARROW;
    return report("'=' or '{'", "to begin the body of the function",
                  hasResult ? "'->' gives the type of the result; a value follows '='" : "");
  }
  if (s.before == NnParser::ELSE)
    return report("'{' or 'if'", "after 'else'", "");
  if (!awaitsBrace)
    return false;
  antlr4::Token *header = findHeader(s.parser->getContext());
  if (isIfStatement)
    header = s.parser->getTokenStream()->get(s.start);
  std::string where = "to begin the body";
  if (header)
    where += " of '" + list.getText(list.tokens[header->getTokenIndex()]).str() + "'";
  return report("'{'", where,
                s.found.type == NnParser::COLON ? "a body stands in braces: { ... }" : "");
}

void ErrorStrategy::explainRest(const Situation &s) {
  const Token *bracket = s.found.opener >= 0 ? &list.tokens[s.found.opener] : nullptr;
  if (s.rule == NnParser::RuleItem && s.expects(NnParser::STRING)) {
    bool isTest = s.parser->getContext()->getStart()->getType() == NnParser::TEST;
    engine.report(diag::ExpectedToken, getPlace(s.at),
                  isTest ? "the name of the test, a string," : "the path, a string,",
                  describeBefore(s.at), describe(s.at));
    return;
  }
  if (s.rule == NnParser::RuleParameters && s.expects(NnParser::LPAREN)) {
    bool isMember = s.before == NnParser::ID && s.found.type == NnParser::ASSIGN;
    engine.report(diag::ExpectedToken, getPlace(s.at), "'('", describeBefore(s.at), describe(s.at))
        .hint(isMember ? "a value of a layer begins with 'let', 'param' or 'state'"
                       : "parameters stand in parentheses, also where there are none: ()");
    return;
  }
  if (bracket && bracket->type != NnParser::LBRACE &&
      (s.expects(NnParser::RPAREN) || s.expects(NnParser::RBRACK) || s.expects(NnParser::COMMA) ||
       s.start != s.at)) {
    bool isRound = bracket->type == NnParser::LPAREN;
    DiagnosticBuilder error =
        engine.report(diag::ExpectedSeparator, getPlace(s.at), isRound ? ")" : "]",
                      describeBefore(s.at), describe(s.at));
    error.note(list.getSpan(*bracket), isRound ? "'(' was opened here" : "'[' was opened here");
    if (s.found.type == NnParser::IN)
      error.hint("a loop is written 'for x in xs { ... }', without parentheses");
    return;
  }
  if (s.expects(NnParser::COLON) && !s.expects(NnParser::ASSIGN)) {
    engine
        .report(diag::ExpectedToken, getPlace(s.at), "':' and a type", describeBefore(s.at),
                describe(s.at))
        .hint("a 'param' states its type, such as f32[10]");
    return;
  }
  if (s.expects(NnParser::ASSIGN)) {
    engine
        .report(diag::ExpectedToken, getPlace(s.at), "'=' and a value", describeBefore(s.at),
                describe(s.at))
        .hint(s.found.type == NnParser::TILDE ? "'~' draws the first value of a 'param'" : "");
    return;
  }
  if (s.expects(NnParser::NL) || s.expects(antlr4::Token::EOF))
    return explainAfterStatement(s);
  // What the grammar can take, in its own spelling.
  std::string expected;
  for (ssize_t type : s.expected.toList()) {
    std::string text = s.parser->getVocabulary().getLiteralName(type);
    if (!text.empty())
      expected += (expected.empty() ? "" : " or ") + text;
  }
  engine.report(diag::ExpectedToken, getPlace(s.at), expected.empty() ? "something else" : expected,
                describeBefore(s.at), describe(s.at));
}

//===-- Something is too much ---------------------------------------------------===//

void ErrorStrategy::explainAfterStatement(const Situation &s) {
  const Token &eof = list.tokens.back();
  if (eof.end != list.source->getText().size()) { // a hole in a string
    engine
        .report(diag::ExpectedToken, getPlace(s.at), "'}'", "after the expression", describe(s.at))
        .hint("a brace in the text is written '{{' or '}}'");
    return;
  }
  if (s.found.type == NnParser::DOTDOT) { // a range without an end stands in an index only
    engine.report(diag::ExpectedExpression, getPlace(s.at + 1), describeBefore(s.at + 1),
                  describe(s.at + 1));
    return;
  }
  ParserRuleContext *body = s.parser->getContext();
  while (body->parent && body->getRuleIndex() != NnParser::RuleBlock &&
         body->getRuleIndex() != NnParser::RuleMembers)
    body = static_cast<ParserRuleContext *>(body->parent);
  size_t rule = body->getRuleIndex();
  const char *what = rule == NnParser::RuleBlock     ? "statement"
                     : rule == NnParser::RuleMembers ? "member"
                                                     : "item";
  std::string found =
      s.found.type == NnParser::STRING ? "string" : ("'" + list.getText(s.found) + "'").str();
  DiagnosticBuilder error = engine.report(diag::AfterStatement, getPlace(s.at), found, what);
  bool isCall = s.before == NnParser::ID && rule == NnParser::RuleBlock &&
                (s.found.type == NnParser::ID || s.found.type == NnParser::STRING ||
                 s.found.type == NnParser::INT || s.found.type == NnParser::FLOAT);
  if (isCall)
    error.hint("a call has parentheses: " + list.getText(list.tokens[s.at - 1]) + "(...)");
  else if (s.found.type == NnParser::COLON && s.before == NnParser::ID)
    error.hint("a new name begins with 'let', or 'var' where it changes");
  else if (s.found.type == NnParser::EQ || s.found.type == NnParser::ASSIGN)
    error.hint("'=' sets a value, '==' compares");
  else if (s.found.type == NnParser::ARROW)
    error.hint("a function is written 'fn name(x) = value', outside of blocks");
  else if (s.found.type == NnParser::ELSE) {
    error.hint("'else' follows the '}' of its 'if'");
    awaitedBody = true;
  }
}

void ErrorStrategy::explainStart(const Situation &s) {
  Span place = getPlace(s.at);
  std::string found = describe(s.at);
  size_t type = s.found.type;
  if (type == NnParser::ELSE) {
    awaitedBody = true;
    engine.report(diag::ExpectedStatement, place, found).hint("'else' follows the '}' of its 'if'");
    return;
  }
  awaitedBody = false;
  switch (s.rule) {
  case NnParser::RuleBlock: {
    bool isItem = type == NnParser::FN || type == NnParser::CONST || type == NnParser::IMPORT;
    engine.report(diag::ExpectedStatement, place, found)
        .hint(isItem ? "functions, constants and imports stand outside of blocks" : "");
    return;
  }
  case NnParser::RuleMembers: {
    auto *owner = static_cast<ParserRuleContext *>(s.parser->getContext()->parent);
    while (owner && owner->getRuleIndex() != NnParser::RuleItem)
      owner = static_cast<ParserRuleContext *>(owner->parent);
    llvm::StringRef kind =
        owner ? list.getText(list.tokens[owner->getStart()->getTokenIndex()]) : "layer";
    engine.report(diag::ExpectedMember, place, kind, found)
        .hint(type == NnParser::VAR
                  ? "a value that changes is a 'state'"
                  : "it may hold 'param', 'state', 'let', 'assert', 'if' and functions");
    return;
  }
  default:
    engine.report(diag::ExpectedItem, place, found)
        .hint(type == NnParser::LET || type == NnParser::VAR
                  ? "a value for the whole file is a 'const'"
                  : "statements stand in a function, a 'command' or a 'test'");
  }
}
