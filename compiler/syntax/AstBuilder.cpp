//===- AstBuilder.cpp - statements and patterns --------------------------------===//
//
// The contexts that ANTLR writes for one rule are told apart by dynamic_cast, the most frequent
// first.
//
//===----------------------------------------------------------------------===//
#include "compiler/syntax/AstBuilder.h"

using namespace nnc;
using namespace nnc::syntax;
using nnc::grammar::NnParser;

ast::Identifier AstBuilder::buildId(Parser::IdContext *context) {
  Span span = getSpan(context);
  return {span.getText().str(), span};
}

ast::Block AstBuilder::buildBlock(Parser::BlockContext *context) {
  ast::Block block;
  block.span = getSpan(context);
  for (Parser::StatementContext *statement : context->statement())
    block.statements.push_back(buildStatement(statement));
  return block;
}

std::vector<ast::Expr *> AstBuilder::buildExpressions(Parser::ExpressionsContext *context) {
  std::vector<ast::Expr *> result;
  if (context)
    for (Parser::ExprContext *expr : context->expr())
      result.push_back(build(expr));
  return result;
}

ast::Pattern *AstBuilder::buildPattern(Parser::PatternContext *context) {
  Span span = getSpan(context);
  if (Parser::IdContext *id = context->id()) {
    auto *pattern = file.make<ast::Pattern>(ast::Pattern::Name, span);
    pattern->name = buildId(id);
    return pattern;
  }
  if (context->UNDERSCORE())
    return file.make<ast::Pattern>(ast::Pattern::Ignore, span);
  std::vector<Parser::PatternContext *> elements = context->pattern();
  if (elements.size() == 1 && context->COMMA().empty())
    return buildPattern(elements.front());
  auto *pattern = file.make<ast::Pattern>(ast::Pattern::Tuple, span);
  for (Parser::PatternContext *element : elements)
    pattern->elements.push_back(buildPattern(element));
  return pattern;
}

ast::Statement *AstBuilder::buildStatement(Parser::StatementContext *context) {
  Span span = getSpan(context);
  if (auto *c = dynamic_cast<Parser::ExpressionStatementContext *>(context))
    return buildExpressionStatement(c);
  if (auto *c = dynamic_cast<Parser::BindStatementContext *>(context)) {
    auto *statement = file.make<ast::BindStatement>(span);
    statement->isVar = c->VAR();
    statement->pattern = buildPattern(c->pattern());
    statement->type = buildType(c->type());
    statement->value = build(c->expr());
    return statement;
  }
  if (auto *c = dynamic_cast<Parser::IfStatementContext *>(context))
    return buildIfStatement(c);
  if (auto *c = dynamic_cast<Parser::ForStatementContext *>(context)) {
    auto *statement = file.make<ast::ForStatement>(span);
    statement->pattern = buildPattern(c->pattern());
    statement->source = build(c->expr());
    statement->body = buildBlock(c->block());
    return statement;
  }
  if (auto *c = dynamic_cast<Parser::ReturnStatementContext *>(context)) {
    auto *statement = file.make<ast::ReturnStatement>(span);
    statement->values = buildExpressions(c->expressions());
    return statement;
  }
  if (auto *c = dynamic_cast<Parser::YieldStatementContext *>(context)) {
    auto *statement = file.make<ast::YieldStatement>(span);
    statement->values = buildExpressions(c->expressions());
    return statement;
  }
  if (auto *c = dynamic_cast<Parser::AssertStatementContext *>(context)) {
    auto *statement = file.make<ast::AssertStatement>(span);
    statement->condition = build(c->expr(0));
    if (Parser::ExprContext *message = c->expr(1))
      statement->message = build(message);
    return statement;
  }
  if (auto *c = dynamic_cast<Parser::ParamStatementContext *>(context)) {
    auto *statement = file.make<ast::ParamStatement>(span);
    statement->name = buildId(c->id());
    statement->type = buildType(c->type());
    statement->init = buildInitialiser(c->initialiser());
    if (!statement->init)
      engine
          .report(diag::ExpectedToken, Span{list.source, span.end, span.end},
                  "'=' or '~' and a first value", "after '" + span.getText() + "'",
                  "the end of the statement")
          .hint("outside a layer a 'param' is used at once, so it needs its first value");
    return statement;
  }
  if (auto *c = dynamic_cast<Parser::WhileStatementContext *>(context)) {
    auto *statement = file.make<ast::WhileStatement>(span);
    statement->condition = build(c->expr());
    statement->body = buildBlock(c->block());
    return statement;
  }
  if (dynamic_cast<Parser::BreakStatementContext *>(context))
    return file.make<ast::BreakStatement>(span);
  return file.make<ast::ContinueStatement>(span);
}

ast::Statement *AstBuilder::buildIfStatement(Parser::IfStatementContext *context) {
  auto *statement = file.make<ast::IfStatement>(getSpan(context));
  std::vector<Parser::ExprContext *> conditions = context->expr();
  std::vector<Parser::BlockContext *> blocks = context->block();
  for (size_t i = 0; i < conditions.size(); ++i)
    statement->branches.push_back({build(conditions[i]), buildBlock(blocks[i])});
  if (blocks.size() > conditions.size())
    statement->elseBody = buildBlock(blocks.back());
  return statement;
}

/// A name, or a member or an element of what can be assigned to.
static bool isAssignable(const ast::Expr *expr) {
  if (auto *member = llvm::dyn_cast<ast::Member>(expr))
    return isAssignable(member->base);
  if (auto *index = llvm::dyn_cast<ast::Index>(expr))
    return isAssignable(index->base);
  return llvm::isa<ast::Name>(expr);
}

ast::Statement *AstBuilder::buildExpressionStatement(Parser::ExpressionStatementContext *context) {
  Span span = getSpan(context);
  std::vector<Parser::ExprContext *> operands = context->expr();
  ast::Expr *first = build(operands.front());
  if (operands.size() == 1) {
    auto *statement = file.make<ast::ExpressionStatement>(span);
    statement->expr = first;
    return statement;
  }
  auto *statement = file.make<ast::AssignStatement>(span);
  statement->op = context->PLUSEQ()    ? ast::AssignOp::Add
                  : context->MINUSEQ() ? ast::AssignOp::Sub
                  : context->STAREQ()  ? ast::AssignOp::Mul
                  : context->SLASHEQ() ? ast::AssignOp::Div
                                       : ast::AssignOp::Set;
  statement->target = first;
  statement->value = build(operands.back());
  if (!isAssignable(first))
    engine.report(diag::BadAssignmentTarget, getSpan(operands.front()))
        .hint(llvm::isa<ast::Tuple>(first)
                  ? "new names are bound with 'let (a, b) = ...'; a 'var' is assigned by itself"
              : statement->op == ast::AssignOp::Set
                  ? "to compare write '=='"
                  : "a name, a member or an indexed name can be assigned to");
  return statement;
}

std::string AstBuilder::getStringText(antlr4::tree::TerminalNode *node) {
  ast::StringLiteral *string = buildString(getToken(node));
  std::string text;
  for (const ast::StringLiteral::Piece &piece : string->pieces) {
    if (piece.expr)
      engine.report(diag::BadStringHole, piece.expr->span, "an expression cannot stand here")
          .hint("write '{{' and '}}' for braces in the text");
    text += piece.text;
  }
  return text;
}

bool syntax::isBroken(antlr4::ParserRuleContext *context) {
  if (context->exception || !context->getStart() || !context->getStop())
    return true;
  for (antlr4::tree::ParseTree *child : context->children) {
    if (dynamic_cast<antlr4::tree::ErrorNode *>(child))
      return true;
    auto *inner = dynamic_cast<antlr4::ParserRuleContext *>(child);
    if (inner && isBroken(inner))
      return true;
  }
  return false;
}

void AstBuilder::check(antlr4::ParserRuleContext *context) {
  for (antlr4::tree::ParseTree *child : context->children) {
    auto *inner = dynamic_cast<antlr4::ParserRuleContext *>(child);
    if (!inner)
      continue;
    auto *statement = dynamic_cast<Parser::StatementContext *>(inner);
    auto *member = dynamic_cast<Parser::MemberContext *>(inner);
    if (statement && !isBroken(statement))
      buildStatement(statement);
    else if (member && !isBroken(member))
      buildMember(member);
    else
      check(inner);
  }
}
