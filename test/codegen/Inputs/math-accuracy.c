// Compares nn_exp, nn_log, nn_expm1, nn_log1p, nn_tanh, nn_erf and nn_pow with libm: special values exactly, others in units
// in the last place of the correctly rounded result. With an argument N every Nth bit pattern is
// tried instead of every 2503rd; 1 is all of them.
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void nn_exp(float *out, const float *in, int64_t count);
void nn_log(float *out, const float *in, int64_t count);
void nn_expm1(float *out, const float *in, int64_t count);
void nn_log1p(float *out, const float *in, int64_t count);
void nn_tanh(float *out, const float *in, int64_t count);
void nn_erf(float *out, const float *in, int64_t count);
void nn_pow(float *out, const float *a, const float *b, int64_t count);

enum { block = 4096 };

static float from_bits(uint32_t bits) {
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

// The distance in units in the last place of `exact`; 0 where both are NaN or the same.
static double error_in_ulps(float got, long double exact) {
  float rounded = (float)exact;
  if (isnan(rounded) || isnan(got))
    return isnan(rounded) && isnan(got) ? 0 : INFINITY;
  if (got == rounded && (isinf(rounded) || rounded == 0))
    return signbit(got) == signbit(rounded) ? 0 : INFINITY;
  // Just below the largest number and just above it: count infinity as the next number.
  long double value = isinf(got) ? copysignl(0x1p128L, got) : got;
  if (isinf((double)exact))
    return INFINITY;
  int exponent;
  frexpl(exact, &exponent);
  if (exponent < -125)
    exponent = -125;
  if (exponent > 128)
    exponent = 128;
  return (double)(fabsl(value - exact) / ldexpl(1, exponent - 24));
}

static int failures;

static void report(const char *name, double worst, float x, float y, double limit) {
  printf("%s: largest error %.3f ulp at %a", name, worst, x);
  if (y)
    printf(", %a", y);
  printf(worst <= limit ? " ok\n" : " ABOVE %g\n", limit);
  failures += worst > limit;
}

static void check(const char *name, void (*function)(float *, const float *, int64_t),
                  long double (*exact)(long double), uint32_t step, double limit) {
  static float in[block], out[block];
  double worst = 0;
  float where = 0;
  uint64_t bits = 0;
  while (bits <= UINT32_MAX) {
    for (int i = 0; i < block; ++i, bits += step)
      in[i] = from_bits(bits <= UINT32_MAX ? (uint32_t)bits : 0);
    function(out, in, block);
    for (int i = 0; i < block; ++i) {
      double error = error_in_ulps(out[i], exact(in[i]));
      if (error > worst) {
        worst = error;
        where = in[i];
      }
    }
  }
  report(name, worst, where, 0, limit);
}

static void check_pow(int rounds, double limit) {
  static float a[block], b[block], out[block];
  double worst = 0;
  float worst_a = 0, worst_b = 0;
  uint64_t state = 1;
  for (int round = 0; round < rounds; ++round) {
    for (int i = 0; i < block; ++i) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      a[i] = from_bits((uint32_t)(state >> 32));
      state = state * 6364136223846793005u + 1442695040888963407u;
      uint32_t random = (uint32_t)(state >> 32);
      // A result of any size, whole exponents, and any bits at all, in turn.
      float scale = 150.0f / (fabsf(log2f(fabsf(a[i]))) + 1e-3f);
      b[i] = i % 3 == 0   ? scale * ((float)(int32_t)random / 0x1p31f)
             : i % 3 == 1 ? (float)((int)(random >> 20) - 2048) / (i % 2 ? 16 : 1)
                          : from_bits(random);
    }
    nn_pow(out, a, b, block);
    for (int i = 0; i < block; ++i) {
      double error = error_in_ulps(out[i], powl(a[i], b[i]));
      if (error > worst) {
        worst = error;
        worst_a = a[i];
        worst_b = b[i];
      }
    }
  }
  report("pow", worst, worst_a, worst_b, limit);
}

// Every pair of values that C99's annex F treats specially.
static void check_special(void) {
  const float values[] = {0.0f,      -0.0f,     1.0f,     -1.0f,       0.5f,  -0.5f,
                          2.0f,      -2.0f,     3.0f,     -3.0f,       2.5f,  -2.5f,
                          INFINITY,  -INFINITY, NAN,      0x1p-149f,   -0x1p-149f, 0x1p-126f,
                          0x1.fffffep127f, -0x1.fffffep127f, 16777217.0f, -16777215.0f, 88.72284f,
                          88.72283f, -103.97208f, -103.97207f, -87.33655f};
  enum { count = sizeof values / sizeof *values };
  int before = failures;
  for (int i = 0; i < count; ++i)
    for (int j = 0; j < count; ++j) {
      float got, exact = (float)powl(values[i], values[j]);
      nn_pow(&got, &values[i], &values[j], 1);
      if (!(error_in_ulps(got, powl(values[i], values[j])) <= 1)) {
        printf("pow(%a, %a) = %a, not %a\n", values[i], values[j], got, exact);
        ++failures;
      }
    }
  for (int i = 0; i < count; ++i) {
    static const char *const names[] = {"exp", "log", "expm1", "log1p", "tanh", "erf"};
    float got[6];
    long double exact[6] = {expl(values[i]),   logl(values[i]),  expm1l(values[i]),
                            log1pl(values[i]), tanhl(values[i]), erfl(values[i])};
    nn_exp(&got[0], &values[i], 1);
    nn_log(&got[1], &values[i], 1);
    nn_expm1(&got[2], &values[i], 1);
    nn_log1p(&got[3], &values[i], 1);
    nn_tanh(&got[4], &values[i], 1);
    nn_erf(&got[5], &values[i], 1);
    for (int f = 0; f < 6; ++f)
      if (!(error_in_ulps(got[f], exact[f]) <= 2)) {
        printf("%s(%a) = %a, not %a\n", names[f], values[i], got[f], (float)exact[f]);
        ++failures;
      }
  }
  printf(failures == before ? "special values ok\n" : "special values WRONG\n");
}

int main(int argc, char **argv) {
  uint32_t step = argc > 1 ? (uint32_t)atoi(argv[1]) : 2503;
  check("exp", nn_exp, expl, step, 2);
  check("log", nn_log, logl, step, 2);
  check("expm1", nn_expm1, expm1l, step, 3);
  check("log1p", nn_log1p, log1pl, step, 2);
  check("tanh", nn_tanh, tanhl, step, 2);
  check("erf", nn_erf, erfl, step, 3);
  check_pow((int)(600000 / step) + 1, 1);
  check_special();
  return failures != 0;
}
