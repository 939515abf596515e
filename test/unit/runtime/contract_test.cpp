//===- contract_test.cpp - matrix products --------------------------------===//
//
// Against a plain double loop, over sizes on both sides of every limit in contract.cpp; and the
// same bits with 1, 2 and 4 threads.
//
//===----------------------------------------------------------------------===//
#include "check.h"
#include "runtime/support/support.h"

#include <cmath>
#include <cstdio>
#include <vector>

template <typename T> using Contract = void (*)(T *, const T *, const T *, const nn_contraction *);

namespace {
struct Shape {
  int64_t batch, m, n, k;
  bool ta = false, tb = false;
  int64_t aPad = 0, bPad = 0; // elements after each stored row
  bool sameA = false, sameB = false;
  int64_t inner = 1, sum = 1; // batch counts the outer ones
};
} // namespace

/// Numbers in [-1, 1) without a pattern that a product of two would add up.
static float pseudo(int64_t i) {
  auto x = uint32_t(i) * 2654435761u;
  x = (x ^ (x >> 15)) * 0x2c1b3c6du;
  x = (x ^ (x >> 12)) * 0x297a2d39u;
  return float(int32_t(x ^ (x >> 15))) * 0x1p-31f;
}

template <typename T>
static std::vector<T> compute(Contract<T> contract, const Shape &s, double *worst) {
  int64_t lda = (s.ta ? s.m : s.k) + s.aPad, ldb = (s.tb ? s.k : s.n) + s.bPad;
  int64_t aSize = (s.ta ? s.k : s.m) * lda, bSize = (s.tb ? s.n : s.k) * ldb;
  // The matrices of a sum lie outside those of the inner batch, as after a batch of images.
  int64_t matrices = s.batch * s.sum * s.inner;
  std::vector<T> a(size_t(aSize * matrices)), b(size_t(bSize * matrices)),
      c(size_t(s.batch * s.inner * s.m * s.n) + 1, T(777));
  for (size_t i = 0; i < a.size(); ++i)
    a[i] = T(pseudo(int64_t(i) + 1));
  for (size_t i = 0; i < b.size(); ++i)
    b[i] = T(pseudo(int64_t(i) * 7 + 3));
  auto describe = [&](int64_t size, int64_t ld, bool transposed, bool same) {
    return nn_matrices{same ? 0 : size * s.inner * s.sum, same ? 0 : size, size * s.inner, ld,
                       transposed};
  };
  nn_contraction shape = {s.batch,
                          s.inner,
                          s.m,
                          s.n,
                          s.sum,
                          s.k,
                          describe(aSize, lda, s.ta, s.sameA),
                          describe(bSize, ldb, s.tb, s.sameB)};
  contract(c.data(), a.data(), b.data(), &shape);
  CHECK(c.back() == T(777));
  c.pop_back();
  if (!worst)
    return c;
  *worst = 0;
  for (int64_t x = 0; x < s.batch * s.inner; ++x)
    for (int64_t i = 0; i < s.m; ++i)
      for (int64_t j = 0; j < s.n; ++j) {
        double sum = 0;
        for (int64_t y = 0; y < s.sum; ++y) {
          auto first = [&](const nn_matrices &in) {
            return x / s.inner * in.outer_stride + x % s.inner * in.inner_stride +
                   y * in.sum_stride;
          };
          int64_t aFirst = first(shape.a), bFirst = first(shape.b);
          for (int64_t l = 0; l < s.k; ++l)
            sum += double(a[size_t(aFirst + (s.ta ? l * lda + i : i * lda + l))]) *
                   double(b[size_t(bFirst + (s.tb ? j * ldb + l : l * ldb + j))]);
        }
        double error = std::fabs(sum - double(c[size_t((x * s.m + i) * s.n + j)])) /
                       std::sqrt(double(s.k * s.sum) + 1);
        *worst = std::isnan(error) ? INFINITY : std::max(*worst, error);
      }
  return c;
}

template <typename T> static void checkAll(Contract<T> contract, double tolerance) {
  std::vector<Shape> shapes;
  for (int64_t m : {0, 1, 2, 5, 17, 64})
    for (int64_t n : {0, 1, 3, 10, 33, 64})
      for (int64_t k : {0, 1, 2, 7, 31, 64})
        for (int t = 0; t < 4; ++t)
          shapes.push_back({1 + (m + n + k) % 3, m, n, k, (t & 1) != 0, (t & 2) != 0, t, 3 - t,
                            false, false, 1 + (m + n) % 2, (n + k) % 4});
  for (int t = 0; t < 4; ++t) {
    bool ta = t & 1, tb = t & 2;
    for (Shape s : {Shape{1, 64, 512, 784, ta, tb}, Shape{1, 64, 128, 784, ta, tb, 3, 1},
                    Shape{1, 300, 290, 700, ta, tb, 5, 9}, Shape{1, 257, 13, 333, ta, tb},
                    Shape{1, 1, 700, 900, ta, tb, 2, 3}, Shape{1, 700, 1, 900, ta, tb, 2, 3},
                    Shape{1, 1, 3, 20000, ta, tb, 2, 3}, Shape{1, 3, 1, 20000, ta, tb, 1, 1},
                    Shape{9, 40, 50, 60, ta, tb, 1, 2, true, false},
                    Shape{9, 40, 50, 60, ta, tb, 1, 2, false, true}, Shape{3, 200, 150, 64, ta, tb},
                    Shape{3, 40, 50, 60, ta, tb, 1, 2, true, false, 2, 3},
                    Shape{3, 40, 50, 60, ta, tb, 1, 2, false, true, 2, 3},
                    Shape{1, 1, 200, 90, ta, tb, 0, 0, false, false, 1, 5},
                    Shape{1, 300, 290, 70, ta, tb, 0, 0, false, false, 2, 7}})
      shapes.push_back(s);
  }
  for (const Shape &s : shapes) {
    double worst;
    compute(contract, s, &worst);
    if (!(worst <= tolerance)) {
      char text[200];
      std::snprintf(text, sizeof text, "batch %ld, %ld x %ld x %ld, transposed %d %d: error %g",
                    long(s.batch), long(s.m), long(s.n), long(s.k), s.ta, s.tb, worst);
      noteFailure(__FILE__, __LINE__, text);
    }
  }
}

// A variant above this machine's level cannot run here.
static bool has(const char *level) {
  __builtin_cpu_init();
  return level[1] == '2' ? __builtin_cpu_supports("sse4.2")
         : level[1] == '3'
             ? __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")
             : __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
}

TEST(contract_f32_v1) { checkAll<float>(nn_contract_f32_v1, 1e-6); }
TEST(contract_f64_v1) { checkAll<double>(nn_contract_f64_v1, 1e-14); }
TEST(contract_f32_v2) { checkAll<float>(nn_contract_f32_v2, 1e-6); }
TEST(contract_f64_v2) { checkAll<double>(nn_contract_f64_v2, 1e-14); }
TEST(contract_f32_v3) {
  if (has("v3"))
    checkAll<float>(nn_contract_f32_v3, 1e-6);
}
TEST(contract_f64_v3) {
  if (has("v3"))
    checkAll<double>(nn_contract_f64_v3, 1e-14);
}
TEST(contract_f32_v4) {
  if (has("v4"))
    checkAll<float>(nn_contract_f32_v4, 1e-6);
}
TEST(contract_f64_v4) {
  if (has("v4"))
    checkAll<double>(nn_contract_f64_v4, 1e-14);
}

// A hash of all bits of products that are large enough to be shared.
template <typename T> static uint64_t bits(Contract<T> contract) {
  uint64_t hash = 14695981039346656037u;
  for (int t = 0; t < 4; ++t)
    for (Shape s : {Shape{1, 64, 512, 784}, Shape{1, 64, 128, 784}, Shape{1, 301, 290, 700},
                    Shape{1, 1, 2000, 1500}, Shape{1, 2000, 1, 1500}, Shape{20, 65, 66, 67},
                    Shape{1, 784, 128, 64}}) {
      s.ta = t & 1;
      s.tb = t & 2;
      auto c = compute<T>(contract, s, nullptr);
      for (size_t i = 0; i < c.size() * sizeof(T); ++i)
        hash = (hash ^ reinterpret_cast<unsigned char *>(c.data())[i]) * 1099511628211u;
    }
  return hash;
}

TEST(contract_same_bits_for_any_number_of_threads) {
  std::string first;
  for (int threads : {1, 2, 4}) {
    Outcome outcome = inChild([&] {
      nnrt::settings.threads = threads;
      std::printf("%lx %lx", bits<float>(nn_contract_f32_v2), bits<double>(nn_contract_f64_v2));
      if (has("v3"))
        std::printf(" %lx %lx", bits<float>(nn_contract_f32_v3), bits<double>(nn_contract_f64_v3));
      if (has("v4"))
        std::printf(" %lx %lx", bits<float>(nn_contract_f32_v4), bits<double>(nn_contract_f64_v4));
    });
    CHECK(outcome.status == 0);
    if (first.empty())
      first = outcome.out;
    CHECK_TEXT(outcome.out, first);
  }
}
