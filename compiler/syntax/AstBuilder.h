//===- AstBuilder.h - from ANTLR's parse tree to our syntax tree --------------===//
//
// One method for each rule of the grammar. Needs a parse tree without errors: the parser hands over
// only items in which none was reported. What the grammar is too coarse to tell (`1 = 2` as a
// statement, chained comparisons, numbers out of range) is checked here.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_SYNTAX_ASTBUILDER_H
#define NNC_SYNTAX_ASTBUILDER_H

#include "NnParser.h"
#include "compiler/support/DeepStack.h"
#include "compiler/syntax/Ast.h"
#include "compiler/syntax/DocComments.h"
#include "compiler/syntax/Tokens.h"

namespace nnc::syntax {

class AstBuilder {
public:
  using Parser = grammar::NnParser;

  AstBuilder(ast::File &file, const TokenList &list, const DocComments &docs,
             DiagnosticEngine &engine)
      : file(file), list(list), docs(docs), engine(engine) {}

  ast::Item *build(Parser::ItemContext *context);
  ast::Expr *build(Parser::ExprContext *context);
  /// Checks what can be checked below a part of the tree that has errors: the statements and
  /// members that have none.
  void check(antlr4::ParserRuleContext *context);
  /// Checks the holes of the strings that no other call has met.
  void checkStrings();

  /// Cuts a string into text and holes, and parses the holes.
  ast::StringLiteral *buildString(const Token &token);

private:
  // BuildItems.cpp
  ast::Function *buildFunction(Parser::FunctionContext *context, Span start);
  std::vector<ast::Parameter> buildParameters(Parser::ParametersContext *context);
  std::vector<ast::LayerMember *> buildMembers(Parser::MembersContext *context);
  ast::LayerMember *buildMember(Parser::MemberContext *context);
  ast::LayerMember *buildIfMember(Parser::IfMemberContext *context);
  std::optional<ast::Initialiser> buildInitialiser(Parser::InitialiserContext *context);
  ast::Type *buildType(Parser::TypeContext *context); // null for null
  ast::DimSpec buildDim(Parser::DimContext *context);

  // AstBuilder.cpp
  ast::Block buildBlock(Parser::BlockContext *context);
  ast::Statement *buildStatement(Parser::StatementContext *context);
  ast::Statement *buildIfStatement(Parser::IfStatementContext *context);
  ast::Statement *buildExpressionStatement(Parser::ExpressionStatementContext *context);
  std::vector<ast::Expr *> buildExpressions(Parser::ExpressionsContext *context);
  ast::Pattern *buildPattern(Parser::PatternContext *context);
  ast::Identifier buildId(Parser::IdContext *context);
  std::string getStringText(antlr4::tree::TerminalNode *node);

  // BuildExpressions.cpp
  ast::Expr *buildBinary(Parser::BinaryExprContext *context);
  ast::Expr *buildUnary(Parser::UnaryExprContext *context);
  ast::Expr *buildCall(Parser::CallExprContext *context);
  ast::Expr *buildIndex(Parser::IndexExprContext *context);
  ast::Expr *buildScan(Parser::ScanExprContext *context);
  ast::Expr *buildParen(Parser::ParenExprContext *context);
  ast::Expr *buildList(Parser::ListExprContext *context);
  ast::Expr *buildLiteral(Parser::LiteralExprContext *context);
  ast::Argument buildArgument(Parser::ArgumentContext *context);
  ast::Generator buildGenerator(Parser::GeneratorContext *context);
  ast::IndexItem buildIndexItem(Parser::IndexContext *context);

  // StringHoles.cpp
  void buildHole(ast::StringLiteral *string, uint32_t begin, uint32_t end);
  bool readEscape(uint32_t &at, uint32_t end, std::string &text);

  const Token &getToken(antlr4::Token *token) const { return list.tokens[token->getTokenIndex()]; }
  const Token &getToken(antlr4::tree::TerminalNode *node) const {
    return getToken(node->getSymbol());
  }
  Span getSpan(antlr4::ParserRuleContext *context) const {
    return Span{list.source, getToken(context->getStart()).begin, getToken(context->getStop()).end};
  }
  unsigned getLine(uint32_t offset) const { return list.source->getLineNumber(offset); }

  ast::File &file;
  const TokenList &list;
  const DocComments &docs;
  DiagnosticEngine &engine;
  unsigned depth = 0;
  bool tooDeep = false;             // and reported
  llvm::DenseSet<uint32_t> strings; // where the strings built begin
};

/// Whether ANTLR met a mistake below the context, reported or a consequence of another.
bool isBroken(antlr4::ParserRuleContext *context);

/// Parses the bytes [begin, end), a hole of a string, and builds its expression; null after an
/// error.
ast::Expr *parseHole(ast::File &file, const SourceFile &source, uint32_t begin, uint32_t end,
                     std::optional<uint32_t> &colon, DiagnosticEngine &engine);

} // namespace nnc::syntax

#endif // NNC_SYNTAX_ASTBUILDER_H
