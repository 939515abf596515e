//===- tensor.cpp - tensors as text ---------------------------------------===//
//
// Elements are aligned to the widest one shown. Tensors of more than 1000 elements are shortened:
// of a dimension above 6 the first and last three are shown. Further lines are indented to where
// the tensor began, so that "w = " before it keeps the columns straight.
//
//===----------------------------------------------------------------------===//
#include "runtime/text/spec.h"

#include <algorithm>

using namespace nnrt;

namespace {

constexpr int64_t longest = 1000, edge = 3;

class Printer {
public:
  Printer(Text &out, const void *data, int64_t dtype, int64_t rank, const int64_t *dims,
          const char *spec)
      : out(out), data(data), dtype(dtype), rank(rank), dims(dims), spec(parseSpec(spec)) {
    int64_t count = 1;
    for (int64_t d = 0; d < rank; ++d)
      count *= dims[d];
    shortened = count > longest;
    std::string_view line = dropFirst(out.view(), size_t(formattedStart()));
    line = dropFirst(line, line.rfind('\n') + 1); // npos + 1 is 0
    indent = characterCount(line);
  }

  void print() {
    measure(0, 0);
    if (rank == 2)
      rows(0, 0, "");
    else
      nested(0, 0);
  }

private:
  /// Calls `item(i)` for each index of dimension d that is shown, and `gap()` for those left out.
  template <typename Item, typename Gap> void shown(int64_t d, Item item, Gap gap) {
    bool cut = shortened && dims[d] > 2 * edge;
    for (int64_t i = 0; i < dims[d]; ++i) {
      if (cut && i == edge) {
        gap();
        i = dims[d] - edge;
      }
      item(i);
    }
  }

  void measure(int64_t d, int64_t offset) {
    if (d == rank) {
      element.truncate(0);
      append(element, offset);
      width = std::max(width, characterCount(element.view()));
      return;
    }
    shown(d, [&](int64_t i) { measure(d + 1, offset * dims[d] + i); }, [] {});
  }

  void append(Text &text, int64_t offset) {
    switch (static_cast<nn_dtype>(dtype)) {
    case NN_BOOL:
      return appendPadded(text, static_cast<const uint8_t *>(data)[offset] ? "true" : "false", spec,
                          '<');
    case NN_U8:
      return appendInteger(text, static_cast<const uint8_t *>(data)[offset], spec);
    case NN_I32:
      return appendInteger(text, static_cast<const int32_t *>(data)[offset], spec);
    case NN_I64:
      return appendInteger(text, static_cast<const int64_t *>(data)[offset], spec);
    case NN_BF16:
      return appendReal(text, fromBf16(static_cast<const uint16_t *>(data)[offset]), spec);
    case NN_F32:
      return appendReal(text, double(static_cast<const float *>(data)[offset]), spec);
    case NN_F64:
      return appendReal(text, static_cast<const double *>(data)[offset], spec);
    }
  }

  void scalar(int64_t offset) {
    element.truncate(0);
    append(element, offset);
    out.repeat(" ", width - characterCount(element.view())).append(element.view());
  }

  void newLine(int64_t further) { out.append('\n').repeat(" ", indent + further); }

  /// The rows of a matrix, each on its line, as they stand in `depth` outer brackets.
  void rows(int64_t d, int64_t offset, std::string_view separator, int64_t depth = 0) {
    bool first = true;
    auto next = [&] {
      if (!first) {
        out.append(separator);
        newLine(depth);
      }
      first = false;
    };
    shown(
        d,
        [&](int64_t i) {
          next();
          nested(d + 1, offset * dims[d] + i);
        },
        [&] {
          next();
          out.append("...");
        });
  }

  void nested(int64_t d, int64_t offset) {
    if (d == rank)
      return scalar(offset);
    out.append('[');
    if (d + 1 < rank) {
      rows(d, offset, ",", d + 1);
    } else {
      bool first = true;
      auto next = [&] {
        if (!first)
          out.append(", ");
        first = false;
      };
      shown(
          d,
          [&](int64_t i) {
            next();
            scalar(offset * dims[d] + i);
          },
          [&] {
            next();
            out.append("...");
          });
    }
    out.append(']');
  }

  Text &out;
  const void *data;
  int64_t dtype, rank;
  const int64_t *dims;
  Spec spec;
  bool shortened = false;
  int64_t indent = 0, width = 0;
  Text element;
};

} // namespace

extern "C" void nn_format_tensor(const void *data, int64_t dtype, int64_t rank, const int64_t *dims,
                                 const char *spec) {
  Printer(formatted(), data, dtype, rank, dims, spec).print();
}
