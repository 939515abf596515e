//===- file.cpp - reading a plain or gzip'ed file whole -------------------===//
//
// Through zlib, which passes plain files on as they are.
//
//===----------------------------------------------------------------------===//
#include "runtime/data/dataset.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

char *nnrt::readFile(const char *location, const char *path, int64_t &size) {
  int descriptor = open(path, O_RDONLY | O_CLOEXEC);
  if (descriptor < 0)
    fail(location,
         errno == ENOENT
             ? "there is no file '%s'; check the path, which starts at the working directory"
             : "cannot read '%s': %s; check the file's permissions",
         path, std::strerror(errno));
  struct stat status;
  if (fstat(descriptor, &status) == 0 && S_ISDIR(status.st_mode))
    fail(location, "cannot read '%s': it is a directory; give a file", path);
  gzFile file = gzdopen(descriptor, "rb");
  if (!file)
    fail(location, "out of memory while reading '%s'", path);
  gzbuffer(file, 1 << 18);
  Array<char> bytes;
  bytes.reserve(std::max<int64_t>(status.st_size + 1, 1 << 16));
  int64_t count = 0;
  for (;;) {
    bytes.reserve(count + (1 << 20) + 1);
    bytes.resize(count + (1 << 20));
    int got = gzread(file, bytes.data() + count, 1 << 20);
    if (got <= 0)
      break;
    count += got;
  }
  int problem = Z_OK;
  const char *text = gzerror(file, &problem);
  if (problem == Z_BUF_ERROR)
    fail(location, "'%s' is cut short: its gzip stream ends early; fetch or copy the file again",
         path);
  if (problem == Z_ERRNO)
    fail(location, "cannot read '%s': %s", path, std::strerror(errno));
  if (const char *colon = std::strstr(text, ": ")) // zlib names the descriptor first
    text = colon + 2;
  if (problem != Z_OK && problem != Z_STREAM_END)
    fail(location,
         "'%s' is damaged: its gzip stream is not valid (%s); fetch or copy the file again", path,
         text);
  gzclose_r(file);
  bytes.resize(count);
  bytes.push('\0');
  size = count;
  return bytes.release();
}
