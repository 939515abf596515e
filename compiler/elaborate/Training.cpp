//===- Training.cpp - minimize, gradients, optimizers, random streams ------------------===//

#include "compiler/elaborate/Elaborator.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/xxhash.h"

using namespace nnc;
using namespace nnc::elaborate;
using namespace nnc::ir;

/// The variables that `over` names: a param itself, or all that a layer, tuple or list holds.
std::vector<Elaborator::Reached> Elaborator::resolveTargets(const ast::Expr *expr) {
  if (auto *tuple = llvm::dyn_cast<ast::Tuple>(expr)) {
    std::vector<Reached> all;
    llvm::StringSet<> seen;
    for (auto [i, element] : llvm::enumerate(tuple->elements))
      for (Reached &one : resolveTargets(element))
        if (seen.insert(one.variable->symbol).second)
          all.push_back({std::to_string(i) + "." + one.path, one.variable});
    return all;
  }
  if (std::shared_ptr<Variable> variable = resolveVariable(expr))
    if (variable->kind == VariableKind::Param)
      return {{variable->name, variable}};
  Value value = evaluate(expr);
  if (value.isPoison())
    return {};
  std::vector<Reached> reached = collectVariables(value, false);
  if (reached.empty())
    error(diag::NothingToTrain, expr->span, describe(value));
  return reached;
}

/// The variable that a name or path stands for, or null.
std::shared_ptr<Variable> Elaborator::resolveVariable(const ast::Expr *expr) {
  if (auto *name = llvm::dyn_cast<ast::Name>(expr)) {
    Binding *binding = scope->find(name->name);
    if (binding)
      binding->isUsed = true;
    return binding ? binding->variable : nullptr;
  }
  if (auto *member = llvm::dyn_cast<ast::Member>(expr)) {
    if (!llvm::isa<ast::Name, ast::Member>(member->base))
      return nullptr;
    Value base = evaluate(member->base);
    if (!base.is(Value::Object))
      return nullptr;
    Binding *binding = base.getInstance()->scope.findHere(member->name.name);
    return binding ? binding->variable : nullptr;
  }
  return nullptr;
}

static mlir::ArrayAttr getSymbols(mlir::OpBuilder &builder,
                                  llvm::ArrayRef<Elaborator::Reached> reached) {
  llvm::SmallVector<mlir::Attribute> symbols;
  for (const Elaborator::Reached &one : reached)
    symbols.push_back(mlir::FlatSymbolRefAttr::get(builder.getContext(), one.variable->symbol));
  return builder.getArrayAttr(symbols);
}

mlir::Value Elaborator::toLoss(Value value, Span span) {
  if (value.isStaticNumber()) // of constants alone: the gradient's own message says so
    value = toTensor(value, span, getReal());
  if (value.isPoison())
    return {};
  if (value.isScalarTensor() && value.getTensorType().isFloat())
    return value.getRuntime();
  DiagnosticBuilder report = error(diag::NotAScalarLoss, span, describe(value));
  if (value.isTensor() && !value.isScalarTensor())
    report.hint("mean(...) or sum(...) makes one number of it");
  return {};
}

Value Elaborator::evaluateMinimize(const ast::Minimize *expr) {
  Value lossValue;
  {
    Restore<bool> mode(training, true);
    lossValue = evaluate(expr->loss);
  }
  std::vector<Reached> targets = resolveTargets(expr->over);
  Value optimizer = evaluate(expr->optimizer);
  if (optimizer.isPoison() || targets.empty())
    return Value();
  if (!optimizer.is(Value::Object) ||
      optimizer.getInstance()->item->flavour != ast::LayerItem::Optimizer)
    return fail(diag::WrongArgument, expr->optimizer->span, "what follows `using`", "an optimizer",
                describe(optimizer));
  mlir::Value loss = toLoss(lossValue, expr->loss->span);
  if (!loss)
    return Value();
  auto op = MinimizeOp::create(builder, getLoc(expr->span), loss, getSymbols(builder, targets));
  llvm::SmallVector<mlir::Type> types;
  for (const Reached &target : targets) {
    target.variable->isTrained = true;
    types.push_back(target.variable->type);
  }
  emitRegion(op.getUpdate(), types, [&](mlir::ValueRange gradients) {
    applyUpdates(optimizer.getInstance(), targets, gradients, expr->span);
  });
  return Value::of(loss);
}

/// opt.step(net, gradients): the targets as after `over`, the gradients as grad gives them.
Value Elaborator::step(std::shared_ptr<Instance> optimizer, const ast::Call *node) {
  if (node->arguments.size() != 2 || node->arguments[0].name || node->arguments[1].name)
    return fail(diag::WrongArgumentCount, node->span, "step", node->arguments.size());
  std::vector<Reached> reached = resolveTargets(node->arguments[0].value);
  Argument given{"", evaluate(node->arguments[1].value), node->arguments[1].span};
  if (reached.empty() || given.value.isPoison())
    return Value();
  // One gradient, those of a layer, or a tuple of both, as grad gives them.
  std::vector<Value> parts =
      given.value.is(Value::Tuple) ? given.value.getElements() : std::vector<Value>{given.value};
  std::vector<mlir::Value> plain;
  llvm::StringMap<mlir::Value> bySymbol;
  for (const Value &part : parts) {
    if (part.is(Value::WeightsKind))
      for (const Weights::Leaf &leaf : part.getWeights()->leaves)
        bySymbol[leaf.symbol] = leaf.value;
    else if (part.isTensor())
      plain.push_back(part.getRuntime());
    else
      return fail(diag::WrongArgument, given.span, "the second argument of step",
                  "what grad(loss, net) gives", describe(part));
  }
  llvm::SmallVector<mlir::Value> gradients;
  size_t next = 0;
  for (const Reached &one : reached) {
    mlir::Value found = bySymbol.lookup(one.variable->symbol);
    if (!found && next < plain.size())
      found = plain[next++];
    if (!found || found.getType() != one.variable->type)
      return fail(diag::NoGradientFor, given.span, one.path);
    gradients.push_back(found);
  }
  applyUpdates(optimizer, reached, gradients, node->span);
  return Value::unit();
}

void Elaborator::applyUpdates(std::shared_ptr<Instance> optimizer, llvm::ArrayRef<Reached> targets,
                              mlir::ValueRange gradients, Span span) {
  const ast::Function &update = *optimizer->methods["update"];
  if (update.parameters.size() != 3 || !update.block) {
    error(diag::BadUpdate, update.name.span, optimizer->item->name.name);
    return;
  }
  for (auto [target, gradient] : llvm::zip_equal(targets, gradients)) {
    Variable &param = *target.variable;
    Slots &slots = optimizer->slots[param.symbol];
    std::string place = optimizer->path + "." + param.symbol;
    if (!slots.t) {
      slots.t = makeVariable(place + ".t", VariableKind::Slot, getScalarType(builder.getI64Type()),
                             span, "t");
      for (const ast::LayerMember *member : optimizer->item->members)
        if (member->kind == ast::LayerMember::State)
          slots.states.push_back(
              {member->name.name, makeVariable(place + "." + member->name.name, VariableKind::Slot,
                                               param.type, member->name.span, member->name.name)});
    }
    Frame callee = makeFrame(optimizer->item->name.name + ".update", optimizer->item->name.span,
                             span, *optimizer->module);
    Scope local;
    local.parent = &optimizer->scope;
    Restore<Frame *> inFrame(frame, &callee);
    Restore<Scope *> inScope(scope, &local);
    Restore<Module *> inModule(currentModule, optimizer->module);
    Restore<Loop> loops(loop, Loop::None);
    Restore<Recurrence *> notOurs(recurrence, nullptr);

    mlir::Value turn =
        AddOp::create(builder, getLoc(span), slots.t->type, readVariable(*slots.t), constantInt(1));
    assignVariable(*slots.t, turn);
    auto bindHere = [&](const ast::Identifier &name, Value value,
                        std::shared_ptr<Variable> variable) {
      Binding binding;
      binding.value = value;
      binding.variable = std::move(variable);
      binding.isVar = binding.variable != nullptr;
      binding.isUsed = true;
      binding.span = name.span;
      local.set(name.name, binding);
    };
    bindHere(update.parameters[0].name, Value(), target.variable);
    bindHere(update.parameters[1].name, Value::of(gradient), nullptr);
    bindHere(update.parameters[2].name, Value::of(turn), nullptr);
    for (auto &[name, variable] : slots.states)
      bindHere({name, update.name.span}, Value(), variable);
    Restore<bool> ended(blockEnded, false);
    size_t raisedBefore = raised.size();
    executeStatements(update.block->statements);
    takeResult(callee, raisedBefore, update.name.span);
  }
}

void Elaborator::emitResets() {
  mlir::OpBuilder::InsertionGuard guard(builder);
  for (const std::shared_ptr<Instance> &optimizer : optimizers) {
    builder.setInsertionPointAfter(optimizer->resetPoint);
    forgetValues();
    Restore<Scope *> inScope(scope, &optimizer->scope);
    Restore<Module *> inModule(currentModule, optimizer->module);
    for (auto &[symbol, slots] : optimizer->slots) {
      assignVariable(*slots.t, constantInt(0));
      for (auto &[name, variable] : slots.states) {
        for (const ast::LayerMember *member : optimizer->item->members) {
          if (member->kind != ast::LayerMember::State || member->name.name != name)
            continue;
          NNTensorType type = variable->getTensorType();
          Value initial =
              member->init && !member->init->draws ? evaluate(member->init->expr) : Value();
          if (!member->init || member->init->draws)
            error(diag::MissingInitialiser, member->name.span, name);
          if (initial.isPoison())
            continue;
          mlir::Value scalar =
              toElementType(initial, type.getElementType(), member->init->expr->span);
          if (!scalar)
            continue;
          if (!llvm::cast<NNTensorType>(scalar.getType()).isScalar()) {
            error(diag::WrongArgument, member->init->expr->span,
                  "the initial value of an optimizer's state", "a number", describe(initial));
            continue;
          }
          assignVariable(*variable, broadcastTo(scalar, type.getShape()));
        }
      }
    }
  }
  forgetValues();
}

Value Elaborator::gradient(const ast::Expr *of, const ast::Expr *target, Span span,
                           bool isJacobian) {
  Value given = evaluate(of);
  mlir::Value value;
  if (!isJacobian) {
    value = toLoss(given, of->span);
  } else if (Value tensor = toTensor(given, of->span, getReal()); !tensor.isPoison()) {
    value = tensor.getRuntime();
    if (!tensor.getTensorType().isFloat())
      return fail(diag::WrongArgument, of->span, "the first argument of jacobian", "real numbers",
                  describe(given));
  }
  if (!value)
    return Value();
  if (auto *tuple = llvm::dyn_cast<ast::Tuple>(target)) {
    Values results;
    for (const ast::Expr *element : tuple->elements) {
      results.push_back(gradientOf(value, element, span, isJacobian));
      if (results.back().isPoison())
        return Value();
    }
    return Value::tuple(std::move(results));
  }
  return gradientOf(value, target, span, isJacobian);
}

Value Elaborator::gradientOf(mlir::Value value, const ast::Expr *target, Span span,
                             bool isJacobian) {
  mlir::Location loc = getLoc(span);
  // The gradients with respect to values or to variables.
  auto differentiate = [&](mlir::ValueRange targets,
                           llvm::ArrayRef<Reached> reached) -> mlir::ResultRange {
    auto getResult = [&](mlir::Type type) -> mlir::Type {
      return isJacobian ? JacobianOp::getJacobianType(llvm::cast<NNTensorType>(value.getType()),
                                                      llvm::cast<NNTensorType>(type))
                        : type;
    };
    llvm::SmallVector<mlir::Type> types, variableTypes;
    for (mlir::Value one : targets)
      types.push_back(getResult(one.getType()));
    for (const Reached &one : reached) {
      variableTypes.push_back(getResult(one.variable->type));
      one.variable->isTrained = true;
    }
    mlir::ArrayAttr names = getSymbols(builder, reached);
    if (isJacobian)
      return JacobianOp::create(builder, loc, types, variableTypes, value, targets, names)
          ->getResults();
    return GradOp::create(builder, loc, types, variableTypes, value, targets, names)->getResults();
  };
  if (std::shared_ptr<Variable> variable = resolveVariable(target)) {
    if (!llvm::isa<NNTensorType>(variable->type) || !variable->getTensorType().isFloat())
      return fail(diag::NotDifferentiable, target->span, target->span.getText());
    // A `var` that still has its value from this block is that value; any other place is named by
    // its symbol.
    if (variable->kind != VariableKind::Var)
      return Value::of(differentiate({}, {{variable->name, variable}})[0]);
  }
  Value at = evaluate(target);
  if (at.isPoison())
    return at;
  if (at.isTensor()) {
    if (!llvm::isa<ast::Name, ast::Member>(target))
      return fail(diag::GradientTarget, target->span);
    if (!at.getTensorType().isFloat())
      return fail(diag::NotDifferentiable, target->span, target->span.getText());
    return Value::of(differentiate(at.getRuntime(), {})[0]);
  }
  std::vector<Reached> reached = collectVariables(at, false);
  if (reached.empty())
    return fail(diag::GradientTarget, target->span);
  auto weights = std::make_shared<Weights>();
  for (auto [one, result] : llvm::zip_equal(reached, differentiate({}, reached)))
    weights->leaves.push_back({one.path, one.variable->symbol, result});
  return Value::of(weights);
}

//===-- Random streams ----------------------------------------------------------------------===//

/// A number for a place in the source, together with the calls that led there: two Dropout layers
/// are two places.
int64_t Elaborator::getPlace(Span span) {
  // Lines count from the function's first, so that a place keeps its numbers when others are
  // edited.
  std::string text = path;
  Span where = span;
  for (Frame *f = frame; f; f = f->parent) {
    if (llvm::any_of(modules, [&](auto &module) { return module.first->source == where.file; }))
      text += "|" + llvm::sys::path::filename(where.file->getPath()).str();
    if (where)
      text += "|" + std::to_string(static_cast<int64_t>(where.getBegin().line) - f->firstLine) +
              ":" + std::to_string(where.getBegin().column);
    text += f->what;
    where = f->callSite;
  }
  return static_cast<int64_t>(llvm::xxh3_64bits(text) >> 1);
}

/// The number of draws at a place so far; each turn of an unrolled loop and each instance of a
/// layer counts on.
mlir::Value Elaborator::nextStream(Span span) {
  std::shared_ptr<Variable> &counter = randomCounters[getPlace(span)];
  if (!counter)
    counter = makeVariable("random." + llvm::utohexstr(getPlace(span)), VariableKind::Slot,
                           getScalarType(builder.getI64Type()), span, "random");
  mlir::Value count = readVariable(*counter);
  assignVariable(*counter,
                 AddOp::create(builder, getLoc(span), counter->type, count, constantInt(1)));
  return count;
}
