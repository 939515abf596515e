//===- npy.cpp - arrays in NumPy's format ---------------------------------===//
//
// A magic number, the version, the length of the header, the header (a Python dictionary: descr,
// fortran_order, shape), the elements. See NumPy's documentation of numpy.lib.format.
//
//===----------------------------------------------------------------------===//
#include "runtime/data/npy.h"
#include "runtime/support/wholefile.h"

#include <algorithm>
#include <cinttypes>

using namespace nnrt;

namespace {
/// The dictionary of a header, read from left to right.
struct Header {
  const char *location, *name;
  const char *p, *end;
  std::string_view descr;
  bool fortran = false;
  Array<int64_t> shape;

  [[noreturn]] void bad(const char *what) {
    fail(location, "%s is not a valid npy file: its header has %s; save it again", name, what);
  }
  void skipBlanks() {
    while (p < end && (*p == ' ' || *p == '\n' || *p == '\t'))
      ++p;
  }
  bool take(char c) {
    skipBlanks();
    if (p == end || *p != c)
      return false;
    ++p;
    return true;
  }
  std::string_view string() {
    skipBlanks();
    if (p == end || (*p != '\'' && *p != '"'))
      bad("no text where one is needed (a structured array?)");
    char quote = *p++;
    const char *begin = p;
    while (p < end && *p != quote)
      ++p;
    if (p == end)
      bad("a quote that is not closed");
    return {begin, size_t(p++ - begin)};
  }
  bool word(std::string_view text) {
    skipBlanks();
    if (size_t(end - p) < text.size() || std::string_view(p, text.size()) != text)
      return false;
    p += text.size();
    return true;
  }
  void parseShape() {
    if (!take('('))
      bad("no shape");
    while (!take(')')) {
      skipBlanks();
      int64_t size = 0;
      const char *begin = p;
      for (; p < end && *p >= '0' && *p <= '9'; ++p)
        if (__builtin_mul_overflow(size, int64_t(10), &size) ||
            __builtin_add_overflow(size, int64_t(*p - '0'), &size))
          bad("a size beyond all memory");
      if (p == begin)
        bad("no number where a size is needed");
      shape.push(size);
      if (!take(',')) {
        if (!take(')'))
          bad("a shape that is not closed");
        return;
      }
    }
  }
  void parse() {
    if (!take('{'))
      bad("no dictionary");
    bool hasShape = false, hasOrder = false;
    while (!take('}')) {
      std::string_view key = string();
      if (!take(':'))
        bad("no value where one is needed");
      if (key == "descr") {
        descr = string();
      } else if (key == "fortran_order") {
        fortran = word("True");
        hasOrder = fortran || word("False");
      } else if (key == "shape") {
        parseShape();
        hasShape = true;
      } else {
        bad("an entry that it should not have");
      }
      if (!take(',')) {
        if (!take('}'))
          bad("a dictionary that is not closed");
        break;
      }
    }
    if (descr.empty() || !hasShape || !hasOrder)
      bad("not descr, fortran_order and shape");
  }
};
} // namespace

/// The element type of a description such as "<f4"; false for one that is not supported.
static bool findType(std::string_view descr, Raw &raw, bool &isBool, bool &isBig) {
  if (descr.size() != 3)
    return false;
  isBig = descr[0] == '>';
  std::string_view type = dropFirst(descr, 1);
  struct Known {
    std::string_view name;
    Raw raw;
  };
  constexpr Known known[] = {{"b1", Raw::u8},  {"u1", Raw::u8},  {"i1", Raw::i8},
                             {"i2", Raw::i16}, {"i4", Raw::i32}, {"i8", Raw::i64},
                             {"f4", Raw::f32}, {"f8", Raw::f64}};
  for (const Known &one : known)
    if (one.name == type) {
      raw = one.raw;
      isBool = type == "b1";
      return true;
    }
  return false;
}

static void deleteText(void *object) {
  static_cast<Text *>(object)->~Text();
  std::free(object);
}

NpyArray nnrt::parseNpy(const char *location, const char *name, char *bytes, int64_t size) {
  if (size < 10 || std::memcmp(bytes, "\x93NUMPY", 6) != 0)
    fail(location,
         "%s is not an npy file: it does not begin with NumPy's magic number; check the "
         "path",
         name);
  int major = bytes[6];
  if (major < 1 || major > 3)
    fail(location, "%s is an npy file of version %d; versions 1 to 3 are known", name, major);
  int64_t lengthBytes = major == 1 ? 2 : 4, length = 0;
  for (int64_t i = lengthBytes - 1; i >= 0 && 8 + i < size; --i)
    length = length << 8 | uint8_t(bytes[8 + i]);
  int64_t begin = 8 + lengthBytes;
  if (begin + length > size)
    fail(location, "%s is cut short: it ends within its header; fetch or copy the file again",
         name);
  Header header{location, name, bytes + begin, bytes + begin + length, {}, false, {}};
  header.parse();
  NpyArray array{name, Raw::u8, false, 1, 1, nullptr, bytes};
  bool isBig = false;
  if (!findType(header.descr, array.raw, array.isBool, isBig))
    fail(location,
         "%s has elements of type '%.*s'; save it as float32, float64, int32, int64, int16, int8, "
         "uint8 or bool",
         name, int(header.descr.size()), header.descr.data());
  if (header.fortran && header.shape.size() > 1)
    fail(location,
         "%s is stored by columns (Fortran order); save numpy.ascontiguousarray of it instead",
         name);
  array.shape = new (allocate(sizeof(Text))) Text();
  ownedByScope(array.shape, deleteText);
  array.shape->append('(');
  bool huge = false;
  for (int64_t i = 0; i < header.shape.size(); ++i) {
    array.shape->format(i ? ", %" PRId64 : "%" PRId64, header.shape[i]);
    if (i == 0)
      array.items = header.shape[0];
    else
      huge |= __builtin_mul_overflow(array.itemSize, header.shape[i], &array.itemSize);
  }
  array.shape->append(')');
  if (header.shape.empty())
    fail(location, "%s holds a single number; an axis of rows is needed", name);
  int64_t width = sizeOf(array.raw), wanted = 0;
  huge |= __builtin_mul_overflow(array.items, array.itemSize, &wanted);
  huge |= __builtin_mul_overflow(wanted, width, &wanted);
  int64_t there = size - begin - length;
  if (huge || there != wanted)
    fail(location,
         "%s is %s: its header announces the shape %s, but %" PRId64
         " bytes follow; fetch or copy the file again",
         name, huge || there < wanted ? "cut short" : "damaged", array.shape->c_str(), there);
  if (array.items == 0)
    fail(location, "%s: there are no rows; its shape is %s", name, array.shape->c_str());
  std::memmove(bytes, bytes + begin + length, size_t(wanted));
  for (char *p = bytes; isBig && p < bytes + wanted; p += width)
    std::reverse(p, p + width);
  return array;
}

void nnrt::addArray(const char *location, Storage *storage, const nn_field &field,
                    const NpyArray &array) {
  if (array.itemSize != field.column_count) {
    Text wanted;
    wanted.append("(rows");
    for (int64_t i = 0; i < field.rank; ++i)
      wanted.format(", %" PRId64, field.dims[i]);
    fail(location, "%s has the shape %s, but the field '%s' needs %s); correct its type",
         array.name, array.shape->c_str(), field.name, wanted.c_str());
  }
  if (!storage->columns.empty() && storage->rows != array.items)
    fail(location,
         "%s holds %" PRId64 " rows, but the field '%s' before it has %" PRId64
         "; the arrays of a data set must belong together",
         array.name, array.items, storage->columns.back().field.name, storage->rows);
  storage->rows = array.items;
  checkValues(location, array.name, field, array.raw, array.values, array.items, array.itemSize);
  void *values = array.values;
  if (field.dtype == NN_BOOL && array.raw != Raw::u8) {
    // Truth values are kept as bytes.
    auto *bytes = static_cast<uint8_t *>(allocate(size_t(array.items * array.itemSize)));
    int64_t width = sizeOf(array.raw);
    for (int64_t i = 0; i < array.items * array.itemSize; ++i)
      bytes[i] = std::any_of(array.values + i * width, array.values + (i + 1) * width,
                             [](char c) { return c != 0; });
    storage->buffers.push(bytes);
    values = bytes;
  }
  addColumn(storage, field, field.dtype == NN_BOOL ? Raw::u8 : array.raw, values);
}

extern "C" nn_dataset *nn_npy(const char *location, int64_t path_count, const char *const *paths,
                              const int64_t *, int64_t field_count, const nn_field *fields) {
  At at(location);
  Storage *storage = newStorage();
  Array<NpyArray> arrays;
  for (int64_t i = 0; i < path_count; ++i) {
    int64_t size;
    char *bytes = readFile(location, paths[i], size);
    storage->buffers.push(bytes);
    arrays.push(parseNpy(location, paths[i], bytes, size));
  }
  for (int64_t f = 0; f < field_count; ++f)
    addArray(location, storage, fields[f], arrays[fields[f].first_column]);
  return wholeDataset(storage);
}

extern "C" void nn_save_npy(const char *location, const char *path, int64_t dtype, int64_t rank,
                            const int64_t *dims, const void *data) {
  const char *descr = dtype == NN_F32    ? "<f4"
                      : dtype == NN_F64  ? "<f8"
                      : dtype == NN_I32  ? "<i4"
                      : dtype == NN_I64  ? "<i8"
                      : dtype == NN_BOOL ? "|b1"
                                         : nullptr;
  if (!descr)
    fail(location, "cannot save to '%s': npy files have no %s; convert it with f32(x)", path,
         nameOf(dtype));
  Text header;
  header.format("{'descr': '%s', 'fortran_order': False, 'shape': (", descr);
  int64_t count = 1;
  for (int64_t i = 0; i < rank; ++i) {
    header.format("%" PRId64 ", ", dims[i]);
    count *= dims[i];
  }
  if (rank > 1)
    header.truncate(header.size() - 2);
  header.append("), }");
  // The header ends with a line break, so that the elements begin at a multiple of 64.
  while ((10 + header.size() + 1) % 64 != 0)
    header.append(' ');
  header.append('\n');
  WholeFile file(location, path);
  char start[10] = {
      '\x93', 'N', 'U', 'M', 'P', 'Y', 1, 0, char(header.size() & 0xFF), char(header.size() >> 8)};
  file.write(start, sizeof start);
  file.write(header.view().data(), header.size());
  file.write(data, count * sizeOf(dtype));
  file.finish();
}
