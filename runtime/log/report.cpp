//===- report.cpp - progress ----------------------------------------------===//
//
// A row is kept (a line of its own) when its index moves on, if it is due: each index up to 100,
// each tenth up to 1000, each hundredth up to 10,000, and so on; also when its loop ends (the index
// falls, or the program ends) and when the program prints something else, so that all output is in
// order. The index is the first column where that is a whole number, else the number of the row.
// The lines that are kept are the same on a terminal and elsewhere; a terminal shows the present
// row below them. The last line says how many rows were not kept.
//
//===----------------------------------------------------------------------===//
#include "runtime/log/logfile.h"
#include "runtime/text/spec.h"

#include <cinttypes>
#include <cmath>
#include <cstdio>
#include <sys/ioctl.h>
#include <unistd.h>

using namespace nnrt;

namespace {

/// The latest row of a report statement.
struct Row {
  const nn_report_site *site;
  double *values;
  double index;
  int64_t count; // of the statement's rows so far
  bool kept;
};

constexpr double redrawSeconds = 0.05;

} // namespace

static constinit Immortal<Array<Row>> rows; // of each statement, in the order of their first row
static bool onTerminal = false;
static bool drawn = false; // a row that is not kept stands on the terminal's last line
static double startTime = 0, drawnTime = 0;
static int64_t rowCount = 0, keptCount = 0;

/// Whether the row of an index is kept when the index moves on.
static bool isDue(double index) {
  double magnitude = std::fabs(index), step = 1;
  while (magnitude > 100 * step)
    step *= 10;
  return std::fmod(magnitude, step) == 0 || magnitude != std::floor(magnitude);
}

static void appendRow(Text &line, const Row &row) {
  const nn_report_site &site = *row.site;
  for (int64_t i = 0; i < site.column_count; ++i) {
    line.append(i ? "  " : "").append(site.names[i]).append(' ');
    if (site.integer[i] && std::fabs(row.values[i]) < 0x1p63)
      line.format("%*" PRId64, i ? 0 : 4, int64_t(row.values[i]));
    else
      line.format("%-9.5g", withoutSign(row.values[i]));
  }
  while (line.view().ends_with(' '))
    line.truncate(line.size() - 1);
}

static void eraseDrawn() {
  if (drawn)
    output("\r\033[K");
  drawn = false;
}

static void keep(Row &row) {
  row.kept = true;
  ++keptCount;
  if (settings.quiet)
    return;
  eraseDrawn();
  Text line;
  if (outputMidLine)
    line.append('\n');
  outputMidLine = false;
  appendRow(line, row);
  line.append('\n');
  output(line.view());
}

/// Says how many rows were not kept, and where they are.
static void announce() {
  if (settings.quiet || keptCount == rowCount)
    return;
  Spec grouped;
  grouped.commas = true;
  Text line;
  line.append(outputMidLine ? "\n(" : "(");
  outputMidLine = false;
  appendInteger(line, rowCount - keptCount, grouped);
  line.append(" of ");
  appendInteger(line, rowCount, grouped);
  line.append(" rows of progress not shown; ");
  if (settings.logFile >= 0)
    line.append("all are in ").append(settings.logPath).append(")\n");
  else
    line.append("--log FILE keeps all, `table(...)` prints all)\n");
  output(line.view());
}

static void keepAll(bool atEnd) {
  for (Row &row : *rows)
    if (!row.kept)
      keep(row);
  eraseDrawn();
  if (atEnd)
    announce();
}

static void draw(const Row &row) {
  double now = nn_clock();
  if (drawn && now - drawnTime < redrawSeconds)
    return;
  eraseDrawn();
  Text line;
  if (outputMidLine)
    output("\n");
  outputMidLine = false;
  appendRow(line, row);
  auto elapsed = int64_t(now - startTime);
  line.format("  %" PRId64 ":%02" PRId64, elapsed / 60, elapsed % 60);
  winsize window = {};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) == 0 && window.ws_col > 1)
    while (characterCount(line.view()) >= window.ws_col) // a wrapped line could not be erased
      line.truncate(line.size() - 1);
  output(line.view());
  drawn = true;
  drawnTime = now;
}

static Row &rowOf(const nn_report_site *site) {
  for (Row &row : *rows)
    if (row.site == site)
      return row;
  auto *values = static_cast<double *>(allocate(size_t(site->column_count) * sizeof(double)));
  rows->push({site, values, 0, 0, true});
  return rows->back();
}

extern "C" void nn_report(const nn_report_site *site, const double *values) {
  if (!keepProgress) {
    keepProgress = keepAll;
    onTerminal = isatty(STDOUT_FILENO);
    startTime = nn_clock();
  }
  logRow(*site, values);
  if (settings.quiet || site->column_count == 0)
    return;
  Row &own = rowOf(site);
  ++own.count;
  ++rowCount;
  double index = site->integer[0] ? values[0] : double(own.count);
  for (Row &row : *rows) {
    bool moved = &row != &own || index != row.index;
    bool fell = index < row.index && site->integer[0] && row.site->integer[0];
    if (!row.kept && moved && (isDue(row.index) || fell))
      keep(row);
  }
  std::memcpy(own.values, values, size_t(site->column_count) * sizeof(double));
  own.index = index;
  own.kept = false;
  if (onTerminal)
    draw(own);
  flushOutput();
}
