//===- npy_test.cpp - NumPy's files ---------------------------------------===//
//
// Files made by NumPy itself are read in test/execution/arrays.test.
//
//===----------------------------------------------------------------------===//
#include "data.h"

#include <cstring>
#include <random>

static const char *const place = "n.nn:3";

static std::string npy(std::string header, const std::string &data, int version = 1) {
  header += "\n";
  std::string text = "\x93NUMPY";
  text += char(version);
  text += char(0);
  for (int i = 0; i < (version == 1 ? 2 : 4); ++i)
    text += char(header.size() >> (8 * i));
  return text + header + data;
}

static std::string describe(const std::string &descr, const std::string &shape,
                            const std::string &order = "False") {
  return "{'descr': '" + descr + "', 'fortran_order': " + order + ", 'shape': " + shape + ", }";
}

template <typename T> static std::string bytesOf(std::vector<T> values) {
  return {reinterpret_cast<const char *>(values.data()), values.size() * sizeof(T)};
}

static nn_dataset *read(const std::string &bytes, const nn_field &field) {
  std::string path = writeFile("a.npy", bytes);
  const char *paths[] = {path.c_str()};
  return nn_npy(place, 1, paths, nullptr, 1, &field);
}

TEST(npy_element_types) {
  Scope scope;
  nn_field x = makeField("x", NN_F32, 0, 0, 2), y = makeField("y", NN_I32, 5, 0, 1);
  auto f4 = bytesOf<float>({1, 2, 3, 4});
  CHECK((gather(read(npy(describe("<f4", "(2, 2)"), f4), x), 0, 2) ==
         std::vector<float>{1, 2, 3, 4}));
  CHECK((gather(read(npy(describe("<f4", "(2, 1, 2)"), f4, 2), x), 0, 2) ==
         std::vector<float>{1, 2, 3, 4}));
  CHECK((gather(read(npy(describe("<f8", "(1, 2)"), bytesOf<double>({.5, 2})), x), 0, 2) ==
         std::vector<float>{.5, 2}));
  CHECK((gather(read(npy(describe("|u1", "(1, 2)"), "\x01\xff"), x), 0, 2) ==
         std::vector<float>{1, 255}));
  CHECK((gather(read(npy(describe("|i1", "(1, 2)"), "\x01\xff"), x), 0, 2) ==
         std::vector<float>{1, -1}));
  CHECK((gather<int32_t>(read(npy(describe("<i8", "(3,)"), bytesOf<int64_t>({4, 0, 2})), y), 0) ==
         std::vector<int32_t>{4, 0, 2}));
  CHECK((gather<int32_t>(read(npy(describe(">i2", "(2,)"), std::string("\0\1\0\3", 4)), y), 0) ==
         std::vector<int32_t>{1, 3}));
  nn_field b = makeField("b", NN_BOOL, 0, 0, 1);
  CHECK((gather<uint8_t>(read(npy(describe("|b1", "(3,)"), std::string("\1\0\1", 3)), b), 0) ==
         std::vector<uint8_t>{1, 0, 1}));
  CHECK((gather<uint8_t>(read(npy(describe("<f4", "(2,)"), bytesOf<float>({0, 1})), b), 0) ==
         std::vector<uint8_t>{0, 1}));
}

static void checkBad(const std::string &bytes, const nn_field &field, const std::string &message) {
  std::string path = temporaryPath("a.npy");
  CHECK_FAILS(1, "n.nn:3: error: " + path + message, { read(bytes, field); });
}

TEST(npy_errors) {
  nn_field x = makeField("x", NN_F32, 0, 0, 2), y = makeField("y", NN_I32, 5, 0, 1);
  std::string good = npy(describe("<f4", "(2, 2)"), bytesOf<float>({1, 2, 3, 4}));
  checkBad("1,2,3", x,
           " is not an npy file: it does not begin with NumPy's magic number; check the path");
  checkBad(good.substr(0, 30), x,
           " is cut short: it ends within its header; fetch or copy the file again");
  checkBad(good.substr(0, good.size() - 1), x,
           " is cut short: its header announces the shape (2, 2), but 15 bytes follow; fetch or "
           "copy the file again");
  checkBad(good + "x", x,
           " is damaged: its header announces the shape (2, 2), but 17 bytes follow; fetch or copy "
           "the file again");
  checkBad(npy(describe("<f4", "(2, 3)"), bytesOf<float>({1, 2, 3, 4, 5, 6})), x,
           " has the shape (2, 3), but the field 'x' needs (rows, 2); correct its type");
  checkBad(npy(describe("<f2", "(2, 2)"), std::string(8, 0)), x,
           " has elements of type '<f2'; save it as float32, float64, int32, int64, int16, int8, "
           "uint8 or bool");
  checkBad(npy(describe("<f4", "(2, 2)", "True"), bytesOf<float>({1, 2, 3, 4})), x,
           " is stored by columns (Fortran order); save numpy.ascontiguousarray of it instead");
  checkBad(npy(describe("<f4", "()"), bytesOf<float>({1})), x,
           " holds a single number; an axis of rows is needed");
  checkBad(npy(describe("<f4", "(0, 2)"), ""), x, ": there are no rows; its shape is (0, 2)");
  checkBad(npy(describe("<f4", "(4294967296, 4294967296)"), ""), x,
           " is cut short: its header announces the shape (4294967296, 4294967296), but 0 bytes "
           "follow; fetch or copy the file again");
  checkBad(npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,)}", ""), x,
           " is not a valid npy file: its header has no text where one is needed (a structured "
           "array?); save it again");
  checkBad(npy("{'descr': '<f4', 'shape': (2,)}", ""), x,
           " is not a valid npy file: its header has not descr, fortran_order and shape; save it "
           "again");
  checkBad(npy(describe("<i4", "(2,)"), bytesOf<int32_t>({1, 5})), y,
           ", row 1, column 0 (field 'y'): 5 is not a class; a whole number from 0 to 4 is needed");
  checkBad(npy(describe("<f4", "(2,)"), bytesOf<float>({1, .5})), y,
           ", row 1, column 0 (field 'y'): 0.5 is not a class; a whole number from 0 to 4 is "
           "needed");
  nn_field b = makeField("b", NN_BOOL, 0, 0, 1);
  checkBad(npy(describe("<i4", "(2,)"), bytesOf<int32_t>({1, 2})), b,
           ", row 1, column 0 (field 'b'): 2 is not a truth value; 0 or 1 is needed");
}

// Whatever bytes are there: an array or a message, never a crash.
TEST(npy_damaged) {
  std::mt19937 random(1);
  nn_field x = makeField("x", NN_F32, 0, 0, 2);
  std::string good = npy(describe("<f4", "(2, 2)"), bytesOf<float>({1, 2, 3, 4}));
  for (int i = 0; i < 300; ++i) {
    std::string bytes = good;
    for (int k = random() % 3; k >= 0; --k)
      bytes[random() % bytes.size()] = char(random());
    if (random() % 4 == 0)
      bytes.resize(random() % bytes.size());
    Outcome outcome = inChild([&] { read(bytes, x); });
    CHECK(outcome.status == 0 ||
          (outcome.status == 1 && outcome.err.find("error: ") != std::string::npos));
  }
}

TEST(npy_saved) {
  Scope scope;
  float values[] = {1, 2, 3, 4, 5, 6};
  int64_t dims[] = {3, 2};
  std::string path = temporaryPath("saved.npy");
  nn_save_npy(place, path.c_str(), NN_F32, 2, dims, values);
  std::string bytes = readFile(path);
  CHECK(bytes.size() == 128 + sizeof values);
  CHECK(bytes.find("{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), }") == 10);
  CHECK((gather(read(bytes, makeField("x", NN_F32, 0, 0, 2)), 0, 2) ==
         std::vector<float>{1, 2, 3, 4, 5, 6}));
  nn_save_npy(place, path.c_str(), NN_F32, 1, dims, values);
  CHECK(readFile(path).find("'shape': (3, ), }") != std::string::npos);
  CHECK_FAILS(1,
              "n.nn:3: error: cannot save to '/absent/a.npy': no file can be made beside it: No "
              "such file or directory; check that the directory exists and may be written",
              { nn_save_npy(place, "/absent/a.npy", NN_F32, 1, dims, values); });
}
