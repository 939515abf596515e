//===- idx_test.cpp - idx files -------------------------------------------===//
#include "data.h"
#include "runtime/support/support.h"

#include <cstring>
#include <vector>

static const char *const place = "m.nn:2";

static std::string bigEndian(uint64_t value, int bytes) {
  std::string text;
  for (int i = bytes - 1; i >= 0; --i)
    text += char(value >> (8 * i));
  return text;
}

static std::string header(int code, const std::vector<uint32_t> &dims) {
  std::string text = bigEndian(uint64_t(code) << 8 | dims.size(), 4);
  for (uint32_t dim : dims)
    text += bigEndian(dim, 4);
  return text;
}

template <typename T> static uint64_t bitsOf(T value) {
  uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof value);
  return bits;
}

TEST(idx_images_and_labels) {
  int64_t mark = nn_scope_enter();
  std::string images = writeGzip(
      "images.gz", header(8, {3, 2, 2}) + std::string("\0\1\2\3\xff\5\6\7\x8\x9\xa\xb", 12));
  std::string labels = writeFile("labels", header(8, {3}) + std::string("\7\0\x9", 3));
  const char *paths[] = {images.c_str(), labels.c_str()};
  nn_field fields[] = {makeField("x", NN_F32, 0, 0, 4), makeField("y", NN_I32, 10, 1, 1),
                       makeField("wide", NN_F64, 0, 0, 4), makeField("z", NN_I64, 0, 1, 1)};
  nn_dataset *data = nn_idx(place, 2, paths, nullptr, 4, fields);
  CHECK(nn_dataset_count(data) == 3);
  float x[8];
  nn_dataset_gather(data, 0, 1, 2, x);
  CHECK(x[0] == 255 && x[1] == 5 && x[7] == 11);
  int32_t y[3];
  nn_dataset_gather(data, 1, 0, 3, y);
  CHECK(y[0] == 7 && y[1] == 0 && y[2] == 9);
  double wide[4];
  nn_dataset_gather(data, 2, 0, 1, wide);
  CHECK(wide[3] == 3);
  int64_t z[1];
  nn_dataset_gather(data, 3, 2, 1, z);
  CHECK(z[0] == 9);
  nn_scope_leave(mark);
}

template <typename T> static void checkType(int code, int64_t dtype, std::vector<T> values) {
  int64_t mark = nn_scope_enter();
  std::string bytes = header(code, {uint32_t(values.size())});
  for (T value : values)
    bytes += bigEndian(bitsOf(value), sizeof(T));
  std::string path = writeFile("typed", bytes);
  const char *paths[] = {path.c_str()};
  nn_field field = makeField("v", dtype, 0, 0, 1);
  nn_dataset *data = nn_idx(place, 1, paths, nullptr, 1, &field);
  std::vector<double> out(values.size());
  nn_field asDouble = field;
  asDouble.dtype = NN_F64;
  nn_dataset_gather(nn_idx(place, 1, paths, nullptr, 1, &asDouble), 0, 0, int64_t(values.size()),
                    out.data());
  for (size_t i = 0; i < values.size(); ++i)
    CHECK(out[i] == double(values[i]));
  CHECK(nn_dataset_count(data) == int64_t(values.size()));
  nn_scope_leave(mark);
}

TEST(idx_element_types) {
  checkType<uint8_t>(0x08, NN_I32, {0, 255});
  checkType<int8_t>(0x09, NN_I32, {-128, 127});
  checkType<int16_t>(0x0B, NN_I64, {-32768, 258});
  checkType<int32_t>(0x0C, NN_I32, {INT32_MIN, 0x01020304});
  checkType<float>(0x0D, NN_F32, {0.1f, -1e30f});
  checkType<double>(0x0E, NN_F64, {0.1, -1e300});
}

static void checkBad(const std::string &bytes, const nn_field &field, const std::string &message) {
  std::string path = writeFile("bad.idx", bytes);
  const char *paths[] = {path.c_str()};
  CHECK_FAILS(1, "m.nn:2: error: " + path + message,
              { nn_idx(place, 1, paths, nullptr, 1, &field); });
}

TEST(idx_errors) {
  nn_field pixel = makeField("x", NN_F32, 0, 0, 1), digit = makeField("y", NN_I32, 10, 0, 1),
           whole = makeField("w", NN_I32, 0, 0, 1);
  checkBad("P5 3", pixel, " is not an idx file: its first two bytes are not zero; check the path");
  checkBad("", pixel, " is not an idx file: its first two bytes are not zero; check the path");
  checkBad(bigEndian(0x0701, 4), pixel,
           " is not a valid idx file: its magic number is 0x00000701, with an unknown element "
           "type or no dimensions");
  checkBad(bigEndian(0x0800, 4), pixel,
           " is not a valid idx file: its magic number is 0x00000800, with an unknown element "
           "type or no dimensions");
  checkBad(header(8, {3, 2}).substr(0, 10), pixel,
           " is cut short: its header has 2 dimensions, but the file ends within "
           "them; fetch or copy the file again");
  checkBad(header(8, {3}) + "ab", pixel,
           " is cut short: its header announces 3 items of 1 elements, but only 2 bytes "
           "follow; fetch or copy the file again");
  checkBad(header(8, {0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}), pixel,
           " is damaged: its header announces more elements than any file holds");
  checkBad(header(8, {1}) + "ab", pixel,
           " is damaged: 1 bytes follow the 1 items that its header announces; fetch or copy "
           "the file again");
  checkBad(header(8, {0}), pixel, ": there are no rows; the file holds 0 items");
  checkBad(header(8, {1, 2}) + "ab", pixel,
           " holds items of 2 elements, but the field 'x' is declared with 1; correct its shape");
  checkBad(
      header(8, {2}) + std::string("\1\xa", 2), digit,
      ", row 1, column 0 (field 'y'): 10 is not a class; a whole number from 0 to 9 is needed");
  checkBad(
      header(9, {1}) + "\xff", digit,
      ", row 0, column 0 (field 'y'): -1 is not a class; a whole number from 0 to 9 is needed");
  checkBad(header(0xD, {1}) + bigEndian(bitsOf(2.5f), 4), whole,
           ", row 0, column 0 (field 'w'): 2.5 is not a whole number that i32 holds; declare the "
           "field as f32");
}

TEST(idx_files_must_belong_together) {
  std::string a = writeFile("a.idx", header(8, {2}) + "ab"),
              b = writeFile("b.idx", header(8, {1}) + "a");
  const char *paths[] = {a.c_str(), b.c_str()};
  nn_field field = makeField("x", NN_F32, 0, 0, 1);
  CHECK_FAILS(1,
              "m.nn:2: error: " + a + " holds 2 items, but " + b +
                  " holds 1; the files of a data set must belong together",
              { nn_idx(place, 2, paths, nullptr, 1, &field); });
}
