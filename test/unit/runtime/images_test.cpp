//===- images_test.cpp - images that are decoded batch by batch -----------===//
//
// Kinds of files, sizes and errors: test/execution/images.test.
//
//===----------------------------------------------------------------------===//
#include "data.h"

#include <cstring>
#include <filesystem>
#include <zlib.h>

static void append(std::string &text, uint32_t number) {
  for (int shift = 24; shift >= 0; shift -= 8)
    text += char(number >> shift);
}

/// A grey PNG file of 4 x 3 pixels with values that depend on `seed`.
static std::string makePng(int seed) {
  std::string file = "\x89PNG\r\n\x1a\n";
  auto chunk = [&](const std::string &body) {
    append(file, uint32_t(body.size() - 4));
    file += body;
    append(file,
           uint32_t(crc32(0, reinterpret_cast<const Bytef *>(body.data()), uInt(body.size()))));
  };
  chunk(std::string("IHDR\0\0\0\4\0\0\0\3\x8\0\0\0\0", 17));
  std::string rows;
  for (int y = 0; y < 3; ++y) {
    rows += '\0';
    for (int x = 0; x < 4; ++x)
      rows += char(seed * 7 + y * 4 + x);
  }
  std::string packed(100, '\0');
  uLongf size = packed.size();
  compress(reinterpret_cast<Bytef *>(packed.data()), &size,
           reinterpret_cast<const Bytef *>(rows.data()), rows.size());
  chunk("IDAT" + packed.substr(0, size));
  chunk("IEND");
  return file;
}

static nn_dataset *read(const std::string &folder, int64_t kept) {
  static const int64_t dims[] = {1, 3, 4};
  nn_field fields[2] = {makeField("x", NN_F32, 0, 0, 12), makeField("y", NN_I32, 2, 1, 1)};
  fields[0].rank = 3;
  fields[0].dims = dims;
  nn_images_kept = kept;
  const char *paths[] = {folder.c_str()};
  return nn_images("i.nn:4", 1, paths, nullptr, 2, fields);
}

static std::string makeFolder() {
  std::string folder = temporaryPath("images");
  for (int i = 0; i < 40; ++i) {
    std::string name = "images/" + std::to_string(i % 2);
    std::filesystem::create_directories(temporaryPath(name));
    writeFile(name + "/" + std::to_string(100 + i) + ".png", makePng(i));
  }
  return folder;
}

TEST(images_decoded_batch_by_batch_are_the_same) {
  Scope scope;
  std::string folder = makeFolder();
  nn_dataset *kept = read(folder, int64_t(1) << 30), *lazy = read(folder, 0);
  CHECK(nn_dataset_count(lazy) == 40);
  CHECK(gather(lazy, 0, 12) == gather(kept, 0, 12));
  CHECK(gather<int32_t>(lazy, 1) == gather<int32_t>(kept, 1));
  // Batches of several views in turn, so that what was made ahead is right at times only.
  for (int64_t seed = 1; seed < 4; ++seed) {
    nn_dataset *a = nn_dataset_shuffled(kept, 1, uint64_t(seed)),
               *b = nn_dataset_shuffled(lazy, 1, uint64_t(seed));
    nn_dataset *s = nn_dataset_sampled("i.nn:4", kept, 6, 3, 2, seed),
               *t = nn_dataset_sampled("i.nn:4", lazy, 6, 3, 2, seed);
    for (int64_t first = 0; first < 40; first += 6) {
      int64_t count = std::min<int64_t>(6, 40 - first);
      std::vector<float> x(12 * 6), y(12 * 6);
      nn_dataset_gather(a, 0, first, count, x.data());
      nn_dataset_gather(b, 0, first, count, y.data());
      CHECK(x == y);
      if (first == 12) {
        nn_dataset_gather(s, 0, 6, 6, x.data());
        nn_dataset_gather(t, 0, 6, 6, y.data());
        CHECK(x == y);
      }
    }
  }
}

// The data set may go while its rows are still being made.
TEST(images_are_kept_while_they_are_decoded) {
  std::string folder = makeFolder();
  for (int i = 0; i < 20; ++i) {
    Scope scope;
    nn_dataset *data = read(folder, 0);
    std::vector<float> x(12 * 10);
    nn_dataset_gather(data, 0, 0, 10, x.data());
    CHECK(x[0] == 0 && x[12] == 14);
  }
}

TEST(images_that_are_damaged_are_named_when_they_are_reached) {
  std::string folder = makeFolder();
  std::string file = writeFile("images/1/139.png", makePng(3).substr(0, 60));
  CHECK_FAILS(1,
              "i.nn:4: error: '" + file +
                  "' is damaged: it is cut short; fetch or copy the file again, or remove it",
              {
                nn_dataset *data = read(folder, 0);
                std::vector<float> x(12 * 20);
                nn_dataset_gather(data, 0, 0, 20, x.data());
                nn_dataset_gather(data, 0, 20, 20, x.data());
              });
  std::filesystem::remove_all(folder);
}
