//===- packing.cpp - buffers of the matrix products -----------------------===//
#include "runtime/contract/packing.h"

namespace nnrt {
alignas(
    64) constinit thread_local char packingBuffer[(maxTileM + maxTileN) * packedDepthBytes] = {};
alignas(64) constinit thread_local char vectorBuffer[vectorBytes] = {};
alignas(64) constinit thread_local char partBuffer[maxTileM * maxTileN * 8] = {};
alignas(64) constinit thread_local char roundedBuffer[maxTileM * maxTileN * 8] = {};
} // namespace nnrt
