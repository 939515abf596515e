//===- dataset.h - what a data set is inside ------------------------------===//
//
// A source's values lie in a Storage, which all views of it share; a view is a range of a row
// order. Values keep the compact type that the file has (an image's pixels stay u8) until they are
// gathered.
//
//===----------------------------------------------------------------------===//
#ifndef NNRT_DATA_DATASET_H
#define NNRT_DATA_DATASET_H

#include "runtime/data/lazy.h"

namespace nnrt {

/// How a column block is stored.
enum class Raw { u8, i8, i16, i32, i64, f32, f64 };

/// Its size in bytes.
int64_t sizeOf(Raw raw);
/// How a field is stored whose values are converted when they are read.
Raw rawOf(int64_t dtype);

/// One field of all rows: field.column_count values for each, `stride` values apart.
struct Column {
  nn_field field;
  Raw raw;
  void *values; // within one of Storage::buffers
  int64_t stride;
  const Lazy *lazy; // makes the rows (u8) where they are not kept, or null
};

/// Counts its views.
struct Storage {
  int64_t views;
  int64_t rows;
  Array<Column> columns;
  Array<void *> buffers; // from malloc
  Array<Lazy *> lazies;
  Storage *base; // whose buffers the columns lie in, or null
};

/// A permutation or selection of a source's rows, shared by the views made from it.
struct Order {
  int64_t views;
  Array<int64_t> rows;
};

/// Rows drawn with replacement: row i of the view is draw i of the stream, from `count` rows.
struct Sampler {
  uint64_t place, stream;
  int64_t count; // 0: no sampling
};

Storage *newStorage();
void releaseStorage(Storage *storage);
/// Adds a column whose values follow each other without gaps.
void addColumn(Storage *storage, const nn_field &field, Raw raw, void *values);
/// Adds a column of u8 values that are made when they are needed; the storage owns their source.
void addLazyColumn(Storage *storage, const nn_field &field, Lazy *lazy);

/// A data set owned by the innermost scope; takes the references to storage and order over.
nn_dataset *newDataset(Storage *storage, Order *order, int64_t first, int64_t count,
                       Sampler sampler = {});
/// A data set of all rows, owned by the innermost scope; takes the storage over.
nn_dataset *wholeDataset(Storage *storage);

/// The rows of the source that are rows [first, first + count) of the view; null: as they lie, from
/// data->first + first. Valid until the next call.
const int64_t *rowNumbers(const nn_dataset *data, int64_t first, int64_t count);

/// Ends the program where a value is not what the field's type or its classes demand. `source`, a
/// file's name, begins the message. For u8 to f64 values, `width` to a row.
void checkValues(const char *location, const char *source, const nn_field &field, Raw raw,
                 const void *values, int64_t rows, int64_t width);

/// Reads a file whole, unpacking gzip, with a terminating zero after `size` bytes. Memory:
/// std::free.
char *readFile(const char *location, const char *path, int64_t &size);

} // namespace nnrt

struct nn_dataset {
  nnrt::Storage *storage;
  nnrt::Order *order; // null: as in the file
  int64_t first;      // in `order`, or of the rows
  int64_t count;
  nnrt::Sampler sampler;
};

#endif // NNRT_DATA_DATASET_H
