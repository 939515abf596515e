//===- Accumulation.h - the arithmetic of reductions ----------------------------------------===//
//
// The arithmetic of reductions. A sum of floats that may be long is kept in more digits than its
// addends have, so that its error does not grow with the count: of f32 (and bf16) in f64; of f64 as
// two numbers, the sum as rounded and the sum of what each addition rounded off (the "compensation"
// of Neumaier and of Ogita, Rump and Oishi). Needs additions that LLVM may not reorder: those here
// have no fast-math flags but where `reorder` asks for it.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_LOWER_ACCUMULATION_H
#define NNC_LOWER_ACCUMULATION_H

#include "compiler/ir/NN.h"

namespace nnc::lower {

/// A sum of many addends of one type, a getSumType. (Of whole numbers, the plain sum.)
class LongSum {
public:
  /// 0, where `type` is that of the addends.
  static LongSum getZero(mlir::OpBuilder &builder, mlir::Location loc, mlir::Type type);
  /// From its values, such as a loop carries.
  LongSum(mlir::Type type, mlir::ValueRange values) : type(type), values(values) {}

  mlir::ValueRange getValues() const { return values; }
  /// The types of the values.
  static llvm::SmallVector<mlir::Type, 2> getTypes(mlir::Type type);
  /// This sum with one addend more.
  LongSum add(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value addend) const;
  /// The sum, rounded once; an infinity or NaN as plain additions give it.
  mlir::Value getTotal(mlir::OpBuilder &builder, mlir::Location loc) const;

private:
  mlir::Type type;
  llvm::SmallVector<mlir::Value, 2> values;
};

/// How the elements of one reduction are combined.
class Accumulation {
public:
  Accumulation(ir::ReduceOp reduce);

  /// The type of what is accumulated.
  mlir::Type getType() const { return type; }
  /// Whether combining rounds, so that many elements need a LongSum.
  bool isRounded() const;
  /// What combines with any element to that element.
  mlir::Value getIdentity(mlir::OpBuilder &builder) const;
  /// An element as it is accumulated; what was accumulated as an element.
  mlir::Value widen(mlir::OpBuilder &builder, mlir::Value element) const;
  mlir::Value narrow(mlir::OpBuilder &builder, mlir::Value accumulated) const;
  /// `reorder` lets LLVM keep several partial sums, for vectors: an order that depends on the
  /// machine code, never on threads.
  mlir::Value combine(mlir::OpBuilder &builder, mlir::Value left, mlir::Value right,
                      bool reorder = false) const;

  /// A running total, as the values that it consists of: their types; of nothing; with what some
  /// elements came to by themselves; as one value.
  llvm::SmallVector<mlir::Type, 2> getTotalTypes() const;
  llvm::SmallVector<mlir::Value, 2> getEmptyTotal(mlir::OpBuilder &builder) const;
  llvm::SmallVector<mlir::Value, 2> join(mlir::OpBuilder &builder, mlir::ValueRange total,
                                         mlir::Value partial) const;
  mlir::Value finish(mlir::OpBuilder &builder, mlir::ValueRange total) const;

private:
  mutable ir::ReduceOp reduce;
  mlir::Location loc;
  mlir::Type type;
};

/// All reductions of a group. What elements come to is a value for each; a running total has the
/// values of a LongSum for each sum.
class Accumulations {
public:
  void push_back(ir::ReduceOp reduce) { list.emplace_back(reduce); }
  bool empty() const { return list.empty(); }
  auto begin() const { return list.begin(); }
  auto end() const { return list.end(); }
  /// Whether one of them needs LongSums of many elements.
  bool areRounded() const;

  llvm::SmallVector<mlir::Value> getIdentities(mlir::OpBuilder &builder) const;
  llvm::SmallVector<mlir::Value> combine(mlir::OpBuilder &builder, mlir::ValueRange left,
                                         mlir::ValueRange right, bool reorder) const;
  /// As of each of them, one after another.
  llvm::SmallVector<mlir::Type> getTotalTypes() const;
  llvm::SmallVector<mlir::Value> getEmptyTotal(mlir::OpBuilder &builder) const;
  llvm::SmallVector<mlir::Value> join(mlir::OpBuilder &builder, mlir::ValueRange total,
                                      mlir::ValueRange partial) const;
  llvm::SmallVector<mlir::Value> finish(mlir::OpBuilder &builder, mlir::ValueRange total) const;

private:
  llvm::SmallVector<Accumulation> list;
};

/// Memory of a kernel's own, on its stack, for values of each type in each of some columns.
class Columns {
public:
  Columns() = default;
  /// The builder stands at the kernel's beginning.
  Columns(mlir::OpBuilder &builder, mlir::Location loc, mlir::TypeRange types, int64_t count);

  llvm::SmallVector<mlir::Value> load(mlir::OpBuilder &builder, mlir::Value column) const;
  void store(mlir::OpBuilder &builder, mlir::Value column, mlir::ValueRange values) const;

private:
  llvm::SmallVector<mlir::Type> types;
  llvm::SmallVector<mlir::Value> pointers;
};

} // namespace nnc::lower

#endif // NNC_LOWER_ACCUMULATION_H
