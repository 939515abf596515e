//===- Assignments.cpp - what changes: vars, params, fields of optimizers ------------===//
//===----------------------------------------------------------------------===//

#include "compiler/elaborate/Exits.h"
#include "compiler/elaborate/Paths.h"
#include "compiler/elaborate/SyntaxQueries.h"
#include "compiler/ir/ElementTypes.h"

using namespace nnc;
using namespace nnc::elaborate;
using namespace nnc::ir;
using llvm::StringRef;

/// What may live in a variable: not a function, a layer or a tuple.
static bool isNumeric(const Value &value) {
  return value.isTensor() || value.isStaticNumber() || value.is(Value::Bool) ||
         value.is(Value::Size) || value.is(Value::List);
}

void Interpreter::promoteVars(llvm::ArrayRef<const ast::Block *> blocks) {
  prepareExits(*this, blocks);
  llvm::SetVector<StringRef> names;
  for (const ast::Block *block : blocks)
    collectAssigned(*block, names);
  for (StringRef name : names) {
    Binding *binding = scope->find(name);
    if (!binding || !binding->isVar || binding->variable || !binding->weightsVariables.empty() ||
        binding->value.isPoison())
      continue;
    Value value = binding->value;
    if (value.is(Value::WeightsKind)) {
      makeWeightsVariables(*binding, getPathOf(name), VariableKind::Var, *value.getWeights(), name);
      continue;
    }
    mlir::Value initial;
    if (value.isString())
      initial = toRuntimeString(value, binding->span);
    else if (isNumeric(value))
      // A real number of the program is f64; of a tensor's, say f32.
      if (Value tensor = toTensor(value, binding->span,
                                  value.is(Value::Float) ? builder.getF64Type() : mlir::Type());
          !tensor.isPoison())
        initial = tensor.getRuntime();
    if (!initial) {
      error(diag::NotSupported, binding->span,
            "changing this var (" + describe(value) +
                ") inside control flow that is known at run time only");
      binding->value = Value();
      continue;
    }
    binding->variable =
        makeVariable(getPathOf(name), VariableKind::Var, initial.getType(), binding->span, name);
    assignVariable(*binding->variable, initial);
  }
}

void Interpreter::executeAssign(const ast::AssignStatement *statement) {
  Value value;
  if (statement->op == ast::AssignOp::Set) {
    value = evaluate(statement->value);
  } else {
    ast::BinaryOp op = statement->op == ast::AssignOp::Add   ? ast::BinaryOp::Add
                       : statement->op == ast::AssignOp::Sub ? ast::BinaryOp::Sub
                       : statement->op == ast::AssignOp::Mul ? ast::BinaryOp::Mul
                                                             : ast::BinaryOp::Div;
    Value old = evaluate(statement->target);
    Value change = evaluate(statement->value);
    value =
        binary(op, old, change, statement->span, statement->target->span, statement->value->span);
  }
  if (!value.isPoison())
    return assignTo(statement->target, value, statement->value->span);
  // What the name stands for is not known from here on.
  auto *name = llvm::dyn_cast<ast::Name>(statement->target);
  Binding *binding = name ? scope->find(name->name) : nullptr;
  if (binding && binding->isVar && !binding->variable && binding->weightsVariables.empty())
    binding->value = Value();
}

void Interpreter::assignTo(const ast::Expr *target, Value value, Span span) {
  auto *member = llvm::dyn_cast<ast::Member>(target);
  if (!member && !llvm::isa<ast::Name>(target)) {
    error(diag::NotAssignable, target->span, target->span.getText());
    return;
  }
  std::string name = member ? member->name.name : llvm::cast<ast::Name>(target)->name;
  Place place = findPlace(*this, target);
  Binding *binding = member ? place.binding : lookup({name, target->span});
  if (member && !binding && !place.base.isPoison())
    error(diag::NoMember, member->name.span, describe(place.base), name);
  if (!binding)
    return;
  bool ofOptimizer = place.owner && place.owner->item->flavour == ast::LayerItem::Optimizer;

  if (binding->value.isPoison() && !binding->variable && binding->weightsVariables.empty())
    return; // its error has been reported
  bool isParam = binding->variable && binding->variable->kind == VariableKind::Param;
  bool allowed = binding->isVar || isParam || (ofOptimizer && binding->variable);
  if (llvm::isa<ast::Member>(target) && binding->variable &&
      binding->variable->kind == VariableKind::State)
    allowed = false; // only within its layer
  if (!allowed) {
    DiagnosticBuilder report = error(diag::NotAssignable, target->span, name);
    if (binding->span)
      report.note(binding->span, "'" + name + "' is defined here");
    if (!binding->variable)
      report.hint("declare it with `var` to change it");
    return;
  }
  if (!binding->weightsVariables.empty())
    return assignWeights(*binding, name, value, span);
  if (binding->variable) {
    if (mlir::Value kept = keepType(value, binding->variable->type, false, name, span))
      assignVariable(*binding->variable, kept);
    return;
  }
  if (binding->value.isTensor() || binding->value.isRuntimeString()) {
    // Without a place of its own it is but a name, which may come to stand for another shape.
    mlir::Type type = binding->value.getRuntime().getType();
    if (mlir::Value kept = keepType(value, type, !binding->isTyped, name, span))
      binding->value = Value::of(kept);
    return;
  }
  assignStatic(*binding, name, value, span);
}

void Interpreter::assignWeights(const Binding &binding, StringRef name, const Value &value,
                                Span span) {
  std::optional<llvm::SmallVector<mlir::Value>> leaves;
  if (value.is(Value::WeightsKind))
    leaves = pairLeaves(*value.getWeights(), binding.weightsPaths, binding.weightsSymbols);
  auto fits = [](auto pair) {
    return !std::get<1>(pair) || std::get<1>(pair).getType() == std::get<0>(pair)->type;
  };
  if (!leaves || !llvm::all_of(llvm::zip_equal(binding.weightsVariables, *leaves), fits)) {
    error(diag::TypeMismatch, span, ("'" + name + "'").str(), "weights of the same layer",
          describe(value));
    return;
  }
  for (auto [variable, leaf] : llvm::zip_equal(binding.weightsVariables, *leaves))
    if (leaf)
      assignVariable(*variable, leaf);
}

/// The value as one of the type that the var has; null after an error.
mlir::Value Interpreter::keepType(const Value &value, mlir::Type wanted, bool mayReshape,
                                  StringRef name, Span span) {
  if (llvm::isa<StrType>(wanted) && value.isString())
    return toRuntimeString(value, span);
  auto type = llvm::dyn_cast<NNTensorType>(wanted);
  if (type && isNumeric(value)) {
    Value tensor = toTensor(value, span, type.getElementType());
    if (tensor.isPoison())
      return {};
    NNTensorType own = tensor.getTensorType();
    bool adapts =
        own.getElementType() == type.getElementType() ||
        (own.isScalar() && !own.isBool() && type.isFloat()) ||
        (own.isScalar() && own.isInteger() && type.isInteger()) ||
        (own.isFloat() && ir::isStorageFloat(type.getElementType())); // rounds what is stored
    bool fits = own.getDimAttrs() == type.getDimAttrs() || own.isScalar();
    if (adapts && fits)
      return broadcastTo(convertTo(tensor.getRuntime(), type.getElementType()), type.getShape());
    if (adapts && mayReshape)
      return tensor.getRuntime();
  }
  error(diag::VarChangesType, span, name, type ? type.str() : "text", describe(value));
  return {};
}

/// A static var: stays static, or becomes a run-time scalar of its kind.
void Interpreter::assignStatic(Binding &binding, StringRef name, Value value, Span span) {
  const Value &old = binding.value;
  bool fits = old.getKind() == value.getKind() || (old.isSizeLike() && value.isSizeLike()) ||
              (old.is(Value::Float) && (value.is(Value::Int) || value.is(Value::Size)));
  if (value.isScalarTensor()) {
    NNTensorType type = value.getTensorType();
    fits = (old.is(Value::Float) && !type.isBool()) || (old.isSizeLike() && type.isInteger()) ||
           (old.is(Value::Bool) && type.isBool());
  }
  if ((old.is(Value::List) && value.isTensor()) || (old.isString() && value.isString()))
    fits = true;
  if (!fits) {
    error(diag::VarChangesType, span, name, describe(old), describe(value))
        .note(binding.span, ("'" + name + "' is defined here").str());
    return;
  }
  if (old.is(Value::Float) && value.is(Value::Int))
    value = Value::ofFloat(value.getFloat());
  binding.value = value;
}
