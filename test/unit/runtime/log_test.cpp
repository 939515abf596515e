//===- log_test.cpp - print, report, --log --------------------------------===//
#include "check.h"
#include "runtime/support/support.h"

#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <unistd.h>

static const char *const names[] = {"epoch", "loss"};
static const int64_t integer[] = {1, 0};
static const nn_report_site site = {2, names, integer};
static const char *const otherNames[] = {"epoch", "accuracy"};
static const nn_report_site other = {2, otherNames, integer};

static void report(const nn_report_site &where, double index, double value) {
  double values[] = {index, value};
  nn_report(&where, values);
}

/// What a program prints in which `piece` is the command.
static std::string output(const std::function<void()> &piece) {
  Outcome outcome = inChild([&] {
    piece();
    if (nnrt::keepProgress)
      nnrt::keepProgress(true);
  });
  CHECK(outcome.status == 0 && outcome.err.empty());
  return outcome.out;
}

TEST(clock) {
  double before = nn_clock();
  usleep(2000);
  double passed = nn_clock() - before;
  CHECK(passed >= 0.002 && passed < 60);
}

TEST(print_and_write) {
  CHECK_TEXT(output([] {
               nn_write("a");
               nn_write("");
               nn_print("b");
               nn_print("");
             }),
             "ab\n\n");
}

/// The last line of a program that left out rows.
static std::string notShown(const std::string &which) {
  return "(" + which +
         " rows of progress not shown; --log FILE keeps all, `table(...)` prints all)\n";
}

TEST(report_keeps_the_last_row_of_an_index) {
  CHECK_TEXT(output([] {
               report(site, 1, 0.5);
               report(site, 1, 0.25);
               report(site, 2, NAN);
               report(site, 3, 1e-7);
             }),
             "epoch    1  loss 0.25\nepoch    2  loss nan\nepoch    3  loss 1e-07\n" +
                 notShown("1 of 4"));
}

// Without a whole number in the first column there is no index: the rows are counted.
TEST(report_without_an_index) {
  static const char *const alone[] = {"loss"};
  static const int64_t real[] = {0};
  static const nn_report_site losses = {1, alone, real};
  CHECK_TEXT(output([] {
               for (double loss : {1.0, 1.0, -double(NAN)})
                 nn_report(&losses, &loss);
             }),
             "loss 1\nloss 1\nloss nan\n");
  std::string text = output([] {
    double loss = 0.5;
    for (int i = 0; i < 1234; ++i)
      nn_report(&losses, &loss);
  });
  std::string wanted; // 100, 90 tenths, 2 hundredths, and the last
  for (int i = 0; i < 193; ++i)
    wanted += "loss 0.5\n";
  CHECK_TEXT(text, wanted + notShown("1,041 of 1,234"));
}

TEST(table_shows_all_rows) {
  static const char *const wide[] = {"epoch", "validation loss"};
  static const nn_report_site rows = {2, names, integer}, same = {2, names, integer},
                              otherRows = {2, wide, integer};
  auto table = [](const nn_report_site &where, double index, double value) {
    double values[] = {index, value};
    nn_table(&where, values);
  };
  CHECK_TEXT(output([&] {
               nnrt::settings.quiet = true; // of progress
               table(rows, 1, 0.25);
               table(rows, 1, -NAN);
               nn_write("text");
               table(same, 123456, -1.23456e-30);
               table(otherRows, 2, 1);
               table(rows, 3, INFINITY);
             }),
             "epoch         loss\n"
             "    1         0.25\n"
             "    1          nan\n"
             "text\n"
             "123456  -1.2346e-30\n"
             "epoch  validation loss\n"
             "    2                1\n"
             "epoch         loss\n"
             "    3          inf\n");
  std::string text = output([&] {
    for (int i = 0; i < 12000; ++i)
      table(rows, 5, 1);
  });
  CHECK(text.size() == 12001 * 19);
}

TEST(table_and_report_in_order) {
  CHECK_TEXT(output([] {
               report(site, 1, 0.5);
               double values[] = {7, 8};
               nn_table(&other, values);
               report(site, 1, 0.25);
             }),
             "epoch    1  loss 0.5\nepoch     accuracy\n    7            8\nepoch    1  loss "
             "0.25\n");
}

TEST(report_thins_out) {
  std::string text = output([] {
    for (int i = 1; i <= 12345; ++i)
      report(site, i, 1);
  });
  auto has = [&](int i) {
    char line[40];
    std::snprintf(line, sizeof line, "epoch %4d  ", i);
    return text.find(line) != std::string::npos;
  };
  CHECK(has(1) && has(99) && has(100) && !has(101) && has(110) && has(1000) && !has(1010) &&
        has(1100) && has(10000));
  CHECK(!has(10100) && has(11000) && !has(12344) && has(12345));
}

TEST(report_keeps_order_with_prints) {
  CHECK_TEXT(output([] {
               report(site, 103, 1);
               nn_print("between");
               report(site, 104, 2);
               nn_write("half");
               report(site, 200, 3);
             }),
             "epoch  103  loss 1\nbetween\nepoch  104  loss 2\nhalf\nepoch  200  loss 3\n");
}

TEST(report_of_two_statements) {
  CHECK_TEXT(output([] {
               for (int epoch = 1; epoch <= 2; ++epoch) {
                 report(site, epoch, 0.5);
                 report(site, epoch, 0.4);
                 report(other, epoch, 0.9);
               }
             }),
             "epoch    1  loss 0.4\nepoch    1  accuracy 0.9\nepoch    2  loss 0.4\nepoch    2  "
             "accuracy 0.9\n" +
                 notShown("2 of 6"));
}

TEST(report_last_row_of_a_loop_that_starts_again) {
  CHECK_TEXT(output([] {
               report(site, 103, 1);
               report(site, 1, 2);
             }),
             "epoch  103  loss 1\nepoch    1  loss 2\n");
}

TEST(report_is_shown_before_an_error) {
  Outcome outcome = inChild([] {
    report(site, 103, 1);
    nn_fail("p.nn:1", "x");
  });
  CHECK_TEXT(outcome.out, "epoch  103  loss 1\n");
}

TEST(report_quiet) {
  CHECK_TEXT(output([] {
               nnrt::settings.quiet = true;
               report(site, 1, 1);
               nn_print("text");
             }),
             "text\n");
}

/// The rows that a terminal shows, with its control codes.
TEST(report_on_a_terminal) {
  int terminal = posix_openpt(O_RDWR | O_NOCTTY);
  CHECK(terminal >= 0 && grantpt(terminal) == 0 && unlockpt(terminal) == 0);
  int side = open(ptsname(terminal), O_RDWR | O_NOCTTY);
  Outcome outcome = inChild([&] {
    dup2(side, 1);
    report(site, 1, 0.5);
    report(site, 2, 0.25);
    nn_print("done");
    if (nnrt::keepProgress)
      nnrt::keepProgress(true);
  });
  // Once nobody has the other side, reading gives what was written, in pieces, and then an error.
  close(side);
  std::string text;
  char bytes[1000];
  for (ssize_t got; (got = read(terminal, bytes, sizeof bytes)) > 0;)
    text.append(bytes, size_t(got));
  CHECK_TEXT(text, "epoch    1  loss 0.5  0:00\r\033[Kepoch    1  loss 0.5\r\nepoch    2  loss "
                   "0.25  0:00\r\033[K"
                   "epoch    2  loss 0.25\r\ndone\r\n");
  close(terminal);
}

static void openLog(const std::string &name, bool csv) {
  static std::string path; // the settings keep a pointer
  path = name;
  nnrt::settings.logPath = path.c_str();
  nnrt::settings.logIsCsv = csv;
  nnrt::settings.logFile = open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC, 0666);
}

TEST(log_json_lines) {
  std::string path = temporaryPath("log.jsonl");
  inChild([&] {
    openLog(path, false);
    report(site, 1, double(0.1f));
    report(site, 2, NAN);
    report(other, 2, -1e-30);
  });
  CHECK_TEXT(readFile(path),
             "{\"epoch\": 1, \"loss\": 0.100000001}\n{\"epoch\": 2, \"loss\": null}\n"
             "{\"epoch\": 2, \"accuracy\": -1e-30}\n");
}

TEST(log_csv) {
  std::string path = temporaryPath("log.csv");
  inChild([&] {
    openLog(path, true);
    nnrt::settings.quiet = true; // the log is written all the same
    report(site, 1, 0.5);
    report(site, 1, NAN);
    report(other, 1, -INFINITY);
    report(site, 2, 0.25);
  });
  CHECK_TEXT(readFile(path), "epoch,loss,accuracy\n1,0.5,\n1,nan,\n1,,-inf\n2,0.25,\n");
}

TEST(log_to_a_full_disk) {
  CHECK_FAILS(
      1,
      "error: cannot write the log '/dev/full': No space left on device; give --log another file", {
        openLog("/dev/full", false);
        report(site, 1, 1);
      });
}

TEST(output_to_a_full_disk) {
  CHECK_FAILS(1, "error: cannot write to standard output: No space left on device", {
    dup2(open("/dev/full", O_WRONLY), 1);
    nn_print("text");
    nnrt::flushOutput();
  });
}

/// Standard output whose reader has gone away.
static void closeReader() {
  std::signal(SIGPIPE, SIG_IGN); // as nn_main does
  int ends[2];
  CHECK(pipe(ends) == 0);
  dup2(ends[1], 1);
  close(ends[0]);
}

static int printForever() {
  for (;;)
    nn_print("text");
}

// A program that only prints ends as others do, however much it has to say.
TEST(output_to_a_closed_pipe) {
  Outcome outcome = inChild([] {
    closeReader();
    printForever();
  });
  CHECK_TEXT(outcome.err, "");
  CHECK(outcome.status == -SIGPIPE);
}

// One that trains goes on.
TEST(output_to_a_closed_pipe_while_training) {
  Outcome outcome = inChild([] {
    closeReader();
    nn_keep_going();
    for (int i = 0; i < 10000; ++i)
      nn_print("text");
    report(site, 1, 1);
    nnrt::flushOutput();
    CHECK(!nnrt::settings.lostOutput);
    std::fputs("went on", stderr);
  });
  CHECK_TEXT(
      outcome.err,
      "note: nobody reads standard output any more; the program goes on without it\nwent on");
  CHECK(outcome.status == 0);
}

TEST(full_disks_while_training) {
  std::string goesOn = ": No space left on device; the program goes on, and will end with exit "
                       "status 1\n";
  Outcome outcome = inChild([] {
    dup2(open("/dev/full", O_WRONLY), 1);
    openLog("/dev/full", true);
    nn_keep_going();
    for (int i = 0; i < 10000; ++i) {
      nn_print("text");
      report(site, i, 1);
    }
    nnrt::flushOutput();
    CHECK(nnrt::settings.lostOutput);
    nn_fail("p.nn:1", "another error");
  });
  CHECK_TEXT(outcome.err, "error: cannot write the log '/dev/full'" + goesOn +
                              "error: cannot write to standard output" + goesOn +
                              "p.nn:1: error: another error\n");
}

TEST(errors_of_compiled_code) {
  CHECK_FAILS(1, "p.nn:5: error: assertion failed: too large",
              { nn_assert_failed("p.nn:5", "too large"); });
  CHECK_FAILS(1, "p.nn:5: error: assertion failed", { nn_assert_failed("p.nn:5", ""); });
  CHECK_FAILS(1,
              "p.nn:5: error: index 7 is out of range for a dimension of size 3; it must be from 0 "
              "to 2, or "
              "from -3 to -1 to count from the end",
              { nn_index_failed("p.nn:5", 7, 3); });
  CHECK_FAILS(1, "p.nn:5: error: index 0 into a dimension of size 0; there is nothing to select",
              { nn_index_failed("p.nn:5", 0, 0); });
  CHECK_FAILS(1, "p.nn:5: error: other", { nn_fail("p.nn:5", "other"); });
}
