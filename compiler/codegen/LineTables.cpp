//===- LineTables.cpp - locations as a debugger wants them -------------------===//
//
// An operation's location may be a chain of calls (functions and layers were inlined by the
// elaborator), a set (fused operations) or named. A line table holds one line for an instruction.
// Chosen is the innermost one in the program's own file: the user's own layer rather than the call
// of it, but the call of a standard function rather than its inside, whose file is nowhere on disk.
//
//===----------------------------------------------------------------------===//

#include "compiler/codegen/Passes.h"
#include "compiler/ir/NN.h"
#include "compiler/ir/Origin.h"

namespace nnc::codegen {
#define GEN_PASS_DEF_LINETABLES
#include "compiler/codegen/Passes.h.inc"

using namespace mlir;

namespace {

Location choosePlace(Location loc, StringRef file, Location fallback) {
  SmallVector<FileLineColRange> places = ir::getPlaces(loc);
  if (places.empty())
    return fallback;
  auto *chosen = llvm::find_if(places, [&](FileLineColRange place) {
    return file.empty() || place.getFilename().getValue() == file;
  });
  FileLineColRange place = chosen == places.end() ? places.back() : *chosen;
  return FileLineColLoc::get(place.getFilename(), place.getStartLine(), place.getStartColumn());
}

struct LineTables : impl::LineTablesBase<LineTables> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    StringRef file;
    if (auto program = module->getAttrOfType<ir::ProgramAttr>("nn.program"))
      if (StringAttr source = program.getSource())
        file = source.getValue();
    Location unknown = FileLineColLoc::get(&getContext(), file.empty() ? "unknown" : file, 0, 0);
    module->setLoc(choosePlace(module.getLoc(), file, unknown));
    for (auto function : module.getOps<LLVM::LLVMFuncOp>()) {
      Location place = choosePlace(function.getLoc(), file, module.getLoc());
      function->setLoc(place);
      function.walk([&](Operation *op) {
        if (op != function)
          op->setLoc(choosePlace(op->getLoc(), file, place));
      });
    }
  }
};

} // namespace
} // namespace nnc::codegen
