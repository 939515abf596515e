//===- support.cpp - checked memory, text, element types ------------------===//
//
// The functions of support.h that are neither errors nor templates.
//
//===----------------------------------------------------------------------===//
#include "runtime/support/support.h"

#include <cstdio>

namespace nnrt {

[[noreturn]] static void failMemory(size_t bytes) {
  Text wanted;
  wanted.appendBytes(int64_t(bytes));
  fail(settings.location, "out of memory: %s are wanted, which the system does not give",
       wanted.c_str());
}

void *allocate(size_t bytes) {
  void *memory = nullptr;
  if (posix_memalign(&memory, 64, bytes ? bytes : 1) != 0)
    failMemory(bytes);
  return memory;
}

void *reallocate(void *old, size_t bytes) {
  void *memory = std::realloc(old, bytes ? bytes : 1);
  if (!memory)
    failMemory(bytes);
  return memory;
}

Text &Text::vformat(const char *format, va_list arguments) {
  va_list copy;
  va_copy(copy, arguments);
  int length = std::vsnprintf(nullptr, 0, format, copy);
  va_end(copy);
  if (length <= 0)
    return *this;
  int64_t old = bytes.size();
  bytes.resize(old + length + 1);
  std::vsnprintf(bytes.data() + old, size_t(length) + 1, format, arguments);
  bytes.resize(old + length);
  return *this;
}

Text &Text::appendBytes(int64_t count) {
  static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  int unit = 0;
  double number = double(count);
  for (; number >= 1024 && unit < 6; ++unit)
    number /= 1024;
  return format(unit ? "%.1f %s" : "%.0f %s", number, units[unit]);
}

Text &Text::format(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vformat(format, arguments);
  va_end(arguments);
  return *this;
}

int64_t characterCount(std::string_view text) {
  int64_t count = 0;
  for (char c : text)
    count += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  return count;
}

int64_t sizeOf(int64_t dtype) {
  switch (dtype) {
#define NNRT_CASE(DTYPE, VALUE, NAME, BYTES)                                                       \
  case DTYPE:                                                                                      \
    return BYTES;
    NN_DTYPES(NNRT_CASE)
#undef NNRT_CASE
  }
  return 0;
}

const char *nameOf(int64_t dtype) {
  switch (dtype) {
#define NNRT_CASE(DTYPE, VALUE, NAME, BYTES)                                                       \
  case DTYPE:                                                                                      \
    return #NAME;
    NN_DTYPES(NNRT_CASE)
#undef NNRT_CASE
  }
  return nullptr;
}

} // namespace nnrt
