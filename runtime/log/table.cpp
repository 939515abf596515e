//===- table.cpp - tables -------------------------------------------------===//
//
// Every row is a line, in order. The columns' names stand above the first row, and again where a
// row of other columns came between. A column is as wide as its name and what it usually holds; a
// longer number moves its line alone.
//
//===----------------------------------------------------------------------===//
#include "runtime/log/logfile.h"

#include <algorithm>
#include <cinttypes>
#include <cmath>

using namespace nnrt;

static const nn_report_site *shown = nullptr; // whose names stand above the last row

static bool sameColumns(const nn_report_site &a, const nn_report_site &b) {
  if (a.column_count != b.column_count)
    return false;
  for (int64_t i = 0; i < a.column_count; ++i)
    if (a.integer[i] != b.integer[i] || std::strcmp(a.names[i], b.names[i]) != 0)
      return false;
  return true;
}

/// Appends `cell` to the line, flush right in column `i`.
static void appendCell(Text &line, const nn_report_site &site, int64_t i, std::string_view cell) {
  int64_t width = std::max<int64_t>(characterCount(site.names[i]), site.integer[i] ? 5 : 11);
  line.append(i ? "  " : "").repeat(" ", width - characterCount(cell)).append(cell);
}

extern "C" void nn_table(const nn_report_site *site, const double *values) {
  if (keepProgress)
    keepProgress(false);
  logRow(*site, values);
  Text lines;
  if (outputMidLine)
    lines.append('\n');
  outputMidLine = false;
  if (!shown || !sameColumns(*shown, *site)) {
    for (int64_t i = 0; i < site->column_count; ++i)
      appendCell(lines, *site, i, site->names[i]);
    lines.append('\n');
  }
  shown = site;
  for (int64_t i = 0; i < site->column_count; ++i) {
    Text cell;
    if (site->integer[i] && std::fabs(values[i]) < 0x1p63)
      cell.format("%" PRId64, int64_t(values[i]));
    else
      cell.format("%.5g", withoutSign(values[i]));
    appendCell(lines, *site, i, cell.view());
  }
  lines.append('\n');
  output(lines.view());
}
