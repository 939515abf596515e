//===- Training.cpp - minimize, steps of optimizers ------------------===//

#include "compiler/elaborate/Training.h"
#include "compiler/elaborate/Exits.h"
#include "compiler/elaborate/Paths.h"
#include "compiler/ir/ModeNotes.h"
#include <cmath>

using namespace nnc;
using namespace nnc::elaborate;
using namespace nnc::ir;

/// The statement up to what it assigns: "let (p, q) =", "total +="; empty for other statements.
static llvm::StringRef getLeftSide(const ast::Statement *statement) {
  const ast::Expr *value = nullptr;
  if (auto *bind = llvm::dyn_cast_or_null<ast::BindStatement>(statement))
    value = bind->value;
  else if (auto *assign = llvm::dyn_cast_or_null<ast::AssignStatement>(statement))
    value = assign->value;
  if (!value)
    return {};
  Span span = statement->span;
  llvm::StringRef text = Span{span.file, span.begin, value->span.begin}.getText();
  return text.take_front(text.rfind('=') + 1);
}

/// What the elaborator knows of a value that `callee` gave in evaluation mode.
static Evaluated describeEvaluated(Interpreter &e, const Frame &callee) {
  std::vector<Reached> params;
  for (const NetworkCall *call = e.network; call && params.empty(); call = call->around)
    params = collectVariables(Value::list(call->holders), /*states=*/false);
  llvm::SmallVector<mlir::Attribute> statements;
  for (const Frame *frame = &callee; frame && frame->callSite; frame = frame->parent)
    statements.push_back(e.builder.getStringAttr(getLeftSide(frame->statement)));
  return {e.builder.getStringAttr(callee.what), getSymbols(e.builder, params),
          e.builder.getArrayAttr(statements)};
}

/// The value with notes on its tensors that say how they were computed.
static Value noteTensors(Interpreter &e, const Value &result, mlir::Location loc,
                         const Evaluated &how) {
  auto note = [&](mlir::Value value) -> mlir::Value {
    auto type = llvm::dyn_cast<NNTensorType>(value.getType());
    if (!type || !type.isFloat())
      return value;
    return noteEvaluated(e.builder, loc, value, how);
  };
  switch (result.getKind()) {
  case Value::Runtime:
    return Value::of(note(result.getRuntime()));
  case Value::Tuple:
  case Value::List: {
    Values elements;
    for (const Value &element : result.getElements())
      elements.push_back(noteTensors(e, element, loc, how));
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

Value elaborate::noteMode(Interpreter &e, const Value &result, const Frame &callee) {
  return noteTensors(e, result, mlir::Location(callee.site), describeEvaluated(e, callee));
}

mlir::ArrayAttr elaborate::getSymbols(mlir::Builder builder, llvm::ArrayRef<Reached> reached) {
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

/// Elaborates what happens only where one of the gradients is of a target that is reached.
static void emitWhereReached(Interpreter &e, llvm::ArrayRef<mlir::Value> gradients, Span span,
                             llvm::function_ref<void()> body) {
  if (gradients.empty())
    return body();
  mlir::Location loc = e.getLoc(span);
  mlir::Value isReached =
      IsReachedOp::create(e.builder, loc, getScalarType(e.builder.getI1Type()), gradients);
  auto op = IfOp::create(e.builder, loc, isReached);
  e.emitRegion(op.getThenRegion(), {}, [&](mlir::ValueRange) { body(); });
  e.emitRegion(op.getElseRegion(), {}, [](mlir::ValueRange) {});
}

void elaborate::applyUpdates(Interpreter &e, Instance &optimizer, llvm::ArrayRef<Reached> targets,
                             llvm::ArrayRef<AppliedGradient> gradients, Span span) {
  const ast::Function &update = *optimizer.methods["update"];
  if (update.parameters.size() != 3 || !update.block) {
    e.error(diag::BadUpdate, update.name.span, optimizer.item->name.name);
    return;
  }
  e.unit.trains = true;
  for (auto [target, gradient] : llvm::zip_equal(targets, gradients))
    emitWhereReached(e, gradient.requested, span, [&] {
      applyUpdate(e, optimizer, update, target.variable, gradient.value, span);
    });
}

/// Ends the program where a loss is not finite, before anything is changed: NaN spreads to all that
/// is trained. `before` counts the steps before this one.
static void checkLoss(Interpreter &e, mlir::Value loss, mlir::Value before, Span span) {
  Value magnitude = e.elementwise("abs", {Value::of(loss)}, span);
  Value isFinite = e.elementwise("<", {magnitude, Value::ofFloat(HUGE_VAL)}, span);
  Value step = e.elementwise("+", {Value::of(before), Value::ofInt(1)}, span);
  AssertOp check = e.emitCheck(
      isFinite.getRuntime(),
      {"the loss is ", " in step ",
       ", and nothing was changed by it; a smaller learning rate or clip_norm may help (a mean "
       "over no rows is nan, too), and --allow-nan goes on"},
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
  llvm::SmallVector<mlir::Type> types;
  std::vector<Reached> counters;
  for (const Reached &target : targets) {
    e.unit.uses[target.variable->symbol].isTrained = true;
    types.push_back(target.variable->type);
    counters.push_back({"", getSlots(e, *optimizer.getInstance(), *target.variable, expr->span).t});
  }
  types.push_back(counters.front().variable->type);
  auto op = MinimizeOp::create(e.builder, e.getLoc(expr->span), loss,
                               getSymbols(e.builder, targets), getSymbols(e.builder, counters));
  e.emitRegion(op.getUpdate(), types, [&](mlir::ValueRange arguments) {
    checkLoss(e, loss, arguments.back(), expr->span);
    std::vector<AppliedGradient> gradients;
    for (mlir::Value gradient : arguments.drop_back())
      gradients.push_back({gradient, {gradient}});
    applyUpdates(e, *optimizer.getInstance(), targets, gradients, expr->span);
  });
  return Value::of(loss);
}

/// A tensor that is given as a gradient; of a request if grad gave it as it is.
static AppliedGradient getApplied(mlir::Value gradient) {
  if (gradient.getDefiningOp<GradOp>())
    return {gradient, {gradient}};
  return {gradient, {}};
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
  std::vector<AppliedGradient> plain;
  llvm::StringMap<AppliedGradient> bySymbol;
  for (const Value &part : parts) {
    if (part.is(Value::WeightsKind))
      for (const Weights::Leaf &leaf : part.getWeights()->leaves)
        bySymbol[leaf.symbol] = {leaf.value, leaf.gradients};
    else if (part.isTensor())
      plain.push_back(getApplied(part.getRuntime()));
    else
      return e.fail(diag::WrongArgument, given.span, "the second argument of step",
                    "what grad(loss, net) gives", describe(part));
  }
  std::vector<AppliedGradient> gradients;
  size_t next = 0;
  for (const Reached &one : reached) {
    AppliedGradient found = bySymbol.lookup(one.variable->symbol);
    if (!found.value && next < plain.size())
      found = plain[next++];
    if (!found.value || found.value.getType() != one.variable->type)
      return e.fail(diag::NoGradientFor, given.span, one.path);
    gradients.push_back(found);
  }
  for (auto [one, gradient] : llvm::zip_equal(reached, gradients))
    gradient.value =
        noteApplied(e.builder, e.getLoc(node->span), gradient.value, one.variable->symbol);
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
