//===- Gradients.cpp - grad and jacobian ---------------------------------------------------===//
//
// All that one call asks for is one request: of nn.grad or nn.jacobian, with the tensors among its
// targets first and then the variables. What the call gives has the structure of its target.
//
//===----------------------------------------------------------------------===//

#include "compiler/elaborate/Paths.h"
#include "compiler/elaborate/Training.h"

using namespace nnc;
using namespace nnc::elaborate;
using namespace nnc::ir;

namespace {

/// One call of grad or jacobian.
class GradientCall {
public:
  GradientCall(Interpreter &e, mlir::Value value, Span span, bool isJacobian)
      : e(e), value(value), span(span), isJacobian(isJacobian) {}

  Value evaluate(const ast::Expr *target);

private:
  /// A target, or a tuple or list of targets; where its gradients stand among those of its kind.
  struct Part {
    enum Kind { Tensor, Param, Layer, Tuple, List } kind;
    size_t first = 0, count = 0;
    std::vector<Part> parts = {};
  };

  std::optional<Part> add(const ast::Expr *target);
  std::optional<Part> addSingle(const ast::Expr *target);
  std::optional<Part> addTensor(const Value &tensor, const ast::Expr *target);
  Part addVariables(Part::Kind kind, llvm::ArrayRef<Reached> reached);
  mlir::ResultRange emit();
  Value assemble(const Part &part, mlir::ResultRange results);

  Interpreter &e;
  mlir::Value value;
  Span span;
  bool isJacobian;
  llvm::SmallVector<mlir::Value> tensors;
  std::vector<Reached> variables;
};

} // namespace

std::optional<GradientCall::Part> GradientCall::add(const ast::Expr *target) {
  auto *tuple = llvm::dyn_cast<ast::Tuple>(target);
  auto *list = llvm::dyn_cast<ast::List>(target);
  if (!tuple && !list)
    return addSingle(target);
  Part all{tuple ? Part::Tuple : Part::List};
  for (const ast::Expr *element : tuple ? tuple->elements : list->elements) {
    std::optional<Part> part = add(element);
    if (!part)
      return std::nullopt;
    all.parts.push_back(std::move(*part));
  }
  return all;
}

std::optional<GradientCall::Part> GradientCall::addSingle(const ast::Expr *target) {
  if (std::shared_ptr<const Variable> variable = findVariable(e, target)) {
    if (!llvm::isa<NNTensorType>(variable->type) || !variable->getTensorType().isFloat()) {
      e.error(diag::NotDifferentiable, target->span, target->span.getText());
      return std::nullopt;
    }
    // A `var` that still has its value from this block is that value; any other place is named by
    // its symbol.
    if (variable->kind != VariableKind::Var)
      return addVariables(Part::Param, Reached{variable->name, variable});
  }
  Value at = e.evaluate(target);
  if (at.isPoison())
    return std::nullopt;
  if (at.isTensor())
    return addTensor(at, target);
  std::vector<Reached> reached = collectVariables(at, false);
  if (reached.empty()) {
    e.error(diag::GradientTarget, target->span);
    return std::nullopt;
  }
  return addVariables(Part::Layer, reached);
}

std::optional<GradientCall::Part> GradientCall::addTensor(const Value &tensor,
                                                          const ast::Expr *target) {
  if (!llvm::isa<ast::Name, ast::Member>(target)) {
    e.error(diag::GradientTarget, target->span);
    return std::nullopt;
  }
  if (!tensor.getTensorType().isFloat()) {
    e.error(diag::NotDifferentiable, target->span, target->span.getText());
    return std::nullopt;
  }
  tensors.push_back(tensor.getRuntime());
  return Part{Part::Tensor, tensors.size() - 1, 1};
}

GradientCall::Part GradientCall::addVariables(Part::Kind kind, llvm::ArrayRef<Reached> reached) {
  Part part{kind, variables.size(), reached.size()};
  for (const Reached &one : reached) {
    variables.push_back(one);
    e.unit.uses[one.variable->symbol].isTrained = true;
  }
  return part;
}

mlir::ResultRange GradientCall::emit() {
  mlir::Location loc = e.getLoc(span);
  auto getType = [&](mlir::Type target) -> mlir::Type {
    return isJacobian ? JacobianOp::getJacobianType(llvm::cast<NNTensorType>(value.getType()),
                                                    llvm::cast<NNTensorType>(target))
                      : target;
  };
  llvm::SmallVector<mlir::Type> tensorTypes, variableTypes;
  for (mlir::Value tensor : tensors)
    tensorTypes.push_back(getType(tensor.getType()));
  for (const Reached &one : variables)
    variableTypes.push_back(getType(one.variable->type));
  mlir::ArrayAttr names = getSymbols(e.builder, variables);
  if (isJacobian)
    return JacobianOp::create(e.builder, loc, tensorTypes, variableTypes, value, tensors, names)
        ->getResults();
  return GradOp::create(e.builder, loc, tensorTypes, variableTypes, value, tensors, names)
      ->getResults();
}

Value GradientCall::assemble(const Part &part, mlir::ResultRange results) {
  switch (part.kind) {
  case Part::Tensor:
    return Value::of(results[part.first]);
  case Part::Param:
    return Value::of(results[tensors.size() + part.first]);
  case Part::Layer: {
    auto weights = std::make_shared<Weights>();
    for (size_t i = part.first; i < part.first + part.count; ++i) {
      mlir::Value gradient = results[tensors.size() + i];
      weights->leaves.push_back(
          {variables[i].path, variables[i].variable->symbol, gradient, {gradient}});
    }
    return Value::of(weights);
  }
  case Part::Tuple:
  case Part::List:
    break;
  }
  Values elements;
  for (const Part &element : part.parts)
    elements.push_back(assemble(element, results));
  return part.kind == Part::Tuple ? Value::tuple(std::move(elements))
                                  : Value::list(std::move(elements));
}

Value GradientCall::evaluate(const ast::Expr *target) {
  std::optional<Part> part = add(target);
  return part ? assemble(*part, emit()) : Value();
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
  return value ? GradientCall(e, value, span, isJacobian).evaluate(target) : Value();
}
