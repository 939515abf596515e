//===- random.cpp - tensors of random numbers -----------------------------===//
//
// Uniform and normal draws from the streams of philox.h. The logarithm, sine and cosine of Box and
// Muller's method are computed here, in double precision with fdlibm's polynomials, not by libm:
// its results differ between versions and CPUs in the last bit, and these loops vectorise.
//
//===----------------------------------------------------------------------===//
#include "runtime/random/philox.h"

#include <algorithm>

#pragma STDC FP_CONTRACT OFF

using namespace nnrt;

/// ln(u) for u in (0, 1], not subnormal: u = 2^k (1 + f), then a polynomial in (f / (2 + f))^2.
static inline double logarithm(double u) {
  uint64_t bits;
  std::memcpy(&bits, &u, sizeof bits);
  uint64_t shifted =
      bits + (0x3FF0000000000000u - 0x3FE6A09E667F3BCDu); // 1 + f in [sqrt(1/2), sqrt(2))
  double k = double(int32_t(shifted >> 52) - 1023);
  bits = (shifted & 0x000FFFFFFFFFFFFFu) + 0x3FE6A09E667F3BCDu;
  double m;
  std::memcpy(&m, &bits, sizeof m);
  double f = m - 1.0, s = f / (2.0 + f), z = s * s, w = z * z;
  double even = w * (3.999999999940941908e-01 +
                     w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01));
  double odd = z * (6.666666666666735130e-01 +
                    w * (2.857142874366239149e-01 +
                         w * (1.818357216161805012e-01 + w * 1.479819860510658591e-01)));
  double half = 0.5 * f * f;
  return k * 6.93147180369123816490e-01 -
         ((half - (s * (half + even + odd) + k * 1.90821492927058770002e-10)) - f);
}

/// Two independent standard normals from u in (0, 1] and turn in [0, 1).
static inline void boxMuller(double u, double turn, double &first, double &second) {
  double radius = __builtin_sqrt(-2.0 * logarithm(u));
  int32_t quarter = int32_t(turn * 4.0 + 0.5);
  double x = (turn * 4.0 - quarter) * 1.57079632679489661923; // within pi/4
  double z = x * x;
  double sine =
      x + x * z *
              (-1.66666666666666324348e-01 +
               z * (8.33333333332248946124e-03 +
                    z * (-1.98412698298579493134e-04 +
                         z * (2.75573137070700676789e-06 + z * (-2.50507602534068634195e-08 +
                                                                z * 1.58969099521155010221e-10)))));
  double cosine =
      1.0 - 0.5 * z +
      z * z *
          (4.16666666666666019037e-02 +
           z * (-1.38888888888741095749e-03 +
                z * (2.48015872894767294178e-05 +
                     z * (-2.75573143513906633035e-07 +
                          z * (2.08757232129817482790e-09 + z * -1.13596475577881948265e-11)))));
  double a = quarter & 1 ? sine : cosine, b = quarter & 1 ? cosine : sine;
  first = radius *
          ((quarter + 1) & 2 ? -a : a); // the cosine is negative in the second and third quarter
  second = radius * (quarter & 2 ? -b : b);
}

static inline double unit53(uint32_t high, uint32_t low) {
  return double(int64_t((uint64_t(high) << 32 | low) >> 11));
}

namespace {
/// How a block of four words becomes elements; `put` writes those of block `lane` to out.
struct UniformF32 {
  using T = float;
  static constexpr int perBlock = 4;
  static void put(const Stream::Blocks &words, int lane, float *out) {
    for (int j = 0; j < 4; ++j)
      out[j] = float(int32_t(words[j][lane] >> 8)) * 0x1p-24f;
  }
};
struct UniformF64 {
  using T = double;
  static constexpr int perBlock = 2;
  static void put(const Stream::Blocks &words, int lane, double *out) {
    for (int j = 0; j < 2; ++j)
      out[j] = unit53(words[2 * j][lane], words[2 * j + 1][lane]) * 0x1p-53;
  }
};
struct NormalF32 {
  using T = float;
  static constexpr int perBlock = 4;
  static void put(const Stream::Blocks &words, int lane, float *out) {
    for (int j = 0; j < 2; ++j) {
      double a, b;
      boxMuller((double(words[2 * j][lane]) + 1.0) * 0x1p-32,
                double(words[2 * j + 1][lane]) * 0x1p-32, a, b);
      out[2 * j] = float(a);
      out[2 * j + 1] = float(b);
    }
  }
};
struct NormalF64 {
  using T = double;
  static constexpr int perBlock = 2;
  static void put(const Stream::Blocks &words, int lane, double *out) {
    boxMuller((unit53(words[0][lane], words[1][lane]) + 1.0) * 0x1p-53,
              unit53(words[2][lane], words[3][lane]) * 0x1p-53, out[0], out[1]);
  }
};
} // namespace

template <typename Draw>
static void fill(typename Draw::T *out, int64_t count, uint64_t place, uint64_t stream) {
  Stream source(settings.seed, place, stream);
  constexpr int64_t perGroup = Draw::perBlock * Stream::lanes;
  uint32_t block = 0;
  for (int64_t done = 0; done < count; done += perGroup, block += Stream::lanes) {
    Stream::Blocks words;
    source.blocks(block, words);
    typename Draw::T group[perGroup];
    for (int lane = 0; lane < Stream::lanes; ++lane)
      Draw::put(words, lane, group + lane * Draw::perBlock);
    std::memcpy(out + done, group, size_t(std::min(perGroup, count - done)) * sizeof *out);
  }
}

extern "C" void nn_random_uniform_f32(float *out, int64_t count, uint64_t place, uint64_t stream) {
  fill<UniformF32>(out, count, place, stream);
}
extern "C" void nn_random_uniform_f64(double *out, int64_t count, uint64_t place, uint64_t stream) {
  fill<UniformF64>(out, count, place, stream);
}
extern "C" void nn_random_normal_f32(float *out, int64_t count, uint64_t place, uint64_t stream) {
  fill<NormalF32>(out, count, place, stream);
}
extern "C" void nn_random_normal_f64(double *out, int64_t count, uint64_t place, uint64_t stream) {
  fill<NormalF64>(out, count, place, stream);
}
