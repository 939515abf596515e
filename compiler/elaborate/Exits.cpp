//===- Exits.cpp - return, break, continue --------------------------------------------===//
//
// An exit that is known at compile time ends elaboration of what follows. One that is taken or not
// when the program runs sets a flag, a variable; what follows it, up to the end of what it leaves,
// stands in the else branch of an nn.if on that flag. Out of a loop of the program it goes by
// nn.break. The values of such returns are stored in variables, whose types are found once all
// returns of the function are known.
//
//===----------------------------------------------------------------------===//

#include "compiler/elaborate/Exits.h"
#include "compiler/elaborate/Loops.h"
#include "compiler/elaborate/Recurrence.h"
#include "compiler/elaborate/SyntaxQueries.h"

using namespace nnc;
using namespace nnc::elaborate;
using namespace nnc::ir;

void elaborate::prepareExits(Interpreter &e, llvm::ArrayRef<const ast::Block *> blocks) {
  auto makeFlag = [&](llvm::StringRef name) {
    mlir::Value no = e.toTensor(Value::ofBool(false), e.currentSpan).getRuntime();
    std::string symbol = e.getPathOf(name);
    auto flag = e.makeVariable(symbol, VariableKind::Var, no.getType(), e.currentSpan, name);
    e.assignVariable(*flag, no);
    return flag;
  };
  if (e.activation && !e.activation->left && e.runtimeDepth == e.activation->runtimeDepth &&
      llvm::any_of(blocks, [](const ast::Block *block) { return hasReturn(*block); }))
    e.activation->left = makeFlag("returned");
  if (e.loop != Control::Loop::Unrolled)
    return;
  auto jumps = [&](ast::Statement::Kind kind) {
    return llvm::any_of(blocks, [&](const ast::Block *block) { return hasJump(*block, kind); });
  };
  if (!e.unrolled->broken && jumps(ast::Statement::Break))
    e.unrolled->broken = makeFlag("broken");
  if (!e.unrolled->skipped && jumps(ast::Statement::Continue))
    e.unrolled->skipped = makeFlag("skipped");
}

mlir::Value elaborate::hasLeft(Interpreter &e, size_t raisedBefore) {
  Value left = Value::ofBool(false);
  std::set<const Variable *> seen;
  for (const std::shared_ptr<const Variable> &flag : llvm::drop_begin(e.raised, raisedBefore))
    if (seen.insert(flag.get()).second) {
      Value one = Value::of(e.readVariable(*flag));
      left = left.is(Value::Bool) ? one : e.elementwise("or", {left, one}, e.currentSpan);
    }
  return left.getRuntime();
}

void elaborate::executeUnlessLeft(Interpreter &e, size_t raisedBefore,
                                  llvm::ArrayRef<ast::Statement *> rest) {
  if (rest.empty())
    return;
  ast::Block block{rest.front()->span, rest.vec()};
  e.promoteVars(&block);
  auto op = IfOp::create(e.builder, e.getLoc(rest.front()->span), hasLeft(e, raisedBefore));
  e.emitRegion(op.getThenRegion(), {}, [](mlir::ValueRange) {});
  e.blockEnded =
      !e.emitRegion(op.getElseRegion(), {}, [&](mlir::ValueRange) { e.executeStatements(rest); });
}

void elaborate::executeJump(Interpreter &e, const ast::Statement *statement) {
  bool isBreak = llvm::isa<ast::BreakStatement>(statement);
  if (e.loop == Control::Loop::None) {
    e.error(diag::JumpOutside, statement->span, isBreak ? "break" : "continue");
    return;
  }
  if (e.loop == Control::Loop::Runtime) {
    if (isBreak)
      BreakOp::create(e.builder, e.getLoc(statement->span));
    else
      ContinueOp::create(e.builder, e.getLoc(statement->span));
    e.blockEnded = true;
    return;
  }
  if (isTurn(e)) {
    if (isBreak) {
      e.error(diag::ScanBody, statement->span, "`break`");
      return;
    }
    leaveTurn(e, statement->span);
  }
  if (e.runtimeDepth == e.loopRuntimeDepth) {
    e.jump = isBreak ? Control::Jump::Break : Control::Jump::Continue;
    return;
  }
  const std::shared_ptr<const Variable> &flag = isBreak ? e.unrolled->broken : e.unrolled->skipped;
  e.assignVariable(*flag, e.toTensor(Value::ofBool(true), statement->span).getRuntime());
  e.raised.push_back(flag);
  e.blockEnded = true;
}

void elaborate::executeReturn(Interpreter &e, const ast::ReturnStatement *statement) {
  auto command = llvm::dyn_cast<CommandOp>(e.unit.op);
  if (!e.frame->callSite && command && !statement->values.empty()) {
    e.error(diag::ReturnOutside, statement->span, command.getTest() ? "test" : "command");
    return;
  }
  if (e.recurrence) {
    e.error(diag::ScanBody, statement->span, "a return");
    return;
  }
  Values values = e.evaluateAll(statement->values);
  Value result = values.empty()       ? Value::unit()
                 : values.size() == 1 ? values[0]
                                      : Value::tuple(std::move(values));
  if (e.runtimeDepth == e.activation->runtimeDepth) {
    e.activation->result = result;
    e.activation->returned = true;
    return;
  }
  if (!e.activation->left) {
    e.error(diag::NotSupported, statement->span, "a return from here");
    return;
  }
  e.assignVariable(*e.activation->left,
                   e.toTensor(Value::ofBool(true), statement->span).getRuntime());
  e.activation->returns.push_back(
      {&e.builder.getInsertionBlock()->back(), result, statement->span});
  e.raised.push_back(e.activation->left);
  if (e.loop == Control::Loop::Runtime)
    BreakOp::create(e.builder, e.getLoc(statement->span));
  e.blockEnded = true;
}

//===-- The values of returns ---------------------------------------------------------------===//

/// Whether both are the same thing, known at compile time.
static bool isSameValue(const Value &a, const Value &b) {
  if (a.getKind() != b.getKind())
    return false;
  switch (a.getKind()) {
  case Value::Unit:
    return true;
  case Value::Bool:
    return a.getBool() == b.getBool();
  case Value::Int:
    return a.getInt() == b.getInt();
  case Value::Float:
    return a.getFloat() == b.getFloat();
  case Value::Str:
    return a.getString() == b.getString();
  case Value::Size:
    return a.getSize() == b.getSize();
  case Value::Runtime:
    return a.getRuntime() == b.getRuntime();
  case Value::Function:
    return a.getCallable() == b.getCallable();
  case Value::Object:
    return a.getInstance() == b.getInstance();
  default:
    return false;
  }
}

/// In a loop, what the variable held in the turn before is no part of this turn's result.
static void forget(Interpreter &e, const Variable &variable, NNTensorType type,
                   mlir::Operation *exit) {
  mlir::Operation *first = e.builder.getInsertionBlock()->findAncestorOpInBlock(*exit);
  if (!first || !first->getParentOfType<LoopOpInterface>())
    return;
  llvm::SetVector<mlir::StringAttr> sizes;
  for (Dim dim : type.getShape())
    dim.collectSymbols(sizes);
  for (mlir::Operation *op = first; op; op = op->getNextNode())
    if (auto size = llvm::dyn_cast<BindSizeOp>(op); size && sizes.contains(size.getSymbolAttr()))
      return; // there is no tensor of this size before
  mlir::OpBuilder::InsertionGuard guard(e.builder);
  e.builder.setInsertionPoint(first);
  e.assignVariable(variable, createFilled(e.builder, exit->getLoc(), type, 0));
}

/// Numbers and tensors: one variable, of the type of the first tensor with axes, or else of the
/// first tensor; numbers adapt.
static Value mergeNumbers(Interpreter &e, std::vector<RuntimeReturn> returns,
                          const std::string &what) {
  const RuntimeReturn *model = nullptr;
  auto findModel = [&] {
    for (const RuntimeReturn &one : returns)
      if (one.value.isTensor() &&
          (!model || (model->value.isScalarTensor() && !one.value.isScalarTensor())))
        model = &one;
  };
  findModel();
  mlir::Type like = model ? model->value.getTensorType().getElementType() : mlir::Type();
  for (RuntimeReturn &one : returns)
    if (one.value.is(Value::List)) {
      mlir::OpBuilder::InsertionGuard guard(e.builder);
      e.builder.setInsertionPoint(one.at);
      one.value = e.toTensor(one.value, one.span, like);
      if (one.value.isPoison())
        return Value();
    }
  findModel();
  bool isReal = llvm::any_of(returns, [](const auto &one) { return one.value.is(Value::Float); });
  NNTensorType type = model                              ? model->value.getTensorType()
                      : isReal                           ? getScalarType(e.getReal())
                      : returns[0].value.is(Value::Bool) ? getScalarType(e.builder.getI1Type())
                                                         : getScalarType(e.builder.getI64Type());
  if (std::string inner = e.findInnerSize(type, e.runtimeDepth); !inner.empty())
    return e.fail(diag::NotSupported, model->span,
                  "returning a tensor whose size '" + inner +
                      "' is known only inside of run-time control flow");
  auto variable = e.makeVariable(e.getPathOf("result"), VariableKind::Var, type,
                                 returns.front().span, "result");
  forget(e, *variable, type, returns.front().at);
  for (const RuntimeReturn &one : returns) {
    mlir::OpBuilder::InsertionGuard guard(e.builder);
    e.builder.setInsertionPoint(one.at);
    Value value = e.toTensor(one.value, one.span, type.getElementType());
    NNTensorType own = value.getTensorType();
    bool isSameKind = own.getElementType() == type.getElementType() ||
                      (own.isScalar() && !own.isBool() && type.isFloat()) ||
                      (own.isScalar() && own.isInteger() && type.isInteger());
    bool isSameShape = own.getDimAttrs() == type.getDimAttrs();
    if (!isSameKind || !isSameShape)
      return e.fail(diag::ReturnsDiffer, one.span, what, describe(one.value),
                    model ? describe(model->value) : describe(returns.front().value));
    e.assignVariable(*variable, e.convertTo(value.getRuntime(), type.getElementType()));
  }
  return Value::of(e.readVariable(*variable));
}

Value elaborate::mergeExits(Interpreter &e, std::vector<RuntimeReturn> returns,
                            const std::string &what) {
  const Value &first = returns.front().value;
  auto all = [&](auto condition) {
    return llvm::all_of(returns, [&](const RuntimeReturn &one) { return condition(one.value); });
  };
  if (!all([](const Value &v) { return !v.isPoison(); }))
    return Value();
  if (!first.is(Value::Runtime) && all([&](const Value &v) { return isSameValue(v, first); }))
    return first;
  bool isSequence = first.is(Value::Tuple) || first.is(Value::List);
  auto isNumeric = [](const Value &v) {
    return v.isTensor() || v.isStaticNumber() || v.is(Value::Bool) || v.is(Value::Size);
  };
  auto isNumbers = [&](const Value &v) {
    return isNumeric(v) ||
           (v.is(Value::List) && llvm::all_of(v.getElements(), [&](const Value &element) {
              return (isNumeric(element) && !element.isTensor()) || element.is(Value::List);
            }));
  };
  if (isSequence && !all(isNumbers) && all([&](const Value &v) {
        return v.is(first.getKind()) && v.getElements().size() == first.getElements().size();
      })) {
    Values elements;
    for (size_t i = 0; i < first.getElements().size(); ++i) {
      std::vector<RuntimeReturn> parts;
      for (const RuntimeReturn &one : returns)
        parts.push_back({one.at, one.value.getElements()[i], one.span});
      elements.push_back(mergeExits(e, std::move(parts), what));
      if (elements.back().isPoison())
        return Value();
    }
    return first.is(Value::Tuple) ? Value::tuple(std::move(elements))
                                  : Value::list(std::move(elements));
  }
  if (all([](const Value &v) { return v.isString(); })) {
    auto variable = e.makeVariable(e.getPathOf("result"), VariableKind::Var,
                                   e.builder.getType<StrType>(), returns.front().span, "result");
    for (const RuntimeReturn &one : returns) {
      mlir::OpBuilder::InsertionGuard guard(e.builder);
      e.builder.setInsertionPoint(one.at);
      e.assignVariable(*variable, e.toRuntimeString(one.value, one.span));
    }
    return Value::of(e.readVariable(*variable));
  }
  if (all(isNumbers))
    return mergeNumbers(e, std::move(returns), what);
  for (const RuntimeReturn &one : returns)
    if (one.value.getKind() != first.getKind())
      return e.fail(diag::ReturnsDiffer, one.span, what, describe(one.value), describe(first));
  return e.fail(diag::RuntimeChoice, returns.back().span, describe(first),
                describe(returns.back().value));
}

Value elaborate::takeResult(Interpreter &e, Span declaration) {
  Activation &callee = *e.activation;
  bool falls = !e.blockEnded, returned = callee.returned;
  callee.closeExits();
  if (callee.returns.empty())
    return returned ? callee.result : Value::unit();
  for (const RuntimeReturn &one : callee.returns)
    if (!one.value.is(Value::Unit) && !one.value.isPoison() && falls)
      return e.fail(diag::NoReturn, declaration, callee.frame.what,
                    "returns a value on another path");
  return mergeExits(e, callee.returns, callee.frame.what);
}
