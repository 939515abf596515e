//===- npz.cpp - several arrays in a zip archive --------------------------===//
//
// The archive's central directory, at its end, says where each file lies (PKWARE's APPNOTE,
// sections 4.3 and 4.5). Files are stored or deflated; their check sums are verified.
//
//===----------------------------------------------------------------------===//
#include "runtime/data/npy.h"

#include <algorithm>
#include <cinttypes>
#include <zlib.h>

using namespace nnrt;

namespace {
/// A file of the archive.
struct Entry {
  std::string_view name;
  int64_t method, flags, packed, size, local;
  uint32_t checksum;
};

/// An archive in memory; numbers are little-endian.
class Archive {
public:
  Archive(const char *location, const char *path, const char *bytes, int64_t size)
      : location(location), path(path), bytes(bytes), size(size) {
    readDirectory();
  }
  const Entry *find(std::string_view name) const {
    for (const Entry &entry : entries)
      if (entry.name.size() == name.size() + 4 &&
          std::memcmp(entry.name.data(), name.data(), name.size()) == 0 &&
          dropFirst(entry.name, name.size()) == ".npy")
        return &entry;
    return nullptr;
  }
  /// The file's contents; memory for std::free.
  char *unpack(const Entry &entry) const;
  const char *listNames(Text &text) const;

private:
  int64_t number(int64_t at, int64_t width) const {
    if (at < 0 || at > size - width)
      damaged("it ends too early");
    uint64_t value = 0;
    for (int64_t i = width - 1; i >= 0; --i)
      value = value << 8 | uint8_t(bytes[at + i]);
    return int64_t(value);
  }
  [[noreturn]] void damaged(const char *what) const {
    fail(location, "%s is not a valid npz file: %s; fetch, copy or save it again", path, what);
  }
  void readDirectory();
  void readSizes64(Entry &entry, int64_t at, int64_t length);

  const char *location, *path, *bytes;
  int64_t size;
  Array<Entry> entries;
};
} // namespace

void Archive::readDirectory() {
  constexpr int64_t endSize = 22, longestComment = 65535;
  int64_t end = size - endSize;
  while (end >= std::max<int64_t>(0, size - endSize - longestComment) &&
         std::memcmp(bytes + end, "PK\5\6", 4) != 0)
    --end;
  if (end < std::max<int64_t>(0, size - endSize - longestComment))
    damaged("it is no zip archive, or cut short");
  int64_t count = number(end + 10, 2), at = number(end + 16, 4);
  if (count == 0xFFFF || at == 0xFFFFFFFF) { // the large form, found by its locator
    if (end < 20 || std::memcmp(bytes + end - 20, "PK\6\7", 4) != 0)
      damaged("the large form of its directory is missing");
    int64_t large = number(end - 20 + 8, 8);
    count = number(large + 32, 8);
    at = number(large + 48, 8);
  }
  for (int64_t i = 0; i < count; ++i) {
    if (number(at, 4) != 0x02014b50)
      damaged("its directory is damaged");
    Entry entry;
    entry.flags = number(at + 8, 2);
    entry.method = number(at + 10, 2);
    entry.checksum = uint32_t(number(at + 16, 4));
    entry.packed = number(at + 20, 4);
    entry.size = number(at + 24, 4);
    int64_t name = number(at + 28, 2), extra = number(at + 30, 2), comment = number(at + 32, 2);
    entry.local = number(at + 42, 4);
    number(at + 46 + name + extra, 0);
    entry.name = {bytes + at + 46, size_t(name)};
    readSizes64(entry, at + 46 + name, extra);
    entries.push(entry);
    at += 46 + name + extra + comment;
  }
}

/// Sizes beyond 32 bits stand in the extra field number 1, those that need it only.
void Archive::readSizes64(Entry &entry, int64_t at, int64_t length) {
  for (int64_t end = at + length; at + 4 <= end;) {
    int64_t kind = number(at, 2), bytesOf = number(at + 2, 2), p = at + 4;
    if (kind == 1)
      for (int64_t *value : {&entry.size, &entry.packed, &entry.local})
        if (*value == 0xFFFFFFFF) {
          *value = number(p, 8);
          p += 8;
        }
    at += 4 + bytesOf;
  }
}

char *Archive::unpack(const Entry &entry) const {
  Text name;
  name.append(entry.name);
  if (entry.flags & 1)
    fail(location, "%s: the array '%s' is encrypted, which is not supported", path, name.c_str());
  if (entry.method != 0 && entry.method != 8)
    fail(location,
         "%s: the array '%s' is packed by method %" PRId64
         "; save it with numpy.savez or numpy.savez_compressed",
         path, name.c_str(), entry.method);
  if (entry.local < 0 || entry.packed < 0 || entry.size < 0 || number(entry.local, 4) != 0x04034b50)
    damaged("an array is not where its directory says");
  int64_t begin = entry.local + 30 + number(entry.local + 26, 2) + number(entry.local + 28, 2);
  // Deflate makes at most 1032 bytes of one.
  if (begin > size - entry.packed || entry.size / 1032 > entry.packed ||
      (entry.method == 0 && entry.size != entry.packed))
    damaged("an array is longer than the file");
  auto *out = static_cast<char *>(allocate(size_t(entry.size) + 1));
  if (entry.method == 0) {
    std::memcpy(out, bytes + begin, size_t(entry.size));
  } else {
    z_stream stream = {};
    if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) // no header
      fail(location, "out of memory while reading '%s'", path);
    int64_t in = 0, done = 0;
    int status = Z_OK;
    while (status == Z_OK) {
      constexpr int64_t most = 1 << 30;
      stream.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(bytes + begin + in));
      stream.avail_in = uInt(std::min(entry.packed - in, most));
      stream.next_out = reinterpret_cast<Bytef *>(out + done);
      stream.avail_out = uInt(std::min(entry.size - done, most));
      uInt inBefore = stream.avail_in, outBefore = stream.avail_out;
      status = inflate(&stream, Z_NO_FLUSH);
      in += inBefore - stream.avail_in;
      done += outBefore - stream.avail_out;
      if (status == Z_OK && inBefore == stream.avail_in && outBefore == stream.avail_out)
        break;
    }
    inflateEnd(&stream);
    if (status != Z_STREAM_END || done != entry.size)
      damaged("an array cannot be unpacked");
  }
  uint32_t checksum = uint32_t(crc32_z(0, reinterpret_cast<Bytef *>(out), size_t(entry.size)));
  if (checksum != entry.checksum)
    damaged("the check sum of an array is wrong");
  return out;
}

const char *Archive::listNames(Text &text) const {
  for (int64_t i = 0; i < entries.size(); ++i) {
    std::string_view name = entries[i].name;
    bool isArray = name.size() > 4 && dropFirst(name, name.size() - 4) == ".npy";
    text.append(i ? ", " : "")
        .append(std::string_view(name.data(), name.size() - (isArray ? 4 : 0)));
  }
  return text.c_str();
}

extern "C" nn_dataset *nn_npz(const char *location, int64_t, const char *const *paths,
                              const int64_t *, int64_t field_count, const nn_field *fields) {
  At at(location);
  int64_t size;
  char *bytes = readFile(location, paths[0], size);
  Archive archive(location, paths[0], bytes, size);
  Storage *storage = newStorage();
  for (int64_t f = 0; f < field_count; ++f) {
    const char *name = fields[f].columns[0];
    const Entry *entry = archive.find(name);
    Text text;
    if (!entry)
      fail(location, "%s has no array '%s' (field '%s'); it has: %s", paths[0], name,
           fields[f].name, archive.listNames(text));
    char *array = archive.unpack(*entry);
    storage->buffers.push(array);
    text.append(paths[0]).append(": the array '").append(name).append("'");
    auto *shown = static_cast<char *>(allocate(size_t(text.size()) + 1));
    std::memcpy(shown, text.c_str(), size_t(text.size()) + 1);
    storage->buffers.push(shown);
    addArray(location, storage, fields[f], parseNpy(location, shown, array, entry->size));
  }
  std::free(bytes);
  return wholeDataset(storage);
}
