//===- MemoryReport.cpp - a memory plan for people and tests -----------------------------===//
//
// The plan as a sum of bytes for each size, and as remarks on the operations.
//
//===----------------------------------------------------------------------===//

#include "compiler/lower/MemoryPlan.h"
#include "llvm/Support/Format.h"

using namespace mlir;
using namespace nnc::ir;

namespace nnc::lower {

static std::string describeBytes(int64_t bytes) {
  std::string text;
  llvm::raw_string_ostream os(text);
  if (bytes < 1024)
    os << bytes << " B";
  else if (bytes < 1024 * 1024)
    os << llvm::format("%.1f KiB", bytes / 1024.0);
  else
    os << llvm::format("%.1f MiB", bytes / (1024.0 * 1024.0));
  return text;
}

std::string MemoryPlan::describe() const {
  std::string text = describeBytes(staticBytes);
  for (const RegionInfo &region : regions) {
    bool isSum = region.unit.getPolynomial().size() > 1;
    text += " + " + describeBytes(region.bytesPerUnit) + " * " + (isSum ? "(" : "") +
            region.unit.str() + (isSum ? ")" : "");
  }
  return text;
}

void MemoryPlan::emitRemarks(CommandOp command) const {
  auto describePlace = [&](Place place) -> std::string {
    if (place.kind == Place::Constant)
      return "constant";
    if (place.kind == Place::Row)
      return "a row of a stacked tensor";
    std::string base = place.kind == Place::Static ? "static" : regions[place.region].unit.str();
    return base + " + " + std::to_string(place.offset) +
           (place.kind == Place::Static ? "" : " * " + base);
  };
  command.emitRemark() << "memory: " << describe() << ", of which " << describeBytes(variableBytes)
                       << " for variables";
  command.getBody().walk<WalkOrder::PreOrder>([&](Operation *op) {
    if (auto variable = llvm::dyn_cast<VariableOp>(op))
      op->emitRemark() << "at " << describePlace(getVariablePlace(variable.getSymNameAttr()));
    if (auto assign = llvm::dyn_cast<AssignOp>(op))
      op->emitRemark() << (isInPlace(assign) ? "in place" : "copied");
    if (auto read = llvm::dyn_cast<ReadOp>(op); read && isCopied(read))
      op->emitRemark() << "copied";
    for (auto [i, result] : llvm::enumerate(op->getResults()))
      if (isInMemory(result))
        op->emitRemark() << "result " << i << " at " << describePlace(getPlace(result));
    if (auto batches = llvm::dyn_cast<BatchesOp>(op))
      for (BlockArgument field : batches.getBody().getArguments())
        op->emitRemark() << "field " << field.getArgNumber() << " at "
                         << describePlace(getPlace(field));
    return llvm::isa<FusedOp>(op) ? WalkResult::skip() : WalkResult::advance();
  });
}

} // namespace nnc::lower
