//===- characters.cpp - texts as numbers of characters --------------------===//
//
// A vocabulary is an array of code points, -1 in places that are free; a character's number is its
// place. Without a vocabulary the numbers are bytes. Texts are UTF-8.
//
//===----------------------------------------------------------------------===//
#include "runtime/data/dataset.h"

#include <algorithm>
#include <cinttypes>

using namespace nnrt;

/// The code point at `p`, which moves behind it; -1 where the bytes are no UTF-8 (RFC 3629).
static int32_t nextCharacter(const char *&p, const char *end) {
  auto byte = [&](int64_t i) { return p + i < end ? uint8_t(p[i]) : 0; };
  uint8_t first = byte(0);
  int length = first < 0x80 ? 1 : first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  if (length == 0 || first > 0xF4)
    return -1;
  int32_t code = length == 1 ? first : first & (0x7F >> length);
  for (int i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80)
      return -1;
    code = code << 6 | (byte(i) & 0x3F);
  }
  bool isOverlong = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
  if (isOverlong || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000))
    return -1;
  p += length;
  return code;
}

static void appendCharacter(Text &text, int32_t code) {
  auto tail = [&](int shift) { text.append(char(0x80 | (code >> shift & 0x3F))); };
  if (code < 0x80) {
    text.append(char(code));
  } else if (code < 0x800) {
    text.append(char(0xC0 | code >> 6));
    tail(0);
  } else if (code < 0x10000) {
    text.append(char(0xE0 | code >> 12));
    tail(6);
    tail(0);
  } else {
    text.append(char(0xF0 | code >> 18));
    tail(12);
    tail(6);
    tail(0);
  }
}

/// A character as messages show it: 'é' (U+00E9); a control character by its number alone.
static const char *show(Text &text, int32_t code) {
  if (code >= 0x20 && code != 0x7F) {
    text.append('\'');
    appendCharacter(text, code);
    text.append("' ");
  }
  return text.format("(U+%04X)", unsigned(code)).c_str();
}

namespace {
/// The numbers of characters, by code point.
class Numbers {
public:
  Numbers(const int32_t *characters, int64_t size) {
    for (int64_t i = 0; i < size; ++i)
      if (characters[i] >= 0)
        sorted.push({characters[i], int32_t(i)});
    std::sort(sorted.begin(), sorted.end(),
              [](const Entry &a, const Entry &b) { return a.code < b.code; });
    for (int64_t i = 0; i < 128; ++i)
      ascii[i] = search(int32_t(i));
  }
  /// -1 for a character that is not there.
  int32_t find(int32_t code) const { return code < 128 ? ascii[code] : search(code); }
  int64_t size() const { return sorted.size(); }

private:
  struct Entry {
    int32_t code, number;
  };
  int32_t search(int32_t code) const {
    const Entry *end = sorted.data() + sorted.size();
    const Entry *at = std::lower_bound(sorted.data(), end, code,
                                       [](const Entry &e, int32_t c) { return e.code < c; });
    return at != end && at->code == code ? at->number : -1;
  }
  Array<Entry> sorted;
  int32_t ascii[128];
};
} // namespace

[[noreturn]] static void notUtf8(const char *location, const char *path, int64_t byte) {
  fail(location,
       "%s is not a UTF-8 text: byte %" PRId64 " begins no character; convert it, or read it as "
       "bytes, with Bytes() for the vocabulary",
       path, byte);
}

extern "C" nn_dataset *nn_text_data(const char *location, const char *path,
                                    const int32_t *characters, int64_t size) {
  At at(location);
  int64_t bytes;
  char *text = readFile(location, path, bytes);
  if (bytes == 0)
    fail(location, "%s: there are no characters; the file is empty", path);
  Storage *storage = newStorage();
  nn_field field = {};
  field.name = "characters";
  field.dtype = NN_I32;
  field.column_count = 1;
  storage->rows = bytes;
  if (size == 0) {
    storage->buffers.push(text);
    addColumn(storage, field, Raw::u8, text);
    return wholeDataset(storage);
  }
  Numbers numbers(characters, size);
  bool isSmall = size <= 256; // then in the place of the text, which is at least as long
  auto *wide = isSmall ? nullptr : static_cast<int32_t *>(allocate(size_t(bytes) * 4));
  int64_t count = 0;
  for (const char *p = text, *end = text + bytes; p < end; ++count) {
    const char *at = p;
    int32_t code = nextCharacter(p, end);
    if (code < 0)
      notUtf8(location, path, at - text);
    int32_t number = numbers.find(code);
    if (number < 0) {
      Text shown;
      fail(location,
           "%s, character %" PRId64 ": %s is not in the vocabulary, which has %" PRId64
           " characters; let it learn this text, too",
           path, count, show(shown, code), numbers.size());
    }
    if (isSmall)
      text[count] = char(number);
    else
      wide[count] = number;
  }
  storage->rows = count;
  if (!isSmall)
    std::free(text);
  void *values = isSmall ? static_cast<void *>(text) : wide;
  storage->buffers.push(values);
  addColumn(storage, field, isSmall ? Raw::u8 : Raw::i32, values);
  return wholeDataset(storage);
}

extern "C" void nn_text_characters(const char *location, const char *path, const int32_t *known,
                                   int32_t *out, int64_t size) {
  At at(location);
  int64_t bytes;
  char *text = readFile(location, path, bytes);
  Numbers numbers(known, size);
  constexpr int64_t codes = 0x110000;
  auto *isNew = static_cast<uint8_t *>(allocate(codes));
  std::memset(isNew, 0, codes);
  for (const char *p = text, *end = text + bytes; p < end;) {
    const char *at = p;
    int32_t code = nextCharacter(p, end);
    if (code < 0)
      notUtf8(location, path, at - text);
    isNew[code] |= numbers.find(code) < 0;
  }
  int64_t total = numbers.size() + std::count(isNew, isNew + codes, 1);
  if (total > size)
    fail(location,
         "%s: the vocabulary has room for %" PRId64 " characters, but there are %" PRId64
         " different ones; make it larger",
         path, size, total);
  std::memmove(out, known, size_t(size) * sizeof *out);
  int64_t place = 0;
  for (int32_t code = 0; code < codes; ++code)
    if (isNew[code]) {
      while (out[place] >= 0)
        ++place;
      out[place] = code;
    }
  std::free(isNew);
  std::free(text);
}

extern "C" int64_t nn_text_size(const char *text, int64_t bytes) {
  return bytes ? int64_t(std::strlen(text)) : characterCount(text);
}

extern "C" void nn_encode(const char *location, const char *text, int32_t *out,
                          const int32_t *characters, int64_t size) {
  const char *end = text + std::strlen(text);
  if (size == 0) {
    for (; text < end; ++text)
      *out++ = uint8_t(*text);
    return;
  }
  Numbers numbers(characters, size);
  int64_t room = characterCount(text);
  for (const char *p = text; p < end && room > 0; --room) {
    int32_t code = nextCharacter(p, end);
    if (code < 0)
      fail(location,
           "cannot encode this text: it is not UTF-8; byte %" PRId64 " begins no character",
           int64_t(p - text));
    *out = numbers.find(code);
    Text shown;
    if (*out++ < 0)
      fail(location,
           "cannot encode this text: %s is not in the vocabulary, which has %" PRId64
           " characters%s",
           show(shown, code), numbers.size(),
           numbers.size() == 0 ? "; load the model, or read a text first" : "");
  }
}

extern "C" const char *nn_decode(const char *location, const int32_t *ids, int64_t count,
                                 const int32_t *characters, int64_t size) {
  Text text;
  for (int64_t i = 0; i < count; ++i) {
    int64_t id = ids[i];
    if (size == 0 ? id < 1 || id > 255 : id < 0 || id >= size || characters[id] < 0)
      fail(location,
           size == 0 ? "cannot decode %" PRId64 ": a byte of a text is a number from 1 to 255"
                     : "cannot decode %" PRId64 ": the vocabulary has no character of this number",
           id);
    if (size == 0)
      text.append(char(id));
    else
      appendCharacter(text, characters[id]);
  }
  auto *result = static_cast<char *>(reallocate(nullptr, size_t(text.size()) + 1));
  std::memcpy(result, text.c_str(), size_t(text.size()) + 1);
  ownedByScope(result, std::free);
  return result;
}
