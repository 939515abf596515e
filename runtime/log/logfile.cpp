//===- logfile.cpp - the file of --log ------------------------------------===//
//
// JSON lines: one object a row. CSV: one table with the columns of all report statements; a
// statement that brings new columns while the program runs extends the table, with empty cells in
// earlier rows. Each row is written with one system call, so that a reader sees whole rows.
//
//===----------------------------------------------------------------------===//
#include "runtime/log/logfile.h"

#include <cerrno>
#include <cinttypes>
#include <cmath>
#include <unistd.h>

using namespace nnrt;

/// The columns of the CSV table so far.
static constinit Immortal<Array<const char *>> columns;

/// Closes the log of a program that keeps going; ends others.
static void cannotWrite() {
  int reason = errno;
  Text what;
  what.append("the log '").append(settings.logPath).append("'");
  outputFailed(what.c_str(), settings.keepGoing ? "" : "; give --log another file", reason);
  close(settings.logFile);
  settings.logFile = -1;
}

static void writeAll(std::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t written = write(settings.logFile, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR)
      continue;
    if (written <= 0)
      return cannotWrite();
    bytes.remove_prefix(size_t(written));
  }
}

/// A value so that an f32 reads back as it was; whole numbers as such.
static void appendValue(Text &row, double value, bool integer, std::string_view notFinite) {
  if (!std::isfinite(value))
    row.append(notFinite);
  else if (integer && std::fabs(value) < 0x1p63)
    row.format("%" PRId64, int64_t(value));
  else
    row.format("%.9g", value);
}

static void appendQuoted(Text &row, const char *name) {
  row.append('"');
  for (; *name; ++name) {
    if (*name == '"' || *name == '\\')
      row.append('\\');
    row.append(*name);
  }
  row.append('"');
}

static void appendJson(Text &row, const nn_report_site &site, const double *values) {
  for (int64_t i = 0; i < site.column_count; ++i) {
    row.append(i == 0 ? "{" : ", ");
    appendQuoted(row, site.names[i]);
    row.append(": ");
    appendValue(row, values[i], site.integer[i], "null");
  }
  row.append("}\n");
}

static int64_t findColumn(const char *name) {
  for (int64_t i = 0; i < columns->size(); ++i)
    if (std::strcmp((*columns)[i], name) == 0)
      return i;
  return -1;
}

/// Rewrites the file with the present columns as its header and `added` empty cells at each row's
/// end.
static void extendTable(int64_t added) {
  Text table;
  for (int64_t i = 0; i < columns->size(); ++i)
    table.append(i ? "," : "").append((*columns)[i]);
  table.append('\n');
  off_t size = lseek(settings.logFile, 0, SEEK_END);
  if (size > 0) {
    Array<char> old;
    old.resize(size);
    if (pread(settings.logFile, old.data(), size_t(size), 0) != size)
      return cannotWrite();
    std::string_view rest(old.data(), size_t(size));
    rest.remove_prefix(rest.find('\n') + 1); // the old header
    while (!rest.empty()) {
      size_t length = rest.find('\n');
      table.append(rest.substr(0, length)).repeat(",", added).append('\n');
      rest.remove_prefix(length + 1);
    }
  }
  if (size > 0 && lseek(settings.logFile, 0, SEEK_SET) != 0)
    return cannotWrite();
  writeAll(table.view());
}

static void appendCsv(Text &row, const nn_report_site &site, const double *values) {
  int64_t before = columns->size();
  for (int64_t i = 0; i < site.column_count; ++i)
    if (findColumn(site.names[i]) < 0)
      columns->push(site.names[i]);
  if (columns->size() > before)
    extendTable(before ? columns->size() - before : 0);
  for (int64_t c = 0; c < columns->size(); ++c) {
    if (c > 0)
      row.append(',');
    for (int64_t i = 0; i < site.column_count; ++i)
      if (std::strcmp(site.names[i], (*columns)[c]) == 0)
        appendValue(row, values[i], site.integer[i],
                    std::isnan(values[i]) ? "nan"
                    : values[i] > 0       ? "inf"
                                          : "-inf");
  }
  row.append('\n');
}

void nnrt::logRow(const nn_report_site &site, const double *values) {
  if (settings.logFile < 0)
    return;
  Text row;
  if (settings.logIsCsv)
    appendCsv(row, site, values);
  else
    appendJson(row, site, values);
  if (settings.logFile >= 0)
    writeAll(row.view());
}
