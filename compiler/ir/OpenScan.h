//===- OpenScan.h - a scan that is a loop over variables for a while ----------------------===//
//
// The body of nn.scan sees what comes from outside as arguments: what they are computed from is
// hidden. A gradient that is asked for inside, of what earlier turns or operations outside have
// computed, must see it. So while that gradient is made the scan is an nn.for, as a `for` of the
// language is: carried values are variables, captures the values themselves.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_IR_OPEN_SCAN_H
#define NNC_IR_OPEN_SCAN_H

#include "compiler/ir/Purification.h"

namespace nnc::ir {

class OpenScan {
public:
  /// Puts a loop with the body of `scan` before it, which must not run in reverse. What it stacks
  /// is a variable, too, where `isRepeated`: for a scan in the body of another that is open.
  OpenScan(ScanOp scan, bool isRepeated);

  /// Makes a scan of the loop again. Fails where that cannot be.
  mlir::LogicalResult close(Obstacle &obstacle);

private:
  void openBody();
  void stackRows(mlir::Operation *yield);
  ScanOp closeBody(Obstacle &obstacle, llvm::DenseMap<mlir::StringAttr, mlir::Value> &finals);
  void erasePlaces();

  ScanOp scan; // whose operands are left, and the results that are not read from places
  ForOp loop;
  struct Place {
    VariableOp variable;
    AssignOp first; // before the loop
    ReadOp last;    // after it
  };
  std::vector<Place> places; // of the carried values, then of what is stacked
};

} // namespace nnc::ir

#endif // NNC_IR_OPEN_SCAN_H
