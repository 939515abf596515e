//===- Accumulation.cpp - the arithmetic of reductions ----------------------------------------===//

#include "compiler/lower/Accumulation.h"
#include "compiler/ir/ScalarExpr.h"
#include "compiler/lower/Memory.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;
using namespace nnc::ir;

namespace nnc::lower {

/// What the memory of columns is aligned to, for vectors.
static constexpr unsigned cacheLine = 64;

//===-- Long sums --===//

llvm::SmallVector<Type, 2> LongSum::getTypes(Type type) {
  if (type.isF32())
    return {Float64Type::get(type.getContext())};
  if (llvm::isa<FloatType>(type))
    return {type, type};
  return {type};
}

LongSum LongSum::getZero(OpBuilder &builder, Location loc, Type type) {
  llvm::SmallVector<Value, 2> values;
  for (Type each : getTypes(type))
    values.push_back(arith::ConstantOp::create(builder, loc, builder.getZeroAttr(each)));
  return {type, values};
}

LongSum LongSum::add(OpBuilder &builder, Location loc, Value addend) const {
  Scalar a(builder, loc, values[0]), b = convert(a.with(addend), a.getType());
  Scalar next = a + b;
  if (values.size() == 1)
    return {type, next.getValue()};
  // Knuth's two-sum: a + b == next + error exactly, whichever of the two is larger. Only one
  // addition of each of the values waits for the addend before.
  Scalar taken = next - a, error = (a - (next - taken)) + (b - taken);
  return {type, {next.getValue(), (a.with(values[1]) + error).getValue()}};
}

Value LongSum::getTotal(OpBuilder &builder, Location loc) const {
  Scalar sum(builder, loc, values[0]);
  if (values.size() == 1)
    return convert(sum, type).getValue();
  // Where the sum is no finite number the compensation is NaN.
  Scalar compensation = sum.with(values[1]);
  return select(compensation == compensation, sum + compensation, sum).getValue();
}

//===-- One reduction --===//

Accumulation::Accumulation(ReduceOp reduce)
    : reduce(reduce), loc(reduce.getLoc()), type(reduce.getType().getElementType()) {
  if (reduce.getKind() == ReduceKind::Sum)
    type = getSumType(type);
}

bool Accumulation::isRounded() const {
  return reduce.getKind() == ReduceKind::Sum && llvm::isa<FloatType>(type);
}

Value Accumulation::getIdentity(OpBuilder &builder) const {
  TypedAttr value;
  auto real = llvm::dyn_cast<FloatType>(type);
  unsigned width = type.getIntOrFloatBitWidth();
  switch (reduce.getKind()) {
  case ReduceKind::Sum:
    value = builder.getZeroAttr(type);
    break;
  case ReduceKind::Max:
    value = real ? TypedAttr(FloatAttr::get(type, APFloat::getInf(real.getFloatSemantics(), true)))
                 : IntegerAttr::get(type, APInt::getSignedMinValue(width));
    break;
  case ReduceKind::Min:
    value = real ? TypedAttr(FloatAttr::get(type, APFloat::getInf(real.getFloatSemantics())))
                 : IntegerAttr::get(type, APInt::getSignedMaxValue(width));
    break;
  case ReduceKind::And:
    value = builder.getBoolAttr(true);
    break;
  case ReduceKind::Or:
    value = builder.getBoolAttr(false);
    break;
  }
  return arith::ConstantOp::create(builder, loc, value);
}

Value Accumulation::widen(OpBuilder &builder, Value element) const {
  return convert(Scalar(builder, loc, element), type).getValue();
}

Value Accumulation::narrow(OpBuilder &builder, Value accumulated) const {
  return convert(Scalar(builder, loc, accumulated), reduce.getType().getElementType()).getValue();
}

Value Accumulation::combine(OpBuilder &builder, Value left, Value right, bool reorder) const {
  Scalar a(builder, loc, left), b(builder, loc, right);
  switch (reduce.getKind()) {
  case ReduceKind::Sum:
    if (a.isFloat() && reorder)
      return arith::AddFOp::create(builder, loc, left, right, arith::FastMathFlags::reassoc);
    return (a + b).getValue();
  case ReduceKind::Max:
    return max(a, b).getValue();
  case ReduceKind::Min:
    return min(a, b).getValue();
  case ReduceKind::And:
    return (a & b).getValue();
  case ReduceKind::Or:
    return (a | b).getValue();
  }
  llvm_unreachable("all kinds of reductions are covered");
}

llvm::SmallVector<Type, 2> Accumulation::getTotalTypes() const {
  return isRounded() ? LongSum::getTypes(type) : llvm::SmallVector<Type, 2>{type};
}

llvm::SmallVector<Value, 2> Accumulation::getEmptyTotal(OpBuilder &builder) const {
  if (!isRounded())
    return {getIdentity(builder)};
  return llvm::to_vector<2>(LongSum::getZero(builder, loc, type).getValues());
}

llvm::SmallVector<Value, 2> Accumulation::join(OpBuilder &builder, ValueRange total,
                                               Value partial) const {
  if (!isRounded())
    return {combine(builder, total[0], partial)};
  return llvm::to_vector<2>(LongSum(type, total).add(builder, loc, partial).getValues());
}

Value Accumulation::finish(OpBuilder &builder, ValueRange total) const {
  return isRounded() ? LongSum(type, total).getTotal(builder, loc) : total[0];
}

//===-- All reductions of a group --===//

bool Accumulations::areRounded() const {
  return llvm::any_of(list, [](const Accumulation &each) { return each.isRounded(); });
}

llvm::SmallVector<Value> Accumulations::getIdentities(OpBuilder &builder) const {
  return llvm::map_to_vector(list,
                             [&](const Accumulation &each) { return each.getIdentity(builder); });
}

llvm::SmallVector<Value> Accumulations::combine(OpBuilder &builder, ValueRange left,
                                                ValueRange right, bool reorder) const {
  llvm::SmallVector<Value> results;
  for (auto [each, a, b] : llvm::zip_equal(list, left, right))
    results.push_back(each.combine(builder, a, b, reorder));
  return results;
}

llvm::SmallVector<Type> Accumulations::getTotalTypes() const {
  llvm::SmallVector<Type> types;
  for (const Accumulation &each : list)
    llvm::append_range(types, each.getTotalTypes());
  return types;
}

llvm::SmallVector<Value> Accumulations::getEmptyTotal(OpBuilder &builder) const {
  llvm::SmallVector<Value> total;
  for (const Accumulation &each : list)
    llvm::append_range(total, each.getEmptyTotal(builder));
  return total;
}

/// What `total` has for the next reduction, which it then no longer has.
static ValueRange takeTotal(ValueRange &total, const Accumulation &of) {
  size_t count = of.getTotalTypes().size();
  ValueRange taken = total.take_front(count);
  total = total.drop_front(count);
  return taken;
}

llvm::SmallVector<Value> Accumulations::join(OpBuilder &builder, ValueRange total,
                                             ValueRange partial) const {
  llvm::SmallVector<Value> results;
  for (auto [each, addend] : llvm::zip_equal(list, partial))
    llvm::append_range(results, each.join(builder, takeTotal(total, each), addend));
  return results;
}

llvm::SmallVector<Value> Accumulations::finish(OpBuilder &builder, ValueRange total) const {
  llvm::SmallVector<Value> results;
  for (const Accumulation &each : list)
    results.push_back(each.finish(builder, takeTotal(total, each)));
  return results;
}

//===-- Memory --===//

Columns::Columns(OpBuilder &builder, Location loc, TypeRange types, int64_t count) : types(types) {
  Value size = createI64(builder, loc, count);
  Type pointer = LLVM::LLVMPointerType::get(builder.getContext());
  for (Type type : types)
    pointers.push_back(
        LLVM::AllocaOp::create(builder, loc, pointer, getMemoryType(type), size, cacheLine));
}

llvm::SmallVector<Value> Columns::load(OpBuilder &builder, Value column) const {
  llvm::SmallVector<Value> values;
  for (auto [pointer, type] : llvm::zip_equal(pointers, types))
    values.push_back(emitLoad(builder, pointer.getLoc(), type, pointer, column));
  return values;
}

void Columns::store(OpBuilder &builder, Value column, ValueRange values) const {
  for (auto [pointer, value] : llvm::zip_equal(pointers, values))
    emitStore(builder, pointer.getLoc(), value, pointer, column);
}

} // namespace nnc::lower
