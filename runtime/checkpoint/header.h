//===- header.h - the header of a safetensors file ------------------------===//
//
// The format (huggingface/safetensors): eight bytes with the header's length, little-endian; the
// header, a JSON object from each tensor's name to its dtype, shape and data_offsets (and
// "__metadata__" to an object of strings), filled up with spaces; the tensors' bytes, row-major,
// little-endian, without gaps.
//
//===----------------------------------------------------------------------===//
#ifndef NNRT_CHECKPOINT_HEADER_H
#define NNRT_CHECKPOINT_HEADER_H

#include "runtime/support/support.h"

namespace nnrt {

/// The bytes before the header, and the longest header that readers of the format accept.
constexpr int64_t lengthBytes = 8, longestHeader = 100'000'000;

/// A tensor as the file describes it.
struct Entry {
  const char *name;
  const char *type; // the file's name of the element type
  int64_t rank;
  const int64_t *dims;
  int64_t begin, end; // in the data, in bytes
};

/// The file's name of an element type: "F32".
const char *fileTypeOf(int64_t dtype);

/// "F32[64, 10]"
void appendType(Text &out, const char *type, int64_t rank, const int64_t *dims);

/// Number of elements of a shape.
int64_t elementCount(int64_t rank, const int64_t *dims);

/// The header that describes the tensors, padded, with the length before it. `order[i]` is the
/// tensor whose bytes come i-th.
void writeHeader(Text &out, int64_t count, const nn_tensor_info *infos, const int64_t *order);

/// Reads and checks the header: syntax, shapes that fit their sizes, data without gaps or overlaps
/// that ends with the file. The innermost scope owns the names and dimensions of the entries.
void readHeader(const char *location, const char *path, std::string_view file,
                Array<Entry> &entries);

} // namespace nnrt

#endif // NNRT_CHECKPOINT_HEADER_H
