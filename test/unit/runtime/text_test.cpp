//===- text_test.cpp - strings and formats --------------------------------===//
#include "check.h"
#include "runtime/support/support.h"

#include <cmath>
#include <vector>

/// The text that `pieces` build.
template <typename Pieces> static std::string build(Pieces pieces) {
  int64_t mark = nn_scope_enter();
  nn_format_begin();
  pieces();
  std::string text = nn_format_end();
  nn_scope_leave(mark);
  return text;
}
static std::string real(double value, const char *spec = "") {
  return build([&] { nn_format_f64(value, spec); });
}
static std::string whole(int64_t value, const char *spec = "") {
  return build([&] { nn_format_i64(value, spec); });
}
static std::string text(const char *value, const char *spec = "") {
  return build([&] { nn_format_str(value, spec); });
}

TEST(format_real) {
  CHECK_TEXT(real(0.1f), "0.1");
  CHECK_TEXT(real(1.0 / 3), "0.333333");
  CHECK_TEXT(real(1e10), "1e+10");
  CHECK_TEXT(real(-0.0), "-0");
  CHECK_TEXT(real(NAN), "nan");
  CHECK_TEXT(real(-INFINITY), "-inf");
  CHECK_TEXT(real(0.97444, ".2%"), "97.44%");
  CHECK_TEXT(real(0.5, "%"), "50.000000%");
  CHECK_TEXT(real(3.14159, ".3f"), "3.142");
  CHECK_TEXT(real(31415.9, ".2e"), "3.14e+04");
  CHECK_TEXT(real(31415.9, ".3g"), "3.14e+04");
  CHECK_TEXT(real(2.5, "8.2f"), "    2.50");
  CHECK_TEXT(real(2.5, "<8.2f"), "2.50    ");
  CHECK_TEXT(real(2.5, "^8.2f"), "  2.50  ");
  CHECK_TEXT(real(2.5, "*>8.2f"), "****2.50");
  CHECK_TEXT(real(2.5, "é^8.2f"), "éé2.50éé");
  CHECK_TEXT(real(-2.5, "08.2f"), "-0002.50");
  CHECK_TEXT(real(2.5, "+.1f"), "+2.5");
  CHECK_TEXT(real(2.5, " .1f"), " 2.5");
  CHECK_TEXT(real(1234567.891, ",.2f"), "1,234,567.89");
  CHECK_TEXT(real(1234.5, "010,.1f"), "0001,234.5");
  CHECK_TEXT(real(NAN, "08f"), "     nan");
  CHECK_TEXT(real(INFINITY, "+f"), "+inf");
  CHECK_TEXT(real(2.5, "d"), "2");
  CHECK(real(1e308, ".3f").size() == 313);
}

TEST(format_whole) {
  CHECK_TEXT(whole(42), "42");
  CHECK_TEXT(whole(INT64_MIN), "-9223372036854775808");
  CHECK_TEXT(whole(1234567, ","), "1,234,567");
  CHECK_TEXT(whole(-123, ","), "-123");
  CHECK_TEXT(whole(-123456, ","), "-123,456");
  CHECK_TEXT(whole(42, "5"), "   42");
  CHECK_TEXT(whole(42, "05d"), "00042");
  CHECK_TEXT(whole(42, "+d"), "+42");
  CHECK_TEXT(whole(2, ".1f"), "2.0");
  CHECK_TEXT(whole(1, ".0%"), "100%");
}

TEST(format_others) {
  CHECK_TEXT(text("naïve"), "naïve");
  CHECK_TEXT(text("naïve", "7"), "naïve  ");
  CHECK_TEXT(text("naïve", ">7.3"), "    naï");
  CHECK_TEXT(build([] {
               nn_format_bool(1, "");
               nn_format_text("/");
               nn_format_bool(0, ">6");
             }),
             "true/ false");
  CHECK_TEXT(build([] {}), "");
}

TEST(format_nests) {
  CHECK_TEXT(build([] {
               nn_format_text("a");
               nn_format_begin();
               nn_format_text("inner");
               const char *inner = nn_format_end();
               nn_format_str(inner, "");
               nn_format_text("z");
             }),
             "ainnerz");
}

template <typename T>
static std::string tensor(int64_t dtype, std::vector<int64_t> dims, std::vector<T> values,
                          const char *spec = "", const char *before = "") {
  return build([&] {
    nn_format_text(before);
    nn_format_tensor(values.data(), dtype, int64_t(dims.size()), dims.data(), spec);
  });
}

TEST(format_tensors) {
  CHECK_TEXT(tensor<float>(NN_F32, {}, {0.5f}), "0.5");
  CHECK_TEXT(tensor<float>(NN_F32, {3}, {1, 2.5f, -3}), "[  1, 2.5,  -3]");
  CHECK_TEXT(tensor<float>(NN_F32, {0}, {}), "[]");
  CHECK_TEXT(tensor<int32_t>(NN_I32, {2, 2}, {1, -20, 300, 4}), "[  1, -20]\n[300,   4]");
  CHECK_TEXT(tensor<int64_t>(NN_I64, {2, 2}, {1, 2, 3, 4}, "", "w = "), "w = [1, 2]\n    [3, 4]");
  CHECK_TEXT(tensor<double>(NN_F64, {1, 2}, {0.25, 1}, ".2f"), "[0.25, 1.00]");
  CHECK_TEXT(tensor<uint8_t>(NN_BOOL, {2}, {1, 0}), "[ true, false]");
  CHECK_TEXT(tensor<uint8_t>(NN_U8, {2}, {1, 255}), "[  1, 255]");
  CHECK_TEXT(tensor<uint16_t>(NN_BF16, {2}, {0x3f80, 0xc040}), "[ 1, -3]");
  CHECK_TEXT(tensor<int32_t>(NN_I32, {2, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8}),
             "[[[1, 2],\n  [3, 4]],\n [[5, 6],\n  [7, 8]]]");
  CHECK_TEXT(tensor<int32_t>(NN_I32, {0, 2}, {}), "");
}

TEST(format_shortens_large_tensors) {
  std::vector<int32_t> many(2000);
  for (int i = 0; i < 2000; ++i)
    many[size_t(i)] = i;
  CHECK_TEXT(tensor(NN_I32, {2000}, many), "[   0,    1,    2, ..., 1997, 1998, 1999]");
  CHECK_TEXT(tensor(NN_I32, {400, 5}, many),
             "[   0,    1,    2,    3,    4]\n[   5,    6,    7,    8,    9]\n"
             "[  10,   11,   12,   13,   14]\n...\n[1985, 1986, 1987, 1988, 1989]\n"
             "[1990, 1991, 1992, 1993, 1994]\n[1995, 1996, 1997, 1998, 1999]");
  CHECK(tensor(NN_I32, {1000}, std::vector<int32_t>(1000)).find("...") == std::string::npos);
}

TEST(strings) {
  const char *value = nn_string_assign(nullptr, "one");
  CHECK(nn_string_equal(value, "one") && !nn_string_equal(value, "two"));
  value = nn_string_assign(value, value);
  CHECK_TEXT(value, "one");
  value = nn_string_assign(value, "two");
  CHECK_TEXT(value, "two");
  std::free(const_cast<char *>(value));
}
