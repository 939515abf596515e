//===- BuildExpressions.cpp - expressions ---------------------------------------===//
#include "compiler/syntax/AstBuilder.h"
#include "llvm/ADT/ScopeExit.h"
#include <charconv>
#include <cmath>

using namespace nnc;
using namespace nnc::syntax;
using nnc::grammar::NnParser;

ast::Expr *AstBuilder::build(Parser::ExprContext *context) {
  Span span = getSpan(context);
  if (depth >= maxNesting) {
    if (!tooDeep)
      engine.report(diag::NestedTooDeeply, span).hint("name the inner parts with 'let'");
    tooDeep = true;
    return file.make<ast::Name>(span);
  }
  ++depth;
  llvm::scope_exit leave([&] { --depth; });

  if (dynamic_cast<Parser::NameExprContext *>(context)) {
    auto *name = file.make<ast::Name>(span);
    name->name = span.getText().str();
    return name;
  }
  if (auto *c = dynamic_cast<Parser::LiteralExprContext *>(context))
    return buildLiteral(c);
  if (auto *c = dynamic_cast<Parser::CallExprContext *>(context))
    return buildCall(c);
  if (auto *c = dynamic_cast<Parser::BinaryExprContext *>(context))
    return buildBinary(c);
  if (auto *c = dynamic_cast<Parser::MemberExprContext *>(context)) {
    auto *member = file.make<ast::Member>(span);
    member->base = build(c->expr());
    member->name = buildId(c->id());
    return member;
  }
  if (auto *c = dynamic_cast<Parser::ParenExprContext *>(context))
    return buildParen(c);
  if (auto *c = dynamic_cast<Parser::IndexExprContext *>(context))
    return buildIndex(c);
  if (auto *c = dynamic_cast<Parser::ListExprContext *>(context))
    return buildList(c);
  if (auto *c = dynamic_cast<Parser::UnaryExprContext *>(context))
    return buildUnary(c);
  if (auto *c = dynamic_cast<Parser::IfExprContext *>(context)) {
    auto *expr = file.make<ast::If>(span);
    expr->condition = build(c->expr(0));
    expr->thenExpr = build(c->expr(1));
    expr->elseExpr = build(c->expr(2));
    return expr;
  }
  if (auto *c = dynamic_cast<Parser::MinimizeExprContext *>(context)) {
    auto *expr = file.make<ast::Minimize>(span);
    expr->loss = build(c->expr(0));
    expr->over = build(c->expr(1));
    expr->optimizer = build(c->expr(2));
    return expr;
  }
  return buildScan(static_cast<Parser::ScanExprContext *>(context));
}

ast::Expr *AstBuilder::buildScan(Parser::ScanExprContext *context) {
  auto *scan = file.make<ast::Scan>(getSpan(context));
  for (Parser::ScannedContext *scanned : context->scanned())
    scan->sources.push_back({buildPattern(scanned->pattern()), build(scanned->expr())});
  if (context->ALONG())
    scan->along = build(context->expr());
  scan->body = buildBlock(context->block());
  return scan;
}

ast::Expr *AstBuilder::buildUnary(Parser::UnaryExprContext *context) {
  auto *unary = file.make<ast::Unary>(getSpan(context));
  unary->op = context->NOT() ? ast::UnaryOp::Not : ast::UnaryOp::Negate;
  unary->operand = build(context->expr());
  return unary;
}

static ast::BinaryOp getBinaryOp(size_t type) {
  using ast::BinaryOp;
  switch (type) {
  case NnParser::PLUS:
    return BinaryOp::Add;
  case NnParser::MINUS:
    return BinaryOp::Sub;
  case NnParser::STAR:
    return BinaryOp::Mul;
  case NnParser::SLASH:
    return BinaryOp::Div;
  case NnParser::AT:
    return BinaryOp::MatMul;
  case NnParser::CARET:
    return BinaryOp::Pow;
  case NnParser::EQ:
    return BinaryOp::Eq;
  case NnParser::NE:
    return BinaryOp::Ne;
  case NnParser::LT:
    return BinaryOp::Lt;
  case NnParser::LE:
    return BinaryOp::Le;
  case NnParser::GT:
    return BinaryOp::Gt;
  case NnParser::GE:
    return BinaryOp::Ge;
  case NnParser::AND:
    return BinaryOp::And;
  case NnParser::OR:
    return BinaryOp::Or;
  case NnParser::DOTDOT:
    return BinaryOp::Range;
  default:
    return BinaryOp::RangeInclusive;
  }
}

static bool isComparison(ast::BinaryOp op) {
  return op >= ast::BinaryOp::Eq && op <= ast::BinaryOp::Ge;
}

/// The operator between two operands.
static antlr4::Token *getOperator(AstBuilder::Parser::BinaryExprContext *context) {
  return static_cast<antlr4::tree::TerminalNode *>(context->children[1])->getSymbol();
}

ast::Expr *AstBuilder::buildBinary(Parser::BinaryExprContext *context) {
  Span span = getSpan(context);
  const Token &token = getToken(getOperator(context));
  ast::Expr *lhs = build(context->expr(0));
  ast::Expr *rhs = build(context->expr(1));
  if (token.type == NnParser::COMPOSE) {
    auto *compose = file.make<ast::Compose>(span);
    compose->lhs = lhs;
    compose->rhs = rhs;
    return compose;
  }
  if (token.type == NnParser::PIPE) {
    auto *pipe = file.make<ast::Pipe>(span);
    pipe->lhs = lhs;
    pipe->rhs = rhs;
    return pipe;
  }
  auto *binary = file.make<ast::Binary>(span);
  binary->op = getBinaryOp(token.type);
  binary->opSpan = list.getSpan(token);
  binary->lhs = lhs;
  binary->rhs = rhs;
  // Without parentheses: those of (a < b) < c make a context of their own.
  auto *left = dynamic_cast<Parser::BinaryExprContext *>(context->expr(0));
  if (left && isComparison(binary->op) &&
      isComparison(getBinaryOp(getToken(getOperator(left)).type)))
    engine.report(diag::ChainedComparison, binary->opSpan)
        .note(list.getSpan(getToken(getOperator(left))), "the first comparison")
        .hint("join the two comparisons with 'and'");
  return binary;
}

ast::Expr *AstBuilder::buildCall(Parser::CallExprContext *context) {
  auto *call = file.make<ast::Call>(getSpan(context));
  call->callee = build(context->expr());
  Parser::ArgumentsContext *arguments = context->arguments();
  if (!arguments)
    return call;
  for (Parser::ArgumentContext *argument : arguments->argument())
    call->arguments.push_back(buildArgument(argument));
  if (Parser::GeneratorContext *generator = arguments->generator())
    call->generator = buildGenerator(generator);
  return call;
}

ast::Argument AstBuilder::buildArgument(Parser::ArgumentContext *context) {
  ast::Argument argument;
  argument.span = getSpan(context);
  Parser::ExprContext *first = context->expr(0);
  if (!context->COLON() && !context->ASSIGN()) {
    argument.value = build(first);
    return argument;
  }
  auto *name = dynamic_cast<Parser::NameExprContext *>(first);
  if (name)
    argument.name = buildId(name->id());
  else
    engine.report(diag::BadArgumentName, getSpan(first), context->COLON() ? ":" : "=")
        .hint(context->COLON() ? "" : "to compare write '=='");
  argument.type = buildType(context->type());
  if (Parser::ExprContext *value = context->expr(1))
    argument.value = build(value);
  return argument;
}

ast::Generator AstBuilder::buildGenerator(Parser::GeneratorContext *context) {
  ast::Generator generator;
  generator.span = getSpan(context);
  generator.pattern = buildPattern(context->pattern());
  generator.source = build(context->expr(0));
  if (Parser::ExprContext *condition = context->expr(1))
    generator.condition = build(condition);
  return generator;
}

ast::Expr *AstBuilder::buildIndex(Parser::IndexExprContext *context) {
  auto *index = file.make<ast::Index>(getSpan(context));
  index->base = build(context->expr());
  for (Parser::IndexContext *item : context->index())
    index->items.push_back(buildIndexItem(item));
  return index;
}

ast::IndexItem AstBuilder::buildIndexItem(Parser::IndexContext *context) {
  ast::IndexItem item;
  item.span = getSpan(context);
  Parser::ExprContext *expr = context->expr();
  if (expr)
    item.expr = build(expr);
  bool dotsFirst = context->getStart()->getType() == NnParser::DOTDOT;
  if (context->UNDERSCORE())
    item.kind = ast::IndexItem::Keep;
  else if (!expr)
    item.kind = ast::IndexItem::Rest;
  else if (context->DOTDOT())
    item.kind = dotsFirst ? ast::IndexItem::To : ast::IndexItem::From;
  return item;
}

ast::Expr *AstBuilder::buildParen(Parser::ParenExprContext *context) {
  std::vector<Parser::ExprContext *> elements = context->expr();
  if (elements.size() == 1 && context->COMMA().empty())
    return build(elements.front());
  auto *tuple = file.make<ast::Tuple>(getSpan(context));
  for (Parser::ExprContext *element : elements)
    tuple->elements.push_back(build(element));
  return tuple;
}

ast::Expr *AstBuilder::buildList(Parser::ListExprContext *context) {
  std::vector<Parser::ExprContext *> elements = context->expr();
  if (Parser::GeneratorContext *generator = context->generator()) {
    auto *comprehension = file.make<ast::Comprehension>(getSpan(context));
    comprehension->element = build(elements.front());
    comprehension->generator = buildGenerator(generator);
    return comprehension;
  }
  auto *result = file.make<ast::List>(getSpan(context));
  for (Parser::ExprContext *element : elements)
    result->elements.push_back(build(element));
  return result;
}

ast::Expr *AstBuilder::buildLiteral(Parser::LiteralExprContext *context) {
  const Token &token = getToken(context->getStart());
  Span span = list.getSpan(token);
  switch (token.type) {
  case NnParser::STRING:
    return buildString(token);
  case NnParser::TRUE:
  case NnParser::FALSE: {
    auto *literal = file.make<ast::BoolLiteral>(span);
    literal->value = token.type == NnParser::TRUE;
    return literal;
  }
  }
  std::string digits;
  for (char c : span.getText())
    if (c != '_')
      digits += c;
  if (token.type == NnParser::INT) {
    auto *literal = file.make<ast::IntLiteral>(span);
    auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), literal->value);
    if (error != std::errc())
      engine.report(diag::NumberOutOfRange, span, span.getText())
          .hint("an integer is less than 9223372036854775808; as a real number write " +
                span.getText() + ".0");
    return literal;
  }
  auto *literal = file.make<ast::FloatLiteral>(span);
  // Underflow to zero is rounding; overflow would be a silent infinity.
  literal->value = std::strtod(digits.c_str(), nullptr);
  if (std::isinf(literal->value))
    engine.report(diag::NumberOutOfRange, span, span.getText())
        .hint("the largest real number is about 1.8e308");
  return literal;
}
