//===- Training.cpp - minimize, gradients, optimizers ------------------===//

#include "compiler/elaborate/Training.h"
#include "compiler/elaborate/Exits.h"
#include "compiler/elaborate/Paths.h"
#include "compiler/ir/ModeNotes.h"
#include <cmath>

using namespace nnc;
using namespace nnc::elaborate;
using namespace nnc::ir;

Value elaborate::noteMode(Interpreter &e, const Value &result, const Frame &callee) {
  auto note = [&](mlir::Value value) -> mlir::Value {
    auto type = llvm::dyn_cast<NNTensorType>(value.getType());
    if (!type || !type.isFloat())
      return value;
    return noteEvaluated(e.builder, mlir::Location(callee.site), value, callee.what);
  };
  switch (result.getKind()) {
  case Value::Runtime:
    return Value::of(note(result.getRuntime()));
  case Value::Tuple:
  case Value::List: {
    Values elements;
    for (const Value &element : result.getElements())
      elements.push_back(noteMode(e, element, callee));
    return result.is(Value::Tuple) ? Value::tuple(std::move(elements))
                                   : Value::list(std::move(elements));
  }
  case Value::WeightsKind: {
    auto weights = std::make_shared<Weights>(*result.getWeights());
    for (Weights::Leaf &leaf : weights->leaves)
      leaf.value = note(leaf.value);
    return Value::of(weights);
  }
  default:
    return result;
  }
}

static mlir::ArrayAttr getSymbols(mlir::Builder builder, llvm::ArrayRef<Reached> reached) {
  llvm::SmallVector<mlir::Attribute> symbols;
  for (const Reached &one : reached)
    symbols.push_back(mlir::FlatSymbolRefAttr::get(builder.getContext(), one.variable->symbol));
  return builder.getArrayAttr(symbols);
}

/// The optimizer's state of a param, which is made when the param is first trained.
static Slots &getSlots(Interpreter &e, const Instance &optimizer, const Variable &param,
                       Span span) {
  OptimizerUse &use = *llvm::find_if(e.unit.optimizers, [&](const OptimizerUse &one) {
    return one.optimizer.get() == &optimizer;
  });
  Slots &slots = use.slots[param.symbol];
  if (slots.t)
    return slots;
  std::string place = optimizer.path + "." + param.symbol;
  slots.t = e.makeVariable(place + ".t", VariableKind::Slot, getScalarType(e.builder.getI64Type()),
                           span, "t");
  for (const ast::LayerMember *member : optimizer.item->members)
    if (member->kind == ast::LayerMember::State)
      slots.states.push_back(
          {member->name.name, e.makeVariable(place + "." + member->name.name, VariableKind::Slot,
                                             param.type, member->name.span, member->name.name)});
  return slots;
}

/// Elaborates the optimizer's update of one param.
static void applyUpdate(Interpreter &e, Instance &optimizer, const ast::Function &update,
                        const std::shared_ptr<const Variable> &param, mlir::Value gradient,
                        Span span) {
  Slots slots = getSlots(e, optimizer, *param, span);
  Scope local;
  local.parent = &optimizer.scope;
  Activation callee(e, optimizer.item->name.name + ".update", span, *optimizer.module, local);
  Restore<OriginListener::Source> inUpdate(e.origins.source,
                                           OriginListener::updateOf(param->declaration));
  mlir::Value turn = AddOp::create(e.builder, e.getLoc(span), slots.t->type,
                                   e.readVariable(*slots.t), e.constantInt(1));
  e.assignVariable(*slots.t, turn);
  auto bindHere = [&](const ast::Identifier &name, Value value,
                      std::shared_ptr<const Variable> variable) {
    Binding binding;
    binding.value = value;
    binding.variable = std::move(variable);
    binding.isVar = binding.variable != nullptr;
    binding.isUsed = true;
    binding.span = name.span;
    local.set(name.name, binding);
  };
  bindHere(update.parameters[0].name, Value(), param);
  bindHere(update.parameters[1].name, Value::of(gradient), nullptr);
  bindHere(update.parameters[2].name, Value::of(turn), nullptr);
  for (auto &[name, variable] : slots.states)
    bindHere({name, update.name.span}, Value(), variable);
  e.executeStatements(update.block->statements);
  takeResult(e, update.name.span);
}

void elaborate::applyUpdates(Interpreter &e, Instance &optimizer, llvm::ArrayRef<Reached> targets,
                             mlir::ValueRange gradients, Span span) {
  const ast::Function &update = *optimizer.methods["update"];
  if (update.parameters.size() != 3 || !update.block) {
    e.error(diag::BadUpdate, update.name.span, optimizer.item->name.name);
    return;
  }
  e.unit.trains = true;
  for (auto [target, gradient] : llvm::zip_equal(targets, gradients))
    applyUpdate(e, optimizer, update, target.variable, gradient, span);
}

/// Ends the program where a loss is not finite, before anything is changed: NaN spreads to all that
/// is trained. The step is that of the optimizer for the first target.
static void checkLoss(Interpreter &e, mlir::Value loss, const Instance &optimizer,
                      const Variable &target, Span span) {
  Value magnitude = e.elementwise("abs", {Value::of(loss)}, span);
  Value isFinite = e.elementwise("<", {magnitude, Value::ofFloat(HUGE_VAL)}, span);
  mlir::Value before = e.readVariable(*getSlots(e, optimizer, target, span).t);
  Value step = e.elementwise("+", {Value::of(before), Value::ofInt(1)}, span);
  AssertOp check = e.emitCheck(
      isFinite.getRuntime(),
      {"the loss is ", " in step ",
       ", and nothing was changed by it; a smaller learning rate or clip_norm may help, "
       "and --allow-nan goes on"},
      {Value::of(loss), step}, span);
  check.setFinite(true);
}

Value elaborate::evaluateMinimize(Interpreter &e, const ast::Minimize *expr) {
  Value lossValue;
  {
    Restore<bool> mode(e.training, true);
    lossValue = e.evaluate(expr->loss);
  }
  std::vector<Reached> targets = collectParams(e, expr->over);
  Value optimizer = e.evaluate(expr->optimizer);
  if (optimizer.isPoison() || targets.empty())
    return Value();
  if (!optimizer.is(Value::Object) ||
      optimizer.getInstance()->item->flavour != ast::LayerItem::Optimizer)
    return e.fail(diag::WrongArgument, expr->optimizer->span, "what follows `using`",
                  "an optimizer", describe(optimizer));
  mlir::Value loss = e.toLoss(lossValue, expr->loss->span);
  if (!loss)
    return Value();
  auto op =
      MinimizeOp::create(e.builder, e.getLoc(expr->span), loss, getSymbols(e.builder, targets));
  llvm::SmallVector<mlir::Type> types;
  for (const Reached &target : targets) {
    e.unit.uses[target.variable->symbol].isTrained = true;
    types.push_back(target.variable->type);
  }
  e.emitRegion(op.getUpdate(), types, [&](mlir::ValueRange gradients) {
    checkLoss(e, loss, *optimizer.getInstance(), *targets.front().variable, expr->span);
    applyUpdates(e, *optimizer.getInstance(), targets, gradients, expr->span);
  });
  return Value::of(loss);
}

/// One gradient, those of a layer, or a tuple or list of such, as grad gives them.
static void flatten(const Value &gradients, Values &parts) {
  if (!gradients.is(Value::Tuple) && !gradients.is(Value::List))
    return parts.push_back(gradients);
  for (const Value &element : gradients.getElements())
    flatten(element, parts);
}

/// opt.step(net, gradients): the targets as after `over`, the gradients as grad gives them.
Value elaborate::step(Interpreter &e, std::shared_ptr<Instance> optimizer, const ast::Call *node) {
  if (node->arguments.size() != 2 || node->arguments[0].name || node->arguments[1].name)
    return e.fail(diag::WrongArgumentCount, node->span, "step", node->arguments.size());
  std::vector<Reached> reached = collectParams(e, node->arguments[0].value);
  Argument given{"", e.evaluate(node->arguments[1].value), node->arguments[1].span};
  if (reached.empty() || given.value.isPoison())
    return Value();
  Values parts;
  flatten(given.value, parts);
  std::vector<mlir::Value> plain;
  llvm::StringMap<mlir::Value> bySymbol;
  for (const Value &part : parts) {
    if (part.is(Value::WeightsKind))
      for (const Weights::Leaf &leaf : part.getWeights()->leaves)
        bySymbol[leaf.symbol] = leaf.value;
    else if (part.isTensor())
      plain.push_back(part.getRuntime());
    else
      return e.fail(diag::WrongArgument, given.span, "the second argument of step",
                    "what grad(loss, net) gives", describe(part));
  }
  llvm::SmallVector<mlir::Value> gradients;
  size_t next = 0;
  for (const Reached &one : reached) {
    mlir::Value found = bySymbol.lookup(one.variable->symbol);
    if (!found && next < plain.size())
      found = plain[next++];
    if (!found || found.getType() != one.variable->type)
      return e.fail(diag::NoGradientFor, given.span, one.path);
    gradients.push_back(found);
  }
  for (auto [one, gradient] : llvm::zip_equal(reached, gradients))
    gradient = noteApplied(e.builder, e.getLoc(node->span), gradient, one.variable->symbol);
  applyUpdates(e, *optimizer, reached, gradients, node->span);
  return Value::unit();
}

/// Sets a state of an optimizer, declared by `member`, to its initial value.
static void emitReset(Interpreter &e, const ast::LayerMember &member, const Variable &variable) {
  if (!member.init || member.init->draws) {
    e.error(diag::MissingInitialiser, member.name.span, member.name.name);
    return;
  }
  NNTensorType type = variable.getTensorType();
  Span span = member.init->expr->span;
  Value initial = e.evaluate(member.init->expr);
  mlir::Value scalar =
      initial.isPoison() ? mlir::Value() : e.toElementType(initial, type.getElementType(), span);
  if (!scalar)
    return;
  if (llvm::cast<NNTensorType>(scalar.getType()).isScalar())
    e.assignVariable(variable, e.broadcastTo(scalar, type.getShape()));
  else
    e.error(diag::WrongArgument, span, "the initial value of an optimizer's state", "a number",
            describe(initial));
}

void elaborate::emitResets(Interpreter &e) {
  mlir::OpBuilder::InsertionGuard guard(e.builder);
  for (const OptimizerUse &use : e.unit.optimizers) {
    Instance &optimizer = *use.optimizer;
    e.builder.setInsertionPointAfter(use.resetPoint);
    e.forgetValues();
    Restore<Scope *> inScope(e.scope, &optimizer.scope);
    Restore<Module *> inModule(e.currentModule, optimizer.module);
    for (auto &[symbol, slots] : use.slots) {
      e.assignVariable(*slots.t, e.constantInt(0));
      for (auto &[name, variable] : slots.states)
        for (const ast::LayerMember *member : optimizer.item->members)
          if (member->kind == ast::LayerMember::State && member->name.name == name)
            emitReset(e, *member, *variable);
    }
  }
  e.forgetValues();
}

static Value gradientOf(Interpreter &e, mlir::Value value, const ast::Expr *target, Span span,
                        bool isJacobian) {
  // Of a tuple or list of paths: one such of gradients.
  auto *tuple = llvm::dyn_cast<ast::Tuple>(target);
  auto *list = llvm::dyn_cast<ast::List>(target);
  if (tuple || list) {
    Values results;
    for (const ast::Expr *element : tuple ? tuple->elements : list->elements) {
      results.push_back(gradientOf(e, value, element, span, isJacobian));
      if (results.back().isPoison())
        return Value();
    }
    return tuple ? Value::tuple(std::move(results)) : Value::list(std::move(results));
  }
  mlir::Location loc = e.getLoc(span);
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
      e.unit.uses[one.variable->symbol].isTrained = true;
    }
    mlir::ArrayAttr names = getSymbols(e.builder, reached);
    if (isJacobian)
      return JacobianOp::create(e.builder, loc, types, variableTypes, value, targets, names)
          ->getResults();
    return GradOp::create(e.builder, loc, types, variableTypes, value, targets, names)
        ->getResults();
  };
  if (std::shared_ptr<const Variable> variable = findVariable(e, target)) {
    if (!llvm::isa<NNTensorType>(variable->type) || !variable->getTensorType().isFloat())
      return e.fail(diag::NotDifferentiable, target->span, target->span.getText());
    // A `var` that still has its value from this block is that value; any other place is named by
    // its symbol.
    if (variable->kind != VariableKind::Var)
      return Value::of(differentiate({}, {{variable->name, variable}})[0]);
  }
  Value at = e.evaluate(target);
  if (at.isPoison())
    return at;
  if (at.isTensor()) {
    if (!llvm::isa<ast::Name, ast::Member>(target))
      return e.fail(diag::GradientTarget, target->span);
    if (!at.getTensorType().isFloat())
      return e.fail(diag::NotDifferentiable, target->span, target->span.getText());
    return Value::of(differentiate(at.getRuntime(), {})[0]);
  }
  std::vector<Reached> reached = collectVariables(at, false);
  if (reached.empty())
    return e.fail(diag::GradientTarget, target->span);
  auto weights = std::make_shared<Weights>();
  for (auto [one, result] : llvm::zip_equal(reached, differentiate({}, reached)))
    weights->leaves.push_back({one.path, one.variable->symbol, result});
  return Value::of(weights);
}

Value elaborate::gradient(Interpreter &e, const ast::Expr *of, const ast::Expr *target, Span span,
                          bool isJacobian) {
  Value given = e.evaluate(of);
  mlir::Value value;
  if (!isJacobian) {
    value = e.toLoss(given, of->span);
  } else if (Value tensor = e.toTensor(given, of->span, e.getReal()); !tensor.isPoison()) {
    value = tensor.getRuntime();
    if (!tensor.getTensorType().isFloat())
      return e.fail(diag::WrongArgument, of->span, "the first argument of jacobian", "real numbers",
                    describe(given));
  }
  if (!value)
    return Value();
  return gradientOf(e, value, target, span, isJacobian);
}
