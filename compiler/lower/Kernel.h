//===- Kernel.h - a function of loops over memory -------------------------------------===//
//
// A kernel gets bare pointers, scalars and sizes as arguments. Two bound tensors in one place are
// one argument, so that none that is written overlaps another (noalias), also where a result is
// computed in place. Arguments are added as the kernel's code asks for them; finish() emits the
// host's call. Where the outermost loop is parallel, the kernel takes its range, and the host runs
// large ones through a launcher, which calls nn_parallel_for.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_LOWER_KERNEL_H
#define NNC_LOWER_KERNEL_H

#include "compiler/lower/Host.h"

namespace nnc::lower {

class Kernel : public ir::ElementEmitter {
public:
  Kernel(Host &host, mlir::Operation *op, llvm::StringRef what);

  /// Inside the kernel, `value` stands for what is `outside` on the host (itself for most kernels).
  void bind(mlir::Value value, mlir::Value outside);
  /// What the kernel is given for `outside`: the scalar itself, or the place that it lies in.
  static mlir::Value getOutside(Host &host, mlir::Location loc, mlir::Value outside, bool isResult);
  /// Inside the kernel, what is `outside` on the host.
  mlir::Value addArgument(mlir::Value outside);
  /// The pointer to a bound tensor.
  mlir::Value getPointer(mlir::Value tensor);
  /// Adds the arguments `begin` and `end`, of type index, for the outermost loop.
  std::pair<mlir::Value, mlir::Value> addRange();
  /// Ends the function; emits the host's call. With a range: `total` turns of `turnElements`
  /// elements each.
  void finish();
  void finishRange(ir::Dim total, ir::Dim turnElements);
  /// The host's call, so that it can be made again for other `values`; none where the kernel says
  /// where in the source it stands.
  std::optional<KernelTable::Call> getCall(llvm::ArrayRef<mlir::Value> values) const;

  mlir::OpBuilder &getBuilder() override { return builder; }
  mlir::Location getLoc() const { return loc; }
  mlir::Value getElement(mlir::Value tensor, mlir::ValueRange index) override;
  mlir::Value getSize(ir::Dim dim) override;
  /// As i64, where the builder stands.
  mlir::Value getCount(ir::Dim dim);
  mlir::Value checkIndex(mlir::Location loc, mlir::Value index, ir::Dim size) override;
  void store(mlir::Location loc, mlir::Value element, mlir::Value tensor, mlir::ValueRange index);
  mlir::Value load(mlir::Location loc, mlir::Value tensor, mlir::ValueRange index);
  /// Forgets computed elements: call when leaving the block in which they were computed.
  void startElements() { elements.clear(); }
  mlir::Value getIndex(int64_t number);

  /// Loops over all of `shape`; `body` gets the index.
  void emitLoops(llvm::ArrayRef<ir::Dim> shape, llvm::function_ref<void(mlir::ValueRange)> body);

private:
  mlir::Value getSymbol(llvm::StringRef name);
  mlir::Value getOffset(mlir::Location loc, mlir::Value tensor, mlir::ValueRange index);
  void endFunction();
  /// The function that a thread calls: takes the arguments from a struct, and a range.
  mlir::func::FuncOp createRangeWrapper(mlir::Type contextType);
  /// The function that the host calls with the arguments, the number of turns and the elements of
  /// each: shares the turns out among threads. What a call needs beside its arguments stands here
  /// once, not at each call of a long program.
  mlir::func::FuncOp createLauncher();

  Host &host;
  mlir::Location loc;
  mlir::func::FuncOp function;
  mlir::Block *entry;
  mlir::OpBuilder builder;
  llvm::SmallVector<mlir::Value> outsideArguments;
  /// What each of them is: a bound value, a size symbol, or none of these.
  using Source = std::variant<std::monostate, mlir::Value, std::string, ir::Dim, int64_t>;
  llvm::SmallVector<Source> sources;
  bool namesItsPlace = false;
  /// Which arguments of the function `begin` and `end` are; the others are outsideArguments.
  unsigned rangePosition = ~0u;
  llvm::SmallVector<std::pair<Place, mlir::Value>> pointers;
  llvm::DenseMap<mlir::Value, mlir::Value> bound;
  llvm::StringMap<mlir::Value> symbols;
  llvm::DenseMap<ir::Dim, mlir::Value> sizes;
  std::map<std::vector<const void *>, mlir::Value> elements;
};

} // namespace nnc::lower

namespace llvm {
template <> struct DenseMapInfo<nnc::ir::Dim> {
  using Attr = DenseMapInfo<mlir::Attribute>;
  static nnc::ir::Dim getEmptyKey() { return nnc::ir::Dim(Attr::getEmptyKey()); }
  static nnc::ir::Dim getTombstoneKey() { return nnc::ir::Dim(Attr::getTombstoneKey()); }
  static unsigned getHashValue(nnc::ir::Dim dim) { return Attr::getHashValue(dim.toAttribute()); }
  static bool isEqual(nnc::ir::Dim a, nnc::ir::Dim b) { return a == b; }
};
} // namespace llvm

#endif // NNC_LOWER_KERNEL_H
