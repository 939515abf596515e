//===- number.cpp - numbers in text files ---------------------------------===//
//
// Most numbers are short: a mantissa and a power of ten that the type represents exactly give the
// correctly rounded value in one operation (Clinger, "How to read floating point numbers
// accurately", 1990). All others go to libc's strtof and strtod, which round correctly too.
//
//===----------------------------------------------------------------------===//
#include "runtime/data/number.h"

#include <cerrno>
#include <cmath>

using namespace nnrt;

namespace {
template <typename T> struct Exact;
template <> struct Exact<float> {
  static constexpr uint64_t mantissa = 1u << 24;
  static constexpr int power = 10;
  static constexpr float powers[] = {1e0f, 1e1f, 1e2f, 1e3f, 1e4f, 1e5f,
                                     1e6f, 1e7f, 1e8f, 1e9f, 1e10f};
  static float parse(const char *text, char **end) { return std::strtof(text, end); }
};
template <> struct Exact<double> {
  static constexpr uint64_t mantissa = uint64_t(1) << 53;
  static constexpr int power = 22;
  static constexpr double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                      1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                      1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
  static double parse(const char *text, char **end) { return std::strtod(text, end); }
};

/// A number's parts: (-1)^negative * mantissa * 10^exponent, unless there are too many digits.
struct Decimal {
  bool negative = false;
  bool tooLong = false;
  uint64_t mantissa = 0;
  int64_t exponent = 0;
};
} // namespace

static bool isDigit(char c) { return c >= '0' && c <= '9'; }

/// Whether [p, end) is a decimal number as a whole; fills its parts.
static bool scan(const char *p, const char *end, Decimal &number) {
  if (p < end && (*p == '-' || *p == '+'))
    number.negative = *p++ == '-';
  int digits = 0, significant = 0;
  auto digit = [&](char c) {
    ++digits;
    significant += number.mantissa != 0 || c != '0';
    number.mantissa = number.mantissa * 10 + uint64_t(c - '0');
  };
  for (; p < end && isDigit(*p); ++p)
    digit(*p);
  if (p < end && *p == '.')
    for (++p; p < end && isDigit(*p); ++p) {
      digit(*p);
      --number.exponent;
    }
  if (digits == 0)
    return false;
  number.tooLong = significant > 18;
  if (p < end && (*p == 'e' || *p == 'E')) {
    ++p;
    bool negative = p < end && *p == '-';
    p += p < end && (*p == '-' || *p == '+');
    if (p == end || !isDigit(*p))
      return false;
    int64_t power = 0;
    for (; p < end && isDigit(*p); ++p)
      power = power < 100000 ? power * 10 + (*p - '0') : power;
    number.exponent += negative ? -power : power;
  }
  return p == end;
}

template <typename T> static Parsed parseReal(const char *begin, const char *end, T &value) {
  Decimal number;
  if (!scan(begin, end, number))
    return Parsed::notANumber;
  using E = Exact<T>;
  if (!number.tooLong && number.mantissa <= E::mantissa && number.exponent >= -E::power &&
      number.exponent <= E::power) {
    T mantissa = T(int64_t(number.mantissa));
    T magnitude = number.exponent < 0 ? mantissa / E::powers[-number.exponent]
                                      : mantissa * E::powers[number.exponent];
    value = number.negative ? -magnitude : magnitude;
  } else {
    char *stop;
    value = E::parse(begin, &stop);
  }
  return std::isfinite(value) ? Parsed::number : Parsed::outOfRange;
}

Parsed nnrt::parseNumber(const char *begin, const char *end, float &value) {
  return parseReal(begin, end, value);
}
Parsed nnrt::parseNumber(const char *begin, const char *end, double &value) {
  return parseReal(begin, end, value);
}

Parsed nnrt::parseNumber(const char *begin, const char *end, int64_t &value) {
  Decimal number;
  if (!scan(begin, end, number))
    return Parsed::notANumber;
  if (number.mantissa == 0 && !number.tooLong) {
    value = 0;
    return Parsed::number;
  }
  if (number.tooLong) { // rare: 19 digits, or needless zeros after the point
    char *stop;
    errno = 0;
    value = std::strtoll(begin, &stop, 10);
    if (stop == end)
      return errno == ERANGE ? Parsed::outOfRange : Parsed::number;
    double real = std::strtod(begin, nullptr);
    if (std::fabs(real) >= 0x1p63)
      return Parsed::outOfRange;
    value = int64_t(real);
    return real == std::floor(real) ? Parsed::number : Parsed::notWhole;
  }
  for (; number.exponent < 0 && number.mantissa % 10 == 0; ++number.exponent)
    number.mantissa /= 10;
  if (number.exponent < 0)
    return Parsed::notWhole;
  for (; number.exponent > 0; --number.exponent)
    if (__builtin_mul_overflow(number.mantissa, uint64_t(10), &number.mantissa) ||
        number.mantissa > INT64_MAX)
      return Parsed::outOfRange;
  value = number.negative ? -int64_t(number.mantissa) : int64_t(number.mantissa);
  return Parsed::number;
}

Parsed nnrt::parseNumber(const char *begin, const char *end, int32_t &value) {
  int64_t wide = 0;
  Parsed result = parseNumber(begin, end, wide);
  if (result == Parsed::number && wide != int32_t(wide))
    return Parsed::outOfRange;
  value = int32_t(wide);
  return result;
}
