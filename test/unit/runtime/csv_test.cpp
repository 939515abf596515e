//===- csv_test.cpp - csv files and views of data sets --------------------===//
#include "data.h"
#include "runtime/data/number.h"
#include "runtime/support/support.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <random>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

static const char *const place = "d.nn:7";
static const nn_field pixels = makeField("x", NN_F32, 0, 0, 2);
static const nn_field label = makeField("y", NN_I32, 10, 2, 1);
static const nn_field both[] = {pixels, label};

static nn_dataset *read(const std::string &text, int64_t skip = 0) {
  return readCsv(writeFile("d.csv", text).c_str(), skip, 2, both);
}

TEST(csv_plain) {
  Scope scope;
  nn_dataset *data = read("1,2.5,3\n-4,5e-1,6\n");
  CHECK(nn_dataset_count(data) == 2);
  CHECK((gather(data, 0, 2) == std::vector<float>{1, 2.5, -4, 0.5}));
  CHECK((gather<int32_t>(data, 1) == std::vector<int32_t>{3, 6}));
  std::vector<float> one(2);
  nn_dataset_gather(data, 0, 1, 1, one.data());
  CHECK((one == std::vector<float>{-4, 0.5}));
}

TEST(csv_forms_of_lines) {
  Scope scope;
  nn_dataset *data =
      read("\xEF\xBB\xBF"
           "a,\"b,c\",d\r\n\r\n \"1\" , 2.5,\"3\" \r\n\t\n4 ,\" 5\",6,,\r\n7,8,9\n\n\n",
           1);
  CHECK((gather(data, 0, 2) == std::vector<float>{1, 2.5, 4, 5, 7, 8}));
  CHECK((gather<int32_t>(data, 1) == std::vector<int32_t>{3, 6, 9}));
  CHECK(nn_dataset_count(read("1,2,3")) == 1); // no line break at the end
}

TEST(csv_quoted_text_in_other_columns) {
  Scope scope;
  nn_field last = makeField("z", NN_F64, 0, 1, 1);
  nn_dataset *data =
      readCsv(writeFile("q.csv", "\"a, \"\"b\"\", c\",0.1\n\"\",2\n").c_str(), 0, 1, &last);
  CHECK((gather<double>(data, 0) == std::vector<double>{0.1, 2}));
}

TEST(csv_gzip) {
  Scope scope;
  nn_dataset *data = readCsv(writeGzip("d.csv.gz", "1,2,3\n4,5,6\n").c_str(), 0, 2, both);
  CHECK((gather(data, 0, 2) == std::vector<float>{1, 2, 4, 5}));
}

TEST(csv_integers) {
  Scope scope;
  nn_field fields[] = {makeField("a", NN_I64, 0, 0, 1), makeField("b", NN_I32, 0, 1, 1),
                       makeField("c", NN_I64, 5, 2, 1)};
  nn_dataset *data = readCsv(
      writeFile("i.csv", "9223372036854775807,-2147483648,4\n-3e2,7.0,0\n").c_str(), 0, 3, fields);
  CHECK((gather<int64_t>(data, 0) == std::vector<int64_t>{INT64_MAX, -300}));
  CHECK((gather<int32_t>(data, 1) == std::vector<int32_t>{INT32_MIN, 7}));
  CHECK((gather<int64_t>(data, 2) == std::vector<int64_t>{4, 0}));
}

template <typename T> static nnrt::Parsed parse(const std::string &text, T &value) {
  return nnrt::parseNumber(text.c_str(), text.c_str() + text.size(), value);
}

// Against libc, over random numbers of all lengths and magnitudes.
TEST(numbers_round_correctly) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 200000; ++i) {
    std::string text = std::to_string(random() >> (random() % 60));
    if (random() % 2)
      text.insert(random() % (text.size() + 1), ".");
    if (random() % 2)
      text += "e" + std::to_string(int(random() % 60) - 30);
    if (random() % 2)
      text = "-" + text;
    float f;
    double d;
    float wanted = std::strtof(text.c_str(), nullptr);
    auto result = std::isinf(wanted) ? nnrt::Parsed::outOfRange : nnrt::Parsed::number;
    CHECK(parse(text, f) == result && f == wanted);
    CHECK(parse(text, d) == nnrt::Parsed::number && d == std::strtod(text.c_str(), nullptr));
  }
}

TEST(numbers_that_are_none) {
  float f;
  int64_t i;
  int32_t n;
  for (const char *text : {"", "-", "+", ".", "e5", "1e", "1e+", "0x10", "nan", "inf", "1 2", "1,",
                           "--1", "1.2.3", "1f"}) {
    CHECK(parse(text, f) == nnrt::Parsed::notANumber);
    CHECK(parse(text, i) == nnrt::Parsed::notANumber);
  }
  CHECK(parse("1e40", f) == nnrt::Parsed::outOfRange);
  CHECK(parse("1e19", i) == nnrt::Parsed::outOfRange &&
        parse("9223372036854775808", i) == nnrt::Parsed::outOfRange);
  CHECK(parse("1.5", i) == nnrt::Parsed::notWhole && parse("1e-1", i) == nnrt::Parsed::notWhole);
  CHECK(parse("0.00000000000000000001", i) == nnrt::Parsed::notWhole);
  CHECK(parse("3.00000000000000000000", i) == nnrt::Parsed::number && i == 3);
  CHECK(parse("-9223372036854775807", i) == nnrt::Parsed::number && i == -INT64_MAX);
  CHECK(parse("1e99999999999999999999", i) == nnrt::Parsed::outOfRange &&
        parse("0e99999", i) == nnrt::Parsed::number);
  CHECK(parse("2147483648", n) == nnrt::Parsed::outOfRange &&
        parse("2147483647", n) == nnrt::Parsed::number);
}

static void checkBad(const std::string &text, const std::string &message, int64_t skip = 0) {
  std::string path = writeFile("bad.csv", text);
  CHECK_FAILS(1, "d.nn:7: error: " + path + message, { readCsv(path.c_str(), skip, 2, both); });
}

TEST(csv_errors) {
  checkBad("1,2,3\n1,2\n", ", row 2: it has 2 columns, but 3 are needed; check the delimiter (a "
                           "comma) and the declared columns");
  checkBad("1,2,3\n\n1,abc,3\n",
           ", row 3, column 1 (field 'x'): 'abc' is not a number; correct it or remove the row");
  checkBad("a,b,c\n1,2,3\n", ", row 1, column 0 (field 'x'): 'a' is not a number; if the file "
                             "has a line of names, say `header = true`");
  checkBad(
      "1,,3\n",
      ", row 1, column 1 (field 'x'): the value is missing; fill it in, remove the row, or say "
      "what stands for it: `missing = 0`, \"mean\" or \"skip\"");
  checkBad("1,1e39,3\n", ", row 1, column 1 (field 'x'): 1e39 is too large for f32");
  for (const char *bad : {"10", "-1", "2.5", "99999999999"})
    checkBad("1,2," + std::string(bad) + "\n",
             ", row 1, column 2 (field 'y'): " + std::string(bad) +
                 " is not a class; a whole number from 0 to 9 is needed");
  checkBad("1,2,3\n1,nan,3\n",
           ", row 2, column 1 (field 'x'): the value is missing (nan); fill it in, remove the row, "
           "or say what stands for it: `missing = 0`, \"mean\" or \"skip\"");
  checkBad("1,2,3\n\"1,2,3\n",
           ", row 2: the quote of column 0 is not closed on its line; close it, or remove it");
  checkBad("", ": there are no rows; the file is empty");
  checkBad("\n\n", ": there are no rows; the file is empty");
  checkBad("a,b,c\n", ": there are no rows after the lines that are skipped", 1);
  checkBad("1,2,3\n" + std::string(60, 'z') + ",2,3\n",
           ", row 2, column 0 (field 'x'): '" + std::string(40, 'z') +
               "...' is not a number; correct it or remove the row");
  nn_field whole = makeField("w", NN_I32, 0, 0, 1);
  std::string path = writeFile("bad.csv", "1\n2.5\n");
  CHECK_FAILS(1,
              "d.nn:7: error: " + path +
                  ", row 2, column 0 (field 'w'): 2.5 is not a whole number, which i32 needs; "
                  "correct it or declare the field as f32",
              { readCsv(path.c_str(), 0, 1, &whole); });
}

// What is one value too many would move others to columns that are not theirs.
TEST(csv_rows_with_too_many_values) {
  std::string path = temporaryPath("d.csv");
  auto tooMany = [&](const std::string &text, int row, int values, int first, int64_t skip = 0) {
    CHECK_FAILS(1,
                "d.nn:7: error: " + path + ", row " + std::to_string(row) + ": " +
                    std::to_string(values) + " values, but the first line has " +
                    std::to_string(first) +
                    "; put a value that contains ',' in double quotes, or give another delimiter",
                { read(text, skip); });
  };
  tooMany("1,2,3\n4,5,6,7\n", 2, 4, 3);
  tooMany("title, of, all, this\n1,2,3,x\n\n4,5,6,\"x,\"\n1,2,3,x,y\n", 5, 5, 4, 1);
  Scope scope;
  // Fewer are enough where what is used is there; empty ones at the end say nothing.
  CHECK(nn_dataset_count(read("1,2,3,x\n4,5,6\n7,8,9,,, \n")) == 3);
}

// As gzip writes them one behind the other; and with what is not theirs behind them.
TEST(gzip_streams) {
  Scope scope;
  std::string one = readFile(writeGzip("one.gz", "1,2,3\n")),
              two = readFile(writeGzip("two.gz", "4,5,6\n"));
  std::string zeros(512, '\0');
  nn_dataset *data = readCsv(writeFile("both.gz", one + two + zeros).c_str(), 0, 2, both);
  CHECK((gather(data, 0, 2) == std::vector<float>{1, 2, 4, 5}));
  std::string path = writeFile("more.gz", one + "7,8,9\n");
  CHECK_FAILS(1,
              "d.nn:7: error: '" + path +
                  "' is damaged: 6 bytes follow its gzip stream; fetch or copy the file again",
              { readCsv(path.c_str(), 0, 2, both); });
  path = writeFile("half.gz", one + two.substr(0, two.size() - 3));
  CHECK_FAILS(1,
              "d.nn:7: error: '" + path +
                  "' is cut short: its gzip stream ends early; fetch or copy the file again",
              { readCsv(path.c_str(), 0, 2, both); });
}

TEST(file_errors) {
  CHECK_FAILS(1,
              "d.nn:7: error: there is no file 'absent.csv'; check the path, which starts at the "
              "working directory",
              { readCsv("absent.csv", 0, 2, both); });
  CHECK_FAILS(1, "d.nn:7: error: cannot read '/': it is a directory; give a file",
              { readCsv("/", 0, 2, both); });
  std::string path = writeGzip("whole.gz", std::string(100000, '1') + ",2,3\n");
  std::string bytes = readFile(path);
  std::string cut = writeFile("cut.gz", bytes.substr(0, bytes.size() - 20));
  CHECK_FAILS(1,
              "d.nn:7: error: '" + cut +
                  "' is cut short: its gzip stream ends early; fetch or copy the file again",
              { readCsv(cut.c_str(), 0, 2, both); });
  bytes[bytes.size() - 6] ^= 1; // of the check sum
  std::string damaged = writeFile("damaged.gz", bytes);
  CHECK_FAILS(1,
              "d.nn:7: error: '" + damaged +
                  "' is damaged: its gzip stream is not valid (incorrect "
                  "data check); fetch or copy the file again",
              { readCsv(damaged.c_str(), 0, 2, both); });
  if (geteuid() != 0) { // root reads all
    std::string secret = writeFile("secret.csv", "1,2,3\n");
    chmod(secret.c_str(), 0);
    CHECK_FAILS(1,
                "d.nn:7: error: cannot read '" + secret +
                    "': Permission denied; check the file's permissions",
                { readCsv(secret.c_str(), 0, 2, both); });
  }
}

static nn_dataset *numbered(int64_t rows) {
  std::string text;
  for (int64_t i = 0; i < rows; ++i)
    text += std::to_string(i) + "," + std::to_string(-i) + "," + std::to_string(i % 10) + "\n";
  return read(text);
}

TEST(views) {
  Scope scope;
  nn_dataset *data = numbered(100);
  nn_dataset *shuffled = nn_dataset_shuffled(data, 1, 1);
  auto x = gather(shuffled, 0, 2);
  auto y = gather<int32_t>(shuffled, 1);
  std::vector<int> seen;
  for (size_t i = 0; i < 100; ++i) {
    CHECK(x[2 * i] == -x[2 * i + 1] && int(x[2 * i]) % 10 == y[i]); // rows stay together
    seen.push_back(int(x[2 * i]));
  }
  CHECK(!std::is_sorted(seen.begin(), seen.end()));
  std::sort(seen.begin(), seen.end());
  for (int i = 0; i < 100; ++i)
    CHECK(seen[size_t(i)] == i); // a permutation
  CHECK(gather(nn_dataset_shuffled(data, 1, 1), 0, 2) == x);
  CHECK(gather(nn_dataset_shuffled(data, 1, 2), 0, 2) != x);
  CHECK(gather(nn_dataset_shuffled(data, 2, 1), 0, 2) != x);
  nnrt::settings.seed = 9;
  CHECK(gather(nn_dataset_shuffled(data, 1, 1), 0, 2) != x);
  nnrt::settings.seed = 0;

  nn_dataset *first, *rest, *inner, *last;
  nn_dataset_split(place, shuffled, 0.8, &first, &rest);
  CHECK(nn_dataset_count(first) == 80 && nn_dataset_count(rest) == 20);
  auto a = gather(first, 0, 2), b = gather(rest, 0, 2);
  a.insert(a.end(), b.begin(), b.end());
  CHECK(a == x);
  nn_dataset_split(place, rest, 0.5, &inner, &last);
  CHECK(gather(last, 0, 2) == std::vector<float>(x.begin() + 180, x.end()));
  CHECK(gather(nn_dataset_take(place, last, 3), 0, 2) ==
        std::vector<float>(x.begin() + 180, x.begin() + 186));
  CHECK(nn_dataset_count(nn_dataset_take(place, last, 3000)) == 10);
  auto again = gather(nn_dataset_shuffled(last, 4, 4), 0, 2), once = gather(last, 0, 2);
  std::sort(again.begin(), again.end());
  std::sort(once.begin(), once.end());
  CHECK(again == once); // shuffling a view stays within it
}

TEST(split_sizes) {
  Scope scope;
  nn_dataset *data = numbered(100), *first, *rest;
  const std::pair<double, int64_t> cases[] = {{0, 0},     {1, 100},    {0.29, 29},
                                              {0.57, 57}, {0.999, 99}, {0.005, 0}};
  for (auto [fraction, count] : cases) {
    nn_dataset_split(place, data, fraction, &first, &rest);
    CHECK(nn_dataset_count(first) == count && nn_dataset_count(rest) == 100 - count);
  }
  CHECK_FAILS(1,
              "d.nn:7: error: cannot split a data set at the fraction 1.5; it must be from 0 to 1",
              { nn_dataset_split(place, data, 1.5, &first, &rest); });
  CHECK_FAILS(1,
              "d.nn:7: error: cannot split a data set at the fraction nan; it must be from 0 to 1",
              { nn_dataset_split(place, data, NAN, &first, &rest); });
  CHECK_FAILS(1, "d.nn:7: error: cannot take -2 rows of a data set; the count must not be negative",
              { nn_dataset_take(place, data, -2); });
  CHECK_FAILS(
      1,
      "error: internal error: rows 90 to 101 of a data set of 100 rows were read; please report it",
      { nn_dataset_gather(data, 0, 90, 11, nullptr); });
}

// Views outlive the scope of what they were made from only while someone holds them; run under
// AddressSanitizer this finds what is freed too early or never.
TEST(view_lifetimes) {
  Scope scope;
  nn_dataset *kept;
  {
    nn_dataset *data = numbered(10);
    for (int epoch = 0; epoch < 100; ++epoch) {
      Scope inner;
      nn_dataset *view = nn_dataset_shuffled(data, 1, uint64_t(epoch)), *first, *rest;
      nn_dataset_split(place, view, 0.5, &first, &rest);
      CHECK(gather(rest, 0, 2).size() == 10);
    }
    kept = nn_dataset_take(place, nn_dataset_shuffled(data, 1, 1), 4);
  }
  CHECK(gather(kept, 0, 2).size() == 8);
}

TEST(csv_is_fast) {
  Scope scope;
  std::string text, row;
  for (int j = 0; j < 784; ++j)
    row += std::to_string(j * 37 % 256) + ",";
  for (int i = 0; i < 6000; ++i)
    text += row + "5\n";
  nn_field fields[] = {makeField("x", NN_F32, 0, 0, 784), makeField("y", NN_I32, 10, 784, 1)};
  std::string path = writeFile("large.csv", text);
  auto start = std::chrono::steady_clock::now();
  CHECK(nn_dataset_count(readCsv(path.c_str(), 0, 2, fields)) == 6000);
  std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  CHECK(elapsed.count() <
        3); // a tenth of MNIST; far above what it takes, but for a quadratic reader
}
