//===- ModeNotes.cpp - where the mode of a value matters -------------------------------===//

#include "compiler/ir/ModeNotes.h"
#include "compiler/ir/Origin.h"

using namespace mlir;

namespace nnc::ir {

static constexpr llvm::StringLiteral evaluated = "nn.evaluated", applied = "nn.applied";

static Value note(OpBuilder &builder, Location loc, Value value, llvm::StringRef name,
                  Attribute what) {
  auto op = ReshapeOp::create(builder, loc, llvm::cast<NNTensorType>(value.getType()), value);
  op->setDiscardableAttr(name, what);
  return op;
}

Value noteEvaluated(OpBuilder &builder, Location loc, Value value, const Evaluated &how) {
  return note(builder, loc, value, evaluated,
              builder.getArrayAttr({how.by, how.network, how.statements}));
}

std::optional<Evaluated> getEvaluated(Operation *op) {
  auto how = llvm::dyn_cast_or_null<ArrayAttr>(op->getDiscardableAttr(evaluated));
  if (!how)
    return std::nullopt;
  return Evaluated{llvm::cast<StringAttr>(how[0]), llvm::cast<ArrayAttr>(how[1]),
                   llvm::cast<ArrayAttr>(how[2])};
}

Value noteApplied(OpBuilder &builder, Location loc, Value gradient, llvm::StringRef param) {
  return note(builder, loc, gradient, applied, FlatSymbolRefAttr::get(builder.getContext(), param));
}

FlatSymbolRefAttr getAppliedTo(Operation *op) {
  return llvm::dyn_cast_or_null<FlatSymbolRefAttr>(op->getDiscardableAttr(applied));
}

void eraseNote(Operation *note) {
  Value value = note->getOperand(0);
  if (llvm::StringRef name = getName(note->getLoc()); !name.empty())
    if (Operation *op = value.getDefiningOp(); op && op->getBlock() == note->getBlock())
      op->setLoc(withName(op->getLoc(), name));
  note->getResult(0).replaceAllUsesWith(value);
  note->erase();
}

} // namespace nnc::ir
