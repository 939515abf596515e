//===- Signature.cpp - the runtime's functions, as emitted code calls them ------------------===//

#include "compiler/abi/Signature.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMTypes.h"

using namespace mlir;

namespace nnc::abi {

Type getType(MLIRContext *context, Kind kind) {
  switch (kind) {
  case Kind::Void:
    return {};
  case Kind::I32:
    return IntegerType::get(context, 32);
  case Kind::I64:
    return IntegerType::get(context, 64);
  case Kind::F32:
    return Float32Type::get(context);
  case Kind::F64:
    return Float64Type::get(context);
  case Kind::Pointer:
    return LLVM::LLVMPointerType::get(context);
  }
  llvm_unreachable("a kind");
}

FunctionType getFunctionType(MLIRContext *context, Signature signature) {
  llvm::SmallVector<Type> inputs, results;
  for (Kind parameter : signature.parameters)
    inputs.push_back(getType(context, parameter));
  if (Type result = getType(context, signature.result))
    results.push_back(result);
  return FunctionType::get(context, inputs, results);
}

int64_t getCpuLevel(ModuleOp module) {
  auto level = module->getAttrOfType<IntegerAttr>("nn.cpu_level");
  return level ? level.getInt() : defaultCpuLevel;
}

} // namespace nnc::abi
