//===- csv.cpp - comma separated files ------------------------------------===//
//
// The file is read whole; each line is cut at its delimiters once, then each field parses its
// columns. Spaces and double quotes around a value, CRLF, a byte-order mark and empty lines are
// accepted. Quoted values may hold delimiters and doubled quotes, but no line breaks. A row with
// more values than the first line has is an error: its values would be those of other columns.
//
//===----------------------------------------------------------------------===//
#include "runtime/data/csv.h"

#include <algorithm>
#include <cinttypes>

using namespace nnrt;

bool CsvReader::isBlank(char c) const { return (c == ' ' || c == '\t') && c != delimiter; }

/// Notes the value in [begin, end), without blanks and quotes around it; `""` in it becomes `"`.
void CsvReader::cell(char *begin, char *end) {
  auto trim = [&] {
    while (begin < end && isBlank(*begin))
      ++begin;
    while (end > begin && isBlank(end[-1]))
      --end;
  };
  trim();
  if (end - begin >= 2 && *begin == '"' && end[-1] == '"') {
    ++begin;
    --end;
    trim();
    char *to = begin;
    for (char *from = begin; from < end; *to++ = *from++)
      from += *from == '"' && from + 1 < end && from[1] == '"';
    end = to;
  }
  cells.push({begin, end});
}

/// Cuts a line at its delimiters, and keeps what lies in the first `most` columns. False for an
/// empty line.
bool CsvReader::cut(char *p, char *end, int64_t most) {
  cells.resize(0);
  while (end > p && (end[-1] == '\r' || isBlank(end[-1])))
    --end;
  char *start = p;
  while (start < end && isBlank(*start))
    ++start;
  if (start == end)
    return false;
  int64_t count = 0, filled = 0; // values, and those up to the last that is not empty
  for (;;) {
    char *begin = p;
    while (p < end && isBlank(*p))
      ++p;
    if (p < end && *p == '"') {
      for (++p; p < end && (*p != '"' || (p + 1 < end && p[1] == '"')); ++p)
        p += *p == '"';
      if (p >= end)
        fail(location,
             "%s, row %" PRId64 ": the quote of column %" PRId64 " is not closed on its line; "
             "close it, or remove it",
             path, line, count);
    }
    while (p < end && *p != delimiter)
      ++p;
    ++count;
    if (p > begin)
      filled = count;
    if (cells.size() < most)
      cell(begin, p);
    if (p == end)
      break;
    ++p;
  }
  if (width == 0)
    width = count;
  if (filled > width)
    fail(location,
         "%s, row %" PRId64 ": %" PRId64 " values, but the first line has %" PRId64
         "; put a value that contains '%c' in double quotes, or give another delimiter",
         path, line, filled, width, delimiter);
  return true;
}

/// Finds the columns that fields call by name in the header, which has been cut.
void CsvReader::findColumns(const nn_field &field) {
  for (int64_t i = 0; i < field.column_count; ++i) {
    int64_t found = -1;
    for (int64_t column = 0; column < cells.size(); ++column)
      if (cells[column].view() == field.columns[i]) {
        if (found >= 0)
          fail(location, "%s, row %" PRId64 ": two columns are called '%s'; take them by number",
               path, line, field.columns[i]);
        found = column;
      }
    if (found < 0) {
      Text known;
      for (const Cell &cell : cells)
        known.append(known.size() ? ", " : "").append(cell.view());
      fail(location, "%s, row %" PRId64 ": there is no column '%s' (field '%s'); the file has: %s",
           path, line, field.columns[i], field.name, known.c_str());
    }
    columns.push(found);
  }
}

/// Says for each field where its columns are; `cells` is the header, if there is one.
void CsvReader::placeFields() {
  for (int64_t f = 0; f < fieldCount; ++f) {
    firstColumn.push(columns.size());
    if (fields[f].columns)
      findColumns(fields[f]);
    else
      for (int64_t i = 0; i < fields[f].column_count; ++i)
        columns.push(fields[f].first_column + i);
  }
  for (int64_t column : columns)
    columnsNeeded = std::max(columnsNeeded, column + 1);
}

nn_dataset *CsvReader::read(int64_t skip, bool hasHeader) {
  int64_t size;
  char *text = readFile(location, path, size);
  char *p = text, *end = text + size;
  if (size >= 3 && std::memcmp(p, "\xEF\xBB\xBF", 3) == 0)
    p += 3;
  int64_t lines = std::count(p, end, '\n') + 1; // an upper bound of the rows
  header = hasHeader;

  Storage *storage = newStorage();
  for (int64_t f = 0; f < fieldCount; ++f) {
    const nn_field &field = fields[f];
    Raw raw = rawOf(field.dtype);
    void *values = reallocate(nullptr, size_t(lines * field.column_count * sizeOf(raw)));
    storage->buffers.push(values);
    addColumn(storage, field, raw, values);
    texts.push(field.category_count < 0
                   ? static_cast<Cell *>(reallocate(nullptr, size_t(lines) * sizeof(Cell)))
                   : nullptr);
  }
  lineOf.reserve(lines);
  bool isPlaced = !hasHeader;
  if (isPlaced)
    placeFields();
  while (p < end) {
    auto *stop = static_cast<char *>(std::memchr(p, '\n', size_t(end - p)));
    char *lineEnd = stop ? stop : end;
    ++line;
    if (line > skip && cut(p, lineEnd, isPlaced ? columnsNeeded : INT64_MAX)) {
      if (!isPlaced) {
        placeFields();
        isPlaced = true;
      } else if (parseRow(storage)) {
        lineOf.push(line);
        ++rows;
      }
    }
    p = lineEnd + 1;
  }
  if (rows == 0)
    fail(location, "%s: there are no rows%s", path,
         left > 0                ? "; each has a missing value"
         : skip > 0 || hasHeader ? " after the lines that are skipped"
                                 : "; the file is empty");
  for (int64_t f = 0; f < fieldCount; ++f) {
    if (fields[f].missing == NN_MISSING_IS_MEAN)
      fillMeans(f, storage->columns[f]);
    if (fields[f].category_count < 0)
      numberCategories(f, static_cast<int32_t *>(storage->columns[f].values));
    std::free(texts[f]);
  }
  std::free(text);
  storage->rows = rows;
  return wholeDataset(storage);
}

extern "C" nn_dataset *nn_csv(const char *location, int64_t, const char *const *paths,
                              const int64_t *options, int64_t field_count, const nn_field *fields) {
  At at(location);
  return CsvReader(location, paths[0], char(options[2]), field_count, fields)
      .read(options[0], options[1] != 0);
}
