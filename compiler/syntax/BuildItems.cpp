//===- BuildItems.cpp - items, members, types ------------------------------------===//
#include "compiler/syntax/AstBuilder.h"

using namespace nnc;
using namespace nnc::syntax;
using nnc::grammar::NnParser;

ast::Item *AstBuilder::build(Parser::ItemContext *context) {
  Span span = getSpan(context);
  std::string doc = docs.getAbove(getLine(span.begin));
  auto finish = [&](ast::Item *item, ast::Identifier name) {
    item->name = std::move(name);
    item->doc = std::move(doc);
    return item;
  };
  if (auto *c = dynamic_cast<Parser::FunctionItemContext *>(context)) {
    auto *item = file.make<ast::FunctionItem>(span);
    item->function = buildFunction(c->function(), span);
    item->function->isLoss = c->LOSS();
    item->function->doc = doc;
    return finish(item, item->function->name);
  }
  if (auto *c = dynamic_cast<Parser::LayerItemContext *>(context)) {
    auto *item = file.make<ast::LayerItem>(span);
    item->flavour = c->MODEL()       ? ast::LayerItem::Model
                    : c->OPTIMIZER() ? ast::LayerItem::Optimizer
                                     : ast::LayerItem::Layer;
    item->parameters = buildParameters(c->parameters());
    item->members = buildMembers(c->members());
    return finish(item, buildId(c->id()));
  }
  if (auto *c = dynamic_cast<Parser::CommandItemContext *>(context)) {
    auto *item = file.make<ast::CommandItem>(span);
    item->parameters = buildParameters(c->parameters());
    item->body = buildBlock(c->block());
    return finish(item, buildId(c->id()));
  }
  if (auto *c = dynamic_cast<Parser::TestItemContext *>(context)) {
    auto *item = file.make<ast::TestItem>(span);
    item->body = buildBlock(c->block());
    return finish(item, {getStringText(c->STRING()), list.getSpan(getToken(c->STRING()))});
  }
  if (auto *c = dynamic_cast<Parser::ConstItemContext *>(context)) {
    auto *item = file.make<ast::ConstItem>(span);
    item->type = buildType(c->type());
    item->value = build(c->expr());
    return finish(item, buildId(c->id()));
  }
  auto *c = static_cast<Parser::ImportItemContext *>(context);
  auto *item = file.make<ast::ImportItem>(span);
  item->path = getStringText(c->STRING());
  if (!c->id().empty()) {
    ast::Identifier as = buildId(c->id(0));
    if (as.name != "as")
      engine.report(diag::ExpectedToken, as.span, "'as'", "after the path", "'" + as.name + "'");
    item->alias = buildId(c->id(1));
  }
  return finish(item, {item->path, list.getSpan(getToken(c->STRING()))});
}

ast::Function *AstBuilder::buildFunction(Parser::FunctionContext *context, Span start) {
  auto *function = file.make<ast::Function>(Span::cover(start, getSpan(context)));
  function->name = buildId(context->id());
  function->parameters = buildParameters(context->parameters());
  function->result = buildType(context->type());
  if (Parser::ExprContext *expr = context->body()->expr())
    function->expr = build(expr);
  else
    function->block = buildBlock(context->body()->block());
  for (Parser::CustomGradientContext *custom : context->customGradient()) {
    ast::CustomGradient gradient;
    gradient.span = getSpan(custom);
    gradient.rule = buildId(custom->id(0));
    gradient.cotangent = buildId(custom->id(1));
    gradient.value = build(custom->expr());
    llvm::StringRef of = gradient.rule.name;
    bool isOfParameter =
        of.consume_front("grad_") && llvm::any_of(function->parameters, [&](const auto &parameter) {
          return parameter.name.name == of;
        });
    if (gradient.rule.name != "grad" && !isOfParameter)
      engine.report(diag::BadCustomGradient, gradient.rule.span, gradient.rule.name)
          .hint("write 'with grad(dy) = ...'");
    for (const ast::CustomGradient &other : function->customGradients)
      if (other.rule.name == gradient.rule.name)
        engine.report(diag::DefinedTwice, gradient.rule.span, gradient.rule.name);
    function->customGradients.push_back(std::move(gradient));
  }
  return function;
}

std::vector<ast::Parameter> AstBuilder::buildParameters(Parser::ParametersContext *context) {
  std::vector<ast::Parameter> result;
  if (!context)
    return result;
  std::vector<Parser::ParameterContext *> parameters = context->parameter();
  for (size_t i = 0; i < parameters.size(); ++i) {
    Parser::ParameterContext *c = parameters[i];
    ast::Parameter parameter;
    parameter.span = getSpan(c);
    parameter.name = buildId(c->id());
    parameter.type = buildType(c->type());
    if (c->expr())
      parameter.defaultValue = build(c->expr());
    // The comment behind a line belongs to the last parameter on it, the one above to the first.
    unsigned first = getLine(parameter.span.begin), last = getLine(parameter.span.end);
    bool endsLine = i + 1 == parameters.size() || getLine(getSpan(parameters[i + 1]).begin) != last;
    bool beginsLine = getLine(getSpan(context).begin) != first &&
                      (i == 0 || getLine(getSpan(parameters[i - 1]).end) != first);
    if (endsLine)
      parameter.doc = docs.getBehind(last);
    if (parameter.doc.empty() && beginsLine)
      parameter.doc = docs.getAbove(first);
    result.push_back(std::move(parameter));
  }
  return result;
}

std::vector<ast::LayerMember *> AstBuilder::buildMembers(Parser::MembersContext *context) {
  std::vector<ast::LayerMember *> result;
  for (Parser::MemberContext *member : context->member())
    result.push_back(buildMember(member));
  return result;
}

std::optional<ast::Initialiser> AstBuilder::buildInitialiser(Parser::InitialiserContext *context) {
  if (!context)
    return std::nullopt;
  return ast::Initialiser{context->TILDE() != nullptr, build(context->expr())};
}

ast::LayerMember *AstBuilder::buildMember(Parser::MemberContext *context) {
  using ast::LayerMember;
  Span span = getSpan(context);
  LayerMember *member = nullptr;
  if (auto *c = dynamic_cast<Parser::LetMemberContext *>(context)) {
    member = file.make<LayerMember>(LayerMember::Let, span);
    member->pattern = buildPattern(c->pattern());
    member->type = buildType(c->type());
    member->value = build(c->expr());
  } else if (auto *c = dynamic_cast<Parser::ParamMemberContext *>(context)) {
    member = file.make<LayerMember>(LayerMember::Param, span);
    member->name = buildId(c->id());
    member->type = buildType(c->type());
    member->init = buildInitialiser(c->initialiser());
  } else if (auto *c = dynamic_cast<Parser::StateMemberContext *>(context)) {
    member = file.make<LayerMember>(LayerMember::State, span);
    member->name = buildId(c->id());
    member->type = buildType(c->type());
    member->init = buildInitialiser(c->initialiser());
  } else if (auto *c = dynamic_cast<Parser::AssertMemberContext *>(context)) {
    member = file.make<LayerMember>(LayerMember::Assert, span);
    member->value = build(c->expr(0));
    member->message = c->expr(1) ? build(c->expr(1)) : nullptr;
  } else if (auto *c = dynamic_cast<Parser::MethodMemberContext *>(context)) {
    member = file.make<LayerMember>(LayerMember::Method, span);
    member->method = buildFunction(c->function(), span);
    member->name = member->method->name;
  } else {
    member = buildIfMember(static_cast<Parser::ConditionalMemberContext *>(context)->ifMember());
  }
  unsigned line = getLine(span.begin);
  member->doc = docs.getAbove(line);
  if (member->doc.empty() && getLine(span.end) == line)
    member->doc = docs.getBehind(line);
  if (member->method)
    member->method->doc = member->doc;
  return member;
}

ast::LayerMember *AstBuilder::buildIfMember(Parser::IfMemberContext *context) {
  auto *member = file.make<ast::LayerMember>(ast::LayerMember::If, getSpan(context));
  member->value = build(context->expr());
  member->body = buildMembers(context->members(0));
  if (Parser::IfMemberContext *next = context->ifMember())
    member->elseBody = {buildIfMember(next)};
  else if (Parser::MembersContext *otherwise = context->members(1))
    member->elseBody = buildMembers(otherwise);
  return member;
}

ast::Type *AstBuilder::buildType(Parser::TypeContext *context) {
  if (!context)
    return nullptr;
  Span span = getSpan(context);
  if (auto *c = dynamic_cast<Parser::NamedTypeContext *>(context)) {
    auto *type = file.make<ast::Type>(ast::Type::Named, span);
    Span name = getSpan(c->typeName());
    type->name = {name.getText().str(), name};
    type->hasDims = c->LBRACK();
    for (Parser::DimContext *dim : c->dim())
      type->dims.push_back(buildDim(dim));
    return type;
  }
  if (auto *c = dynamic_cast<Parser::ListTypeContext *>(context)) {
    auto *type = file.make<ast::Type>(ast::Type::List, span);
    type->elements = {buildType(c->type())};
    return type;
  }
  auto *c = static_cast<Parser::TupleTypeContext *>(context);
  std::vector<Parser::TypeContext *> elements = c->type();
  if (elements.size() == 1 && c->COMMA().empty())
    return buildType(elements.front());
  auto *type = file.make<ast::Type>(ast::Type::Tuple, span);
  for (Parser::TypeContext *element : elements)
    type->elements.push_back(buildType(element));
  return type;
}

ast::DimSpec AstBuilder::buildDim(Parser::DimContext *context) {
  ast::DimSpec dim;
  dim.span = getSpan(context);
  if (context->expr())
    dim.expr = build(context->expr());
  else if (context->id())
    dim.restName = buildId(context->id());
  return dim;
}
