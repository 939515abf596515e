//===- ElementTypes.cpp - the types of elements ---------------------------------------------===//

#include "compiler/ir/ElementTypes.h"
#include "mlir/IR/Builders.h"

using namespace mlir;

namespace nnc::ir {

Type getElementType(MLIRContext *context, nn_dtype dtype) {
  Builder builder(context);
  switch (dtype) {
  case NN_BOOL:
    return builder.getI1Type();
  case NN_U8:
    return builder.getI8Type();
  case NN_I32:
    return builder.getI32Type();
  case NN_I64:
    return builder.getI64Type();
  case NN_BF16:
    return builder.getBF16Type();
  case NN_F32:
    return builder.getF32Type();
  case NN_F64:
    return builder.getF64Type();
  }
  llvm_unreachable("an element type");
}

Type findElementType(MLIRContext *context, llvm::StringRef name) {
  std::optional<nn_dtype> dtype = abi::find<nn_dtype>(name);
  return dtype ? getElementType(context, *dtype) : Type();
}

nn_dtype getDType(Type elementType) {
  for (const auto &[dtype, name] : abi::enumerators<nn_dtype>)
    if (getElementType(elementType.getContext(), dtype) == elementType)
      return dtype;
  llvm_unreachable("an element type");
}

Type getSumType(Type elementType) {
  return isStorageFloat(elementType) ? Float32Type::get(elementType.getContext()) : elementType;
}

} // namespace nnc::ir
