//===- Statements.cpp - binding, assignment, assertions -----------------------------===//

#include "compiler/elaborate/Exits.h"
#include "compiler/elaborate/Layers.h"
#include "compiler/elaborate/Loops.h"
#include "compiler/elaborate/Observer.h"
#include "compiler/elaborate/Recurrence.h"
#include "compiler/elaborate/Types.h"

using namespace nnc;
using namespace nnc::elaborate;
using namespace nnc::ir;
using llvm::StringRef;

void Interpreter::execute(const ast::Block &block) {
  Scope local;
  local.parent = scope;
  Restore<Scope *> inScope(scope, &local);
  executeStatements(block.statements);
  warnUnused(local);
}

void Interpreter::warnUnused(Scope &local) {
  if (isChecking || (currentModule && currentModule->isLibrary))
    return;
  for (auto &[name, binding] : local.names)
    if (!binding.isUsed && !StringRef(name).starts_with("_") && binding.span &&
        warned.insert({binding.span.file, binding.span.begin}).second)
      engine.report(diag::UnusedValue, binding.span, name);
}

void Interpreter::executeStatements(llvm::ArrayRef<ast::Statement *> statements) {
  for (auto [i, statement] : llvm::enumerate(statements)) {
    if ((activation && activation->returned) || jump != Jump::None || blockEnded)
      return;
    size_t raisedBefore = raised.size();
    execute(statement);
    if (raised.size() == raisedBefore || blockEnded)
      continue;
    if (loop != Loop::Runtime)
      return executeUnlessLeft(*this, raisedBefore, statements.drop_front(i + 1));
    // Out of the loop, and there on.
    auto op = IfOp::create(builder, getLoc(statement->span), hasLeft(*this, raisedBefore));
    emitRegion(op.getThenRegion(), {},
               [&](mlir::ValueRange) { BreakOp::create(builder, getLoc(statement->span)); });
    emitRegion(op.getElseRegion(), {}, [](mlir::ValueRange) {});
  }
}

void Interpreter::execute(const ast::Statement *statement) {
  Restore<Span> here(currentSpan, statement->span);
  Restore<const ast::Statement *> within(this->statement, statement);
  switch (statement->kind) {
  case ast::Statement::Bind:
    return executeBind(llvm::cast<ast::BindStatement>(statement));
  case ast::Statement::Param: {
    auto *node = llvm::cast<ast::ParamStatement>(statement);
    return declareParam(*this, node->name, node->type, node->init);
  }
  case ast::Statement::If:
    return executeIf(*this, llvm::cast<ast::IfStatement>(statement));
  case ast::Statement::For:
    return executeFor(*this, llvm::cast<ast::ForStatement>(statement));
  case ast::Statement::While:
    return executeWhile(*this, llvm::cast<ast::WhileStatement>(statement));
  case ast::Statement::Break:
  case ast::Statement::Continue:
    return executeJump(*this, statement);
  case ast::Statement::Return:
    return executeReturn(*this, llvm::cast<ast::ReturnStatement>(statement));
  case ast::Statement::Yield:
    return executeYield(*this, llvm::cast<ast::YieldStatement>(statement));
  case ast::Statement::Assert:
    return executeAssert(llvm::cast<ast::AssertStatement>(statement));
  case ast::Statement::Assign:
    return executeAssign(llvm::cast<ast::AssignStatement>(statement));
  case ast::Statement::Expression: {
    const ast::Expr *expr = llvm::cast<ast::ExpressionStatement>(statement)->expr;
    Value value = evaluate(expr);
    bool computesOnly = !llvm::isa<ast::Call, ast::Minimize, ast::Pipe, ast::Scan>(expr);
    if (computesOnly && !value.isPoison() && !(currentModule && currentModule->isLibrary))
      engine.report(diag::UnusedResult, expr->span);
    return;
  }
  }
}

void Interpreter::executeBind(const ast::BindStatement *statement) {
  Value value;
  {
    bool isName = statement->pattern->kind == ast::Pattern::Name;
    Restore<std::string> place(path, isName ? getPathOf(statement->pattern->name.name) : path);
    value = evaluate(statement->value);
  }
  bind(statement->pattern, value, statement->isVar, statement->type, statement->value->span);
}

void Interpreter::define(const ast::Identifier &name, Binding binding) {
  if (Binding *existing = scope->findHere(name.name); existing && existing->span) {
    if (existing->span.file != name.span.file) {
      error(diag::ImportClash, name.span, name.name, existing->span.file->getPath(),
            name.span.file->getPath())
          .note(existing->span, "'" + name.name + "' is defined here, too");
      return;
    }
    error(diag::DefinedTwice, name.span, name.name).note(existing->span, "defined here before");
    return;
  }
  Binding &known = scope->set(name.name, std::move(binding));
  if (observer)
    observer->declared(name, known, *scope);
}

void Interpreter::bind(const ast::Pattern *pattern, Value value, bool isVar, const ast::Type *type,
                       Span span) {
  if (pattern->kind == ast::Pattern::Ignore)
    return;
  if (pattern->kind == ast::Pattern::Name)
    return bindName(pattern->name, value, isVar, type, span);
  bool isSequence = value.is(Value::Tuple) || value.is(Value::List);
  if (!value.isPoison() &&
      (!isSequence || value.getElements().size() != pattern->elements.size())) {
    error(diag::PatternMismatch, pattern->span, pattern->elements.size(), describe(value));
    value = Value();
  }
  for (auto [i, element] : llvm::enumerate(pattern->elements))
    bind(element, value.isPoison() ? Value() : value.getElements()[i], isVar, nullptr, span);
}

void Interpreter::bindName(const ast::Identifier &name, Value value, bool isVar,
                           const ast::Type *type, Span span) {
  if (!value.isPoison() && type) {
    value = matchType(*this, value, *type, span, true, "'" + name.name + "'");
    // A var of a real type is a tensor from the start: its type is not that of the number it starts
    // with.
    mlir::Type element =
        type->kind == ast::Type::Named ? getElementType(type->name.name) : mlir::Type();
    if (isVar && element && (value.isStaticNumber() || value.is(Value::Size)))
      value = Value::of(toElementType(value, element, span));
  }
  value = settleDifferentiated(*this, name.name, value, span);
  nameValue(value, name.name);
  if (value.is(Value::Unit)) {
    error(diag::NothingToBind, span, name.name);
    value = Value();
  }
  Binding binding;
  binding.value = value;
  binding.isVar = isVar;
  binding.isTyped = type;
  binding.isUsed = value.isPoison();
  binding.span = name.span;
  define(name, binding);
}

/// The format in which two numbers that differ look different.
static std::string allDigits(const Value &value) {
  if (!value.isTensor() || !value.getTensorType().isFloat())
    return "";
  return value.getTensorType().getElementType().isF64() ? ".17g" : ".9g";
}

/// What a function of the library demands of its arguments is an error of the call where it is
/// known not to hold. Of the program, an assertion says what happens in a run.
static bool refuses(Interpreter &e, const ast::AssertStatement *statement, const Value &condition) {
  bool isKnown = condition.is(Value::Bool) && !condition.getBool() && statement->message &&
                 e.currentModule && e.currentModule->isLibrary && e.activation &&
                 e.runtimeDepth == e.activation->runtimeDepth;
  Value message = isKnown ? e.evaluate(statement->message) : Value();
  if (!message.is(Value::Str))
    return false;
  e.error(diag::LayerAssertion, statement->condition->span, message.getString());
  e.activation->result = Value();
  e.activation->returned = true;
  return true;
}

void Interpreter::executeAssert(const ast::AssertStatement *statement) {
  // The two sides of a comparison are shown when it fails.
  Value lhs, rhs, condition;
  auto *comparison = llvm::dyn_cast<ast::Binary>(statement->condition);
  bool isComparison =
      comparison && comparison->op >= ast::BinaryOp::Eq && comparison->op <= ast::BinaryOp::Ge;
  if (isComparison) {
    lhs = evaluate(comparison->lhs);
    rhs = evaluate(comparison->rhs);
    condition = binary(comparison->op, lhs, rhs, comparison->span, comparison->lhs->span,
                       comparison->rhs->span);
  } else {
    condition = evaluate(statement->condition);
  }
  if (refuses(*this, statement, condition))
    return;
  mlir::Value holds = toRuntimeBool(condition, statement->condition->span, "an assertion");
  if (!holds)
    return;
  auto op = AssertOp::create(builder, getLoc(statement->span), holds, /*check=*/false);
  emitRegion(op.getMessage(), {}, [&](mlir::ValueRange) {
    mlir::Value text;
    if (statement->message) {
      Value message = evaluate(statement->message);
      if (!message.isPoison() && !message.isString())
        error(diag::WrongArgument, statement->message->span, "the message of an assertion", "text",
              describe(message));
      else if (!message.isPoison())
        text = toRuntimeString(message, statement->message->span);
    } else {
      std::string source = statement->condition->span.getText().str();
      bool shows = isComparison && (lhs.isTensor() || lhs.isStaticNumber() || lhs.isString()) &&
                   (rhs.isTensor() || rhs.isStaticNumber() || rhs.isString());
      text =
          shows ? formatValues({lhs, rhs}, {source + " does not hold: left is ", ", right is ", ""},
                               {allDigits(lhs), allDigits(rhs)}, statement->span)
                : toRuntimeString(Value::ofString(source + " does not hold"), statement->span);
    }
    if (!text)
      text = toRuntimeString(Value::ofString(""), statement->span);
    YieldOp::create(builder, getLoc(statement->span), text);
    blockEnded = true;
  });
}
