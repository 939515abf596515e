//===- dataset.h - what a data set is inside ------------------------------===//
//
// A source's values lie in a Storage, which all views of it share; a view is a range of a row
// order. Values keep the compact type that the file has (an image's pixels stay u8) until they are
// gathered.
//
//===----------------------------------------------------------------------===//
#ifndef NNRT_DATA_DATASET_H
#define NNRT_DATA_DATASET_H

#include "runtime/support/support.h"

namespace nnrt {

/// How a column block is stored.
enum class Raw { u8, i8, i16, i32, i64, f32, f64 };

/// One field of all rows: rows x columns values.
struct Column {
  nn_field field;
  Raw raw;
  void *values; // one of Storage::buffers
};

/// Counts its views.
struct Storage {
  int64_t views;
  int64_t rows;
  Array<Column> columns;
  Array<void *> buffers; // from malloc
};

/// A permutation of a source's rows, shared by the views made from it.
struct Order {
  int64_t views;
  Array<int64_t> rows;
};

Storage *newStorage();
void releaseStorage(Storage *storage);

/// A data set of all rows, owned by the innermost scope; takes the storage over.
nn_dataset *wholeDataset(Storage *storage);

/// Reads a file whole, unpacking gzip, with a terminating zero after `size` bytes. Memory:
/// std::free.
char *readFile(const char *location, const char *path, int64_t &size);

} // namespace nnrt

struct nn_dataset {
  nnrt::Storage *storage;
  nnrt::Order *order; // null: as in the file
  int64_t first;      // in `order`, or of the rows
  int64_t count;
};

#endif // NNRT_DATA_DATASET_H
