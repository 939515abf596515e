//===- lazy.h - rows that are made when they are needed -------------------===//
//
// For data that are too large to be kept as they are used, such as many images. While a program
// works on one batch, a thread of its own makes the rows of the next.
//
//===----------------------------------------------------------------------===//
#ifndef NNRT_DATA_LAZY_H
#define NNRT_DATA_LAZY_H

#include "runtime/support/support.h"

namespace nnrt {

struct Storage;

/// A source of rows of bytes.
struct Lazy {
  /// Makes a row; on any thread, on several at a time.
  void (*make)(const Lazy *lazy, int64_t row, uint8_t *out);
  void (*release)(Lazy *lazy);
};

/// The bytes of rows [first, first + count) of a view, `width` to a row, valid until the next call.
/// `rows` are their numbers in the source; `ahead` those of rows that follow in the view, which are
/// made meanwhile. `storage` holds the source and is kept as long as that takes.
const uint8_t *lazyRows(Storage *storage, const Lazy *lazy, int64_t width, const int64_t *rows,
                        int64_t count, const int64_t *ahead, int64_t aheadCount);

} // namespace nnrt

#endif // NNRT_DATA_LAZY_H
