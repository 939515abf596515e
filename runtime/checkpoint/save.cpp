//===- save.cpp - writing checkpoints -------------------------------------===//
#include "runtime/checkpoint/header.h"
#include "runtime/support/wholefile.h"

#include <algorithm>

using namespace nnrt;

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
