//===- Expressions.cpp - evaluation of expressions and names ---------------------===//

#include "compiler/elaborate/Branches.h"
#include "compiler/elaborate/Compositions.h"
#include "compiler/elaborate/Comprehensions.h"
#include "compiler/elaborate/Data.h"
#include "compiler/elaborate/Observer.h"
#include "compiler/elaborate/Recurrence.h"
#include "compiler/elaborate/Training.h"
#include "llvm/Support/Regex.h"

using namespace nnc;
using namespace nnc::elaborate;
using namespace nnc::ir;
using llvm::StringRef;

Interpreter::Interpreter(mlir::ModuleOp module, DiagnosticEngine &engine, Modules &modules)
    : Emitter(module, engine, modules) {}

Value Interpreter::evaluate(const ast::Expr *expr) {
  Value value = evaluateKind(expr);
  if (observer)
    observer->evaluated(*expr, value, *scope);
  return value;
}

Value Interpreter::evaluateKind(const ast::Expr *expr) {
  switch (expr->kind) {
  case ast::Expr::IntLiteral:
    return Value::ofInt(llvm::cast<ast::IntLiteral>(expr)->value);
  case ast::Expr::FloatLiteral:
    return Value::ofFloat(llvm::cast<ast::FloatLiteral>(expr)->value);
  case ast::Expr::BoolLiteral:
    return Value::ofBool(llvm::cast<ast::BoolLiteral>(expr)->value);
  case ast::Expr::StringLiteral:
    return evaluateString(llvm::cast<ast::StringLiteral>(expr));
  case ast::Expr::Name:
    return evaluateName(expr, llvm::cast<ast::Name>(expr)->name);
  case ast::Expr::Call:
    return evaluateCall(llvm::cast<ast::Call>(expr));
  case ast::Expr::Index: {
    auto *node = llvm::cast<ast::Index>(expr);
    return index(evaluate(node->base), node);
  }
  case ast::Expr::Member: {
    auto *node = llvm::cast<ast::Member>(expr);
    return getMember(evaluate(node->base), node->name, expr->span);
  }
  case ast::Expr::Unary:
    return evaluateUnary(llvm::cast<ast::Unary>(expr));
  case ast::Expr::Binary:
    return evaluateBinary(llvm::cast<ast::Binary>(expr));
  case ast::Expr::Compose:
    return evaluateCompose(expr);
  case ast::Expr::Pipe: {
    auto *pipe = llvm::cast<ast::Pipe>(expr);
    Value argument = evaluate(pipe->lhs);
    Value stage = evaluateStage(pipe->rhs);
    // Of stages on lines of their own the line is shown that takes what comes in, as of `>>`.
    bool isOnOwnLine = pipe->lhs->span.getBegin().line != pipe->rhs->span.getBegin().line;
    return call(stage, {{"", argument, (isOnOwnLine ? pipe->rhs : pipe->lhs)->span}}, expr->span);
  }
  case ast::Expr::If:
    return evaluateIf(llvm::cast<ast::If>(expr));
  case ast::Expr::Minimize:
    return evaluateMinimize(*this, llvm::cast<ast::Minimize>(expr));
  case ast::Expr::Scan:
    return evaluateScan(*this, llvm::cast<ast::Scan>(expr));
  case ast::Expr::Tuple:
    return Value::tuple(evaluateAll(llvm::cast<ast::Tuple>(expr)->elements));
  case ast::Expr::List:
    return evaluateList(llvm::cast<ast::List>(expr));
  case ast::Expr::Comprehension: {
    auto *node = llvm::cast<ast::Comprehension>(expr);
    return evaluateComprehension(*this, {node->element, node->generator, Fold::List, expr->span});
  }
  }
  llvm_unreachable("every kind of expression is handled");
}

Value Interpreter::evaluateName(const ast::Expr *expr, StringRef name) {
  if (mappingValues)
    if (auto raw = mappingValues->find(expr); raw != mappingValues->end())
      return Value::of(raw->second);
  if (std::shared_ptr<Callable> method = findMethod(name))
    return Value::of(method);
  Binding *binding = lookup({name.str(), expr->span});
  // `training` alone is the mode, `training(E)` evaluates E in it.
  if (binding && name == "training" && binding == modules.library.scope.findHere(name)) {
    if (activation && !training && !choseEvaluation)
      activation->dependsOnMode = true;
    return Value::ofBool(training);
  }
  return binding ? readBinding(*binding) : Value();
}

Value Interpreter::evaluateUnary(const ast::Unary *expr) {
  Value operand = evaluate(expr->operand);
  if (expr->op == ast::UnaryOp::Not)
    return elementwise("not", {operand}, expr->span, {expr->operand->span});
  if (operand.is(Value::Int))
    return binary(ast::BinaryOp::Sub, Value::ofInt(0), operand, expr->span, expr->span, expr->span);
  if (operand.is(Value::Float))
    return Value::ofFloat(-operand.getFloat());
  if (operand.is(Value::WeightsKind))
    return binary(ast::BinaryOp::Mul, Value::ofInt(-1), operand, expr->span, expr->span,
                  expr->span);
  if (operand.isPoison())
    return operand;
  Value tensor = toTensor(operand, expr->operand->span);
  if (tensor.isPoison())
    return tensor;
  if (tensor.getTensorType().isBool())
    return fail(diag::WrongOperand, expr->span, "-", describe(operand), "a number");
  mlir::Value opposite =
      NegOp::create(builder, getLoc(expr->span), tensor.getTensorType(), tensor.getRuntime());
  checkFits(opposite, expr->span);
  return Value::of(opposite);
}

Value Interpreter::evaluateBinary(const ast::Binary *expr) {
  Value lhs = evaluate(expr->lhs);
  // Static conditions decide early, so that `rank > 1 and x[1] > 0` is possible.
  if (lhs.is(Value::Bool) && expr->op == ast::BinaryOp::And && !lhs.getBool())
    return lhs;
  if (lhs.is(Value::Bool) && expr->op == ast::BinaryOp::Or && lhs.getBool())
    return lhs;
  bool decides = expr->op == ast::BinaryOp::And || expr->op == ast::BinaryOp::Or;
  Value rhs = decides ? evaluateWhere(*this, lhs, expr->op == ast::BinaryOp::And, expr->rhs)
                      : evaluate(expr->rhs);
  return binary(expr->op, lhs, rhs, expr->span, expr->lhs->span, expr->rhs->span);
}

Value Interpreter::evaluateCompose(const ast::Expr *expr) {
  // a >> b >> c is one list of stages, each at its own place: net.0, net.1, net.2.
  std::vector<const ast::Expr *> stages;
  const ast::Expr *rest = expr;
  while (auto *compose = llvm::dyn_cast<ast::Compose>(rest)) {
    stages.push_back(compose->rhs);
    rest = compose->lhs;
  }
  stages.push_back(rest);
  std::reverse(stages.begin(), stages.end());
  auto callable = std::make_shared<Callable>();
  callable->kind = Callable::Composition;
  std::string base = path;
  for (auto [i, stage] : llvm::enumerate(stages)) {
    Restore<std::string> place(path, base + "." + std::to_string(i));
    Value part = evaluateStage(stage);
    if (part.isPoison())
      return part;
    if (!isCallable(part))
      return fail(diag::NotCallable, stage->span, describe(part));
    callable->parts.push_back(part);
    callable->arguments.push_back({"", Value(), stage->span});
  }
  if (compositionMistakes)
    checkComposition(*this, *callable);
  return Value::of(callable);
}

Value Interpreter::evaluateIf(const ast::If *expr) {
  Value condition = evaluate(expr->condition);
  if (condition.is(Value::Bool))
    return evaluate(condition.getBool() ? expr->thenExpr : expr->elseExpr);
  Value onTrue = evaluateWhere(*this, condition, true, expr->thenExpr);
  Value onFalse = evaluateWhere(*this, condition, false, expr->elseExpr);
  return select(condition, onTrue, onFalse, expr->span);
}

Value Interpreter::evaluateList(const ast::List *expr) {
  Values values;
  std::string base = path;
  for (auto [i, element] : llvm::enumerate(expr->elements)) {
    Restore<std::string> place(path, base + "." + std::to_string(i));
    values.push_back(evaluate(element));
    if (values.back().isPoison())
      return Value();
  }
  return Value::list(std::move(values));
}

Values Interpreter::evaluateAll(llvm::ArrayRef<ast::Expr *> exprs) {
  Values values;
  for (const ast::Expr *expr : exprs)
    values.push_back(evaluate(expr));
  return values;
}

Value Interpreter::evaluateStage(const ast::Expr *expr) {
  auto *node = llvm::dyn_cast<ast::Call>(expr);
  if (!node || node->generator)
    return evaluate(expr);
  Value callee = evaluate(node->callee);
  if (callee.isPoison())
    return callee;
  if (!isFunctionValue(callee))
    return evaluate(expr); // an instance is made
  auto partial = std::make_shared<Callable>();
  partial->kind = Callable::Partial;
  partial->callee = callee;
  partial->arguments = evaluateArguments(node);
  return Value::of(partial);
}

static std::shared_ptr<Callable> bindMethod(Instance &instance, StringRef name) {
  auto callable = std::make_shared<Callable>();
  callable->kind = Callable::UserFunction;
  callable->module = instance.module;
  callable->function = instance.methods[name];
  callable->self = instance.shared_from_this();
  return callable;
}

/// The method of that name of the layer in whose function we are, unless a nearer name hides it.
std::shared_ptr<Callable> Interpreter::findMethod(StringRef name) {
  for (Scope *s = scope; s && !s->findHere(name); s = s->parent)
    if (s->owner && s->owner->methods.count(name))
      return bindMethod(*s->owner, name);
  return nullptr;
}

Binding *Interpreter::lookup(const ast::Identifier &name) {
  if (Binding *binding = scope->find(name.name)) {
    binding->isUsed = true;
    return binding;
  }
  // Suggest the nearest name within two edits.
  std::string nearest;
  unsigned best = 3;
  for (Scope *s = scope; s; s = s->parent)
    for (auto &[candidate, binding] : s->names)
      if (unsigned distance = StringRef(candidate).edit_distance(name.name, true, best);
          distance < best && distance < name.name.size()) {
        best = distance;
        nearest = candidate;
      }
  DiagnosticBuilder report = error(diag::UnknownName, name.span, name.name);
  if (!nearest.empty())
    report.hint("did you mean '" + nearest + "'?");
  return nullptr;
}

Value Interpreter::readBinding(Binding &binding) {
  binding.isUsed = true;
  if (binding.variable)
    return Value::of(readVariable(*binding.variable));
  if (!binding.weightsVariables.empty()) {
    auto weights = std::make_shared<Weights>();
    for (auto [leafPath, symbol, variable] :
         llvm::zip_equal(binding.weightsPaths, binding.weightsSymbols, binding.weightsVariables))
      weights->leaves.push_back({leafPath, symbol, readVariable(*variable)});
    return Value::of(weights);
  }
  return binding.value;
}

Value Weights::below(llvm::StringRef name) const {
  auto found = std::make_shared<Weights>();
  for (const Leaf &leaf : leaves) {
    StringRef rest = leaf.path;
    if (!rest.consume_front(name))
      continue;
    if (rest.empty())
      return Value::of(leaf.value);
    if (rest.consume_front("."))
      found->leaves.push_back({rest.str(), leaf.symbol, leaf.value, leaf.gradients});
  }
  return found->leaves.empty() ? Value() : Value::of(found);
}

/// Its transpose `T`, or its `shape`.
static Value getTensorMember(Emitter &e, Value base, StringRef name, Span span) {
  Value tensor = e.toTensor(base, span);
  if (tensor.isPoison())
    return tensor;
  if (name == "shape") {
    Values sizes;
    for (Dim dim : tensor.getTensorType().getShape())
      sizes.push_back(Value::ofSize(dim));
    return Value::list(std::move(sizes));
  }
  int64_t rank = tensor.getTensorType().getRank();
  if (rank < 2)
    return e.fail(diag::WrongOperand, span, ".T", describe(base), "a tensor of at least two axes");
  llvm::SmallVector<int64_t> permutation = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  std::swap(permutation[rank - 1], permutation[rank - 2]);
  return Value::of(
      TransposeOp::create(e.builder, e.getLoc(span), tensor.getRuntime(), permutation));
}

Value Interpreter::getMember(Value base, const ast::Identifier &name, Span span) {
  if (base.isPoison())
    return base;
  if (base.is(Value::Object)) {
    const std::shared_ptr<Instance> &instance = base.getInstance();
    if (Binding *binding = instance->scope.findHere(name.name))
      return readBinding(*binding);
    if (instance->methods.count(name.name))
      return Value::of(bindMethod(*instance, name.name));
    return fail(diag::NoMember, name.span, instance->item->name.name, name.name);
  }
  if (base.is(Value::WeightsKind))
    if (Value below = base.getWeights()->below(name.name); !below.isPoison())
      return below;
  if (base.is(Value::Data))
    return datasetMember(*this, base.getDataset(), name, span);
  if (base.is(Value::ModuleKind))
    if (Binding *binding = base.getModule().scope.findHere(name.name);
        binding && binding->span.file == base.getModule().file->source)
      return readBinding(*binding);
  // A number has no axes in either phase.
  if ((base.isStaticNumber() || base.is(Value::Size)) && name.name == "shape")
    return Value::list({});
  if ((base.is(Value::List) || base.isTensor()) && (name.name == "T" || name.name == "shape"))
    return getTensorMember(*this, base, name.name, span);
  return fail(diag::NoMember, name.span, describe(base), name.name);
}

Value Interpreter::evaluateString(const ast::StringLiteral *expr) {
  std::vector<Value> values;
  std::vector<std::string> text = {""}, specs;
  bool isStatic = true;
  for (const ast::StringLiteral::Piece &piece : expr->pieces) {
    if (!piece.expr) {
      text.back() += piece.text;
      continue;
    }
    // [[fill]align][sign][0][width][,][.precision][type]
    static const llvm::Regex format("^(.?[<>^])?[+ -]?0?[0-9]*,?(\\.[0-9]+)?[feg%d]?$");
    if (!piece.spec.empty() && !format.match(piece.spec))
      return fail(diag::BadFormat, piece.specSpan, piece.spec);
    Value value = evaluate(piece.expr);
    if (value.isPoison())
      return value;
    if (piece.spec.empty() && (value.is(Value::Str) || value.is(Value::Int))) {
      text.back() += value.is(Value::Str) ? value.getString() : std::to_string(value.getInt());
      continue;
    }
    isStatic = false;
    values.push_back(value);
    specs.push_back(piece.spec);
    text.push_back("");
  }
  if (isStatic)
    return Value::ofString(text.back());
  mlir::Value result = formatValues(showValues(values, expr->span), text, specs, expr->span);
  return result ? Value::of(result) : Value();
}

Value Interpreter::showValue(const Value &value, Span span) {
  if (value.is(Value::Object) && value.getInstance()->methods.count("value"))
    return showValue(callMethod(value.getInstance(), "value", {}, span), span);
  if (!value.is(Value::Tuple) && !value.is(Value::List))
    return value;
  Values shown = showValues(value.getElements(), span);
  return value.is(Value::Tuple) ? Value::tuple(std::move(shown)) : Value::list(std::move(shown));
}

Values Interpreter::showValues(llvm::ArrayRef<Value> values, Span span) {
  Values shown;
  for (const Value &value : values)
    shown.push_back(showValue(value, span));
  return shown;
}
