//===- csv.cpp - comma separated files ------------------------------------===//
//
// The file is read whole; each line is cut at its commas once, then each field parses its columns.
// Spaces and double quotes around a value, CRLF, a byte-order mark and empty lines are accepted.
// Quoted values may hold commas, but no line breaks.
//
//===----------------------------------------------------------------------===//
#include "runtime/data/dataset.h"
#include "runtime/data/number.h"

#include <algorithm>
#include <cinttypes>

using namespace nnrt;

namespace {

struct Cell {
  const char *begin, *end;
};

class Reader {
public:
  Reader(const char *location, const char *path, int64_t skip, int64_t fieldCount,
         const nn_field *fields)
      : location(location), path(path), skip(skip), fields(fields), fieldCount(fieldCount) {}

  nn_dataset *read();

private:
  bool cut(const char *p, const char *end);
  void cell(const char *begin, const char *end);
  template <typename T> void parse(const nn_field &field, T *out);
  [[noreturn]] void badValue(const nn_field &field, int64_t column, Parsed problem);

  const char *location, *path;
  int64_t skip;
  const nn_field *fields;
  int64_t fieldCount;
  int64_t columnsNeeded = 0;
  int64_t line = 0; // of the file, from 1
  int64_t rows = 0;
  Array<Cell> cells; // of the current line, at most columnsNeeded
};

} // namespace

static bool isBlank(char c) { return c == ' ' || c == '\t'; }

void Reader::cell(const char *begin, const char *end) {
  while (begin < end && isBlank(*begin))
    ++begin;
  while (end > begin && isBlank(end[-1]))
    --end;
  if (end - begin >= 2 && *begin == '"' && end[-1] == '"') {
    ++begin;
    --end;
    while (begin < end && isBlank(*begin))
      ++begin;
    while (end > begin && isBlank(end[-1]))
      --end;
  }
  cells.push({begin, end});
}

/// Cuts a line at its commas, as far as columns are needed. False for an empty line.
bool Reader::cut(const char *p, const char *end) {
  cells.resize(0);
  while (end > p && (end[-1] == '\r' || isBlank(end[-1])))
    --end;
  const char *start = p;
  while (start < end && isBlank(*start))
    ++start;
  if (start == end)
    return false;
  while (cells.size() < columnsNeeded) {
    const char *begin = p;
    while (p < end && isBlank(*p))
      ++p;
    if (p < end && *p == '"') {
      for (++p; p < end && (*p != '"' || p[1] == '"'); ++p)
        p += *p == '"';
      if (p >= end)
        fail(location,
             "%s, row %" PRId64 ": the quote of column %" PRId64 " is not closed on its line; "
             "close it, or remove it",
             path, line, cells.size());
    }
    while (p < end && *p != ',')
      ++p;
    cell(begin, p);
    if (p == end)
      break;
    ++p;
  }
  return true;
}

void Reader::badValue(const nn_field &field, int64_t column, Parsed problem) {
  Cell bad = cells[column];
  int shown = int(std::min<int64_t>(bad.end - bad.begin, 40));
  const char *more = bad.end - bad.begin > shown ? "..." : "";
  Text where;
  where.format("%s, row %" PRId64 ", column %" PRId64 " (field '%s')", path, line, column,
               field.name);
  if (field.classes > 0 && problem != Parsed::notANumber)
    fail(location, "%s: %.*s%s is not a class; a whole number from 0 to %" PRId64 " is needed",
         where.c_str(), shown, bad.begin, more, field.classes - 1);
  if (problem == Parsed::notWhole)
    fail(location,
         "%s: %.*s%s is not a whole number, which %s needs; correct it or declare the field as f32",
         where.c_str(), shown, bad.begin, more, nameOf(field.dtype));
  if (problem == Parsed::outOfRange)
    fail(location, "%s: %.*s%s is too large for %s", where.c_str(), shown, bad.begin, more,
         nameOf(field.dtype));
  if (shown == 0)
    fail(location, "%s: the value is missing; fill it in or remove the row", where.c_str());
  if (rows == 0)
    fail(location,
         "%s: '%.*s%s' is not a number; if the file starts with a line of names, skip it with "
         "`skip = %" PRId64 "`",
         where.c_str(), shown, bad.begin, more, line);
  fail(location, "%s: '%.*s%s' is not a number; correct it or remove the row", where.c_str(), shown,
       bad.begin, more);
}

template <typename T> void Reader::parse(const nn_field &field, T *out) {
  for (int64_t i = 0; i < field.column_count; ++i) {
    int64_t column = field.first_column + i;
    Parsed result = parseNumber(cells[column].begin, cells[column].end, out[i]);
    if (result != Parsed::number)
      badValue(field, column, result);
  }
  if (field.classes > 0)
    for (int64_t i = 0; i < field.column_count; ++i)
      if (!(out[i] >= 0 && out[i] < T(field.classes)) || double(out[i]) != double(int64_t(out[i])))
        badValue(field, field.first_column + i, Parsed::outOfRange);
}

nn_dataset *Reader::read() {
  int64_t size;
  char *text = readFile(location, path, size);
  const char *p = text, *end = text + size;
  if (size >= 3 && std::memcmp(p, "\xEF\xBB\xBF", 3) == 0)
    p += 3;
  int64_t lines = std::count(p, end, '\n') + 1; // an upper bound of the rows

  Storage *storage = newStorage();
  for (int64_t f = 0; f < fieldCount; ++f) {
    const nn_field &field = fields[f];
    columnsNeeded = std::max(columnsNeeded, field.first_column + field.column_count);
    Raw raw = field.dtype == NN_F64   ? Raw::f64
              : field.dtype == NN_I32 ? Raw::i32
              : field.dtype == NN_I64 ? Raw::i64
                                      : Raw::f32;
    void *values = reallocate(nullptr, size_t(lines * field.column_count * sizeOf(field.dtype)));
    storage->buffers.push(values);
    storage->columns.push({field, raw, values});
  }

  while (p < end) {
    auto *stop = static_cast<const char *>(std::memchr(p, '\n', size_t(end - p)));
    const char *lineEnd = stop ? stop : end;
    ++line;
    if (line > skip && cut(p, lineEnd)) {
      if (cells.size() < columnsNeeded)
        fail(location,
             "%s, row %" PRId64 ": it has %" PRId64 " columns, but %" PRId64
             " are needed; check the "
             "separator (a comma) and the declared columns",
             path, line, cells.size(), columnsNeeded);
      for (Column &column : storage->columns) {
        int64_t at = rows * column.field.column_count;
        switch (column.raw) {
        case Raw::f64:
          parse(column.field, static_cast<double *>(column.values) + at);
          break;
        case Raw::i32:
          parse(column.field, static_cast<int32_t *>(column.values) + at);
          break;
        case Raw::i64:
          parse(column.field, static_cast<int64_t *>(column.values) + at);
          break;
        default:
          parse(column.field, static_cast<float *>(column.values) + at);
        }
      }
      ++rows;
    }
    p = lineEnd + 1;
  }
  std::free(text);
  if (rows == 0)
    fail(location, "%s: there are no rows%s", path,
         skip > 0 ? " after the lines that are skipped" : "; the file is empty");
  storage->rows = rows;
  return wholeDataset(storage);
}

extern "C" nn_dataset *nn_csv(const char *location, const char *path, int64_t skip,
                              int64_t field_count, const nn_field *fields) {
  return Reader(location, path, skip, field_count, fields).read();
}
