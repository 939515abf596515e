//===- number.cpp - format specifications and numbers ---------------------===//
//
// Numbers are printed by libc, then grouped, signed and padded here. NaN is "nan" and infinity
// "inf", which are never filled with zeros.
//
//===----------------------------------------------------------------------===//
#include "runtime/text/spec.h"

#include <algorithm>
#include <cinttypes>
#include <cmath>

namespace nnrt {

static bool isAlign(char c) { return c == '<' || c == '>' || c == '^'; }

/// The bytes of the UTF-8 character at `text`.
static size_t characterLength(const char *text) {
  size_t length = *text != '\0';
  while (length > 0 && (text[length] & 0xC0) == 0x80)
    ++length;
  return length;
}

Spec parseSpec(const char *p) {
  Spec spec;
  size_t fill = characterLength(p);
  if (fill > 0 && isAlign(p[fill])) {
    spec.fill = {p, fill};
    spec.align = p[fill];
    p += fill + 1;
  } else if (isAlign(*p)) {
    spec.align = *p++;
  }
  if (*p == '+' || *p == '-' || *p == ' ')
    spec.sign = *p++;
  if (*p == '0') {
    spec.zeros = true;
    ++p;
  }
  for (; *p >= '0' && *p <= '9'; ++p)
    spec.width = std::min(spec.width * 10 + (*p - '0'), 10000);
  if (*p == ',') {
    spec.commas = true;
    ++p;
  }
  if (*p == '.') {
    spec.precision = 0;
    for (++p; *p >= '0' && *p <= '9'; ++p)
      spec.precision = std::min(spec.precision * 10 + (*p - '0'), 10000);
  }
  spec.type = *p;
  return spec;
}

void appendPadded(Text &text, std::string_view body, const Spec &spec, char defaultAlign) {
  int64_t missing = std::max<int64_t>(spec.width - characterCount(body), 0);
  char align = spec.align ? spec.align : defaultAlign;
  int64_t before = align == '>' ? missing : align == '^' ? missing / 2 : 0;
  text.repeat(spec.fill, before).append(body).repeat(spec.fill, missing - before);
}

/// Signs, groups and pads `digits`: a number without its sign.
static void appendNumber(Text &text, bool negative, std::string_view digits, bool finite,
                         const Spec &spec) {
  Text number;
  if (negative)
    number.append('-');
  else if (spec.sign != '-')
    number.append(spec.sign);
  size_t whole = 0;
  while (whole < digits.size() && digits[whole] >= '0' && digits[whole] <= '9')
    ++whole;
  if (spec.zeros && !spec.align && finite) {
    int64_t groups = spec.commas ? int64_t(whole - 1) / 3 : 0;
    number.repeat("0", spec.width - number.size() - int64_t(digits.size()) - groups);
  }
  for (size_t i = 0; i < digits.size(); ++i) {
    if (spec.commas && i > 0 && i < whole && (whole - i) % 3 == 0)
      number.append(',');
    number.append(digits[i]);
  }
  appendPadded(text, number.view(), spec, '>');
}

void appendReal(Text &text, double value, const Spec &spec) {
  Text digits;
  bool negative = std::signbit(value) && !std::isnan(value);
  double magnitude = std::fabs(value);
  if (std::isnan(value)) {
    digits.append("nan");
  } else if (std::isinf(value)) {
    digits.append("inf");
  } else {
    int precision = spec.precision < 0 ? 6 : spec.precision;
    switch (spec.type) {
    case 'f':
      digits.format("%.*f", precision, magnitude);
      break;
    case 'e':
      digits.format("%.*e", precision, magnitude);
      break;
    case '%':
      digits.format("%.*f", precision, magnitude * 100);
      break;
    case 'd':
      digits.format("%.0f", magnitude);
      break;
    default:
      digits.format("%.*g", precision, magnitude);
    }
  }
  if (spec.type == '%')
    digits.append('%');
  appendNumber(text, negative, digits.view(), std::isfinite(value), spec);
}

void appendInteger(Text &text, int64_t value, const Spec &spec) {
  if (spec.type != 0 && spec.type != 'd')
    return appendReal(text, double(value), spec);
  Text digits;
  digits.format("%" PRIu64, value < 0 ? uint64_t(0) - uint64_t(value) : uint64_t(value));
  appendNumber(text, value < 0, digits.view(), true, spec);
}

} // namespace nnrt
