//===- SyntaxErrors.h - grammatical mistakes: what is said, where parsing goes on ---===//
//
// ANTLR's parser asks this strategy whenever the words do not fit the grammar. It words the message
// from the rule that was being read, the words around the place and what the grammar could take
// there, and finds the next place from which reading makes sense: the next argument inside
// brackets, the body of the statement, the next statement.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_SYNTAX_SYNTAXERRORS_H
#define NNC_SYNTAX_SYNTAXERRORS_H

#include "NnParser.h"
#include "compiler/syntax/Tokens.h"

namespace nnc::syntax {

class ErrorStrategy : public antlr4::DefaultErrorStrategy {
public:
  ErrorStrategy(const TokenList &list, DiagnosticEngine &engine) : list(list), engine(engine) {}

  void reportError(antlr4::Parser *parser, const antlr4::RecognitionException &error) override;
  void recover(antlr4::Parser *parser, std::exception_ptr error) override;
  antlr4::Token *recoverInline(antlr4::Parser *parser) override;
  /// Called before each choice; here blocks check that what follows is a statement or the end of
  /// one.
  void sync(antlr4::Parser *parser) override;

protected:
  void reportMissingToken(antlr4::Parser *parser) override;
  antlr4::Token *getMissingSymbol(antlr4::Parser *parser) override;

private:
  struct Situation;
  bool isConsequence(size_t at) const;
  Span getPlace(size_t at) const;
  std::string describe(size_t at) const;
  std::string describeBefore(size_t at) const;
  const char *getNameHint(size_t at) const;

  void explain(antlr4::Parser *parser, size_t start, size_t at);
  bool explainExpression(const Situation &s);
  bool explainName(const Situation &s);
  bool explainConnective(const Situation &s);
  void explainRest(const Situation &s);
  void explainAfterStatement(const Situation &s);
  void explainStart(const Situation &s);

  void skipToLineEnd(antlr4::Parser *parser);
  void jumpOver(antlr4::Parser *parser);
  void parseOrphan(antlr4::Parser *parser);

  const TokenList &list;
  DiagnosticEngine &engine;
  size_t offending = 0; // where the error being recovered from was seen
  std::vector<std::unique_ptr<antlr4::CommonToken>> imagined; // by getMissingSymbol
  bool awaitedBody =
      false; // whether the '{' that recovery stopped at begins the body of what failed
};

/// The words that the grammar reserves, `let`, `if`, ...
bool isReservedWord(size_t type);

} // namespace nnc::syntax

#endif // NNC_SYNTAX_SYNTAXERRORS_H
