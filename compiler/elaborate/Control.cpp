//===- Control.cpp - if, for, while: at compile time or at run time -------------------===//
//
// Control that is known at compile time is carried out here: branches are chosen, loops unrolled.
// Control that is known at run time only becomes nn.if, nn.for, nn.while, nn.batches; the `var`s
// that it assigns get a place in memory before it (promoteVars).
//
//===----------------------------------------------------------------------===//

#include "compiler/elaborate/Elaborator.h"
#include "llvm/ADT/ScopeExit.h"

using namespace nnc;
using namespace nnc::elaborate;
using namespace nnc::ir;

/// Turns beyond which a loop over a static range is not unrolled unless its body needs that.
static constexpr int64_t unrollLimit = 256;
/// Turns beyond which unrolling is refused.
static constexpr int64_t unrollMaximum = 4096;

bool Elaborator::emitRegion(mlir::Region &region, mlir::TypeRange types,
                            llvm::function_ref<void(mlir::ValueRange)> body) {
  mlir::OpBuilder::InsertionGuard guard(builder);
  auto *block = new mlir::Block();
  region.push_back(block);
  for (mlir::Type type : types)
    block->addArgument(type, getLoc({}));
  builder.setInsertionPointToEnd(block);
  Restore<bool> ended(blockEnded, false);
  Restore<unsigned> deeper(runtimeDepth, runtimeDepth + 1);
  body(block->getArguments());
  bool reachesEnd = !blockEnded;
  bool isEnded = !block->empty() && block->back().hasTrait<mlir::OpTrait::IsTerminator>();
  bool yieldsLater = llvm::isa<ScanOp>(region.getParentOp());
  if (!isEnded && !yieldsLater)
    EndOp::create(builder, getLoc({}));
  // What is assigned in there is no longer known out here.
  region.walk([&](mlir::Operation *op) {
    if (auto assign = llvm::dyn_cast<AssignOp>(op))
      known.erase(assign.getVariable().str());
    if (auto rows = llvm::dyn_cast<AssignRowsOp>(op))
      known.erase(rows.getVariable().str());
    if (auto load = llvm::dyn_cast<LoadOp>(op))
      for (mlir::Attribute variable : load.getVariables())
        known.erase(llvm::cast<mlir::FlatSymbolRefAttr>(variable).getValue().str());
  });
  return reachesEnd;
}

void Elaborator::promoteVars(llvm::ArrayRef<const ast::Block *> blocks) {
  prepareExits(blocks);
  llvm::SetVector<llvm::StringRef> names;
  for (const ast::Block *block : blocks)
    collectAssigned(*block, names);
  for (llvm::StringRef name : names) {
    Binding *binding = scope->find(name);
    if (!binding || !binding->isVar || binding->variable || !binding->weightsVariables.empty() ||
        binding->value.isPoison())
      continue;
    Value value = binding->value;
    std::string symbol = path.empty() ? name.str() : path + "." + name.str();
    if (value.is(Value::WeightsKind)) {
      for (const Weights::Leaf &leaf : value.getWeights()->leaves) {
        auto variable = makeVariable(symbol + "." + leaf.path, VariableKind::Var,
                                     leaf.value.getType(), binding->span, name);
        assignVariable(*variable, leaf.value);
        binding->weightsPaths.push_back(leaf.path);
        binding->weightsSymbols.push_back(leaf.symbol);
        binding->weightsVariables.push_back(variable);
      }
      continue;
    }
    mlir::Value initial;
    if (value.isString())
      initial = toRuntimeString(value, binding->span);
    else if (value.isTensor() || value.isStaticNumber() || value.is(Value::Bool) ||
             value.is(Value::Size) || value.is(Value::List))
      if (Value tensor = toTensor(value, binding->span); !tensor.isPoison())
        initial = tensor.getRuntime();
    if (!initial) {
      error(diag::NotSupported, binding->span,
            "changing this var (" + describe(value) +
                ") inside control flow that is known at run time only");
      binding->value = Value();
      continue;
    }
    binding->variable =
        makeVariable(symbol, VariableKind::Var, initial.getType(), binding->span, name);
    assignVariable(*binding->variable, initial);
  }
}

//===-- if ------------------------------------------------------------------------------===//

void Elaborator::executeIf(const ast::IfStatement *statement, size_t branch) {
  if (branch == statement->branches.size()) {
    if (statement->elseBody)
      execute(*statement->elseBody);
    return;
  }
  const auto &[conditionExpr, body] = statement->branches[branch];
  Value condition = evaluate(conditionExpr);
  if (condition.is(Value::Bool)) {
    if (condition.getBool())
      execute(body);
    else
      executeIf(statement, branch + 1);
    return;
  }
  mlir::Value holds = toRuntimeBool(condition, conditionExpr->span, "the condition");
  if (!holds)
    return;
  llvm::SmallVector<const ast::Block *> blocks;
  for (size_t i = branch; i < statement->branches.size(); ++i)
    blocks.push_back(&statement->branches[i].body);
  if (statement->elseBody)
    blocks.push_back(&*statement->elseBody);
  promoteVars(blocks);
  auto op = IfOp::create(builder, getLoc(statement->span), holds);
  bool falls = emitRegion(op.getThenRegion(), {}, [&](mlir::ValueRange) { execute(body); });
  falls |= emitRegion(op.getElseRegion(), {},
                      [&](mlir::ValueRange) { executeIf(statement, branch + 1); });
  blockEnded = !falls;
}

//===-- Loops ------------------------------------------------------------------------------===//

/// The number of turns of a static range; the largest number where it does not fit.
static int64_t countTurns(const Range &range) {
  int64_t turns;
  if (__builtin_sub_overflow(range.upper->getInt(), range.lower->getInt(), &turns) ||
      __builtin_add_overflow(turns, int64_t(range.inclusive), &turns))
    return std::numeric_limits<int64_t>::max();
  return std::max<int64_t>(turns, 0);
}

void Elaborator::forEach(Value source, Span span, const ast::Pattern *pattern,
                         llvm::function_ref<void()> run, const ast::Block *body) {
  Restore<Loop> kind(loop, Loop::Unrolled);
  Restore<unsigned> depth(loopRuntimeDepth, runtimeDepth);
  UnrolledLoop here;
  Restore<UnrolledLoop *> inLoop(unrolled, &here);
  size_t raisedBefore = raised.size();
  // The exits of this loop, which end here.
  auto close = [&](bool ofTurn) {
    auto isOurs = [&](const std::shared_ptr<Variable> &flag) {
      return flag && (flag == here.skipped || (!ofTurn && flag == here.broken));
    };
    raised.erase(std::remove_if(raised.begin() + raisedBefore, raised.end(), isOurs), raised.end());
  };
  unsigned errorsBefore = engine.getErrorCount();
  bool counted = source.is(Value::EnumeratedKind);
  if (counted)
    source = source.getEnumerated();
  int64_t number = 0;
  auto runTurn = [&](Value element) {
    if (counted)
      element = Value::tuple({Value::ofInt(number++), element});
    if (here.skipped)
      assignVariable(*here.skipped, toTensor(Value::ofBool(false), span).getRuntime());
    Scope local;
    local.parent = scope;
    Restore<Scope *> inScope(scope, &local);
    bind(pattern, element, false, nullptr, span);
    for (auto &[name, binding] : local.names)
      binding.isUsed = true;
    run();
  };
  auto turn = [&](const Value &element) {
    if (raised.size() == raisedBefore) {
      runTurn(element);
      bool isOpen = here.skipped && llvm::any_of(raised, [&](const auto &flag) {
                      return flag == here.skipped || flag == here.broken;
                    });
      blockEnded &= !isOpen;
    } else {
      // An earlier turn may have left.
      if (body)
        promoteVars(body);
      auto op = IfOp::create(builder, getLoc(span), hasLeft(raisedBefore));
      emitRegion(op.getThenRegion(), {}, [](mlir::ValueRange) {});
      emitRegion(op.getElseRegion(), {}, [&](mlir::ValueRange) { runTurn(element); });
    }
    close(/*ofTurn=*/true);
    bool goesOn = jump != Jump::Break && !(frame && frame->returned) && !blockEnded &&
                  engine.getErrorCount() == errorsBefore;
    jump = Jump::None;
    return goesOn;
  };
  llvm::scope_exit atEnd([&] { close(/*ofTurn=*/false); });
  if (source.is(Value::List) || source.is(Value::Tuple)) {
    for (const Value &element : source.getElements())
      if (!turn(element))
        return;
    return;
  }
  const Range &range = source.getRange();
  int64_t turns = countTurns(range), upper = range.lower->getInt() + turns;
  if (turns > unrollMaximum) {
    error(diag::TooManyTurns, span, turns, unrollMaximum)
        .hint("iterate over the list itself, or over fewer turns");
    return;
  }
  for (int64_t i = range.lower->getInt(); i < upper; ++i)
    if (!turn(Value::ofInt(i)))
      return;
}

void Elaborator::executeFor(const ast::ForStatement *statement) {
  Value source = evaluate(statement->source);
  if (source.isPoison())
    return;
  Span span = statement->source->span;
  auto runBody = [&] { execute(statement->body); };
  bool counted = source.is(Value::EnumeratedKind);
  if (counted)
    source = source.getEnumerated();
  if (source.is(Value::BatchesKind) || source.is(Value::Data)) {
    promoteVars(&statement->body);
    Batches batches =
        source.is(Value::Data) ? Batches{source.getDataset(), nullptr} : source.getBatches();
    return emitBatches(batches, statement->pattern, counted, statement->span, span, runBody);
  }
  bool isList = source.is(Value::Tuple) ||
                (source.is(Value::List) && llvm::any_of(source.getElements(), [](const Value &v) {
                   return !(v.isStaticNumber() || v.is(Value::Bool) || v.is(Value::List));
                 }));
  bool isStaticRange = source.is(Value::RangeKind) && source.getRange().lower->is(Value::Int) &&
                       source.getRange().upper->is(Value::Int);
  bool isStatic = isList || isStaticRange || source.is(Value::List);
  bool isShort = isStatic && (!isStaticRange || countTurns(source.getRange()) <= unrollLimit);
  bool computesOnly = !hasEffects(statement->body) && !assignsParam(statement->body);
  if (isList || (isStatic && needsUnrolling(statement)) || (isShort && computesOnly))
    return forEach(counted ? Value::of(Enumerated{std::make_shared<Value>(source)}) : source, span,
                   statement->pattern, runBody, &statement->body);

  mlir::Value lower, upper, rows;
  if (source.is(Value::RangeKind)) {
    lower = toRuntimeInt(*source.getRange().lower, span, "the bound of a range");
    Value end = *source.getRange().upper;
    if (source.getRange().inclusive)
      end = binary(ast::BinaryOp::Add, end, Value::ofInt(1), span, span, span);
    upper = toRuntimeInt(end, span, "the bound of a range");
  } else if (source.isTensor() || source.is(Value::List)) {
    Value tensor = toTensor(source, span);
    if (tensor.isPoison())
      return;
    if (tensor.getTensorType().isScalar()) {
      error(diag::NotIterable, span, describe(source));
      return;
    }
    rows = tensor.getRuntime();
    lower = constantInt(0);
    upper = SizeOp::create(builder, getLoc(span), tensor.getTensorType().getDim(0).toAttribute());
  } else {
    error(diag::NotIterable, span, describe(source));
    return;
  }
  if (!lower || !upper)
    return;
  promoteVars(&statement->body);
  auto op = ForOp::create(builder, getLoc(statement->span), lower, upper);
  emitLoop(op.getBody(), lower.getType(), statement, [&](mlir::ValueRange arguments) {
    Value at = Value::of(arguments[0]);
    Value element = rows ? selectElement(rows, 0, at, span) : at;
    if (!counted || element.isPoison())
      return element;
    Value number = rows ? at : binary(ast::BinaryOp::Sub, at, Value::of(lower), span, span, span);
    return Value::tuple({number, element});
  });
}

void Elaborator::emitLoop(mlir::Region &region, mlir::TypeRange types,
                          const ast::ForStatement *statement,
                          llvm::function_ref<Value(mlir::ValueRange)> getElement) {
  Restore<Loop> kind(loop, Loop::Runtime);
  Restore<unsigned> depth(loopRuntimeDepth, runtimeDepth + 1);
  emitRegion(region, types, [&](mlir::ValueRange arguments) {
    Scope local;
    local.parent = scope;
    Restore<Scope *> inScope(scope, &local);
    Value element = getElement(arguments);
    bind(statement->pattern, element, false, nullptr, statement->source->span);
    for (auto &[name, binding] : local.names)
      binding.isUsed = true;
    execute(statement->body);
  });
}

/// What a name or path such as `net.layers` stands for, if that is known without evaluating
/// anything; else poison. Gradients over a layer stand for all that is below them, too.
static Value peek(Scope &scope, const ast::Expr *expr) {
  if (auto *name = llvm::dyn_cast<ast::Name>(expr)) {
    Binding *binding = scope.find(name->name);
    return binding ? binding->value : Value();
  }
  auto *member = llvm::dyn_cast<ast::Member>(expr);
  Value base = member ? peek(scope, member->base) : Value();
  if (!base.is(Value::Object))
    return base.is(Value::WeightsKind) ? base : Value();
  Binding *binding = base.getInstance()->scope.findHere(member->name.name);
  return binding ? binding->value : Value();
}

/// Whether the elements exist at compile time only, e.g. layers.
static bool isStaticSelection(const Value &value) {
  if (!value.is(Value::List) && !value.is(Value::Tuple))
    return value.is(Value::WeightsKind);
  return !llvm::all_of(value.getElements(), [](const Value &v) {
    return v.isStaticNumber() || v.is(Value::Bool) || v.is(Value::List);
  });
}

/// Whether the body selects by the loop's variable, or by what is computed from it, from a list
/// that exists at compile time only, e.g. of layers.
bool Elaborator::needsUnrolling(const ast::ForStatement *statement) {
  if (statement->pattern->kind != ast::Pattern::Name)
    return false;
  llvm::StringSet<> dependent;
  dependent.insert(statement->pattern->name.name);
  bool needs = false;
  auto depends = [&](const ast::Expr *expr) {
    bool found = false;
    walk(
        expr,
        [&](const ast::Expr *inner) {
          auto *name = llvm::dyn_cast<ast::Name>(inner);
          found |= name && dependent.contains(name->name);
        },
        [](const ast::Statement *) {});
    return found;
  };
  walk(
      statement->body,
      [&](const ast::Expr *expr) {
        auto *node = llvm::dyn_cast<ast::Index>(expr);
        if (node && isStaticSelection(peek(*scope, node->base)))
          needs |= llvm::any_of(node->items, [&](const ast::IndexItem &item) {
            return item.expr && depends(item.expr);
          });
      },
      [&](const ast::Statement *inner) {
        auto *bound = llvm::dyn_cast<ast::BindStatement>(inner);
        if (bound && bound->pattern->kind == ast::Pattern::Name && depends(bound->value))
          dependent.insert(bound->pattern->name.name);
      });
  return needs;
}

bool Elaborator::assignsParam(const ast::Block &body) {
  llvm::SetVector<llvm::StringRef> names;
  collectAssigned(body, names);
  return llvm::any_of(names, [&](llvm::StringRef name) {
    Binding *binding = scope->find(name);
    return binding && binding->variable && binding->variable->kind == VariableKind::Param;
  });
}

void Elaborator::executeWhile(const ast::WhileStatement *statement) {
  promoteVars(&statement->body);
  auto op = WhileOp::create(builder, getLoc(statement->span));
  bool failed = false;
  emitRegion(op.getCondition(), {}, [&](mlir::ValueRange) {
    mlir::Value holds =
        toRuntimeBool(evaluate(statement->condition), statement->condition->span, "the condition");
    failed = !holds;
    if (failed)
      holds = toTensor(Value::ofBool(false), statement->span).getRuntime();
    YieldOp::create(builder, getLoc(statement->span), holds);
    blockEnded = true;
  });
  {
    Restore<Loop> kind(loop, Loop::Runtime);
    Restore<unsigned> depth(loopRuntimeDepth, runtimeDepth + 1);
    emitRegion(op.getBody(), {}, [&](mlir::ValueRange) {
      if (!failed)
        execute(statement->body);
    });
  }
  // `while true` ends by an exit alone.
  auto *forever = llvm::dyn_cast<ast::BoolLiteral>(statement->condition);
  blockEnded |= forever && forever->value && !hasJump(statement->body, ast::Statement::Break);
}
