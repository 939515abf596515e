//===- idx.cpp - idx files, the format of MNIST ---------------------------===//
//
// Two zero bytes, the element type, the number of dimensions, the dimensions as big-endian 32-bit
// numbers, the elements (big-endian). The first dimension counts the items.
//
//===----------------------------------------------------------------------===//
#include "runtime/data/dataset.h"

#include <algorithm>
#include <cinttypes>

using namespace nnrt;

namespace {
struct File {
  const char *path;
  Raw raw;
  int64_t items, itemSize; // in elements
  char *bytes;             // of the file; the elements begin at its start once read
};
} // namespace

static uint32_t bigEndian(const char *p) {
  uint32_t value;
  std::memcpy(&value, p, 4);
  return __builtin_bswap32(value);
}

/// The element type of a code, and its size; 0 for an unknown one.
static int64_t elementType(int code, Raw &raw) {
  switch (code) {
  case 0x08:
    return raw = Raw::u8, 1;
  case 0x09:
    return raw = Raw::i8, 1;
  case 0x0B:
    return raw = Raw::i16, 2;
  case 0x0C:
    return raw = Raw::i32, 4;
  case 0x0D:
    return raw = Raw::f32, 4;
  case 0x0E:
    return raw = Raw::f64, 8;
  }
  return 0;
}

static File readIdx(const char *location, const char *path) {
  File file{path, Raw::u8, 0, 1, nullptr};
  int64_t size;
  char *bytes = file.bytes = readFile(location, path, size);
  if (size < 4 || bytes[0] != 0 || bytes[1] != 0)
    fail(location, "%s is not an idx file: its first two bytes are not zero; check the path", path);
  int64_t width = elementType(bytes[2], file.raw), rank = uint8_t(bytes[3]);
  if (width == 0 || rank == 0)
    fail(location,
         "%s is not a valid idx file: its magic number is 0x%08X, with an unknown element type or "
         "no "
         "dimensions",
         path, bigEndian(bytes));
  int64_t header = 4 + 4 * rank;
  if (size < header)
    fail(location,
         "%s is cut short: its header has %" PRId64
         " dimensions, but the file ends within them; fetch or "
         "copy the file again",
         path, rank);
  file.items = bigEndian(bytes + 4);
  bool huge = false;
  for (int64_t i = 1; i < rank; ++i)
    huge |= __builtin_mul_overflow(file.itemSize, int64_t(bigEndian(bytes + 4 + 4 * i)),
                                   &file.itemSize);
  int64_t wanted = 0;
  huge |= __builtin_mul_overflow(file.items, file.itemSize, &wanted);
  huge |= __builtin_mul_overflow(wanted, width, &wanted);
  if (huge)
    fail(location, "%s is damaged: its header announces more elements than any file holds", path);
  if (size - header < wanted)
    fail(location,
         "%s is cut short: its header announces %" PRId64 " items of %" PRId64
         " elements, but only %" PRId64 " bytes follow; fetch or copy the file again",
         path, file.items, file.itemSize, size - header);
  if (size - header > wanted)
    fail(location,
         "%s is damaged: %" PRId64 " bytes follow the %" PRId64
         " items that its header announces; fetch or "
         "copy the file again",
         path, size - header - wanted, file.items);
  if (file.items == 0)
    fail(location, "%s: there are no rows; the file holds 0 items", path);
  std::memmove(bytes, bytes + header, size_t(wanted));
  for (char *p = bytes; width > 1 && p < bytes + wanted; p += width)
    std::reverse(p, p + width);
  return file;
}

extern "C" nn_dataset *nn_idx(const char *location, int64_t path_count, const char *const *paths,
                              const int64_t *, int64_t field_count, const nn_field *fields) {
  At at(location);
  Storage *storage = newStorage();
  Array<File> files;
  for (int64_t i = 0; i < path_count; ++i) {
    files.push(readIdx(location, paths[i]));
    storage->buffers.push(files[i].bytes);
    if (files[i].items != files[0].items)
      fail(location,
           "%s holds %" PRId64 " items, but %s holds %" PRId64
           "; the files of a data set must belong "
           "together",
           paths[0], files[0].items, paths[i], files[i].items);
  }
  for (int64_t f = 0; f < field_count; ++f) {
    const File &file = files[fields[f].first_column];
    if (file.itemSize != fields[f].column_count)
      fail(location,
           "%s holds items of %" PRId64 " elements, but the field '%s' is declared with %" PRId64
           "; correct its shape",
           file.path, file.itemSize, fields[f].name, fields[f].column_count);
    checkValues(location, file.path, fields[f], file.raw, file.bytes, file.items, file.itemSize);
    addColumn(storage, fields[f], file.raw, file.bytes);
  }
  storage->rows = path_count > 0 ? files[0].items : 0;
  return wholeDataset(storage);
}
