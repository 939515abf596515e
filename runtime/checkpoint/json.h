//===- json.h - a strict reader of JSON text ------------------------------===//
//
// As much of JSON (RFC 8259) as the header of a safetensors file can hold: the caller asks for what
// must come next. Anything else ends the program with a message that names file and byte.
//
//===----------------------------------------------------------------------===//
#ifndef NNRT_CHECKPOINT_JSON_H
#define NNRT_CHECKPOINT_JSON_H

#include "runtime/support/support.h"

namespace nnrt {

class JsonReader {
public:
  JsonReader(const char *location, const char *path, std::string_view text)
      : location(location), path(path), text(text) {}

  /// Skips blanks and takes `c` if it comes next.
  bool take(char c);
  void expect(char c);
  /// A string, unescaped, in UTF-8. It is appended to `out`.
  void string(Text &out);
  /// A whole number from 0 to 2^63 - 1, without sign, fraction or exponent.
  int64_t number();
  /// Only blanks may follow.
  void end();
  [[noreturn]] void error(const char *problem);

private:
  void skipBlanks();
  uint32_t hex();

  const char *location, *path;
  std::string_view text;
  size_t at = 0;
};

/// Appends `value` as a JSON string.
void appendJsonString(Text &out, std::string_view value);

} // namespace nnrt

#endif // NNRT_CHECKPOINT_JSON_H
