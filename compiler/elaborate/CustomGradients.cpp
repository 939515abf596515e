//===- CustomGradients.cpp - functions that state their gradient ---------------------===//
//
//   fn f(x: f32[..], w: f32[..]) = ... with grad(dy) = ...          of the first parameter; a
//   tuple: of the first ones fn f(x: f32[..], w: f32[..]) = ... with grad_w(dy) = ...        of the
//   parameter w
//
// The rules become the region of nn.with_gradient around the function's result. They see what the
// body's outermost block defines. Parameters without a rule, and whatever else the body uses, are
// constants to differentiation.
//
//===----------------------------------------------------------------------===//

#include "compiler/elaborate/Training.h"

using namespace nnc;
using namespace nnc::elaborate;
using namespace nnc::ir;

namespace {
/// A parameter that is a tensor of real numbers in this call, and its rule.
struct Input {
  const ast::Parameter *parameter;
  mlir::Value value;
};
} // namespace

/// Variables that rules read are read where the function is called: by the time that a gradient
/// passes, they may have changed. False where the rules do something else than compute.
static bool settleEffects(WithGradientOp op) {
  bool good = true;
  op.getRule().walk<mlir::WalkOrder::PreOrder>([&](mlir::Operation *inner) {
    if (auto check = llvm::dyn_cast<AssertOp>(inner); check && check.getCheck())
      return mlir::WalkResult::skip();
    if (llvm::isa<ReadOp>(inner))
      inner->moveBefore(op);
    else if (!llvm::isa<GradOp>(inner) && !mlir::isMemoryEffectFree(inner))
      good = false;
    return mlir::WalkResult::advance();
  });
  return good;
}

Value elaborate::attachGradient(Interpreter &e, const ast::Function &function, Value result) {
  Span resultSpan = function.name.span;
  if (result.isPoison() || result.isStaticNumber())
    return result;
  if (!result.isTensor() || !result.getTensorType().isFloat())
    return e.fail(diag::CustomGradientResult, resultSpan, describe(result));

  llvm::SmallVector<Input> inputs;
  llvm::SmallVector<mlir::Value> operands;
  for (const ast::Parameter &parameter : function.parameters) {
    Binding *binding = e.scope->findHere(parameter.name.name);
    if (binding && binding->value.isTensor() && binding->value.getTensorType().isFloat()) {
      inputs.push_back({&parameter, binding->value.getRuntime()});
      operands.push_back(inputs.back().value);
    }
  }
  auto op = WithGradientOp::create(e.builder, e.getLoc(function.customGradients.front().span),
                                   result.getRuntime(), operands);
  llvm::DenseMap<const ast::Parameter *, Value> gradients;
  bool good = true;
  auto set = [&](const ast::Parameter &parameter, Value value, const ast::CustomGradient &rule) {
    good &= !value.isPoison();
    if (!gradients.insert({&parameter, value}).second) {
      e.error(diag::DefinedTwice, rule.rule.span, "grad_" + parameter.name.name);
      good = false;
    }
  };
  mlir::OpBuilder::InsertionGuard guard(e.builder);
  mlir::Block &block = op.getRule().emplaceBlock();
  mlir::Value cotangent = block.addArgument(result.getTensorType(), op.getLoc());
  e.builder.setInsertionPointToEnd(&block);
  Restore<unsigned> deeper(e.runtimeDepth, e.runtimeDepth + 1);
  for (const ast::CustomGradient &rule : function.customGradients) {
    Scope local;
    local.parent = e.scope;
    local.set(rule.cotangent.name, Binding::fixed(Value::of(cotangent), rule.cotangent.span));
    Restore<Scope *> inScope(e.scope, &local);
    Value value = e.evaluate(rule.value);
    if (rule.rule.name != "grad") {
      for (const ast::Parameter &parameter : function.parameters)
        if ("grad_" + parameter.name.name == rule.rule.name)
          set(parameter, value, rule);
      continue;
    }
    Values parts = value.is(Value::Tuple) ? value.getElements() : Values{value};
    if (parts.size() > function.parameters.size()) {
      e.error(diag::WrongArgument, rule.value->span, "what the rule gives",
              "at most one gradient for each parameter", describe(value));
      good = false;
    }
    for (auto [parameter, part] : llvm::zip(function.parameters, parts))
      set(parameter, part, rule);
  }

  llvm::SmallVector<mlir::Value> yielded;
  for (const Input &input : inputs) {
    auto type = llvm::cast<NNTensorType>(input.value.getType());
    auto found = gradients.find(input.parameter);
    if (found == gradients.end()) {
      // A constant to differentiation, as what the body uses besides.
      yielded.push_back({});
      continue;
    }
    if (found->second.isPoison())
      continue;
    Value tensor = e.toTensor(found->second, function.customGradients.front().value->span,
                              type.getElementType());
    if (tensor.isPoison()) {
      good = false;
      continue;
    }
    mlir::Value value = tensor.getRuntime();
    if (type.getElementType().isBF16() && tensor.getTensorType().isFloat())
      value = e.convertTo(value, type.getElementType()); // computed as f32
    if (tensor.isScalarTensor() && tensor.getTensorType().isFloat())
      value = e.broadcastTo(e.convertTo(value, type.getElementType()), type.getShape());
    if (value.getType() != type) {
      e.error(diag::CustomGradientShape, function.customGradients.front().value->span,
              input.parameter->name.name, type.str(), tensor.getTensorType().str());
      good = false;
    }
    yielded.push_back(value);
  }
  if (!good)
    return Value();
  // Inputs without a rule are no inputs.
  for (size_t i = yielded.size(); i-- > 0;)
    if (!yielded[i]) {
      op.getInputsMutable().erase(i);
      yielded.erase(yielded.begin() + i);
    }
  YieldOp::create(e.builder, op.getLoc(), yielded);
  if (!settleEffects(op))
    return e.fail(diag::CustomGradientEffect, function.customGradients.front().span);
  return Value::of(op.getResult());
}
