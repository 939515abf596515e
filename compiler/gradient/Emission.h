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
    llvm::DenseSet<mlir::Operation *> roots, left(emitted.begin(), emitted.end());
    for (mlir::Value value : kept)
      roots.insert(value.getDefiningOp());
    // Not in their order: an operation may have taken the place of one that was emitted before it.
    while (!emitted.empty()) {
      mlir::Operation *op = emitted.pop_back_val();
      if (!left.contains(op) || roots.contains(op) || !mlir::isOpTriviallyDead(op))
        continue;
      for (mlir::Value operand : op->getOperands())
        if (mlir::Operation *source = operand.getDefiningOp())
          emitted.push_back(source);
      left.erase(op);
      op->erase();
    }
  }

private:
  mlir::OpBuilder &builder;
  mlir::OpBuilder::Listener *outer;
  llvm::SmallVector<mlir::Operation *> emitted;
};

} // namespace nnc::gradient

#endif // NNC_GRADIENT_EMISSION_H
