//===- json.cpp - a strict reader of JSON text ----------------------------===//
#include "runtime/checkpoint/json.h"

namespace nnrt {

void JsonReader::error(const char *problem) {
  fail(location, "'%s' is not a valid safetensors file: byte %zu of its header: %s", path, at,
       problem);
}

void JsonReader::skipBlanks() {
  while (at < text.size() &&
         (text[at] == ' ' || text[at] == '\t' || text[at] == '\n' || text[at] == '\r'))
    ++at;
}

bool JsonReader::take(char c) {
  skipBlanks();
  if (at == text.size() || text[at] != c)
    return false;
  ++at;
  return true;
}

void JsonReader::expect(char c) {
  if (take(c))
    return;
  char problem[] = "'?' is expected";
  problem[1] = c;
  error(problem);
}

void JsonReader::end() {
  skipBlanks();
  if (at < text.size())
    error("something follows the JSON object");
}

int64_t JsonReader::number() {
  skipBlanks();
  size_t start = at;
  int64_t value = 0;
  for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at)
    if (__builtin_mul_overflow(value, int64_t(10), &value) ||
        __builtin_add_overflow(value, int64_t(text[at] - '0'), &value))
      error("the number is too large");
  bool fraction = at < text.size() && (text[at] == '.' || text[at] == 'e' || text[at] == 'E');
  if (at == start || fraction || (at - start > 1 && text[start] == '0'))
    error("a whole number without sign is expected");
  return value;
}

uint32_t JsonReader::hex() {
  uint32_t value = 0;
  for (int i = 0; i < 4; ++i, ++at) {
    char c = at < text.size() ? text[at] : '\0';
    if (c >= '0' && c <= '9')
      value = value * 16 + uint32_t(c - '0');
    else if ((c | 32) >= 'a' && (c | 32) <= 'f')
      value = value * 16 + uint32_t((c | 32) - 'a' + 10);
    else
      error("four hexadecimal digits are expected after \\u");
  }
  return value;
}

static void appendUtf8(Text &out, uint32_t code) {
  if (code < 0x80) {
    out.append(char(code));
    return;
  }
  if (code < 0x800) {
    out.append(char(0xC0 | (code >> 6)));
  } else {
    if (code < 0x10000) {
      out.append(char(0xE0 | (code >> 12)));
    } else {
      out.append(char(0xF0 | (code >> 18)));
      out.append(char(0x80 | ((code >> 12) & 63)));
    }
    out.append(char(0x80 | ((code >> 6) & 63)));
  }
  out.append(char(0x80 | (code & 63)));
}

void JsonReader::string(Text &out) {
  expect('"');
  for (;;) {
    if (at == text.size())
      error("the string is not closed");
    char c = text[at++];
    if (c == '"')
      return;
    if (static_cast<unsigned char>(c) < 0x20)
      error("a control character stands in a string");
    if (c != '\\') {
      out.append(c);
      continue;
    }
    char escape = at < text.size() ? text[at++] : '\0';
    constexpr std::string_view codes = "\"\\/bfnrt", values = "\"\\/\b\f\n\r\t";
    if (size_t i = codes.find(escape); i != std::string_view::npos) {
      out.append(values[i]);
      continue;
    }
    if (escape != 'u')
      error("the escape in a string is unknown");
    uint32_t code = hex();
    if (code >= 0xD800 && code < 0xDC00) {
      if (!dropFirst(text, at).starts_with("\\u"))
        error("half of a surrogate pair is missing");
      at += 2;
      uint32_t low = hex();
      if (low < 0xDC00 || low > 0xDFFF)
        error("half of a surrogate pair is missing");
      code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    } else if (code >= 0xDC00 && code < 0xE000) {
      error("half of a surrogate pair is missing");
    }
    if (code == 0)
      error("a name holds the character zero");
    appendUtf8(out, code);
  }
}

void appendJsonString(Text &out, std::string_view value) {
  out.append('"');
  for (char c : value) {
    if (c == '"' || c == '\\')
      out.append('\\').append(c);
    else if (static_cast<unsigned char>(c) < 0x20)
      out.format("\\u%04x", c);
    else
      out.append(c);
  }
  out.append('"');
}

} // namespace nnrt
