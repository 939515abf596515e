//===- views_test.cpp - folds, windows, samples, tensors as data sets -----===//
#include "data.h"

#include <algorithm>
#include <set>

static nn_dataset *numbered(int64_t rows) {
  std::vector<float> x;
  std::vector<int32_t> y;
  for (int64_t i = 0; i < rows; ++i) {
    x.push_back(float(i));
    x.push_back(float(-i));
    y.push_back(int32_t(i % 10));
  }
  nn_field fields[] = {makeField("x", NN_F32, 0, 0, 2), makeField("y", NN_I32, 10, 0, 1)};
  const void *tensors[] = {x.data(), y.data()};
  return nn_in_memory("v.nn:1", rows, 2, fields, tensors);
}

static std::vector<int32_t> first(const nn_dataset *data) {
  auto x = gather(data, 0, 2);
  std::vector<int32_t> out;
  for (size_t i = 0; i < x.size(); i += 2)
    out.push_back(int32_t(x[i]));
  return out;
}

TEST(tensors_are_copied_and_checked) {
  Scope scope;
  CHECK((gather<int32_t>(numbered(3), 1) == std::vector<int32_t>{0, 1, 2}));
  int32_t bad[] = {0, 2};
  const void *tensors[] = {bad};
  nn_field field = makeField("y", NN_I32, 2, 0, 1);
  CHECK_FAILS(1,
              "v.nn:1: error: dataset, row 1, column 0 (field 'y'): 2 is not a class; a whole "
              "number from 0 to 1 is needed",
              { nn_in_memory("v.nn:1", 2, 1, &field, tensors); });
}

TEST(folds_cover_all_rows_once) {
  Scope scope;
  for (nn_dataset *data : {numbered(11), nn_dataset_shuffled(numbered(11), 1, 1)}) {
    std::vector<int32_t> seen;
    for (int64_t part = 0; part < 4; ++part) {
      nn_dataset *train, *test;
      nn_dataset_fold("v.nn:1", data, part, 4, &train, &test);
      CHECK(nn_dataset_count(test) == (part < 3 ? 3 : 2));
      CHECK(nn_dataset_count(train) + nn_dataset_count(test) == 11);
      std::vector<int32_t> in = first(train), out = first(test);
      for (int32_t row : out)
        CHECK(std::find(in.begin(), in.end(), row) == in.end());
      seen.insert(seen.end(), out.begin(), out.end());
    }
    CHECK(seen == first(data)); // in order
  }
  CHECK_FAILS(1, "v.nn:1: error: there is no part 4 of 4; parts are counted from 0", {
    nn_dataset *train, *test;
    nn_dataset_fold("v.nn:1", numbered(11), 4, 4, &train, &test);
  });
  CHECK_FAILS(1,
              "v.nn:1: error: cannot divide a data set into 1 parts; a fold needs at least 2 of "
              "them",
              {
                nn_dataset *train, *test;
                nn_dataset_fold("v.nn:1", numbered(11), 0, 1, &train, &test);
              });
}

TEST(windows_of_rows) {
  Scope scope;
  nn_dataset *begin, *rest;
  nn_dataset_split("v.nn:1", numbered(12), 0.5, &begin, &rest); // of a range, not of the source
  nn_dataset *windows = nn_dataset_windows("v.nn:1", rest, 3, 2, 1);
  CHECK(nn_dataset_count(windows) == 2);
  CHECK((gather<int32_t>(windows, 1, 3) == std::vector<int32_t>{6, 7, 8, 8, 9, 0}));
  CHECK((gather(windows, 0, 6) == std::vector<float>{6, -6, 7, -7, 8, -8, 8, -8, 9, -9, 10, -10}));
  // Each field, and each field one row later.
  nn_dataset *pairs = nn_dataset_windows("v.nn:1", rest, 3, 3, 2);
  CHECK(nn_dataset_count(pairs) == 1);
  CHECK((gather<int32_t>(pairs, 2, 3) == std::vector<int32_t>{6, 7, 8}));
  CHECK((gather<int32_t>(pairs, 3, 3) == std::vector<int32_t>{7, 8, 9}));
  CHECK((gather<int32_t>(nn_dataset_shuffled(windows, 1, 2), 1, 3).size() == 6));
  CHECK_FAILS(1,
              "v.nn:1: error: there is not one window: 13 rows are needed, but there are 12; make "
              "the windows shorter",
              { nn_dataset_windows("v.nn:1", numbered(12), 12, 12, 2); });
  CHECK_FAILS(1,
              "v.nn:1: error: windows are made of rows that follow each other, but these rows are "
              "shuffled; make the windows first, and shuffle them",
              { nn_dataset_windows("v.nn:1", nn_dataset_shuffled(numbered(9), 1, 1), 2, 2, 1); });
}

TEST(samples_are_drawn_with_replacement) {
  Scope scope;
  nn_dataset *data = nn_dataset_take("v.nn:1", nn_dataset_shuffled(numbered(50), 1, 1), 10);
  nn_dataset *samples = nn_dataset_sampled("v.nn:1", data, 20, 50, 3, 1);
  CHECK(nn_dataset_count(samples) == 1000);
  std::vector<int32_t> rows = first(samples), source = first(data);
  std::vector<int> counts(10);
  for (int32_t row : rows) {
    auto at = std::find(source.begin(), source.end(), row);
    CHECK(at != source.end()); // only rows of the view
    ++counts[size_t(at - source.begin())];
  }
  for (int count : counts)
    CHECK(count > 60 && count < 140); // 100 expected, deviation 9.5
  // A batch is the same whether the batches before it were gathered or not.
  std::vector<float> one(2 * 20);
  nn_dataset_gather(samples, 0, 740, 20, one.data());
  for (size_t i = 0; i < 20; ++i)
    CHECK(int32_t(one[2 * i]) == rows[740 + i]);
  CHECK(first(nn_dataset_sampled("v.nn:1", data, 20, 50, 3, 2)) != rows);
  CHECK(first(nn_dataset_sampled("v.nn:1", data, 20, 50, 3, 1)) == rows);
}
