//===- header.cpp - the header of a safetensors file ----------------------===//
#include "runtime/checkpoint/header.h"
#include "runtime/checkpoint/json.h"

#include <algorithm>
#include <bit>
#include <cinttypes>

static_assert(std::endian::native == std::endian::little, "the format is little-endian");

namespace nnrt {

namespace {
struct FileType {
  const char *name;
  int64_t bytes;
};
} // namespace

/// All types of the format. Ours are among them, with the same names in small letters.
static constexpr FileType fileTypes[] = {{"BOOL", 1}, {"U8", 1},      {"I32", 4},    {"I64", 8},
                                         {"BF16", 2}, {"F32", 4},     {"F64", 8},    {"I8", 1},
                                         {"I16", 2},  {"U16", 2},     {"U32", 4},    {"U64", 8},
                                         {"F16", 2},  {"F8_E4M3", 1}, {"F8_E5M2", 1}};

/// The format's name of an element type, given ours; null where it has none.
static constexpr const char *findFileType(std::string_view name) {
  for (const FileType &type : fileTypes) {
    std::string_view capitals = type.name;
    bool same = capitals.size() == name.size();
    for (size_t i = 0; same && i < name.size(); ++i)
      same = capitals[i] == (name[i] >= 'a' && name[i] <= 'z' ? name[i] - 'a' + 'A' : name[i]);
    if (same)
      return type.name;
  }
  return nullptr;
}

#define NN_CHECK(enumerator, value, name, bytes)                                                   \
  static_assert(findFileType(#name), "the format of checkpoints has a name for each type");
NN_DTYPES(NN_CHECK)
#undef NN_CHECK

const char *fileTypeOf(int64_t dtype) { return findFileType(nameOf(dtype)); }

static int64_t bytesOf(std::string_view type) {
  for (const FileType &known : fileTypes)
    if (type == known.name)
      return known.bytes;
  return 0;
}

void appendType(Text &out, const char *type, int64_t rank, const int64_t *dims) {
  out.append(type).append('[');
  for (int64_t d = 0; d < rank; ++d)
    out.append(d ? ", " : "").format("%" PRId64, dims[d]);
  out.append(']');
}

int64_t elementCount(int64_t rank, const int64_t *dims) {
  int64_t count = 1;
  for (int64_t d = 0; d < rank; ++d)
    count *= dims[d];
  return count;
}

void writeHeader(Text &out, int64_t count, const nn_tensor_info *infos, const int64_t *order) {
  out.append(std::string_view("\0\0\0\0\0\0\0\0", lengthBytes)).append('{');
  int64_t offset = 0;
  for (int64_t i = 0; i < count; ++i) {
    const nn_tensor_info &info = infos[order[i]];
    int64_t end = offset + elementCount(info.rank, info.dims) * sizeOf(info.dtype);
    out.append(i ? "," : "");
    appendJsonString(out, info.name);
    out.append(":{\"dtype\":\"").append(fileTypeOf(info.dtype)).append("\",\"shape\":[");
    for (int64_t d = 0; d < info.rank; ++d)
      out.append(d ? "," : "").format("%" PRId64, info.dims[d]);
    out.format("],\"data_offsets\":[%" PRId64 ",%" PRId64 "]}", offset, end);
    offset = end;
  }
  out.append('}').repeat(" ", -out.size() & 7);
  int64_t length = out.size() - lengthBytes;
  std::memcpy(const_cast<char *>(out.view().data()), &length, sizeof length);
}

/// A copy of a string that the innermost scope owns.
static const char *intern(Text &text) {
  auto *copy = static_cast<char *>(reallocate(nullptr, size_t(text.size()) + 1));
  std::memcpy(copy, text.c_str(), size_t(text.size()) + 1);
  ownedByScope(copy, std::free);
  return copy;
}

static const char *readString(JsonReader &json) {
  Text text;
  json.string(text);
  return intern(text);
}

static void skipMetadata(JsonReader &json) {
  json.expect('{');
  if (json.take('}'))
    return;
  do {
    Text ignored;
    json.string(ignored);
    json.expect(':');
    json.string(ignored);
  } while (json.take(','));
  json.expect('}');
}

static void readEntry(JsonReader &json, Entry &entry) {
  bool hasType = false, hasShape = false, hasOffsets = false;
  json.expect('{');
  do {
    Text key;
    json.string(key);
    json.expect(':');
    if (key.view() == "dtype" && !hasType) {
      hasType = true;
      entry.type = readString(json);
      if (bytesOf(entry.type) == 0)
        json.error("the dtype is unknown");
    } else if (key.view() == "shape" && !hasShape) {
      hasShape = true;
      Array<int64_t> dims;
      json.expect('[');
      if (!json.take(']')) {
        do
          dims.push(json.number());
        while (json.take(','));
        json.expect(']');
      }
      entry.rank = dims.size();
      int64_t *owned = dims.release();
      ownedByScope(owned, std::free);
      entry.dims = owned;
    } else if (key.view() == "data_offsets" && !hasOffsets) {
      hasOffsets = true;
      json.expect('[');
      entry.begin = json.number();
      json.expect(',');
      entry.end = json.number();
      json.expect(']');
    } else {
      json.error("a tensor has exactly one of dtype, shape and data_offsets each");
    }
  } while (json.take(','));
  json.expect('}');
  if (!hasType || !hasShape || !hasOffsets)
    json.error("a tensor lacks its dtype, shape or data_offsets");
}

/// Whether the bytes of an entry are those that its shape and type need.
static bool sizeFits(const Entry &entry) {
  int64_t bytes = bytesOf(entry.type);
  for (int64_t d = 0; d < entry.rank; ++d)
    if (__builtin_mul_overflow(bytes, entry.dims[d], &bytes))
      return false;
  return entry.begin <= entry.end && entry.end - entry.begin == bytes;
}

void readHeader(const char *location, const char *path, std::string_view file,
                Array<Entry> &entries) {
  auto size = int64_t(file.size());
  uint64_t length = 0;
  if (size < lengthBytes)
    fail(location,
         "'%s' is not a valid safetensors file: it has only %" PRId64 " bytes; was it saved by a "
         "program, and copied whole?",
         path, size);
  std::memcpy(&length, file.data(), sizeof length);
  if (length > uint64_t(longestHeader))
    fail(location,
         "'%s' is not a valid safetensors file: it announces a header of %" PRIu64 " bytes", path,
         length);
  if (int64_t(length) > size - lengthBytes)
    fail(location,
         "'%s' is cut short: its header of %" PRIu64
         " bytes goes beyond its end; copy the file again",
         path, length);

  JsonReader json(location, path, dropFirst(file, size_t(lengthBytes)).substr(0, size_t(length)));
  json.expect('{');
  if (!json.take('}')) {
    do {
      Entry entry = {};
      entry.name = readString(json);
      json.expect(':');
      if (std::strcmp(entry.name, "__metadata__") == 0) {
        skipMetadata(json);
        continue;
      }
      readEntry(json, entry);
      entries.push(entry);
    } while (json.take(','));
    json.expect('}');
  }
  json.end();

  std::sort(entries.begin(), entries.end(),
            [](const Entry &a, const Entry &b) { return std::strcmp(a.name, b.name) < 0; });
  for (int64_t i = 0; i < entries.size(); ++i) {
    const Entry &entry = entries[i];
    if (i > 0 && std::strcmp(entries[i - 1].name, entry.name) == 0)
      fail(location, "'%s' is not a valid safetensors file: it describes the tensor '%s' twice",
           path, entry.name);
    if (!sizeFits(entry)) {
      Text type;
      appendType(type, entry.type, entry.rank, entry.dims);
      fail(location,
           "'%s' is not a valid safetensors file: the tensor '%s' is %s, which its data_offsets "
           "%" PRId64 " to %" PRId64 " do not fit",
           path, entry.name, type.c_str(), entry.begin, entry.end);
    }
  }
  std::sort(entries.begin(), entries.end(), [](const Entry &a, const Entry &b) {
    return a.begin != b.begin ? a.begin < b.begin : a.end < b.end; // empty tensors first
  });
  int64_t offset = 0, dataBytes = size - lengthBytes - int64_t(length);
  for (const Entry &entry : entries) {
    if (entry.begin != offset)
      fail(location, "'%s' is not a valid safetensors file: the bytes of the tensor '%s' %s", path,
           entry.name,
           entry.begin < offset ? "overlap those of another" : "leave a gap before them");
    offset = entry.end;
  }
  if (offset > dataBytes)
    fail(location,
         "'%s' is cut short: its tensors have %" PRId64 " bytes, but only %" PRId64
         " are there; copy the file again",
         path, offset, dataBytes);
  if (offset < dataBytes)
    fail(location, "'%s' is not a valid safetensors file: %" PRId64 " bytes follow its tensors",
         path, dataBytes - offset);
}

} // namespace nnrt
