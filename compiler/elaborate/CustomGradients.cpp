//===- CustomGradients.cpp - functions that state their gradient ---------------------===//
//
//   fn f(x: f32[..], w: f32[..]) = ... with grad(dy) = ...    of the first parameter; a tuple: of
//                                                             the first ones
//   fn f(x: f32[..], w: f32[..]) = ... with grad_w(dy) = ...  of the parameter w
//
// The rules become the region of nn.with_gradient around the function's result. They see what the
// body's outermost block defines. Parameters without a rule, and whatever else the body uses, are
// constants to differentiation.
//
//===----------------------------------------------------------------------===//

#include "compiler/elaborate/Training.h"
#include "compiler/ir/Effects.h"
#include "compiler/ir/ElementTypes.h"
#include "compiler/ir/Purification.h"

using namespace nnc;
using namespace nnc::elaborate;
using namespace nnc::ir;

namespace {
/// A parameter that is a tensor of real numbers in this call, and its rule.
struct Input {
  const ast::Parameter *parameter;
  mlir::Value value;
};

/// What the rules of one call give.
class Rules {
public:
  Rules(Interpreter &e, const ast::Function &function) : e(e), function(function) {}

  void evaluate(const ast::CustomGradient &rule, mlir::Value cotangent);
  /// The gradient of an input as it is yielded: null where it is a constant to differentiation, as
  /// what the body uses besides; nothing after an error.
  std::optional<mlir::Value> getGradient(const Input &input);
  bool good = true;

private:
  void set(const ast::Parameter &parameter, Value value, const ast::CustomGradient &rule);

  Interpreter &e;
  const ast::Function &function;
  llvm::DenseMap<const ast::Parameter *, Value> gradients;
};
} // namespace

/// Makes values of the vars of functions that the rules call, in straight-line code. False where
/// one of the `outer` variables is assigned, or a state (also the count of random draws).
static bool settleVariables(WithGradientOp op, const llvm::StringSet<> &outer) {
  llvm::DenseMap<mlir::Attribute, mlir::Value> current;
  for (mlir::Operation &inner : llvm::make_early_inc_range(op.getRule().front())) {
    if (auto assign = llvm::dyn_cast<AssignOp>(inner)) {
      mlir::StringAttr variable = assign.getVariableAttr().getAttr();
      auto place = mlir::SymbolTable::lookupNearestSymbolFrom<VariableOp>(op, variable);
      if (outer.contains(variable) || place.getKind() != VariableKind::Var)
        return false;
      current[variable] = assign.getValue();
      assign.erase();
    } else {
      inner.walk([&](ReadOp read) {
        if (mlir::Value value = current.lookup(read.getVariableAttr().getAttr())) {
          read.replaceAllUsesWith(value);
          read.erase();
        }
      });
    }
  }
  return true;
}

/// Moves the computation of a value before the operation; false where it is one of the rules' own.
static bool hoist(mlir::Value value, WithGradientOp op) {
  if (!op.getRule().isAncestor(value.getParentRegion()))
    return true;
  mlir::Operation *source = value.getDefiningOp();
  if (!source || source->getNumRegions() != 0 || !mlir::isMemoryEffectFree(source) ||
      !llvm::all_of(source->getOperands(), [&](mlir::Value operand) { return hoist(operand, op); }))
    return false;
  source->moveBefore(op);
  return true;
}

/// Makes the rules functions of values: a gradient passes where no variable of the function is any
/// more. Loops and branches become scans and choices. Variables that rules read are read where the
/// function is called: by the time that a gradient passes, they may have changed. False where the
/// rules do something else than compute.
static bool settleEffects(WithGradientOp op, const llvm::StringSet<> &outer) {
  Obstacle obstacle;
  removeAllJumps(op);
  if (failed(straighten(op.getRule().front(), obstacle)) || !settleVariables(op, outer))
    return false;
  bool good = true;
  op.getRule().walk<mlir::WalkOrder::PreOrder>([&](mlir::Operation *inner) {
    // A size of a loop in there that changes from turn to turn stays.
    if (llvm::isa<ScanOp>(inner->getParentOp()) && llvm::isa<BindSizeOp>(inner))
      return mlir::WalkResult::advance();
    if (auto check = llvm::dyn_cast<AssertOp>(inner); check && check.getCheck())
      return mlir::WalkResult::skip();
    if (llvm::isa<ReadOp>(inner) ||
        (llvm::isa<BindSizeOp>(inner) && hoist(inner->getOperand(0), op)))
      inner->moveBefore(op);
    else if (!llvm::isa<GradOp, JacobianOp>(inner) && !inner->hasTrait<Unobserved>() &&
             !inner->hasTrait<mlir::OpTrait::HasRecursiveMemoryEffects>() &&
             !mlir::isMemoryEffectFree(inner))
      good = false;
    return mlir::WalkResult::advance();
  });
  return good;
}

void Rules::set(const ast::Parameter &parameter, Value value, const ast::CustomGradient &rule) {
  good &= !value.isPoison();
  if (!gradients.insert({&parameter, value}).second) {
    e.error(diag::DefinedTwice, rule.rule.span, "grad_" + parameter.name.name);
    good = false;
  }
}

void Rules::evaluate(const ast::CustomGradient &rule, mlir::Value cotangent) {
  Scope local;
  local.parent = e.scope;
  local.set(rule.cotangent.name, Binding::fixed(Value::of(cotangent), rule.cotangent.span));
  Restore<Scope *> inScope(e.scope, &local);
  Value value = e.evaluate(rule.value);
  if (rule.rule.name != "grad") {
    for (const ast::Parameter &parameter : function.parameters)
      if ("grad_" + parameter.name.name == rule.rule.name)
        set(parameter, value, rule);
    return;
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

std::optional<mlir::Value> Rules::getGradient(const Input &input) {
  auto type = llvm::cast<NNTensorType>(input.value.getType());
  auto found = gradients.find(input.parameter);
  if (found == gradients.end())
    return mlir::Value();
  Span span = function.customGradients.front().value->span;
  Value tensor = e.toTensor(found->second, span, type.getElementType());
  if (tensor.isPoison())
    return std::nullopt;
  mlir::Value value = tensor.getRuntime();
  if (ir::isStorageFloat(type.getElementType()) && tensor.getTensorType().isFloat())
    value = e.convertTo(value, type.getElementType()); // computed as f32
  if (tensor.isScalarTensor() && tensor.getTensorType().isFloat())
    value = e.broadcastTo(e.convertTo(value, type.getElementType()), type.getShape());
  if (value.getType() == type)
    return value;
  e.error(diag::CustomGradientShape, span, input.parameter->name.name, type.str(),
          tensor.getTensorType().str());
  return std::nullopt;
}

Value elaborate::attachGradient(Interpreter &e, const ast::Function &function, Value result) {
  if (result.isPoison() || result.isStaticNumber())
    return result;
  if (!result.isTensor() || !result.getTensorType().isFloat())
    return e.fail(diag::CustomGradientResult, function.name.span, describe(result));

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
  mlir::OpBuilder::InsertionGuard guard(e.builder);
  mlir::Block &block = op.getRule().emplaceBlock();
  mlir::Value cotangent = block.addArgument(result.getTensorType(), op.getLoc());
  e.builder.setInsertionPointToEnd(&block);
  Restore<unsigned> deeper(e.runtimeDepth, e.runtimeDepth + 1);
  llvm::StringSet<> outer;
  for (const auto &variable : e.unit.variables)
    outer.insert(variable->symbol);
  Rules rules(e, function);
  for (const ast::CustomGradient &rule : function.customGradients)
    rules.evaluate(rule, cotangent);
  bool good = rules.good;
  llvm::SmallVector<mlir::Value> yielded;
  for (const Input &input : inputs) {
    std::optional<mlir::Value> gradient = rules.getGradient(input);
    good &= gradient.has_value();
    yielded.push_back(gradient.value_or(mlir::Value()));
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
  if (!settleEffects(op, outer))
    return e.fail(diag::CustomGradientEffect, function.customGradients.front().span);
  return Value::of(op.getResult());
}
