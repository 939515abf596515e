//===- RuntimeCalls.cpp - the runtime's functions, as emitted code calls them ---------------===//

#include "compiler/lower/RuntimeCalls.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;

namespace nnc::lower {

static Type getType(MLIRContext *context, char code) {
  switch (code) {
  case 'i':
    return IntegerType::get(context, 64);
  case 'd':
    return Float64Type::get(context);
  default:
    return LLVM::LLVMPointerType::get(context);
  }
}

Value emitRuntimeCall(OpBuilder &builder, Location loc, ConstantTable &constants,
                      RuntimeFunction function, ValueRange arguments) {
  auto call = func::CallOp::create(builder, loc, constants.getFunction(function), arguments);
  return call.getNumResults() ? call.getResult(0) : Value();
}

func::FuncOp ConstantTable::getFunction(RuntimeFunction function) {
  func::FuncOp &known = functions[function.name];
  if (known)
    return known;
  MLIRContext *context = module.getContext();
  llvm::SmallVector<Type> inputs, results;
  for (char code : function.signature.drop_front())
    inputs.push_back(getType(context, code));
  if (function.signature.front() != 'v')
    results.push_back(getType(context, function.signature.front()));
  OpBuilder declarations = OpBuilder::atBlockEnd(module.getBody());
  known = func::FuncOp::create(declarations, UnknownLoc::get(context), function.name,
                               FunctionType::get(context, inputs, results));
  known.setPrivate();
  return known;
}

StringAttr ConstantTable::getFreshName(llvm::StringRef prefix) {
  return StringAttr::get(module.getContext(), prefix + "." + llvm::Twine(counter++));
}

StringAttr ConstantTable::define(Location loc, llvm::StringRef prefix, Type type,
                                 llvm::function_ref<Value(OpBuilder &)> build) {
  StringAttr name = getFreshName(prefix);
  OpBuilder builder = OpBuilder::atBlockBegin(module.getBody());
  auto global = LLVM::GlobalOp::create(builder, loc, type, /*isConstant=*/true,
                                       LLVM::Linkage::Internal, name, Attribute());
  Block *block = builder.createBlock(&global.getInitializerRegion());
  builder.setInsertionPointToStart(block);
  LLVM::ReturnOp::create(builder, loc, build(builder));
  return name;
}

StringAttr ConstantTable::define(Location loc, llvm::StringRef prefix, Type type, Attribute value) {
  StringAttr name = getFreshName(prefix);
  OpBuilder builder = OpBuilder::atBlockBegin(module.getBody());
  auto global = LLVM::GlobalOp::create(builder, loc, type, /*isConstant=*/true,
                                       LLVM::Linkage::Internal, name, value);
  global.setAlignment(64);
  return name;
}

StringAttr ConstantTable::getStringName(llvm::StringRef text) {
  StringAttr &name = strings[text];
  if (name)
    return name;
  name = getFreshName("str");
  OpBuilder builder = OpBuilder::atBlockBegin(module.getBody());
  std::string zeroTerminated = (text + llvm::Twine('\0')).str();
  auto type = LLVM::LLVMArrayType::get(builder.getI8Type(), zeroTerminated.size());
  LLVM::GlobalOp::create(builder, builder.getUnknownLoc(), type, /*isConstant=*/true,
                         LLVM::Linkage::Internal, name, builder.getStringAttr(zeroTerminated));
  return name;
}

Value ConstantTable::getAddress(OpBuilder &builder, Location loc, StringAttr name) {
  return LLVM::AddressOfOp::create(builder, loc, LLVM::LLVMPointerType::get(builder.getContext()),
                                   name);
}

Value ConstantTable::getString(OpBuilder &builder, Location loc, llvm::StringRef text) {
  return getAddress(builder, loc, getStringName(text));
}

} // namespace nnc::lower
