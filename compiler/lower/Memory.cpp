//===- Memory.cpp - elements, offsets and sizes in emitted code ----------------------===//

#include "compiler/lower/Memory.h"
#include "compiler/ir/Origin.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace nnc::ir;

namespace nnc::lower {

Type getMemoryType(Type elementType) {
  return elementType.isInteger(1) ? IntegerType::get(elementType.getContext(), 8) : elementType;
}

Value createI64(OpBuilder &builder, Location loc, int64_t number) {
  return arith::ConstantOp::create(builder, loc, builder.getI64IntegerAttr(number));
}

Value emitDim(OpBuilder &builder, Location loc, Dim dim,
              llvm::function_ref<Value(llvm::StringRef)> getSymbol) {
  Value sum;
  for (const auto &[symbols, coefficient] : dim.getPolynomial()) {
    Value term;
    if (coefficient != 1 || symbols.empty())
      term = createI64(builder, loc, coefficient);
    for (const std::string &symbol : symbols) {
      Value factor = getSymbol(symbol);
      term = term ? arith::MulIOp::create(builder, loc, term, factor).getResult() : factor;
    }
    sum = sum ? arith::AddIOp::create(builder, loc, sum, term).getResult() : term;
  }
  return sum ? sum : createI64(builder, loc, 0);
}

Value emitOffset(OpBuilder &builder, Location loc, llvm::ArrayRef<Dim> shape, ValueRange index,
                 llvm::function_ref<Value(Dim)> getSize) {
  MLIRContext *context = builder.getContext();
  Value sum;
  for (auto [axis, i] : llvm::enumerate(index)) {
    if (matchPattern(i, m_Zero()))
      continue;
    Value term = arith::IndexCastOp::create(builder, loc, builder.getI64Type(), i);
    Dim stride = getProduct(context, shape.drop_front(axis + 1));
    if (!stride.isStatic(1))
      term = arith::MulIOp::create(builder, loc, term, getSize(stride));
    sum = sum ? arith::AddIOp::create(builder, loc, sum, term).getResult() : term;
  }
  return sum ? sum : createI64(builder, loc, 0);
}

Value emitAddress(OpBuilder &builder, Location loc, Type elementType, Value base, Value offset) {
  return LLVM::GEPOp::create(builder, loc, LLVM::LLVMPointerType::get(builder.getContext()),
                             getMemoryType(elementType), base, ArrayRef<LLVM::GEPArg>{offset},
                             LLVM::GEPNoWrapFlags::inbounds);
}

Value emitLoad(OpBuilder &builder, Location loc, Type elementType, Value base, Value offset) {
  Value address = emitAddress(builder, loc, elementType, base, offset);
  Value element = LLVM::LoadOp::create(builder, loc, getMemoryType(elementType), address);
  if (elementType.isInteger(1))
    element = arith::TruncIOp::create(builder, loc, elementType, element);
  return element;
}

void emitStore(OpBuilder &builder, Location loc, Value element, Value base, Value offset) {
  Type type = element.getType();
  Value address = emitAddress(builder, loc, type, base, offset);
  if (type.isInteger(1))
    element = arith::ExtUIOp::create(builder, loc, builder.getI8Type(), element);
  LLVM::StoreOp::create(builder, loc, element, address);
}

void emitStores(OpBuilder &builder, Location loc, ValueRange values, Value base) {
  for (auto [i, value] : llvm::enumerate(values)) {
    Value address = LLVM::GEPOp::create(builder, loc, base.getType(), value.getType(), base,
                                        ArrayRef<LLVM::GEPArg>{static_cast<int32_t>(i)});
    LLVM::StoreOp::create(builder, loc, value, address);
  }
}

std::string getSourceLocation(Location loc) {
  FileLineColRange place = getUserPlace(loc);
  return place ? (place.getFilename().getValue() + ":" + llvm::Twine(place.getStartLine())).str()
               : "";
}

} // namespace nnc::lower
