//===- argsort.cpp - the order of elements --------------------------------===//
//
// Sorts indices by the elements they stand for. Where those are equal the smaller index comes
// first, so that the order is one alone, whatever the algorithm does.
//
//===----------------------------------------------------------------------===//
#include "runtime/support/support.h"

#include <algorithm>

namespace {

/// NaN is larger than any number, and no NaN differs from another.
template <typename T> bool isLess(T a, T b) { return a < b || (a == a && b != b); }

template <typename T>
void sortRows(int32_t *out, const T *in, int64_t rows, int64_t count, bool descending) {
  for (; rows > 0; --rows, out += count, in += count) {
    for (int64_t i = 0; i < count; ++i)
      out[i] = static_cast<int32_t>(i);
    std::sort(out, out + count, [in, descending](int32_t i, int32_t j) {
      T a = descending ? in[j] : in[i], b = descending ? in[i] : in[j];
      return isLess(a, b) || (!isLess(b, a) && i < j);
    });
  }
}

} // namespace

void nn_argsort(int32_t *out, const void *in, int64_t dtype, int64_t rows, int64_t count,
                int64_t descending) {
  switch (dtype) {
  case NN_F32:
    return sortRows(out, static_cast<const float *>(in), rows, count, descending);
  case NN_F64:
    return sortRows(out, static_cast<const double *>(in), rows, count, descending);
  case NN_I32:
    return sortRows(out, static_cast<const int32_t *>(in), rows, count, descending);
  case NN_I64:
    return sortRows(out, static_cast<const int64_t *>(in), rows, count, descending);
  default:
    nnrt::fail(nullptr, "elements of type %d cannot be sorted", static_cast<int>(dtype));
  }
}
