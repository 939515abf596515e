//===- Expressions.cpp - evaluation of expressions and names ---------------------===//

#include "compiler/elaborate/Elaborator.h"

using namespace nnc;
using namespace nnc::elaborate;
using namespace nnc::ir;
using llvm::StringRef;

Value Elaborator::evaluate(const ast::Expr *expr) {
  switch (expr->kind) {
  case ast::Expr::IntLiteral:
    return Value::ofInt(llvm::cast<ast::IntLiteral>(expr)->value);
  case ast::Expr::FloatLiteral:
    return Value::ofFloat(llvm::cast<ast::FloatLiteral>(expr)->value);
  case ast::Expr::BoolLiteral:
    return Value::ofBool(llvm::cast<ast::BoolLiteral>(expr)->value);
  case ast::Expr::StringLiteral:
    return evaluateString(llvm::cast<ast::StringLiteral>(expr));
  case ast::Expr::Name: {
    ast::Identifier name{llvm::cast<ast::Name>(expr)->name, expr->span};
    if (mappingValues)
      if (auto raw = mappingValues->find(expr); raw != mappingValues->end())
        return Value::of(raw->second);
    if (std::shared_ptr<Callable> method = findMethod(name.name))
      return Value::of(method);
    Binding *binding = lookup(name);
    // `training` alone is the mode, `training(E)` evaluates E in it.
    if (binding && name.name == "training" && binding == library.scope.findHere(name.name))
      return Value::ofBool(training);
    return binding ? readBinding(*binding, expr->span) : Value();
  }
  case ast::Expr::Call:
    return evaluateCall(llvm::cast<ast::Call>(expr));
  case ast::Expr::Index: {
    auto *node = llvm::cast<ast::Index>(expr);
    return index(evaluate(node->base), node);
  }
  case ast::Expr::Member:
    return evaluateMember(llvm::cast<ast::Member>(expr));
  case ast::Expr::Unary: {
    auto *unary = llvm::cast<ast::Unary>(expr);
    Value operand = evaluate(unary->operand);
    if (unary->op == ast::UnaryOp::Not)
      return elementwise("not", {operand}, expr->span, {unary->operand->span});
    if (operand.is(Value::Int)) {
      int64_t negated;
      if (__builtin_sub_overflow(int64_t(0), operand.getInt(), &negated))
        return fail(diag::Overflow, expr->span);
      return Value::ofInt(negated);
    }
    if (operand.is(Value::Float))
      return Value::ofFloat(-operand.getFloat());
    if (operand.is(Value::WeightsKind))
      return binary(ast::BinaryOp::Mul, Value::ofInt(-1), operand, expr->span, expr->span,
                    expr->span);
    if (operand.isPoison())
      return operand;
    Value tensor = toTensor(operand, unary->operand->span);
    if (tensor.isPoison())
      return tensor;
    if (tensor.getTensorType().isBool())
      return fail(diag::WrongOperand, expr->span, "-", describe(operand), "a number");
    return Value::of(
        NegOp::create(builder, getLoc(expr->span), tensor.getTensorType(), tensor.getRuntime()));
  }
  case ast::Expr::Binary: {
    auto *node = llvm::cast<ast::Binary>(expr);
    Value lhs = evaluate(node->lhs);
    // Static conditions decide early, so that `rank > 1 and x[1] > 0` is possible.
    if (lhs.is(Value::Bool) && node->op == ast::BinaryOp::And && !lhs.getBool())
      return lhs;
    if (lhs.is(Value::Bool) && node->op == ast::BinaryOp::Or && lhs.getBool())
      return lhs;
    Value rhs = evaluate(node->rhs);
    return binary(node->op, lhs, rhs, expr->span, node->lhs->span, node->rhs->span);
  }
  case ast::Expr::Compose: {
    // a >> b >> c is one list of stages, each at its own place: net.0, net.1, net.2.
    std::vector<const ast::Expr *> stages;
    const ast::Expr *rest = expr;
    while (auto *compose = llvm::dyn_cast<ast::Compose>(rest)) {
      stages.insert(stages.begin(), compose->rhs);
      rest = compose->lhs;
    }
    stages.insert(stages.begin(), rest);
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
    }
    return Value::of(callable);
  }
  case ast::Expr::Pipe: {
    auto *pipe = llvm::cast<ast::Pipe>(expr);
    Value argument = evaluate(pipe->lhs);
    Value stage = evaluateStage(pipe->rhs);
    return call(stage, {{"", argument, pipe->lhs->span}}, expr->span);
  }
  case ast::Expr::If: {
    auto *node = llvm::cast<ast::If>(expr);
    Value condition = evaluate(node->condition);
    if (condition.is(Value::Bool))
      return evaluate(condition.getBool() ? node->thenExpr : node->elseExpr);
    Value onTrue = evaluate(node->thenExpr), onFalse = evaluate(node->elseExpr);
    return select(condition, onTrue, onFalse, expr->span);
  }
  case ast::Expr::Minimize:
    return evaluateMinimize(llvm::cast<ast::Minimize>(expr));
  case ast::Expr::Scan:
    return evaluateScan(llvm::cast<ast::Scan>(expr));
  case ast::Expr::Tuple:
    return Value::tuple(evaluateAll(llvm::cast<ast::Tuple>(expr)->elements));
  case ast::Expr::List: {
    Values values;
    std::string base = path;
    for (auto [i, element] : llvm::enumerate(llvm::cast<ast::List>(expr)->elements)) {
      Restore<std::string> place(path, base + "." + std::to_string(i));
      values.push_back(evaluate(element));
      if (values.back().isPoison())
        return Value();
    }
    return Value::list(std::move(values));
  }
  case ast::Expr::Comprehension: {
    auto *node = llvm::cast<ast::Comprehension>(expr);
    return evaluateComprehension(node->element, node->generator, Fold::List, expr->span);
  }
  }
  llvm_unreachable("every kind of expression is handled");
}

Values Elaborator::evaluateAll(llvm::ArrayRef<ast::Expr *> exprs) {
  Values values;
  for (const ast::Expr *expr : exprs)
    values.push_back(evaluate(expr));
  return values;
}

Value Elaborator::evaluateStage(const ast::Expr *expr) {
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

std::shared_ptr<Callable> Elaborator::bindMethod(Instance &instance, StringRef name) {
  auto callable = std::make_shared<Callable>();
  callable->kind = Callable::UserFunction;
  callable->module = instance.module;
  callable->function = instance.methods[name];
  callable->self = instance.shared_from_this();
  return callable;
}

/// The method of that name of the layer in whose function we are, unless a nearer name hides it.
std::shared_ptr<Callable> Elaborator::findMethod(StringRef name) {
  for (Scope *s = scope; s && !s->findHere(name); s = s->parent)
    if (s->owner && s->owner->methods.count(name))
      return bindMethod(*s->owner, name);
  return nullptr;
}

Binding *Elaborator::lookup(const ast::Identifier &name) {
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

Value Elaborator::readBinding(Binding &binding, Span span) {
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

Value Elaborator::evaluateMember(const ast::Member *expr) {
  Value base = evaluate(expr->base);
  return getMember(base, expr->name, expr->span);
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
      found->leaves.push_back({rest.str(), leaf.symbol, leaf.value});
  }
  return found->leaves.empty() ? Value() : Value::of(found);
}

Value Elaborator::getMember(Value base, const ast::Identifier &name, Span span) {
  if (base.isPoison())
    return base;
  if (base.is(Value::Object)) {
    const std::shared_ptr<Instance> &instance = base.getInstance();
    if (Binding *binding = instance->scope.findHere(name.name))
      return readBinding(*binding, span);
    if (instance->methods.count(name.name))
      return Value::of(bindMethod(*instance, name.name));
    return fail(diag::NoMember, name.span, instance->item->name.name, name.name);
  }
  if (base.is(Value::WeightsKind))
    if (Value below = base.getWeights()->below(name.name); !below.isPoison())
      return below;
  if (base.is(Value::Data))
    return datasetMember(base.getDataset(), name, span);
  if (base.is(Value::ModuleKind))
    if (Binding *binding = base.getModule().scope.findHere(name.name);
        binding && binding->span.file == base.getModule().file->source)
      return readBinding(*binding, span);
  // A number has no axes in either phase.
  if ((base.isStaticNumber() || base.is(Value::Size)) && name.name == "shape")
    return Value::list({});
  if (base.is(Value::List) || base.isTensor()) {
    if (name.name == "T") {
      Value tensor = toTensor(base, span);
      if (tensor.isPoison())
        return tensor;
      int64_t rank = tensor.getTensorType().getRank();
      if (rank < 2)
        return fail(diag::WrongOperand, span, ".T", describe(base),
                    "a tensor of at least two axes");
      llvm::SmallVector<int64_t> permutation = llvm::to_vector(llvm::seq<int64_t>(0, rank));
      std::swap(permutation[rank - 1], permutation[rank - 2]);
      return Value::of(
          TransposeOp::create(builder, getLoc(span), tensor.getRuntime(), permutation));
    }
    if (name.name == "shape") {
      Value tensor = toTensor(base, span);
      if (tensor.isPoison())
        return tensor;
      Values sizes;
      for (Dim dim : tensor.getTensorType().getShape())
        sizes.push_back(Value::ofSize(dim));
      return Value::list(std::move(sizes));
    }
  }
  return fail(diag::NoMember, name.span, describe(base), name.name);
}
