//===- Program.cpp - what program operations check of themselves ---------------------===//
//
// Uses of variables (they exist, with the right type) and the arguments of regions. What passes
// here can be expanded and lowered without further questions.
//
//===----------------------------------------------------------------------===//

#include "compiler/ir/NN.h"

using namespace mlir;
using namespace nnc::ir;

//===-- Variables ---------------------------------------------------------------------===//

/// The variable's type; null after an error at `user`.
static Type getVariableType(Operation *user, Attribute name, SymbolTableCollection &symbols) {
  auto reference = llvm::dyn_cast<FlatSymbolRefAttr>(name);
  auto variable =
      reference ? symbols.lookupNearestSymbolFrom<VariableOp>(user, reference) : VariableOp();
  if (!variable) {
    user->emitOpError() << "names " << name << ", which is no variable";
    return {};
  }
  return variable.getType();
}

/// One type for each of `variables`, at least its variable's.
static LogicalResult checkTypes(Operation *user, ArrayAttr variables, TypeRange types,
                                SymbolTableCollection &symbols) {
  if (variables.size() != types.size())
    return user->emitOpError() << "has " << variables.size() << " variables, but " << types.size()
                               << " gradients";
  for (auto [name, type] : llvm::zip_equal(variables, types)) {
    Type expected = getVariableType(user, name, symbols);
    if (!expected)
      return failure();
    if (expected != type)
      return user->emitOpError() << "gives " << type << " for " << name << ", which is "
                                 << expected;
    auto tensor = llvm::dyn_cast<NNTensorType>(expected);
    if (!tensor || !tensor.isFloat())
      return user->emitOpError() << "differentiates with respect to " << name << ", which is "
                                 << expected;
  }
  return success();
}

static LogicalResult checkType(Operation *user, FlatSymbolRefAttr name, Type type,
                               SymbolTableCollection &symbols) {
  Type expected = getVariableType(user, name, symbols);
  if (!expected)
    return failure();
  if (expected != type)
    return user->emitOpError() << "uses " << name << " as " << type << ", but it is " << expected;
  return success();
}

LogicalResult ReadOp::verifySymbolUses(SymbolTableCollection &symbols) {
  return checkType(*this, getVariableAttr(), getResult().getType(), symbols);
}

LogicalResult AssignOp::verifySymbolUses(SymbolTableCollection &symbols) {
  return checkType(*this, getVariableAttr(), getValue().getType(), symbols);
}

LogicalResult AssignRowsOp::verifySymbolUses(SymbolTableCollection &symbols) {
  auto type =
      llvm::dyn_cast_or_null<NNTensorType>(getVariableType(*this, getVariableAttr(), symbols));
  NNTensorType rows = getValue().getType();
  if (!type || type.isScalar() || rows.isScalar() ||
      type.getElementType() != rows.getElementType() ||
      !llvm::equal(llvm::drop_begin(type.getShape()), llvm::drop_begin(rows.getShape())))
    return emitOpError("needs a variable of the same rows");
  return success();
}

LogicalResult GradOp::verifySymbolUses(SymbolTableCollection &symbols) {
  if (getValues().getTypes() != getValueGradients().getTypes())
    return emitOpError("needs one gradient of each value's type");
  return checkTypes(*this, getVariables(), getVariableGradients().getTypes(), symbols);
}

NNTensorType JacobianOp::getJacobianType(NNTensorType value, NNTensorType target) {
  llvm::SmallVector<Dim> shape = value.getShape();
  llvm::append_range(shape, target.getShape());
  return target.withShape(shape);
}

LogicalResult JacobianOp::verifySymbolUses(SymbolTableCollection &symbols) {
  NNTensorType value = getValue().getType();
  if (getValues().size() != getValueGradients().size() ||
      getVariables().size() != getVariableGradients().size())
    return emitOpError("needs one result for each target");
  auto check = [&](Type target, Value result) -> LogicalResult {
    auto tensor = llvm::dyn_cast_or_null<NNTensorType>(target);
    if (!tensor || !tensor.isFloat() || result.getType() != getJacobianType(value, tensor))
      return emitOpError() << "gives " << result.getType() << " for a target " << target;
    return success();
  };
  for (auto [target, result] : llvm::zip_equal(getValues(), getValueGradients()))
    if (failed(check(target.getType(), result)))
      return failure();
  for (auto [name, result] : llvm::zip_equal(getVariables(), getVariableGradients()))
    if (Type type = getVariableType(*this, name, symbols); !type || failed(check(type, result)))
      return failure();
  return success();
}

LogicalResult MinimizeOp::verifySymbolUses(SymbolTableCollection &symbols) {
  TypeRange types = getUpdate().getArgumentTypes();
  if (!getCounters())
    return checkTypes(*this, getVariables(), types, symbols);
  Type counter = getScalarType(IntegerType::get(getContext(), 64));
  if (types.size() != getVariables().size() + 1 || types.back() != counter ||
      getCounters()->size() != getVariables().size())
    return emitOpError("needs a counter for each variable, and an argument that is one, i64");
  for (auto name : getCountersAttr().getAsRange<FlatSymbolRefAttr>())
    if (failed(checkType(*this, name, counter, symbols)))
      return failure();
  return checkTypes(*this, getVariables(), types.drop_back(), symbols);
}

static LogicalResult checkFile(Operation *user, ArrayAttr variables, ArrayAttr names,
                               SymbolTableCollection &symbols) {
  if (variables.size() != names.size())
    return user->emitOpError("needs one name for each variable");
  for (Attribute variable : variables)
    if (!getVariableType(user, variable, symbols))
      return failure();
  return success();
}

LogicalResult SaveOp::verifySymbolUses(SymbolTableCollection &symbols) {
  return checkFile(*this, getVariables(), getNames(), symbols);
}

LogicalResult LoadOp::verifySymbolUses(SymbolTableCollection &symbols) {
  return checkFile(*this, getVariables(), getNames(), symbols);
}

//===-- What operations do to variables ---------------------------------------------------===//

using Accesses = llvm::SmallVector<VariableAccess>;

static Accesses getAccesses(ArrayAttr variables, VariableAccess::Kind kind) {
  Accesses accesses;
  for (auto variable : variables.getAsRange<FlatSymbolRefAttr>())
    accesses.push_back({kind, variable});
  return accesses;
}

Accesses ReadOp::getVariableAccesses() {
  return {{VariableAccess::Read, getVariableAttr(), getResult()}};
}
Accesses AssignOp::getVariableAccesses() {
  return {{VariableAccess::Write, getVariableAttr(), getValue()}};
}
Accesses AssignRowsOp::getVariableAccesses() {
  return {{VariableAccess::WritePart, getVariableAttr(), getValue()}};
}
Accesses SaveOp::getVariableAccesses() { return getAccesses(getVariables(), VariableAccess::Read); }
Accesses LoadOp::getVariableAccesses() {
  return getAccesses(getVariables(), VariableAccess::Write);
}
Accesses GradOp::getVariableAccesses() {
  return getAccesses(getVariables(), VariableAccess::Target);
}
Accesses JacobianOp::getVariableAccesses() {
  return getAccesses(getVariables(), VariableAccess::Target);
}
Accesses MinimizeOp::getVariableAccesses() {
  Accesses accesses = getAccesses(getVariables(), VariableAccess::Target);
  if (getCounters())
    llvm::append_range(accesses, getAccesses(getCountersAttr(), VariableAccess::Read));
  return accesses;
}

//===-- Regions -----------------------------------------------------------------------===//

static bool isScalarOf(Type type, unsigned width) {
  auto tensor = llvm::dyn_cast<NNTensorType>(type);
  return tensor && tensor.isScalar() && tensor.getElementType().isInteger(width);
}

LogicalResult ForOp::verify() {
  Block &body = getBody().front();
  if (body.getNumArguments() != 1 || !isScalarOf(body.getArgument(0).getType(), 64))
    return emitOpError("needs one argument of its body, an i64 scalar");
  return success();
}

LogicalResult WhileOp::verify() {
  auto yield = llvm::dyn_cast<YieldOp>(getCondition().front().back());
  if (!yield || yield.getNumOperands() != 1 || !isScalarOf(yield.getOperand(0).getType(), 1))
    return emitOpError("needs a condition that yields one bool scalar");
  return success();
}

//===-- Output --------------------------------------------------------------------------===//

LogicalResult FormatOp::verify() {
  if (getText().size() != getValues().size() + 1 || getSpecs().size() != getValues().size())
    return emitOpError("needs a specification for each value, and text before, between and after");
  return success();
}

LogicalResult ReportOp::verify() {
  if (getNames().size() != getValues().size() || getValues().empty())
    return emitOpError("needs a name for each value, and at least one");
  return success();
}

LogicalResult AssertOp::verify() {
  auto yield = llvm::dyn_cast<YieldOp>(getMessage().front().back());
  if (!yield || yield.getNumOperands() != 1 || !llvm::isa<StrType>(yield.getOperand(0).getType()))
    return emitOpError("needs a message that yields one string");
  return success();
}
