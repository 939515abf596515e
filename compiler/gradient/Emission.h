//===- Emission.h - what gradient rules emit ---------------------------------------===//
//
// While one stands, each operation that its builder makes is given its origin and is remembered, so
// that what no target needed can be erased at the end.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_GRADIENT_EMISSION_H
#define NNC_GRADIENT_EMISSION_H

#include "compiler/ir/Origin.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

namespace nnc::gradient {

/// Gives each operation that is emitted its origin, and remembers it.
class Emission : public ir::OriginListener {
public:
  explicit Emission(mlir::OpBuilder &builder) : builder(builder), outer(builder.getListener()) {
    builder.setListener(this);
  }
  ~Emission() override { builder.setListener(outer); }

  void notifyOperationInserted(mlir::Operation *op,
                               mlir::OpBuilder::InsertPoint previous) override {
    ir::OriginListener::notifyOperationInserted(op, previous);
    emitted.push_back(op);
  }

  /// Erases what was emitted for operands that do not matter; `kept` stays.
  void eraseDead(llvm::ArrayRef<mlir::Value> kept) {
    llvm::DenseSet<mlir::Operation *> roots;
    for (mlir::Value value : kept)
      roots.insert(value.getDefiningOp());
    for (mlir::Operation *op : llvm::reverse(emitted))
      if (!roots.contains(op) && mlir::isOpTriviallyDead(op))
        op->erase();
    emitted.clear();
  }

private:
  mlir::OpBuilder &builder;
  mlir::OpBuilder::Listener *outer;
  llvm::SmallVector<mlir::Operation *> emitted;
};

} // namespace nnc::gradient

#endif // NNC_GRADIENT_EMISSION_H
