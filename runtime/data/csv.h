//===- csv.h - a csv file that is being read ------------------------------===//
//
// csv.cpp cuts lines into cells, csvcells.cpp makes values of them.
//
//===----------------------------------------------------------------------===//
#ifndef NNRT_DATA_CSV_H
#define NNRT_DATA_CSV_H

#include "runtime/data/dataset.h"
#include "runtime/data/number.h"

namespace nnrt {

/// A value of a line. It lies in the file's text, before a character that is not part of it.
struct Cell {
  char *begin, *end;
  std::string_view view() const { return {begin, size_t(end - begin)}; }
};

class CsvReader {
public:
  CsvReader(const char *location, const char *path, char delimiter, int64_t fieldCount,
            const nn_field *fields)
      : location(location), path(path), delimiter(delimiter), fields(fields),
        fieldCount(fieldCount) {}

  /// Reads the file: `skip` lines are ignored, then a header follows or not.
  nn_dataset *read(int64_t skip, bool hasHeader);

private:
  // csv.cpp
  bool isBlank(char c) const;
  void cell(char *begin, char *end);
  bool cut(char *p, char *end, int64_t most);
  void findColumns(const nn_field &field);
  void placeFields();

  // csvcells.cpp
  enum class Result { value, skipped };
  /// Parses the line that was cut. False where the row is left out.
  bool parseRow(Storage *storage);
  template <typename T> Result parse(int64_t f, T *out);
  Result parseBools(int64_t f, uint8_t *out);
  void parseCategory(int64_t f, int32_t *out);
  template <typename T> Result fillMissing(const nn_field &field, int64_t column, T &out);
  [[noreturn]] void badValue(const nn_field &field, int64_t column, Parsed problem);
  void describe(Text &text, const nn_field &field, int64_t column);
  void fillMeans(int64_t f, Column &column);
  void numberCategories(int64_t f, int32_t *out);

  const char *location, *path;
  char delimiter;
  const nn_field *fields;
  int64_t fieldCount;
  bool header = false;
  Array<int64_t> columns;     // of all fields
  Array<int64_t> firstColumn; // of each field, in `columns`
  int64_t columnsNeeded = 0;
  int64_t width = 0;     // values of the first line
  int64_t line = 0;      // of the file, from 1
  int64_t rows = 0;      // that were read
  int64_t left = 0;      // that were left out for a missing value
  Array<int64_t> lineOf; // of each row
  Array<Cell> cells;     // of the current line, at most columnsNeeded
  Array<Cell *> texts;   // by field: the category of each row, or null
};

} // namespace nnrt

#endif // NNRT_DATA_CSV_H
