//===- views.cpp - views of data sets: which rows, in which order ---------===//
//
// Views copy no values. A view of a view refers to the source's rows directly.
//
//===----------------------------------------------------------------------===//
#include "runtime/data/dataset.h"
#include "runtime/random/philox.h"

#include <algorithm>
#include <cinttypes>
#include <cmath>
#include <new>

using namespace nnrt;

namespace {
/// Draws of 64 bits from a stream, by number.
class Draws {
public:
  Draws(uint64_t place, uint64_t stream) : source(settings.seed, place, stream) {}

  /// Draw `i` below `bound`: the high half of bound * 64 random bits, whose bias is below
  /// bound / 2^64.
  int64_t below(int64_t i, int64_t bound) {
    constexpr int64_t perGroup = 2 * Stream::lanes;
    int64_t group = i / perGroup, at = i % perGroup;
    if (group != current) {
      source.blocks(uint32_t(group * Stream::lanes), words);
      current = group;
    }
    int64_t lane = at / 2, word = at % 2 * 2;
    uint64_t bits = uint64_t(words[word][lane]) << 32 | words[word + 1][lane];
    return int64_t((static_cast<unsigned __int128>(bits) * uint64_t(bound)) >> 64);
  }

private:
  Stream source;
  Stream::Blocks words;
  int64_t current = -1;
};
} // namespace

static constinit Immortal<Array<int64_t>> drawn;

const int64_t *nnrt::rowNumbers(const nn_dataset *data, int64_t first, int64_t count) {
  const int64_t *order = data->order ? data->order->rows.data() : nullptr;
  if (data->sampler.count == 0)
    return order ? order + data->first + first : nullptr;
  drawn->resize(count);
  Draws draws(data->sampler.place, data->sampler.stream);
  for (int64_t i = 0; i < count; ++i) {
    int64_t at = data->first + draws.below(first + i, data->sampler.count);
    (*drawn)[i] = order ? order[at] : at;
  }
  return drawn->data();
}

/// References to what a further view of `data` shares with it.
static Storage *shareStorage(const nn_dataset *data) {
  ++data->storage->views;
  return data->storage;
}
static Order *shareOrder(const nn_dataset *data) {
  if (data->order)
    ++data->order->views;
  return data->order;
}
static Order *newOrder() { return new (allocate(sizeof(Order))) Order{1, {}}; }

/// The source's row that is row i of the view; not for samples.
static int64_t rowOf(const nn_dataset *data, int64_t i) {
  return data->order ? data->order->rows[data->first + i] : data->first + i;
}

/// A view of rows [first, first + count) of `data`.
static nn_dataset *range(const nn_dataset *data, int64_t first, int64_t count) {
  return newDataset(shareStorage(data), shareOrder(data), data->first + first, count);
}

extern "C" nn_dataset *nn_dataset_shuffled(const nn_dataset *data, uint64_t place,
                                           uint64_t stream) {
  Order *order = newOrder();
  order->rows.resize(data->count);
  for (int64_t i = 0; i < data->count; ++i)
    order->rows[i] = rowOf(data, i);
  // Fisher and Yates, from the end.
  Draws draws(place, stream);
  for (int64_t left = data->count; left > 1; --left)
    std::swap(order->rows[left - 1], order->rows[draws.below(data->count - left, left)]);
  return newDataset(shareStorage(data), order, 0, data->count);
}

extern "C" void nn_dataset_split(const char *location, const nn_dataset *data, double fraction,
                                 nn_dataset **first, nn_dataset **rest) {
  if (!(fraction >= 0 && fraction <= 1))
    fail(location, "cannot split a data set at the fraction %g; it must be from 0 to 1", fraction);
  // 0.29 * 100 is a little less than 29 in binary and must still give 29 rows.
  auto count =
      std::min(int64_t(std::floor(fraction * double(data->count) * (1 + 1e-12))), data->count);
  *first = range(data, 0, count);
  *rest = range(data, count, data->count - count);
}

extern "C" void nn_dataset_fold(const char *location, const nn_dataset *data, int64_t part,
                                int64_t parts, nn_dataset **train, nn_dataset **test) {
  if (parts < 2)
    fail(location,
         "cannot divide a data set into %" PRId64 " parts; a fold needs at least 2 of them", parts);
  if (part < 0 || part >= parts)
    fail(location, "there is no part %" PRId64 " of %" PRId64 "; parts are counted from 0", part,
         parts);
  // The first count % parts parts have one row more.
  int64_t least = data->count / parts, longer = data->count % parts;
  int64_t begin = part * least + std::min(part, longer), size = least + (part < longer);
  Order *order = newOrder();
  for (int64_t i = 0; i < data->count; ++i)
    if (i < begin || i >= begin + size)
      order->rows.push(rowOf(data, i));
  *train = newDataset(shareStorage(data), order, 0, data->count - size);
  *test = range(data, begin, size);
}

extern "C" nn_dataset *nn_dataset_take(const char *location, const nn_dataset *data,
                                       int64_t count) {
  if (count < 0)
    fail(location, "cannot take %" PRId64 " rows of a data set; the count must not be negative",
         count);
  return range(data, 0, std::min(count, data->count));
}

extern "C" nn_dataset *nn_dataset_windows(const char *location, const nn_dataset *data,
                                          int64_t steps, int64_t stride, int64_t shifts) {
  At at(location);
  if (steps < 1 || stride < 1)
    fail(location,
         "windows of %" PRId64 " rows, %" PRId64 " rows apart: both numbers must be at least 1",
         steps, stride);
  if (data->order)
    fail(location, "windows are made of rows that follow each other, but these rows are shuffled; "
                   "make the windows first, and shuffle them");
  int64_t needed = steps + shifts - 1;
  if (data->count < needed)
    fail(location,
         "there is not one window: %" PRId64 " rows are needed, but there are %" PRId64
         "; make the windows shorter",
         needed, data->count);
  Storage *storage = newStorage();
  storage->base = shareStorage(data);
  storage->rows = (data->count - needed) / stride + 1;
  for (const Column &column : data->storage->columns)
    if (column.lazy)
      fail(location, "windows of images are not supported where the images are too many to be kept "
                     "decoded; declare a smaller size");
  for (const Column &column : data->storage->columns)
    for (int64_t shift = 0; shift < shifts; ++shift) {
      Column wide = column;
      wide.values = static_cast<char *>(column.values) +
                    (data->first + shift) * column.stride * sizeOf(column.raw);
      wide.field.column_count *= steps;
      wide.stride *= stride;
      storage->columns.push(wide);
    }
  return wholeDataset(storage);
}

extern "C" nn_dataset *nn_dataset_sampled(const char *location, const nn_dataset *data,
                                          int64_t size, int64_t steps, int64_t place,
                                          int64_t stream) {
  At at(location);
  int64_t count;
  if (size < 1 || steps < 0 || __builtin_mul_overflow(size, steps, &count))
    fail(location,
         "cannot draw %" PRId64 " batches of %" PRId64
         " rows; a batch has at least one row, and their number is not negative",
         steps, size);
  if (data->count == 0)
    fail(location, "cannot draw from a data set without rows");
  return newDataset(shareStorage(data), shareOrder(data), data->first, count,
                    Sampler{uint64_t(place), uint64_t(stream), data->count});
}

extern "C" nn_dataset *nn_in_memory(const char *location, int64_t rows, int64_t field_count,
                                    const nn_field *fields, const void *const *tensors) {
  At at(location);
  Storage *storage = newStorage();
  storage->rows = rows;
  for (int64_t f = 0; f < field_count; ++f) {
    const nn_field &field = fields[f];
    Raw raw = rawOf(field.dtype);
    checkValues(location, "dataset", field, raw, tensors[f], rows, field.column_count);
    size_t bytes = size_t(rows * field.column_count * sizeOf(raw));
    void *copy = allocate(bytes);
    std::memcpy(copy, tensors[f], bytes);
    storage->buffers.push(copy);
    addColumn(storage, field, raw, copy);
  }
  return wholeDataset(storage);
}
