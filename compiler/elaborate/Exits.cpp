//===- Exits.cpp - return, break, continue --------------------------------------------===//
//
// An exit that is known at compile time ends elaboration of what follows. One that is taken or not
// when the program runs sets a flag, a variable; what follows it, up to the end of what it leaves,
// stands in the else branch of an nn.if on that flag. Out of a loop of the program it goes by
// nn.break. The values of such returns are stored in variables, whose types are found once all
// returns of the function are known.
//
//===----------------------------------------------------------------------===//

#include "compiler/elaborate/Elaborator.h"

using namespace nnc;
using namespace nnc::elaborate;
using namespace nnc::ir;

void Elaborator::prepareExits(llvm::ArrayRef<const ast::Block *> blocks) {
  auto makeFlag = [&](llvm::StringRef name) {
    mlir::Value no = toTensor(Value::ofBool(false), currentSpan).getRuntime();
    std::string symbol = path.empty() ? name.str() : path + "." + name.str();
    auto flag = makeVariable(symbol, VariableKind::Var, no.getType(), currentSpan, name);
    assignVariable(*flag, no);
    return flag;
  };
  if (frame && !frame->left && runtimeDepth == frame->runtimeDepth &&
      llvm::any_of(blocks, [](const ast::Block *block) { return hasReturn(*block); }))
    frame->left = makeFlag("returned");
  if (loop == Loop::Unrolled && !unrolled->broken &&
      llvm::any_of(blocks, [](const ast::Block *block) {
        return hasJump(*block, ast::Statement::Break) || hasJump(*block, ast::Statement::Continue);
      })) {
    unrolled->broken = makeFlag("broken");
    unrolled->skipped = makeFlag("skipped");
  }
}

mlir::Value Elaborator::hasLeft(size_t raisedBefore) {
  Value left = Value::ofBool(false);
  std::set<Variable *> seen;
  for (const std::shared_ptr<Variable> &flag : llvm::drop_begin(raised, raisedBefore))
    if (seen.insert(flag.get()).second) {
      Value one = Value::of(readVariable(*flag));
      left = left.is(Value::Bool) ? one : elementwise("or", {left, one}, currentSpan);
    }
  return left.getRuntime();
}

void Elaborator::executeUnlessLeft(size_t raisedBefore, llvm::ArrayRef<ast::Statement *> rest) {
  if (rest.empty())
    return;
  ast::Block block{rest.front()->span, rest.vec()};
  promoteVars(&block);
  auto op = IfOp::create(builder, getLoc(rest.front()->span), hasLeft(raisedBefore));
  emitRegion(op.getThenRegion(), {}, [](mlir::ValueRange) {});
  blockEnded =
      !emitRegion(op.getElseRegion(), {}, [&](mlir::ValueRange) { executeStatements(rest); });
}

void Elaborator::executeJump(const ast::Statement *statement) {
  bool isBreak = llvm::isa<ast::BreakStatement>(statement);
  if (loop == Loop::None) {
    error(diag::JumpOutside, statement->span, isBreak ? "break" : "continue");
    return;
  }
  if (loop == Loop::Runtime) {
    if (isBreak)
      BreakOp::create(builder, getLoc(statement->span));
    else
      ContinueOp::create(builder, getLoc(statement->span));
    blockEnded = true;
    return;
  }
  if (runtimeDepth == loopRuntimeDepth) {
    jump = isBreak ? Jump::Break : Jump::Continue;
    return;
  }
  const std::shared_ptr<Variable> &flag = isBreak ? unrolled->broken : unrolled->skipped;
  assignVariable(*flag, toTensor(Value::ofBool(true), statement->span).getRuntime());
  raised.push_back(flag);
  blockEnded = true;
}

void Elaborator::executeReturn(const ast::ReturnStatement *statement) {
  if (!frame->callSite && !statement->values.empty()) {
    bool isTest = llvm::cast<CommandOp>(unit).getTest();
    error(diag::ReturnOutside, statement->span, isTest ? "test" : "command");
    return;
  }
  if (recurrence) {
    error(diag::ScanBody, statement->span, "a return");
    return;
  }
  Values values = evaluateAll(statement->values);
  Value result = values.empty()       ? Value::unit()
                 : values.size() == 1 ? values[0]
                                      : Value::tuple(std::move(values));
  if (runtimeDepth == frame->runtimeDepth) {
    frame->result = result;
    frame->returned = true;
    return;
  }
  if (!frame->left) {
    error(diag::NotSupported, statement->span, "a return from here");
    return;
  }
  assignVariable(*frame->left, toTensor(Value::ofBool(true), statement->span).getRuntime());
  frame->returns.push_back({&builder.getInsertionBlock()->back(), result, statement->span});
  raised.push_back(frame->left);
  if (loop == Loop::Runtime)
    BreakOp::create(builder, getLoc(statement->span));
  blockEnded = true;
}

//===-- The values of returns ---------------------------------------------------------------===//

Value Elaborator::takeResult(Frame &callee, size_t raisedBefore, Span declaration) {
  raised.resize(raisedBefore);
  if (callee.returns.empty())
    return callee.returned ? callee.result : Value::unit();
  for (const RuntimeReturn &one : callee.returns)
    if (!one.value.is(Value::Unit) && !one.value.isPoison() && !blockEnded)
      return fail(diag::NoReturn, declaration, callee.what, "returns a value on another path");
  return mergeReturns(callee.returns, callee.what);
}

/// Whether both are the same thing, known at compile time.
static bool isSame(const Value &a, const Value &b) {
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

Value Elaborator::mergeReturns(std::vector<RuntimeReturn> returns, const std::string &what) {
  const Value &first = returns.front().value;
  auto all = [&](auto condition) {
    return llvm::all_of(returns, [&](const RuntimeReturn &one) { return condition(one.value); });
  };
  if (!all([](const Value &v) { return !v.isPoison(); }))
    return Value();
  if (!first.is(Value::Runtime) && all([&](const Value &v) { return isSame(v, first); }))
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
      elements.push_back(mergeReturns(std::move(parts), what));
      if (elements.back().isPoison())
        return Value();
    }
    return first.is(Value::Tuple) ? Value::tuple(std::move(elements))
                                  : Value::list(std::move(elements));
  }
  if (all([](const Value &v) { return v.isString(); })) {
    auto variable = makeVariable(path.empty() ? "result" : path + ".result", VariableKind::Var,
                                 builder.getType<StrType>(), returns.front().span, "result");
    for (const RuntimeReturn &one : returns) {
      mlir::OpBuilder::InsertionGuard guard(builder);
      builder.setInsertionPoint(one.at);
      assignVariable(*variable, toRuntimeString(one.value, one.span));
    }
    return Value::of(readVariable(*variable));
  }
  if (all(isNumbers))
    return mergeNumbers(std::move(returns), what);
  for (const RuntimeReturn &one : returns)
    if (one.value.getKind() != first.getKind())
      return fail(diag::ReturnsDiffer, one.span, what, describe(one.value), describe(first));
  return fail(diag::RuntimeChoice, returns.back().span, describe(first),
              describe(returns.back().value));
}

/// Numbers and tensors: one variable, of the type of the first tensor with axes, or else of the
/// first tensor; numbers adapt.
Value Elaborator::mergeNumbers(std::vector<RuntimeReturn> returns, const std::string &what) {
  for (RuntimeReturn &one : returns)
    if (one.value.is(Value::List)) {
      mlir::OpBuilder::InsertionGuard guard(builder);
      builder.setInsertionPoint(one.at);
      one.value = toTensor(one.value, one.span);
      if (one.value.isPoison())
        return Value();
    }
  const RuntimeReturn *model = nullptr;
  for (const RuntimeReturn &one : returns)
    if (one.value.isTensor() &&
        (!model || (model->value.isScalarTensor() && !one.value.isScalarTensor())))
      model = &one;
  bool isReal = llvm::any_of(returns, [](const auto &one) { return one.value.is(Value::Float); });
  NNTensorType type = model                              ? model->value.getTensorType()
                      : isReal                           ? getScalarType(getReal())
                      : returns[0].value.is(Value::Bool) ? getScalarType(builder.getI1Type())
                                                         : getScalarType(builder.getI64Type());
  for (Dim dim : type.getShape()) {
    llvm::SetVector<mlir::StringAttr> names;
    dim.collectSymbols(names);
    for (mlir::StringAttr name : names)
      if (sizeDepths.lookup(name.getValue()) > runtimeDepth)
        return fail(diag::NotSupported, model->span,
                    "returning a tensor whose size '" + name.str() +
                        "' is known only inside of run-time control flow");
  }
  auto variable = makeVariable(path.empty() ? "result" : path + ".result", VariableKind::Var, type,
                               returns.front().span, "result");
  for (const RuntimeReturn &one : returns) {
    mlir::OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPoint(one.at);
    Value value = toTensor(one.value, one.span, type.getElementType());
    NNTensorType own = value.getTensorType();
    bool isSameKind = own.getElementType() == type.getElementType() ||
                      (own.isScalar() && !own.isBool() && type.isFloat()) ||
                      (own.isScalar() && own.isInteger() && type.isInteger());
    bool isSameShape = own.getDimAttrs() == type.getDimAttrs();
    if (!isSameKind || !isSameShape)
      return fail(diag::ReturnsDiffer, one.span, what, describe(one.value),
                  model ? describe(model->value) : describe(returns.front().value));
    assignVariable(*variable, convertTo(value.getRuntime(), type.getElementType()));
  }
  return Value::of(readVariable(*variable));
}
