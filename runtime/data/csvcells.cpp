//===- csvcells.cpp - the values of a csv file's cells --------------------===//
//
// Numbers, truth values, categories, and what stands for missing values.
//
//===----------------------------------------------------------------------===//
#include "runtime/data/csv.h"

#include <algorithm>
#include <cinttypes>
#include <cmath>

using namespace nnrt;

/// Whether a value is `word`, in lower or upper case.
static bool isWord(std::string_view value, std::string_view word) {
  return value.size() == word.size() &&
         std::equal(value.begin(), value.end(), word.begin(),
                    [](char a, char b) { return (a >= 'A' && a <= 'Z' ? char(a + 32) : a) == b; });
}

static bool isMissing(std::string_view value) {
  for (std::string_view word : {"", "?", "na", "n/a", "nan", "null", "none"})
    if (isWord(value, word))
      return true;
  return false;
}

/// "FILE, row R, column C (field 'x')".
void CsvReader::describe(Text &text, const nn_field &field, int64_t column) {
  text.format("%s, row %" PRId64 ", column %" PRId64, path, line, column);
  for (int64_t i = 0; field.columns && i < field.column_count; ++i)
    if (columns[firstColumn[&field - fields] + i] == column)
      text.format(" ('%s')", field.columns[i]);
  text.format(" (field '%s')", field.name);
}

void CsvReader::badValue(const nn_field &field, int64_t column, Parsed problem) {
  Cell bad = cells[column];
  int shown = int(std::min<int64_t>(bad.end - bad.begin, 40));
  const char *more = bad.end - bad.begin > shown ? "..." : "";
  Text where;
  describe(where, field, column);
  if (isMissing(bad.view()))
    fail(location,
         "%s: the value is missing%s%.*s%s; fill it in, remove the row, or say what stands for it: "
         "`missing = 0`, \"mean\" or \"skip\"",
         where.c_str(), shown ? " (" : "", shown, bad.begin, shown ? ")" : "");
  if (field.dtype == NN_BOOL)
    fail(location, "%s: '%.*s%s' is not a truth value; true, false, yes, no, 1 or 0 is needed",
         where.c_str(), shown, bad.begin, more);
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
  if (rows == 0 && !header)
    fail(location,
         "%s: '%.*s%s' is not a number; if the file has a line of names, say `%sheader = true`",
         where.c_str(), shown, bad.begin, more,
         line > 1 ? Text().format("skip = %" PRId64 ", ", line - 1).c_str() : "");
  if (field.classes > 0)
    fail(location,
         "%s: '%.*s%s' is not a number; correct it, or take the column as text that stands for "
         "classes: `category(%" PRId64 ")`",
         where.c_str(), shown, bad.begin, more, column);
  fail(location, "%s: '%.*s%s' is not a number; correct it or remove the row", where.c_str(), shown,
       bad.begin, more);
}

template <typename T>
CsvReader::Result CsvReader::fillMissing(const nn_field &field, int64_t column, T &out) {
  switch (field.missing) {
  case NN_MISSING_IS_VALUE:
    out = T(field.missing_value);
    return Result::value;
  case NN_MISSING_IS_MEAN: // known when all rows are read; no cell is a NaN
    out = T(NAN);
    return Result::value;
  case NN_MISSING_SKIPS:
    return Result::skipped;
  }
  badValue(field, column, Parsed::notANumber);
}

template <typename T> CsvReader::Result CsvReader::parse(int64_t f, T *out) {
  const nn_field &field = fields[f];
  for (int64_t i = 0; i < field.column_count; ++i) {
    int64_t column = columns[firstColumn[f] + i];
    Cell cell = cells[column];
    Parsed result = parseNumber(cell.begin, cell.end, out[i]);
    if (result == Parsed::notANumber && isMissing(cell.view())) {
      if (fillMissing(field, column, out[i]) == Result::skipped)
        return Result::skipped;
    } else if (result != Parsed::number) {
      badValue(field, column, result);
    }
    if (field.classes > 0 &&
        (!(out[i] >= 0 && out[i] < T(field.classes)) || double(out[i]) != double(int64_t(out[i]))))
      badValue(field, column, Parsed::outOfRange);
  }
  return Result::value;
}

CsvReader::Result CsvReader::parseBools(int64_t f, uint8_t *out) {
  const nn_field &field = fields[f];
  for (int64_t i = 0; i < field.column_count; ++i) {
    int64_t column = columns[firstColumn[f] + i];
    std::string_view value = cells[column].view();
    auto isAny = [&](auto &&...words) { return (isWord(value, words) || ...); };
    if (isAny("1", "true", "yes", "t", "y")) {
      out[i] = 1;
    } else if (isAny("0", "false", "no", "f", "n")) {
      out[i] = 0;
    } else {
      double number = 0;
      if (!isMissing(value))
        badValue(field, column, Parsed::notANumber);
      if (fillMissing(field, column, number) == Result::skipped)
        return Result::skipped;
      out[i] = number != 0;
    }
  }
  return Result::value;
}

/// A listed category becomes its number; others are numbered when all are known.
void CsvReader::parseCategory(int64_t f, int32_t *out) {
  const nn_field &field = fields[f];
  int64_t column = columns[firstColumn[f]];
  if (cells[column].begin == cells[column].end)
    badValue(field, column, Parsed::notANumber);
  if (field.category_count < 0) {
    texts[f][rows] = cells[column];
    return;
  }
  for (int64_t i = 0; i < field.category_count; ++i)
    if (cells[column].view() == field.categories[i]) {
      *out = int32_t(i);
      return;
    }
  Text where, known;
  describe(where, field, column);
  for (int64_t i = 0; i < field.category_count; ++i)
    known.append(i ? ", " : "").append(field.categories[i]);
  int64_t shown = std::min<int64_t>(cells[column].end - cells[column].begin, 40);
  fail(location, "%s: '%.*s' is none of the categories %s", where.c_str(), int(shown),
       cells[column].begin, known.c_str());
}

bool CsvReader::parseRow(Storage *storage) {
  if (cells.size() < columnsNeeded)
    fail(location,
         "%s, row %" PRId64 ": it has %" PRId64 " column%s, but %" PRId64
         " are needed; check the delimiter (%s) and the declared columns",
         path, line, cells.size(), cells.size() == 1 ? "" : "s", columnsNeeded,
         delimiter == ','    ? "a comma"
         : delimiter == '\t' ? "a tab"
                             : Text().append('\'').append(delimiter).append('\'').c_str());
  for (int64_t f = 0; f < fieldCount; ++f) {
    const Column &column = storage->columns[f];
    int64_t at = rows * column.field.column_count;
    Result result = Result::value;
    if (fields[f].category_count != 0)
      parseCategory(f, static_cast<int32_t *>(column.values) + at);
    else if (column.raw == Raw::u8)
      result = parseBools(f, static_cast<uint8_t *>(column.values) + at);
    else if (column.raw == Raw::f64)
      result = parse(f, static_cast<double *>(column.values) + at);
    else if (column.raw == Raw::i32)
      result = parse(f, static_cast<int32_t *>(column.values) + at);
    else if (column.raw == Raw::i64)
      result = parse(f, static_cast<int64_t *>(column.values) + at);
    else
      result = parse(f, static_cast<float *>(column.values) + at);
    if (result == Result::skipped) {
      ++left;
      return false;
    }
  }
  return true;
}

template <typename T> static bool fillMean(T *values, int64_t rows, int64_t width) {
  double sum = 0;
  int64_t count = 0;
  for (int64_t i = 0; i < rows; ++i)
    if (!std::isnan(values[i * width])) {
      sum += double(values[i * width]);
      ++count;
    }
  for (int64_t i = 0; i < rows; ++i)
    if (std::isnan(values[i * width]))
      values[i * width] = T(sum / double(count));
  return count > 0;
}

/// Puts the mean of each column where a value is missing (a NaN).
void CsvReader::fillMeans(int64_t f, Column &column) {
  int64_t width = column.field.column_count;
  for (int64_t i = 0; i < width; ++i)
    if (!(column.raw == Raw::f64 ? fillMean(static_cast<double *>(column.values) + i, rows, width)
                                 : fillMean(static_cast<float *>(column.values) + i, rows, width)))
      fail(location,
           "%s, column %" PRId64 " (field '%s'): there is no value, and so no mean of the values",
           path, columns[firstColumn[f] + i], column.field.name);
}

/// Numbers the different texts of a column in ascending order.
void CsvReader::numberCategories(int64_t f, int32_t *out) {
  const nn_field &field = fields[f];
  Array<std::string_view> known;
  auto find = [&](std::string_view text) {
    return std::lower_bound(known.begin(), known.end(), text);
  };
  for (int64_t i = 0; i < rows; ++i) {
    std::string_view text = texts[f][i].view();
    std::string_view *at = find(text);
    if (at != known.end() && *at == text)
      continue;
    if (known.size() == field.classes)
      fail(location,
           "%s, row %" PRId64 ", column %" PRId64
           " (field '%s'): '%.*s' is one category more than class[%" PRId64 "] has",
           path, lineOf[i], columns[firstColumn[f]], field.name, int(text.size()), text.data(),
           field.classes);
    int64_t index = at - known.begin();
    known.push(text);
    std::rotate(known.begin() + index, known.end() - 1, known.end());
  }
  if (known.size() < field.classes) {
    Text listed;
    for (std::string_view text : known)
      listed.append(listed.size() ? ", " : "").append(text);
    fail(location,
         "%s (field '%s'): class[%" PRId64 "] is declared, but there are only %" PRId64
         " categories: %s; list all of them in category(...), in their order",
         path, field.name, field.classes, known.size(), listed.c_str());
  }
  for (int64_t i = 0; i < rows; ++i)
    out[i] = int32_t(find(texts[f][i].view()) - known.begin());
}
