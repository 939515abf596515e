//===- dataset.cpp - storage of data sets and gathering from them ---------===//
//
// Gathering copies a range of a view's rows into a tensor, converted to the field's element type.
//
//===----------------------------------------------------------------------===//
#include "runtime/data/dataset.h"

#include <algorithm>
#include <cinttypes>
#include <cmath>
#include <new>

using namespace nnrt;

int64_t nnrt::sizeOf(Raw raw) {
  constexpr int64_t sizes[] = {1, 1, 2, 4, 8, 4, 8};
  return sizes[int(raw)];
}

Raw nnrt::rawOf(int64_t dtype) {
  return dtype == NN_F64    ? Raw::f64
         : dtype == NN_I32  ? Raw::i32
         : dtype == NN_I64  ? Raw::i64
         : dtype == NN_BOOL ? Raw::u8
                            : Raw::f32;
}

Storage *nnrt::newStorage() {
  return new (allocate(sizeof(Storage))) Storage{1, 0, {}, {}, {}, nullptr};
}

void nnrt::releaseStorage(Storage *storage) {
  if (--storage->views > 0)
    return;
  for (void *buffer : storage->buffers)
    std::free(buffer);
  for (Lazy *lazy : storage->lazies)
    lazy->release(lazy);
  if (storage->base)
    releaseStorage(storage->base);
  storage->~Storage();
  std::free(storage);
}

void nnrt::addColumn(Storage *storage, const nn_field &field, Raw raw, void *values) {
  storage->columns.push({field, raw, values, field.column_count, nullptr});
}

void nnrt::addLazyColumn(Storage *storage, const nn_field &field, Lazy *lazy) {
  storage->lazies.push(lazy);
  storage->columns.push({field, Raw::u8, nullptr, field.column_count, lazy});
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

nn_dataset *nnrt::newDataset(Storage *storage, Order *order, int64_t first, int64_t count,
                             Sampler sampler) {
  auto *data = new (allocate(sizeof(nn_dataset))) nn_dataset{storage, order, first, count, sampler};
  ownedByScope(data, releaseDataset);
  return data;
}

nn_dataset *nnrt::wholeDataset(Storage *storage) {
  return newDataset(storage, nullptr, 0, storage->rows);
}

extern "C" int64_t nn_dataset_count(const nn_dataset *data) { return data->count; }

//===-- Gathering ----------------------------------------------------------===//

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
  int64_t width = column.field.column_count, stride = column.stride;
  constexpr int64_t ahead = 4; // rows
  const From *values = static_cast<const From *>(column.values);
  const int64_t *rows = rowNumbers(data, first, count);
  if (!rows)
    values += (data->first + first) * stride;
  for (int64_t i = 0; i < count; ++i, out += width) {
    if (rows && i + ahead < count)
      prefetchRow(reinterpret_cast<const char *>(values + rows[i + ahead] * stride),
                  width * int64_t(sizeof(From)));
    const From *from = values + (rows ? rows[i] : i) * stride;
    if constexpr (std::is_same_v<From, To>)
      std::memcpy(out, from, size_t(width) * sizeof(To));
    else
      for (int64_t j = 0; j < width; ++j)
        out[j] = To(from[j]);
  }
}

/// Copies rows that are not kept; as many of those that follow are made meanwhile.
template <typename To>
static void copyLazyRows(const nn_dataset *data, const Column &column, int64_t first, int64_t count,
                         To *out) {
  int64_t width = column.field.column_count;
  int64_t following = std::min(count, data->count - first - count);
  Array<int64_t> numbers;
  numbers.resize(count + following);
  if (const int64_t *rows = rowNumbers(data, first, count + following))
    std::copy(rows, rows + count + following, numbers.data());
  else
    for (int64_t i = 0; i < count + following; ++i)
      numbers[i] = data->first + first + i;
  const uint8_t *bytes = lazyRows(data->storage, column.lazy, width, numbers.data(), count,
                                  numbers.data() + count, following);
  for (int64_t i = 0; i < count * width; ++i)
    out[i] = To(bytes[i]);
}

template <typename To>
static void gather(const nn_dataset *data, const Column &column, int64_t first, int64_t count,
                   void *out) {
  To *to = static_cast<To *>(out);
  if (column.lazy)
    return copyLazyRows(data, column, first, count, to);
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
  case NN_BOOL: // always stored as bytes, 0 or 1
    return copyRows<uint8_t>(data, column, first, count, static_cast<uint8_t *>(out));
  }
  fail("", "internal error: the field '%s' has element type %" PRId64 "; please report it",
       column.field.name, column.field.dtype);
}

//===-- Checking -----------------------------------------------------------===//

template <typename T>
static void check(const char *location, const char *source, const nn_field &field, const T *values,
                  int64_t rows, int64_t width) {
  bool whole = field.classes > 0 || field.dtype == NN_I32 || field.dtype == NN_I64;
  bool narrows = std::is_same_v<T, int64_t> && field.dtype == NN_I32;
  bool isBool = field.dtype == NN_BOOL;
  if (!isBool && !narrows && (!whole || (field.classes == 0 && !std::is_floating_point_v<T>)))
    return;
  double low = isBool || field.classes > 0 ? 0 : field.dtype == NN_I32 ? -0x1p31 : -0x1p63;
  double high = isBool                  ? 2
                : field.classes > 0     ? double(field.classes)
                : field.dtype == NN_I32 ? 0x1p31
                                        : 0x1p63; // excluded
  for (int64_t i = 0; i < rows * width; ++i) {
    double value = double(values[i]);
    if (value >= low && value < high && value == std::floor(value))
      continue;
    Text where;
    where.format("%s, row %" PRId64 ", column %" PRId64 " (field '%s'): %g", source, i / width,
                 i % width, field.name, value);
    if (isBool)
      fail(location, "%s is not a truth value; 0 or 1 is needed", where.c_str());
    if (field.classes > 0)
      fail(location, "%s is not a class; a whole number from 0 to %" PRId64 " is needed",
           where.c_str(), field.classes - 1);
    fail(location, "%s is not a whole number that %s holds; declare the field as f32",
         where.c_str(), nameOf(field.dtype));
  }
}

void nnrt::checkValues(const char *location, const char *source, const nn_field &field, Raw raw,
                       const void *values, int64_t rows, int64_t width) {
  auto run = [&](auto type) {
    check(location, source, field, static_cast<const decltype(type) *>(values), rows, width);
  };
  switch (raw) {
  case Raw::u8:
    return run(uint8_t());
  case Raw::i8:
    return run(int8_t());
  case Raw::i16:
    return run(int16_t());
  case Raw::i32:
    return run(int32_t());
  case Raw::i64:
    return run(int64_t());
  case Raw::f32:
    return run(float());
  case Raw::f64:
    return run(double());
  }
}
