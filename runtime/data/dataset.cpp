//===- dataset.cpp - views of data sets and gathering from them -----------===//
//
// Shuffling, splitting and taking make views, which copy no values. Gathering copies a range of a
// view's rows into a tensor, converted to the field's element type.
//
//===----------------------------------------------------------------------===//
#include "runtime/data/dataset.h"
#include "runtime/random/philox.h"

#include <algorithm>
#include <cinttypes>
#include <cmath>
#include <new>

using namespace nnrt;

Storage *nnrt::newStorage() { return new (allocate(sizeof(Storage))) Storage{1, 0, {}, {}}; }

void nnrt::releaseStorage(Storage *storage) {
  if (--storage->views > 0)
    return;
  for (void *buffer : storage->buffers)
    std::free(buffer);
  storage->~Storage();
  std::free(storage);
}

static void releaseOrder(Order *order) {
  if (!order || --order->views > 0)
    return;
  order->~Order();
  std::free(order);
}

static void releaseDataset(void *object) {
  auto *data = static_cast<nn_dataset *>(object);
  releaseStorage(data->storage);
  releaseOrder(data->order);
  std::free(data);
}

/// A data set owned by the innermost scope; takes the references to storage and order over.
static nn_dataset *newDataset(Storage *storage, Order *order, int64_t first, int64_t count) {
  auto *data = new (allocate(sizeof(nn_dataset))) nn_dataset{storage, order, first, count};
  ownedByScope(data, releaseDataset);
  return data;
}

nn_dataset *nnrt::wholeDataset(Storage *storage) {
  return newDataset(storage, nullptr, 0, storage->rows);
}

/// A view of rows [first, first + count) of `data`.
static nn_dataset *range(const nn_dataset *data, int64_t first, int64_t count) {
  ++data->storage->views;
  if (data->order)
    ++data->order->views;
  return newDataset(data->storage, data->order, data->first + first, count);
}

extern "C" int64_t nn_dataset_count(const nn_dataset *data) { return data->count; }

extern "C" nn_dataset *nn_dataset_shuffled(const nn_dataset *data, uint64_t place,
                                           uint64_t stream) {
  auto *order = new (allocate(sizeof(Order))) Order{1, {}};
  order->rows.resize(data->count);
  for (int64_t i = 0; i < data->count; ++i)
    order->rows[i] = data->order ? data->order->rows[data->first + i] : data->first + i;
  // Fisher and Yates from the end; a draw below `bound` is the high half of bound * 64 random bits,
  // whose bias is below bound / 2^64.
  Stream source(settings.seed, place, stream);
  Stream::Blocks words;
  uint32_t block = 0;
  int used = 2 * Stream::lanes;
  for (int64_t left = data->count; left > 1; --left) {
    if (used == 2 * Stream::lanes) {
      source.blocks(block, words);
      block += Stream::lanes;
      used = 0;
    }
    int lane = used / 2, word = used % 2 * 2;
    uint64_t bits = uint64_t(words[word][lane]) << 32 | words[word + 1][lane];
    ++used;
    auto pick = int64_t((static_cast<unsigned __int128>(bits) * uint64_t(left)) >> 64);
    std::swap(order->rows[left - 1], order->rows[pick]);
  }
  ++data->storage->views;
  return newDataset(data->storage, order, 0, data->count);
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

extern "C" nn_dataset *nn_dataset_take(const char *location, const nn_dataset *data,
                                       int64_t count) {
  if (count < 0)
    fail(location, "cannot take %" PRId64 " rows of a data set; the count must not be negative",
         count);
  return range(data, 0, std::min(count, data->count));
}

/// Starts fetching a row that will soon be read: the rows of a shuffled view lie anywhere in
/// memory.
static void prefetchRow(const char *row, int64_t bytes) {
  constexpr int64_t line = 64, most = 4096; // of a longer row the processor sees what comes next
  for (int64_t offset = 0; offset < std::min(bytes, most); offset += line)
    __builtin_prefetch(row + offset);
}

template <typename From, typename To>
static void copyRows(const nn_dataset *data, const Column &column, int64_t first, int64_t count,
                     To *out) {
  int64_t width = column.field.column_count;
  constexpr int64_t ahead = 4; // rows
  const From *values = static_cast<const From *>(column.values);
  const int64_t *rows = data->order ? &data->order->rows[data->first + first] : nullptr;
  if (!rows)
    values += (data->first + first) * width;
  for (int64_t i = 0; i < count; ++i, out += width) {
    if (rows && i + ahead < count)
      prefetchRow(reinterpret_cast<const char *>(values + rows[i + ahead] * width),
                  width * int64_t(sizeof(From)));
    const From *from = values + (rows ? rows[i] : i) * width;
    if constexpr (std::is_same_v<From, To>)
      std::memcpy(out, from, size_t(width) * sizeof(To));
    else
      for (int64_t j = 0; j < width; ++j)
        out[j] = To(from[j]);
  }
}

template <typename To>
static void gather(const nn_dataset *data, const Column &column, int64_t first, int64_t count,
                   void *out) {
  To *to = static_cast<To *>(out);
  switch (column.raw) {
  case Raw::u8:
    return copyRows<uint8_t>(data, column, first, count, to);
  case Raw::i8:
    return copyRows<int8_t>(data, column, first, count, to);
  case Raw::i16:
    return copyRows<int16_t>(data, column, first, count, to);
  case Raw::i32:
    return copyRows<int32_t>(data, column, first, count, to);
  case Raw::i64:
    return copyRows<int64_t>(data, column, first, count, to);
  case Raw::f32:
    return copyRows<float>(data, column, first, count, to);
  case Raw::f64:
    return copyRows<double>(data, column, first, count, to);
  }
}

extern "C" void nn_dataset_gather(const nn_dataset *data, int64_t field, int64_t first,
                                  int64_t count, void *out) {
  if (first < 0 || count < 0 || first > data->count - count)
    fail("",
         "internal error: rows %" PRId64 " to %" PRId64 " of a data set of %" PRId64
         " rows were read; "
         "please report it",
         first, first + count, data->count);
  const Column &column = data->storage->columns[field];
  switch (column.field.dtype) {
  case NN_F32:
    return gather<float>(data, column, first, count, out);
  case NN_F64:
    return gather<double>(data, column, first, count, out);
  case NN_I32:
    return gather<int32_t>(data, column, first, count, out);
  case NN_I64:
    return gather<int64_t>(data, column, first, count, out);
  }
  fail("", "internal error: the field '%s' has element type %" PRId64 "; please report it",
       column.field.name, column.field.dtype);
}
