//===- Statements.cpp - binding, assignment, assertions -----------------------------===//

#include "compiler/elaborate/Elaborator.h"

using namespace nnc;
using namespace nnc::elaborate;
using namespace nnc::ir;
using llvm::StringRef;

void Elaborator::execute(const ast::Block &block) {
  Scope local;
  local.parent = scope;
  Restore<Scope *> inScope(scope, &local);
  executeStatements(block.statements);
  warnUnused(local);
}

void Elaborator::warnUnused(Scope &local) {
  if (currentModule && currentModule->isLibrary)
    return;
  for (auto &[name, binding] : local.names)
    if (!binding.isUsed && !StringRef(name).starts_with("_") && binding.span &&
        warned.insert({binding.span.file, binding.span.begin}).second)
      engine.report(diag::UnusedValue, binding.span, name);
}

void Elaborator::executeStatements(llvm::ArrayRef<ast::Statement *> statements) {
  for (auto [i, statement] : llvm::enumerate(statements)) {
    if ((frame && frame->returned) || jump != Jump::None || blockEnded)
      return;
    size_t raisedBefore = raised.size();
    execute(statement);
    if (raised.size() == raisedBefore || blockEnded)
      continue;
    if (loop != Loop::Runtime)
      return executeUnlessLeft(raisedBefore, statements.drop_front(i + 1));
    // Out of the loop, and there on.
    auto op = IfOp::create(builder, getLoc(statement->span), hasLeft(raisedBefore));
    emitRegion(op.getThenRegion(), {},
               [&](mlir::ValueRange) { BreakOp::create(builder, getLoc(statement->span)); });
    emitRegion(op.getElseRegion(), {}, [](mlir::ValueRange) {});
  }
}

void Elaborator::execute(const ast::Statement *statement) {
  Restore<Span> here(currentSpan, statement->span);
  switch (statement->kind) {
  case ast::Statement::Bind: {
    auto *node = llvm::cast<ast::BindStatement>(statement);
    std::string place = path;
    if (node->pattern->kind == ast::Pattern::Name) {
      std::string name = node->pattern->name.name;
      place = path.empty() ? name : path + "." + name;
    }
    Value value;
    {
      Restore<std::string> inPlace(path, place);
      value = evaluate(node->value);
    }
    return bind(node->pattern, value, node->isVar, node->type, node->value->span);
  }
  case ast::Statement::Param: {
    auto *node = llvm::cast<ast::ParamStatement>(statement);
    return declareParam(node->name, node->type, node->init, node->span);
  }
  case ast::Statement::If:
    return executeIf(llvm::cast<ast::IfStatement>(statement), 0);
  case ast::Statement::For:
    return executeFor(llvm::cast<ast::ForStatement>(statement));
  case ast::Statement::While:
    return executeWhile(llvm::cast<ast::WhileStatement>(statement));
  case ast::Statement::Break:
  case ast::Statement::Continue:
    return executeJump(statement);
  case ast::Statement::Return:
    return executeReturn(llvm::cast<ast::ReturnStatement>(statement));
  case ast::Statement::Yield:
    return executeYield(llvm::cast<ast::YieldStatement>(statement));
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

/// Gives the operation that computes a value the user's name for it, for messages and drawings.
void Elaborator::nameValue(const Value &value, StringRef name) {
  if (value.is(Value::Data)) {
    // Its number of rows is then called after it, too: validation_set.count.
    mlir::Value handle = value.getDataset()->handle;
    bool hasOwnSize = !llvm::isa_and_nonnull<ShuffledOp>(handle.getDefiningOp());
    if (handle.use_empty() && hasOwnSize)
      handle.setType(DatasetType::get(
          context, builder.getStringAttr(makeSizeSymbol((name + ".count").str()))));
    return;
  }
  if (!value.is(Value::Runtime))
    return;
  mlir::Value result = value.getRuntime();
  if (mlir::Operation *op = result.getDefiningOp()) {
    if (!llvm::isa<mlir::NameLoc>(op->getLoc()) && op->getBlock() == builder.getInsertionBlock())
      op->setLoc(mlir::NameLoc::get(builder.getStringAttr(name), op->getLoc()));
  } else if (!llvm::isa<mlir::NameLoc>(result.getLoc())) {
    auto argument = llvm::cast<mlir::BlockArgument>(result);
    argument.setLoc(mlir::NameLoc::get(builder.getStringAttr(name), argument.getLoc()));
  }
}

void Elaborator::define(const ast::Identifier &name, Binding binding) {
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
  scope->set(name.name, std::move(binding));
}

void Elaborator::bind(const ast::Pattern *pattern, Value value, bool isVar, const ast::Type *type,
                      Span span) {
  if (pattern->kind == ast::Pattern::Ignore)
    return;
  if (pattern->kind == ast::Pattern::Name) {
    if (!value.isPoison() && type) {
      value = matchType(value, *type, span, true, "'" + pattern->name.name + "'");
      // A var of a real type is a tensor from the start: its type is not that of the number it
      // starts with.
      mlir::Type element =
          type->kind == ast::Type::Named ? getElementType(type->name.name) : mlir::Type();
      if (isVar && element && (value.isStaticNumber() || value.is(Value::Size)))
        value = Value::of(toElementType(value, element, span));
    }
    if (!value.isPoison() && frame && frame->differentiated.contains(pattern->name.name) &&
        (value.is(Value::Float) || value.is(Value::List)))
      value = toTensor(value, span);
    nameValue(value, pattern->name.name);
    if (value.is(Value::Unit)) {
      error(diag::NothingToBind, span, pattern->name.name);
      value = Value();
    }
    Binding binding;
    binding.value = value;
    binding.isVar = isVar;
    binding.isTyped = type;
    binding.isUsed = value.isPoison();
    binding.span = pattern->name.span;
    define(pattern->name, binding);
    return;
  }
  bool isSequence = value.is(Value::Tuple) || value.is(Value::List);
  if (!value.isPoison() &&
      (!isSequence || value.getElements().size() != pattern->elements.size())) {
    error(diag::PatternMismatch, pattern->span, pattern->elements.size(), describe(value));
    value = Value();
  }
  for (auto [i, element] : llvm::enumerate(pattern->elements))
    bind(element, value.isPoison() ? Value() : value.getElements()[i], isVar, nullptr, span);
}

void Elaborator::executeAssign(const ast::AssignStatement *statement) {
  Value value;
  if (statement->op == ast::AssignOp::Set) {
    value = evaluate(statement->value);
  } else {
    ast::BinaryOp op = statement->op == ast::AssignOp::Add   ? ast::BinaryOp::Add
                       : statement->op == ast::AssignOp::Sub ? ast::BinaryOp::Sub
                       : statement->op == ast::AssignOp::Mul ? ast::BinaryOp::Mul
                                                             : ast::BinaryOp::Div;
    Value old = evaluate(statement->target);
    Value change = evaluate(statement->value);
    value =
        binary(op, old, change, statement->span, statement->target->span, statement->value->span);
  }
  if (!value.isPoison())
    assignTo(statement->target, value, statement->value->span);
}

void Elaborator::assignTo(const ast::Expr *target, Value value, Span span) {
  Binding *binding = nullptr;
  std::string name;
  bool ofOptimizer = false;
  if (auto *node = llvm::dyn_cast<ast::Name>(target)) {
    name = node->name;
    binding = lookup({node->name, node->span});
    if (!binding)
      return;
  } else if (auto *node = llvm::dyn_cast<ast::Member>(target)) {
    Value base = evaluate(node->base);
    if (base.isPoison())
      return;
    if (base.is(Value::Object)) {
      binding = base.getInstance()->scope.findHere(node->name.name);
      ofOptimizer = base.getInstance()->item->flavour == ast::LayerItem::Optimizer;
    }
    name = node->name.name;
    if (!binding) {
      error(diag::NoMember, node->name.span, describe(base), name);
      return;
    }
  } else {
    error(diag::NotAssignable, target->span, target->span.getText());
    return;
  }

  if (binding->value.isPoison() && !binding->variable && binding->weightsVariables.empty())
    return; // its error has been reported
  bool isParam = binding->variable && binding->variable->kind == VariableKind::Param;
  bool allowed = binding->isVar || isParam || (ofOptimizer && binding->variable);
  if (llvm::isa<ast::Member>(target) && binding->variable &&
      binding->variable->kind == VariableKind::State)
    allowed = false; // only within its layer
  if (!allowed) {
    DiagnosticBuilder report = error(diag::NotAssignable, target->span, name);
    if (binding->span)
      report.note(binding->span, "'" + name + "' is defined here");
    if (!binding->variable)
      report.hint("declare it with `var` to change it");
    return;
  }
  if (!binding->weightsVariables.empty()) {
    if (!value.is(Value::WeightsKind) ||
        value.getWeights()->leaves.size() != binding->weightsVariables.size()) {
      error(diag::TypeMismatch, span, "'" + name + "'", "weights of the same layer",
            describe(value));
      return;
    }
    for (auto [variable, leaf] :
         llvm::zip_equal(binding->weightsVariables, value.getWeights()->leaves))
      assignVariable(*variable, leaf.value);
    return;
  }
  // The value as one of the type that the var has; null after an error.
  auto keepsType = [&](mlir::Type wanted, bool mayReshape = false) -> mlir::Value {
    auto typeName = [](mlir::Type type) {
      auto tensor = llvm::dyn_cast<NNTensorType>(type);
      return tensor ? tensor.str() : std::string("text");
    };
    if (llvm::isa<StrType>(wanted) && value.isString())
      return toRuntimeString(value, span);
    auto type = llvm::dyn_cast<NNTensorType>(wanted);
    bool numeric = value.isTensor() || value.isStaticNumber() || value.is(Value::Bool) ||
                   value.is(Value::Size) || value.is(Value::List);
    if (type && numeric) {
      Value tensor = toTensor(value, span, type.getElementType());
      if (tensor.isPoison())
        return {};
      NNTensorType own = tensor.getTensorType();
      bool adapts = own.getElementType() == type.getElementType() ||
                    (own.isScalar() && !own.isBool() && type.isFloat()) ||
                    (own.isScalar() && own.isInteger() && type.isInteger()) ||
                    (own.isFloat() && type.getElementType().isBF16()); // rounds what is stored
      bool fits = own.getDimAttrs() == type.getDimAttrs() || own.isScalar();
      if (adapts && fits)
        return broadcastTo(convertTo(tensor.getRuntime(), type.getElementType()), type.getShape());
      if (adapts && mayReshape)
        return tensor.getRuntime();
    }
    error(diag::VarChangesType, span, name, typeName(wanted), describe(value));
    return {};
  };
  if (binding->variable) {
    if (mlir::Value converted = keepsType(binding->variable->type))
      assignVariable(*binding->variable, converted);
    return;
  }
  if (binding->value.isTensor() || binding->value.isRuntimeString()) {
    // Without a place of its own it is but a name, which may come to stand for another shape.
    mlir::Type type = binding->value.getRuntime().getType();
    if (mlir::Value converted = keepsType(type, !binding->isTyped))
      binding->value = Value::of(converted);
    return;
  }
  // A static var: stays static, or becomes a run-time scalar of its kind.
  const Value &old = binding->value;
  bool fits = old.getKind() == value.getKind() || (old.isSizeLike() && value.isSizeLike()) ||
              (old.is(Value::Float) && (value.is(Value::Int) || value.is(Value::Size)));
  if (value.isScalarTensor()) {
    NNTensorType type = value.getTensorType();
    fits = (old.is(Value::Float) && !type.isBool()) || (old.isSizeLike() && type.isInteger()) ||
           (old.is(Value::Bool) && type.isBool());
  }
  if ((old.is(Value::List) && value.isTensor()) || (old.isString() && value.isString()))
    fits = true;
  if (!fits) {
    error(diag::VarChangesType, span, name, describe(old), describe(value))
        .note(binding->span, "'" + name + "' is defined here");
    return;
  }
  if (old.is(Value::Float) && value.is(Value::Int))
    value = Value::ofFloat(value.getFloat());
  binding->value = value;
}

void Elaborator::emitCheck(mlir::Value holds, const std::string &message, Span span) {
  emitCheck(holds, llvm::ArrayRef<std::string>(message), {}, span);
}

void Elaborator::emitCheck(mlir::Value holds, llvm::ArrayRef<std::string> text,
                           llvm::ArrayRef<Value> values, Span span) {
  auto op = AssertOp::create(builder, getLoc(span), holds, /*check=*/true);
  emitRegion(op.getMessage(), {}, [&](mlir::ValueRange) {
    mlir::Value message =
        values.empty() ? toRuntimeString(Value::ofString(text.front()), span)
                       : formatValues(values, text, std::vector<std::string>(values.size()), span);
    YieldOp::create(builder, getLoc(span), message);
    blockEnded = true;
  });
}

/// The format in which two numbers that differ look different.
static std::string allDigits(const Value &value) {
  if (!value.isTensor() || !value.getTensorType().isFloat())
    return "";
  return value.getTensorType().getElementType().isF64() ? ".17g" : ".9g";
}

void Elaborator::executeAssert(const ast::AssertStatement *statement) {
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
