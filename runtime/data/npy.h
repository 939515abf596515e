//===- npy.h - arrays in NumPy's format -----------------------------------===//
#ifndef NNRT_DATA_NPY_H
#define NNRT_DATA_NPY_H

#include "runtime/data/dataset.h"

namespace nnrt {

/// An array of an npy file: `items` along its first axis, of `itemSize` elements each.
struct NpyArray {
  const char *name; // of the file, for messages
  Raw raw;
  bool isBool;
  int64_t items, itemSize;
  Text *shape;  // as NumPy writes it, or null; owned by the innermost scope
  char *values; // within the bytes that were given
};

/// Reads the array that the `size` bytes of an npy file hold. Big-endian elements are turned round
/// in place, and the elements are moved to the start of `bytes`, so that they are aligned.
NpyArray parseNpy(const char *location, const char *name, char *bytes, int64_t size);

/// Adds the array as the column of a field; the storage owns its memory already. Ends the program
/// where it does not fit the field or the rows before it.
void addArray(const char *location, Storage *storage, const nn_field &field, const NpyArray &array);

} // namespace nnrt

#endif // NNRT_DATA_NPY_H
