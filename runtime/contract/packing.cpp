//===- packing.cpp - buffers of the matrix products -----------------------===//
#include "runtime/contract/packing.h"
#include "runtime/support/support.h"

namespace nnrt {
alignas(
    64) constinit thread_local char packingBuffer[(maxTileM + maxTileN) * packedDepthBytes] = {};
alignas(64) constinit thread_local char vectorBuffer[vectorBytes] = {};
static constinit thread_local char *longBuffer = nullptr;

char *getLongBuffer() {
  if (!longBuffer)
    longBuffer = static_cast<char *>(allocate(2 * longTileBytes));
  return longBuffer;
}
} // namespace nnrt
