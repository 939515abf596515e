//===- random_test.cpp - Philox and the distributions ---------------------===//
#include "check.h"
#include "runtime/random/philox.h"

#include <cmath>
#include <cstring>
#include <vector>

// The known answers of the Random123 distribution (kat_vectors, philox4x32, 10 rounds).
TEST(philox_known_answers) {
  struct Vector {
    uint32_t counter[4], key[2], wanted[4];
  };
  const Vector vectors[] = {
      {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
      {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
       {0xffffffff, 0xffffffff},
       {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
      {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
       {0xa4093822, 0x299f31d0},
       {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}}};
  for (const Vector &vector : vectors) {
    uint32_t one[4][1], many[4][16];
    for (int word = 0; word < 4; ++word) {
      one[word][0] = vector.counter[word];
      for (uint32_t &lane : many[word])
        lane = vector.counter[word];
    }
    nnrt::philox(one, vector.key[0], vector.key[1]);
    nnrt::philox(many, vector.key[0], vector.key[1]);
    for (int word = 0; word < 4; ++word)
      CHECK(one[word][0] == vector.wanted[word] && many[word][0] == vector.wanted[word] &&
            many[word][15] == vector.wanted[word]);
  }
}

// With seed, place and stream zero the first elements are the words of the first known answer.
TEST(uniform_layout) {
  nnrt::settings.seed = 0;
  float out[4];
  nn_random_uniform_f32(out, 4, 0, 0);
  CHECK(out[0] == float(0x6627e8d5 >> 8) * 0x1p-24f && out[3] == float(0x9b00dbd8 >> 8) * 0x1p-24f);
  double wide[2];
  nn_random_uniform_f64(wide, 2, 0, 0);
  CHECK(wide[1] == double((uint64_t(0xbc57ac4c) << 32 | 0x9b00dbd8) >> 11) * 0x1p-53);
}

template <typename T> using Fill = void (*)(T *, int64_t, uint64_t, uint64_t);

template <typename T>
static std::vector<T> draw(Fill<T> fill, int64_t count, uint64_t place, uint64_t stream) {
  std::vector<T> out(size_t(count + 1), T(-77)); // one more, which must stay
  fill(out.data(), count, place, stream);
  CHECK(out.back() == T(-77));
  out.pop_back();
  return out;
}

template <typename T> static void checkStreams(Fill<T> fill) {
  nnrt::settings.seed = 5;
  auto all = draw(fill, 1000, 3, 7);
  for (int64_t count : {0, 1, 3, 5, 64, 65, 999}) {
    auto part = draw(fill, count, 3, 7);
    CHECK(std::memcmp(part.data(), all.data(), size_t(count) * sizeof(T)) == 0);
  }
  CHECK(draw(fill, 1000, 3, 7) == all);
  CHECK(draw(fill, 1000, 4, 7) != all);
  CHECK(draw(fill, 1000, uint64_t(1) << 32 | 3, 7) != all);
  CHECK(draw(fill, 1000, 3, 8) != all);
  CHECK(draw(fill, 1000, 3, uint64_t(7) << 32) != all);
  nnrt::settings.seed = 6;
  CHECK(draw(fill, 1000, 3, 7) != all);
  nnrt::settings.seed = uint64_t(5) << 32;
  CHECK(draw(fill, 1000, 3, 7) != all);
  nnrt::settings.seed = 0;
}

TEST(streams_are_functions_of_seed_place_and_stream) {
  checkStreams<float>(nn_random_uniform_f32);
  checkStreams<double>(nn_random_uniform_f64);
  checkStreams<float>(nn_random_normal_f32);
  checkStreams<double>(nn_random_normal_f64);
}

template <typename T> static void moments(const std::vector<T> &x, double *m) {
  for (int p = 1; p <= 4; ++p) {
    m[p] = 0;
    for (T v : x)
      m[p] += std::pow(double(v) - (p > 1 ? m[1] : 0), p);
    m[p] /= double(x.size());
  }
}

TEST(uniform_moments) {
  double m[5];
  auto check = [&](const auto &x) {
    moments(x, m);
    CHECK(std::fabs(m[1] - 0.5) < 2e-3 && std::fabs(m[2] - 1.0 / 12) < 1e-3);
    for (auto v : x)
      CHECK(v >= 0 && v < 1);
  };
  check(draw<float>(nn_random_uniform_f32, 200000, 1, 1));
  check(draw<double>(nn_random_uniform_f64, 200000, 1, 1));
}

TEST(normal_moments) {
  double m[5];
  auto check = [&](const auto &x) {
    moments(x, m);
    CHECK(std::fabs(m[1]) < 0.01 && std::fabs(m[2] - 1) < 0.015 && std::fabs(m[3]) < 0.03 &&
          std::fabs(m[4] - 3) < 0.1);
    double pairs = 0;
    for (size_t i = 0; i + 1 < x.size(); i += 2)
      pairs += double(x[i]) * double(x[i + 1]);
    CHECK(std::fabs(pairs / (double(x.size()) / 2)) < 0.01);
  };
  check(draw<float>(nn_random_normal_f32, 200000, 1, 1));
  check(draw<double>(nn_random_normal_f64, 200000, 1, 1));
}

// The runtime's own logarithm, sine and cosine against libm's, from the same words.
TEST(normal_agrees_with_libm) {
  auto uniform = draw<double>(nn_random_uniform_f64, 20000, 9, 2);
  auto normal = draw<double>(nn_random_normal_f64, 20000, 9, 2);
  double worst = 0;
  for (size_t i = 0; i < uniform.size(); i += 2) {
    double radius = std::sqrt(-2 * std::log(uniform[i] + 0x1p-53)),
           angle = 2 * M_PI * uniform[i + 1];
    worst = std::max(worst, std::fabs(normal[i] - radius * std::cos(angle)));
    worst = std::max(worst, std::fabs(normal[i + 1] - radius * std::sin(angle)));
  }
  CHECK(worst < 1e-14);
}
