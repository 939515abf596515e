//===- RequestsInScans.cpp - gradients that are asked for in the body of a scan ------------===//

#include "compiler/gradient/RequestsInScans.h"

using namespace mlir;
using namespace nnc::ir;

namespace nnc::gradient {

namespace {
/// Walks back from the scalar of a request, through the body of one scan after the other.
class WayBack {
public:
  explicit WayBack(Operation *request) {
    pending.push_back(request->getOperand(0));
    for (Value target : request->getOperands().drop_front())
      targets.insert(target);
  }

  /// Goes on in the body of `scan`, or where that is null in the command; `isOutside` of the scan
  /// with the request. Whether the scalar is computed from a target there.
  bool findTarget(ScanOp scan, bool isOutside);
  /// Leaves the body. Whether turns before may be on the way from a target to the scalar.
  bool leave(ScanOp scan);
  bool isAtEnd() const { return targets.empty(); }

private:
  void follow(ScanOp scan, BlockArgument argument);

  llvm::SmallVector<Value> pending, outside;
  llvm::DenseSet<Value> targets, seen;
  bool isCarried = false;
};
} // namespace

static bool isOneOf(BlockArgument argument, llvm::ArrayRef<BlockArgument> list) {
  return llvm::is_contained(list, argument);
}

void WayBack::follow(ScanOp scan, BlockArgument argument) {
  outside.push_back(scan.getOperand(argument.getArgNumber() - 1));
  if (isOneOf(argument, scan.getCarriedArguments())) {
    isCarried = true;
    pending.push_back(scan.getNext()[argument.getArgNumber() - 1 - scan.getSources().size()]);
  }
}

bool WayBack::findTarget(ScanOp scan, bool isOutside) {
  bool found = false;
  while (!pending.empty()) {
    Value value = pending.pop_back_val();
    auto type = llvm::dyn_cast<NNTensorType>(value.getType());
    if (!type || !type.isFloat() || !seen.insert(value).second)
      continue;
    if (targets.contains(value)) {
      found = true;
    } else if (Operation *op = value.getDefiningOp()) {
      // What a variable outside holds may have been computed from anything.
      found |= isOutside && llvm::isa<ReadOp>(op);
      llvm::append_range(pending, op->getOperands());
    } else if (scan && value.getParentBlock() == &scan.getBlock()) {
      follow(scan, llvm::cast<BlockArgument>(value));
    }
  }
  return found;
}

bool WayBack::leave(ScanOp scan) {
  llvm::DenseSet<Value> outer;
  bool isOlder = false; // than the turn
  for (Value target : targets) {
    auto argument = llvm::dyn_cast<BlockArgument>(target);
    if (!argument || argument.getOwner() != &scan.getBlock())
      continue;
    bool isCapture = isOneOf(argument, scan.getCaptureArguments());
    isOlder |= isCapture || isOneOf(argument, scan.getCarriedArguments());
    if (isCapture)
      outer.insert(scan.getOperand(argument.getArgNumber() - 1));
  }
  targets = std::move(outer);
  pending = std::move(outside);
  outside.clear();
  return std::exchange(isCarried, false) && isOlder;
}

llvm::SmallVector<ScanOp> findScansToOpen(Operation *request) {
  llvm::SmallVector<ScanOp> scans;
  size_t count = 0;
  WayBack way(request);
  for (auto scan = request->getParentOfType<ScanOp>(); !way.isAtEnd();
       scan = scan->getParentOfType<ScanOp>()) {
    if (way.findTarget(scan, !scans.empty()))
      count = scans.size();
    if (!scan)
      break;
    scans.push_back(scan);
    if (way.leave(scan))
      count = scans.size();
  }
  scans.truncate(count);
  return scans;
}

} // namespace nnc::gradient
