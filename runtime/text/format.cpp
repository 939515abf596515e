//===- format.cpp - building and comparing strings ------------------------===//
//
// One buffer holds the text under construction. A hole's expression may build a text of its own:
// texts then nest, each beginning where the buffer ended.
//
//===----------------------------------------------------------------------===//
#include "runtime/text/spec.h"

#include <algorithm>

using namespace nnrt;

static constinit Immortal<Text> buffer;
static constinit Immortal<Array<int64_t>> starts;

Text &nnrt::formatted() { return *buffer; }
int64_t nnrt::formattedStart() { return starts->back(); }

extern "C" void nn_format_begin(void) { starts->push(buffer->size()); }
extern "C" void nn_format_text(const char *text) { buffer->append(text); }
extern "C" void nn_format_f64(double value, const char *spec) {
  appendReal(*buffer, value, parseSpec(spec));
}
extern "C" void nn_format_i64(int64_t value, const char *spec) {
  appendInteger(*buffer, value, parseSpec(spec));
}

extern "C" void nn_format_bool(int64_t value, const char *spec) {
  appendPadded(*buffer, value ? "true" : "false", parseSpec(spec), '<');
}

extern "C" void nn_format_str(const char *value, const char *text) {
  Spec spec = parseSpec(text);
  std::string_view body = value;
  if (spec.precision >= 0) {
    size_t length = 0;
    for (int64_t left = spec.precision; length < body.size(); ++length)
      if ((body[length] & 0xC0) != 0x80 && left-- == 0)
        break;
    body = body.substr(0, length);
  }
  appendPadded(*buffer, body, spec, '<');
}

extern "C" const char *nn_format_end(void) {
  int64_t start = starts->pop();
  std::string_view text = dropFirst(buffer->view(), size_t(start));
  auto *result = static_cast<char *>(reallocate(nullptr, text.size() + 1));
  std::memcpy(result, text.data(), text.size());
  result[text.size()] = '\0';
  buffer->truncate(start);
  ownedByScope(result, std::free);
  return result;
}

extern "C" const char *nn_string_assign(const char *old, const char *value) {
  size_t bytes = std::strlen(value) + 1;
  auto *copy = static_cast<char *>(reallocate(nullptr, bytes));
  std::memcpy(copy, value, bytes); // before freeing: value may be `old`
  std::free(const_cast<char *>(old));
  return copy;
}

extern "C" int64_t nn_string_equal(const char *a, const char *b) { return std::strcmp(a, b) == 0; }
