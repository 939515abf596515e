//===- file.cpp - reading a plain or gzip'ed file whole -------------------===//
//
// A file that begins as gzip'ed ones do is inflated: one stream, or several one after the other, as
// gzip joins them. Zeros may fill up its end; any other bytes there are an error, since they are
// part of what somebody meant to hand over.
//
//===----------------------------------------------------------------------===//
#include "runtime/data/dataset.h"

#include <algorithm>
#include <cerrno>
#include <cinttypes>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

using namespace nnrt;

/// The bytes of the file as they are; closes the descriptor.
static void readBytes(const char *location, const char *path, int descriptor, Array<char> &bytes) {
  struct stat status = {};
  fstat(descriptor, &status);
  if (S_ISDIR(status.st_mode))
    fail(location, "cannot read '%s': it is a directory; give a file", path);
  constexpr int64_t piece = 1 << 20;
  bytes.reserve(std::max<int64_t>(status.st_size, 0) + piece + 1);
  for (int64_t count = 0;;) {
    bytes.resize(count + piece);
    ssize_t got = read(descriptor, bytes.data() + count, piece);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      fail(location, "cannot read '%s': %s", path, std::strerror(errno));
    count += got;
    bytes.resize(count);
    if (got == 0)
      break;
  }
  close(descriptor);
}

/// Whether a gzip stream begins at `at`.
static bool beginsStream(const Array<char> &bytes, int64_t at) {
  return bytes.size() - at >= 2 && bytes[at] == '\x1F' && bytes[at + 1] == '\x8B';
}

namespace {
/// Inflates all streams of a gzip'ed file.
class Inflater {
public:
  Inflater(const char *location, const char *path, const Array<char> &packed)
      : location(location), path(path), packed(packed) {}
  void run(Array<char> &bytes);

private:
  void inflateStream(Array<char> &bytes);

  const char *location, *path;
  const Array<char> &packed;
  int64_t at = 0; // of the next byte
};
} // namespace

void Inflater::inflateStream(Array<char> &bytes) {
  constexpr int64_t piece = 1 << 20;
  z_stream stream = {};
  if (inflateInit2(&stream, MAX_WBITS + 16) != Z_OK) // with a gzip header
    fail(location, "out of memory while reading '%s'", path);
  int status = Z_OK;
  while (status == Z_OK) {
    int64_t given = std::min<int64_t>(packed.size() - at, 1 << 30), count = bytes.size();
    bytes.resize(count + piece);
    stream.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(packed.data() + at));
    stream.avail_in = uInt(given);
    stream.next_out = reinterpret_cast<Bytef *>(bytes.data() + count);
    stream.avail_out = uInt(piece);
    status = inflate(&stream, Z_NO_FLUSH);
    at += given - int64_t(stream.avail_in);
    bytes.resize(count + piece - int64_t(stream.avail_out));
  }
  Text problem;
  problem.append(stream.msg ? stream.msg : "unknown");
  inflateEnd(&stream);
  if (status == Z_BUF_ERROR)
    fail(location, "'%s' is cut short: its gzip stream ends early; fetch or copy the file again",
         path);
  if (status == Z_MEM_ERROR)
    fail(location, "out of memory while reading '%s'", path);
  if (status != Z_STREAM_END)
    fail(location,
         "'%s' is damaged: its gzip stream is not valid (%s); fetch or copy the file again", path,
         problem.c_str());
}

void Inflater::run(Array<char> &bytes) {
  while (beginsStream(packed, at))
    inflateStream(bytes);
  for (int64_t i = at; i < packed.size(); ++i)
    if (packed[i] != '\0')
      fail(location,
           "'%s' is damaged: %" PRId64
           " bytes follow its gzip stream; fetch or copy the file again",
           path, packed.size() - at);
}

char *nnrt::readFile(const char *location, const char *path, int64_t &size) {
  int descriptor = open(path, O_RDONLY | O_CLOEXEC);
  if (descriptor < 0)
    fail(location,
         errno == ENOENT
             ? "there is no file '%s'; check the path, which starts at the working directory"
             : "cannot read '%s': %s; check the file's permissions",
         path, std::strerror(errno));
  Array<char> stored, inflated;
  readBytes(location, path, descriptor, stored);
  bool isPacked = beginsStream(stored, 0);
  if (isPacked)
    Inflater(location, path, stored).run(inflated);
  Array<char> &bytes = isPacked ? inflated : stored;
  size = bytes.size();
  bytes.push('\0');
  return bytes.release();
}
