//===- RequestsInScans.h - gradients that are asked for in the body of a scan --------------===//
//
// Within the body of nn.scan, a gradient sees what this turn computes. Where the scalar is computed
// from a target by turns before, too, or outside, the scans between them must be loops over
// variables (OpenScan.h) until the gradient is made.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_GRADIENT_REQUESTS_IN_SCANS_H
#define NNC_GRADIENT_REQUESTS_IN_SCANS_H

#include "compiler/ir/OpenScan.h"

namespace nnc::gradient {

/// The scans around a request that have to be opened, from the innermost on.
llvm::SmallVector<ir::ScanOp> findScansToOpen(mlir::Operation *request);

} // namespace nnc::gradient

#endif // NNC_GRADIENT_REQUESTS_IN_SCANS_H
