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

std::string describeBytes(int64_t bytes) {
  static constexpr llvm::StringLiteral units[] = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  if (bytes < 1024)
    return std::to_string(bytes) + " B";
  size_t unit = 0;
  double number = bytes / 1024.0;
  for (; number >= 1024 && unit + 1 < std::size(units); ++unit)
    number /= 1024;
  std::string text;
  llvm::raw_string_ostream(text) << llvm::format("%.1f ", number) << units[unit];
  return text;
}

/// " * n", " * (n + m)", or nothing.
static std::string describeFactor(Dim unit) {
  if (!unit)
    return "";
  bool isSum = unit.getPolynomial().size() > 1;
  return std::string(" * ") + (isSum ? "(" : "") + unit.str() + (isSum ? ")" : "");
}

std::string MemoryPlan::describe() const {
  std::string text = describeBytes(staticBytes);
  for (const RegionInfo &region : regions)
    text += " + " + describeBytes(region.bytesPerUnit) + describeFactor(region.unit);
  return text;
}

llvm::SmallVector<MemoryPlan::Share> MemoryPlan::getLargest(CommandOp command,
                                                            std::optional<unsigned> region) const {
  struct Found {
    std::pair<int64_t, size_t> order; // the largest first, then as in the program
    Share share;
  };
  llvm::SmallVector<Found> found;
  auto add = [&](NNTensorType type, Place place, Location location, llvm::StringRef name) {
    bool isThere = region ? place.kind == Place::Region && place.region == *region
                          : place.kind == Place::Static;
    if (!type || type.isScalar() || !isThere)
      return;
    Extent extent = getExtent(type);
    std::string text;
    llvm::raw_string_ostream os(text);
    os << name << (name.empty() ? "" : ": ") << type.str() << ", " << describeBytes(extent.bytes)
       << describeFactor(extent.unit);
    found.push_back({{-extent.bytes, found.size()}, {location, text}});
  };
  command.getBody().walk<WalkOrder::PreOrder>([&](Operation *op) {
    if (auto variable = llvm::dyn_cast<VariableOp>(op))
      add(llvm::dyn_cast<NNTensorType>(variable.getType()),
          getVariablePlace(variable.getSymNameAttr()), op->getLoc(), variable.getSymName());
    for (Value result : op->getResults())
      if (isInMemory(result) && getRoot(result) == result && !llvm::isa<ReadOp>(op))
        add(llvm::dyn_cast<NNTensorType>(result.getType()), getPlace(result), op->getLoc(), "");
    return llvm::isa<FusedOp>(op) ? WalkResult::skip() : WalkResult::advance();
  });
  llvm::sort(found, [](const Found &a, const Found &b) { return a.order < b.order; });
  int64_t total = region ? regions[*region].bytesPerUnit : staticBytes;
  llvm::SmallVector<Share> shares;
  for (const Found &tensor : llvm::ArrayRef(found).take_front(3))
    if (-tensor.order.first >= total / 20)
      shares.push_back(tensor.share);
  return shares;
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
