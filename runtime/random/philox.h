//===- philox.h - the generator Philox4x32-10 -----------------------------===//
//
// Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3" (2011): a keyed
// bijection of 128-bit counters in ten rounds. Checked against the known answers that its authors
// publish.
//
// What a counter means here, in 32-bit words:
//   word 0: the block; block i holds the four words of elements 4i .. 4i+3 (or of two 64-bit draws)
//   word 1, 2: the stream, low and high half
//   word 3: the place in the source, its halves folded: low ^ mix(high), so that places below 2^32
//   differ key: the program's seed, low and high half
// A stream has 2^32 blocks, 2^34 elements of 32 bits; larger tensors do not fit into memory.
//
//===----------------------------------------------------------------------===//
#ifndef NNRT_RANDOM_PHILOX_H
#define NNRT_RANDOM_PHILOX_H

#include "runtime/support/support.h"

namespace nnrt {

/// Replaces counters[word][lane] by the generator's output; the lanes are independent, so that the
/// loop vectorises.
template <int Lanes>
inline void philox(uint32_t (&counters)[4][Lanes], uint32_t key0, uint32_t key1) {
  for (int round = 0; round < 10; ++round) {
    for (int lane = 0; lane < Lanes; ++lane) {
      uint64_t product0 = uint64_t(0xD2511F53u) * counters[0][lane];
      uint64_t product1 = uint64_t(0xCD9E8D57u) * counters[2][lane];
      uint32_t word0 = uint32_t(product1 >> 32) ^ counters[1][lane] ^ key0;
      uint32_t word2 = uint32_t(product0 >> 32) ^ counters[3][lane] ^ key1;
      counters[0][lane] = word0;
      counters[1][lane] = uint32_t(product1);
      counters[2][lane] = word2;
      counters[3][lane] = uint32_t(product0);
    }
    key0 += 0x9E3779B9u;
    key1 += 0xBB67AE85u;
  }
}

/// A random stream: the words that belong to (seed, place, stream), in blocks of four.
class Stream {
public:
  static constexpr int lanes = 16;
  using Blocks = uint32_t[4][lanes];

  Stream(uint64_t seed, uint64_t place, uint64_t stream)
      : key0(uint32_t(seed)), key1(uint32_t(seed >> 32)), low(uint32_t(stream)),
        high(uint32_t(stream >> 32)), source(uint32_t(place) ^ mix(uint32_t(place >> 32))) {}

  /// Word w of block first + lane into blocks[w][lane].
  void blocks(uint32_t first, Blocks &blocks) const {
    for (int lane = 0; lane < lanes; ++lane) {
      blocks[0][lane] = first + uint32_t(lane);
      blocks[1][lane] = low;
      blocks[2][lane] = high;
      blocks[3][lane] = source;
    }
    philox(blocks, key0, key1);
  }

private:
  /// The finaliser of MurmurHash3; 0 stays 0.
  static uint32_t mix(uint32_t x) {
    x = (x ^ (x >> 16)) * 0x85EBCA6Bu;
    x = (x ^ (x >> 13)) * 0xC2B2AE35u;
    return x ^ (x >> 16);
  }

  uint32_t key0, key1, low, high, source;
};

} // namespace nnrt

#endif // NNRT_RANDOM_PHILOX_H
