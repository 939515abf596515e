//===- Emitter.cpp - places, errors, regions, checks ------------------------===//
//===----------------------------------------------------------------------===//

#include "compiler/elaborate/Emitter.h"
#include "compiler/ir/Effects.h"

using namespace nnc;
using namespace nnc::elaborate;
using namespace nnc::ir;
using llvm::StringRef;

Emitter::Emitter(mlir::ModuleOp module, DiagnosticEngine &engine, Modules &modules)
    : builder(module.getContext(), &origins), engine(engine), module(module),
      context(module.getContext()), modules(modules) {}

mlir::Location Emitter::getLoc(Span span) {
  mlir::Location place = builder.getUnknownLoc();
  if (Span at = span ? span : currentSpan) {
    LineColumn begin = at.getBegin(), end = at.getEnd();
    place = mlir::FileLineColRange::get(builder.getStringAttr(at.file->getPath()), begin.line,
                                        begin.column, end.line, end.column);
  }
  return frame && frame->site ? mlir::CallSiteLoc::get(place, frame->site) : place;
}

void Emitter::addCallChain(DiagnosticBuilder &report) {
  // The user's own lines first, of each the innermost first.
  unsigned shown = 0;
  for (bool inLibrary : {false, true})
    for (const Frame *f = frame; f; f = f->parent)
      if (f->callSite && isLibraryPath(f->callSite.file->getPath()) == inLibrary && shown++ < 8)
        report.call(f->callSite, "in the call of " + f->what + " here");
}

bool Emitter::emitRegion(mlir::Region &region, mlir::TypeRange types,
                         llvm::function_ref<void(mlir::ValueRange)> body) {
  mlir::OpBuilder::InsertionGuard guard(builder);
  auto *block = new mlir::Block();
  region.push_back(block);
  for (mlir::Type type : types)
    block->addArgument(type, getLoc({}));
  builder.setInsertionPointToEnd(block);
  Restore<bool> ended(blockEnded, false);
  Restore<unsigned> deeper(runtimeDepth, runtimeDepth + 1);
  body(block->getArguments());
  bool reachesEnd = !blockEnded;
  bool isEnded = !block->empty() && block->back().hasTrait<mlir::OpTrait::IsTerminator>();
  bool yieldsLater = llvm::isa<ScanOp>(region.getParentOp());
  if (!isEnded && !yieldsLater)
    EndOp::create(builder, getLoc({}));
  // What is assigned in there is no longer known out here.
  region.walk([&](mlir::Operation *op) {
    for (const VariableAccess &access : getVariableAccesses(op))
      if (access.isWrite())
        unit.known.erase(access.variable.getValue().str());
  });
  return reachesEnd;
}

void Emitter::nameValue(const Value &value, StringRef name) {
  if (value.is(Value::Data)) {
    // Its number of rows is then called after it, too: validation_set.count.
    mlir::Value handle = value.getDataset()->handle;
    bool hasOwnSize = !llvm::isa_and_nonnull<ShuffledOp>(handle.getDefiningOp());
    if (handle.use_empty() && hasOwnSize)
      handle.setType(DatasetType::get(
          context, builder.getStringAttr(makeSizeSymbol((name + ".count").str()))));
    return;
  }
  if (!value.is(Value::Runtime))
    return;
  mlir::Value result = value.getRuntime();
  if (mlir::Operation *op = result.getDefiningOp()) {
    if (op->getBlock() == builder.getInsertionBlock())
      op->setLoc(withName(op->getLoc(), name));
  } else {
    auto argument = llvm::cast<mlir::BlockArgument>(result);
    argument.setLoc(withName(argument.getLoc(), name));
  }
}

void Emitter::emitCheck(mlir::Value holds, const std::string &message, Span span) {
  emitCheck(holds, llvm::ArrayRef<std::string>(message), {}, span);
}

AssertOp Emitter::emitCheck(mlir::Value holds, llvm::ArrayRef<std::string> text,
                            llvm::ArrayRef<Value> values, Span span) {
  auto op = AssertOp::create(builder, getLoc(span), holds, /*check=*/true);
  emitRegion(op.getMessage(), {}, [&](mlir::ValueRange) {
    mlir::Value message =
        values.empty() ? toRuntimeString(Value::ofString(text.front()), span)
                       : formatValues(values, text, std::vector<std::string>(values.size()), span);
    YieldOp::create(builder, getLoc(span), message);
    blockEnded = true;
  });
  return op;
}
