//===- packing.h - buffers of the matrix products -------------------------===//
//
// Each thread has its own, in thread-local storage: a product allocates nothing, but the first long
// one. Shared by the variants for the x86-64 levels. The limits bound the tiles that a product is
// cut into.
//
//===----------------------------------------------------------------------===//
#ifndef NNRT_CONTRACT_PACKING_H
#define NNRT_CONTRACT_PACKING_H

#include "runtime/nnrt.h"

namespace nnrt {

/// The largest tile of the output, and the bytes of a row of a packed panel.
constexpr int64_t maxTileM = 256, maxTileN = 288, packedDepthBytes = 320 * 4;
/// Products that are summed one after another, block by block of packed panels; a longer sum is one
/// of such sums, with what each addition rounded off, so that its error does not grow with its
/// length.
constexpr int64_t plainDepth = 65536;
/// The longest vector that is copied to be contiguous.
constexpr int64_t vectorBytes = 64 * 1024;

extern constinit thread_local char packingBuffer[(maxTileM + maxTileN) * packedDepthBytes];
extern constinit thread_local char vectorBuffer[vectorBytes];
/// This thread's memory for a tile's part of a long sum, and for what additions rounded off: room
/// for two tiles of f64. Allocated when it is first asked for, as most programs have no such sums.
char *getLongBuffer();
constexpr int64_t longTileBytes = maxTileM * maxTileN * 8;

} // namespace nnrt

#endif // NNRT_CONTRACT_PACKING_H
