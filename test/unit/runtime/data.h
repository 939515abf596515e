//===- data.h - what the tests of data sets share -------------------------===//
#ifndef NNRT_TEST_DATA_H
#define NNRT_TEST_DATA_H

#include "check.h"
#include "runtime/nnrt.h"

#include <vector>

/// A scope for the handles of a test.
struct Scope {
  int64_t mark = nn_scope_enter();
  ~Scope() { nn_scope_leave(mark); }
};

/// A field of one axis, or of rank 0 where count is 1.
inline nn_field makeField(const char *name, int64_t dtype, int64_t classes, int64_t first,
                          int64_t count) {
  nn_field field = {};
  field.name = name;
  field.dtype = dtype;
  field.classes = classes;
  field.first_column = first;
  field.column_count = count;
  field.rank = count != 1;
  static const int64_t sizes[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
  field.dims = count < 10 ? &sizes[count] : nullptr;
  return field;
}

/// A field of all rows.
template <typename T = float>
inline std::vector<T> gather(const nn_dataset *data, int64_t field, int64_t width = 1) {
  int64_t count = nn_dataset_count(data);
  std::vector<T> out(size_t(count * width));
  nn_dataset_gather(data, field, 0, count, out.data());
  return out;
}

/// Reads a csv file from the statement "d.nn:7".
inline nn_dataset *readCsv(const std::string &path, int64_t skip, int64_t fieldCount,
                           const nn_field *fields, bool header = false, char delimiter = ',') {
  const char *paths[] = {path.c_str()};
  int64_t options[] = {skip, header, delimiter};
  return nn_csv("d.nn:7", 1, paths, options, fieldCount, fields);
}

#endif // NNRT_TEST_DATA_H
