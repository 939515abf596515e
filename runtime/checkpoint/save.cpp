//===- save.cpp - writing checkpoints -------------------------------------===//
#include "runtime/checkpoint/header.h"
#include "runtime/support/wholefile.h"

#include <algorithm>
#include <cmath>

using namespace nnrt;

/// The first of `count` numbers that is not fit to be saved, as text, or null.
template <typename T>
static const char *findUnfit(const void *data, int64_t count, bool isParameter,
                             double (*toDouble)(T)) {
  auto *numbers = static_cast<const T *>(data);
  for (int64_t i = 0; i < count; ++i) {
    double value = toDouble(numbers[i]);
    if (std::isnan(value))
      return "nan";
    if (isParameter && std::isinf(value))
      return value > 0 ? "inf" : "-inf";
  }
  return nullptr;
}

/// NaN is never meant; nor is infinity in a parameter, though a state may begin with it.
static void requireFit(const char *location, const char *path, const nn_tensor_info &info,
                       const void *data) {
  int64_t count = elementCount(info.rank, info.dims);
  const char *found = nullptr;
  if (info.dtype == NN_F32)
    found = findUnfit<float>(data, count, info.is_parameter, [](float x) { return double(x); });
  else if (info.dtype == NN_F64)
    found = findUnfit<double>(data, count, info.is_parameter, [](double x) { return x; });
  else if (info.dtype == NN_BF16)
    found = findUnfit<uint16_t>(data, count, info.is_parameter,
                                [](uint16_t x) { return double(fromBf16(x)); });
  if (found)
    fail(location,
         "cannot save to '%s': '%s' holds %s; nothing was changed, and --allow-nan saves it", path,
         info.name, found);
}

extern "C" void nn_try_file(const char *location, const char *path) {
  WholeFile(location, path).abandon();
}

extern "C" void nn_save(const char *location, const char *path, int64_t count,
                        const nn_tensor_info *infos, const void *const *data) {
  // Larger elements first keeps each tensor aligned to its element.
  Array<int64_t> order;
  for (int64_t i = 0; i < count; ++i)
    order.push(i);
  std::sort(order.begin(), order.end(), [&](int64_t a, int64_t b) {
    int64_t first = sizeOf(infos[a].dtype), second = sizeOf(infos[b].dtype);
    return first != second ? first > second : a < b;
  });
  if (!settings.allowNan)
    for (int64_t i = 0; i < count; ++i)
      requireFit(location, path, infos[i], data[i]);
  Text header;
  writeHeader(header, count, infos, order.data());
  WholeFile file(location, path);
  file.write(header.view().data(), header.size());
  for (int64_t i = 0; i < count; ++i) {
    const nn_tensor_info &info = infos[order[i]];
    file.write(data[order[i]], elementCount(info.rank, info.dims) * sizeOf(info.dtype));
  }
  file.finish();
}
