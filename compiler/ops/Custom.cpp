//===- Custom.cpp - gradients that the program states --------------------------------===//

#include "compiler/ir/NN.h"
#include "mlir/IR/IRMapping.h"

using namespace mlir;
using namespace nnc::ir;

LogicalResult WithGradientOp::verify() {
  Block &rule = getRule().front();
  if (rule.getNumArguments() != 1 || rule.getArgument(0).getType() != getType())
    return emitOpError("needs one argument of its rule, of its result's type");
  auto yield = llvm::dyn_cast<YieldOp>(rule.getTerminator());
  if (!yield || yield.getValues().getTypes() != getInputs().getTypes())
    return emitOpError("needs a rule that yields a cotangent for each input, of the input's type");
  return success();
}

void WithGradientOp::buildGradient(OpBuilder &builder, ValueRange cotangents,
                                   MutableArrayRef<Value> operands) {
  Block &rule = getRule().front();
  IRMapping mapping;
  mapping.map(rule.getArgument(0), cotangents[0]);
  for (Operation &op : rule.without_terminator())
    builder.clone(op, mapping);
  for (auto [i, value] : llvm::enumerate(rule.getTerminator()->getOperands()))
    operands[i + 1] = mapping.lookupOrDefault(value);
}
