//===- support.h - what the families of the runtime share -----------------===//
//
// Errors, memory that is checked, a growable array, a text builder and the settings of the command
// line. Internal: only the runtime's own sources include it.
//
// Needs libc only. The runtime is linked into programs that have no C++ standard library, so
// nothing here or elsewhere in the runtime may use more of it than header-only templates.
//
//===----------------------------------------------------------------------===//
#ifndef NNRT_SUPPORT_SUPPORT_H
#define NNRT_SUPPORT_SUPPORT_H

#include "runtime/nnrt.h"

#include <cstdarg>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <type_traits>

namespace nnrt {

//===-- Errors ----------------------------------------------------------------===//

/// Prints "LOCATION: error: MESSAGE" on standard error and exits with status 1. Rows of progress
/// that are pending and buffered output come out first. `location` may be null or empty.
[[noreturn]] void fail(const char *location, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/// Prints "PROGRAM: error: MESSAGE" and a pointer to --help, and exits with status 2.
[[noreturn]] void failUsage(const char *format, ...) __attribute__((format(printf, 1, 2)));

/// Writes on standard output, buffered. Where that fails, now or when the buffer is flushed, the
/// program ends: as others do where its reader went away, else with an error. One that keeps going
/// (nn_keep_going) says so once, and its further output is dropped.
void output(std::string_view text);
void flushOutput();

/// Of a program that keeps going: says once that `what` cannot be written, and why, and that the
/// exit status will be 1. Ends any other with an error.
void outputFailed(const char *what, const char *advice, int reason);

//===-- Settings --------------------------------------------------------------===//

/// The flags that every command has, as nn_main found them.
struct Settings {
  uint64_t seed = 0;
  int64_t threads = 0; // 0: as many as CPUs that the process may use
  bool quiet = false;
  bool allowNan = false;
  bool keepGoing = false;  // output that cannot be written does not end the program
  bool lostOutput = false; // and some was not: the exit status is not 0
  int logFile = -1;        // open for writing, or -1
  bool logIsCsv = false;
  const char *logPath = nullptr;
  const char *usageName = "program"; // "digits train": for messages about usage
  const char *location = "";         // see At
};
extern Settings settings;

/// Called before anything else is written on standard output, and with true at the end of the
/// program, so that progress is kept in order. Set by the log family when it is used, else null:
/// thus printing does not bring the log family into a program that does not report.
extern void (*keepProgress)(bool atEnd);

/// Whether standard output stands in the middle of a line that nn_write began.
extern bool outputMidLine;

/// While it lives, messages that know no place in the source (of memory that is missing) have this
/// one: that of the call which needs memory for data. On the main thread only.
class At {
public:
  explicit At(const char *location) : before(settings.location) { settings.location = location; }
  ~At() { settings.location = before; }
  At(const At &) = delete;
  At &operator=(const At &) = delete;

private:
  const char *before;
};

//===-- Memory ----------------------------------------------------------------===//

/// Memory of at least `bytes` bytes, aligned to 64; ends the program when there is none. For
/// std::free.
void *allocate(size_t bytes);

/// As realloc, but ends the program when there is no memory. Alignment as malloc's.
void *reallocate(void *old, size_t bytes);

/// Registers `object` with the innermost open scope, whose end calls release(object).
void ownedByScope(void *object, void (*release)(void *));

/// A growable array of plain values.
template <typename T> class Array {
  static_assert(std::is_trivially_copyable_v<T>);

public:
  Array() = default;
  Array(const Array &) = delete;
  Array &operator=(const Array &) = delete;
  ~Array() { std::free(elements); }

  int64_t size() const { return count; }
  bool empty() const { return count == 0; }
  T *data() { return elements; }
  const T *data() const { return elements; }
  T *begin() { return elements; }
  T *end() { return elements + count; }
  const T *begin() const { return elements; }
  const T *end() const { return elements + count; }
  T &operator[](int64_t i) { return elements[i]; }
  const T &operator[](int64_t i) const { return elements[i]; }
  T &back() { return elements[count - 1]; }

  void reserve(int64_t wanted) {
    if (wanted <= capacity)
      return;
    capacity = wanted > 2 * capacity ? wanted : 2 * capacity;
    elements = static_cast<T *>(reallocate(elements, size_t(capacity) * sizeof(T)));
  }
  void push(T value) {
    reserve(count + 1);
    elements[count++] = value;
  }
  T pop() { return elements[--count]; }
  /// New elements are not initialised.
  void resize(int64_t wanted) {
    reserve(wanted);
    count = wanted;
  }
  /// Hands the memory over to the caller, for std::free.
  T *release() {
    T *result = elements;
    elements = nullptr;
    count = capacity = 0;
    return result;
  }

private:
  T *elements = nullptr;
  int64_t count = 0;
  int64_t capacity = 0;
};

/// A global that is never destroyed, so that it can be used until the process ends; T is valid when
/// all its bytes are zero.
template <typename T> class Immortal {
public:
  T &operator*() { return *reinterpret_cast<T *>(storage); }
  T *operator->() { return reinterpret_cast<T *>(storage); }

private:
  alignas(T) char storage[sizeof(T)] = {};
};

//===-- Text ------------------------------------------------------------------===//

/// A text that grows at its end.
class Text {
public:
  int64_t size() const { return bytes.size(); }
  std::string_view view() const { return {bytes.data(), size_t(bytes.size())}; }
  void truncate(int64_t length) { bytes.resize(length); }

  Text &append(std::string_view text) {
    int64_t old = bytes.size();
    bytes.resize(old + int64_t(text.size()));
    if (!text.empty())
      std::memcpy(bytes.data() + old, text.data(), text.size());
    return *this;
  }
  Text &append(char c) {
    bytes.push(c);
    return *this;
  }
  Text &repeat(std::string_view piece, int64_t times) {
    for (int64_t i = 0; i < times; ++i)
      append(piece);
    return *this;
  }
  /// A number of bytes, for people: "3.0 GiB".
  Text &appendBytes(int64_t count);
  Text &format(const char *format, ...) __attribute__((format(printf, 2, 3)));
  Text &vformat(const char *format, va_list arguments);
  /// The text with a terminating zero; valid until the next change.
  const char *c_str() {
    bytes.push('\0');
    bytes.pop();
    return bytes.data();
  }

private:
  Array<char> bytes;
};

/// `text` without its first `count` bytes. string_view::substr would need the C++ library, to
/// throw.
inline std::string_view dropFirst(std::string_view text, size_t count) {
  return {text.data() + count, text.size() - count};
}

/// The number of characters (code points) of a UTF-8 text: its width on a terminal, near enough.
int64_t characterCount(std::string_view text);

/// Size in bytes and name of an element type; 0 and null for a number that is not one.
int64_t sizeOf(int64_t dtype);
const char *nameOf(int64_t dtype);

/// The value of a bfloat16, whose bits are the upper half of an f32's.
inline float fromBf16(uint16_t bits) {
  uint32_t wide = uint32_t(bits) << 16;
  float value;
  std::memcpy(&value, &wide, sizeof value);
  return value;
}

} // namespace nnrt

#endif // NNRT_SUPPORT_SUPPORT_H
