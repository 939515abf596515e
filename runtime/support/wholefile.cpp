//===- wholefile.cpp - files that are written whole or not at all ---------===//
#include "runtime/support/wholefile.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace nnrt;

static bool writeAll(int file, const void *data, int64_t bytes) {
  auto *p = static_cast<const char *>(data);
  while (bytes > 0) {
    ssize_t written = write(file, p, size_t(std::min<int64_t>(bytes, 1 << 30)));
    if (written < 0 && errno == EINTR)
      continue;
    if (written <= 0)
      return false;
    p += written;
    bytes -= written;
  }
  return true;
}

/// Makes the renaming last. Not all file systems can sync a directory, so that failure is no error.
static void syncDirectory(std::string_view path) {
  Text directory;
  size_t slash = path.rfind('/');
  directory.append(slash == std::string_view::npos ? "."
                   : slash == 0                    ? "/"
                                                   : path.substr(0, slash));
  int file = open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file < 0)
    return;
  fsync(file);
  close(file);
}

WholeFile::WholeFile(const char *location, const char *path)
    : location(location), given(path),
      resolved(realpath(path, nullptr)) { // a symbolic link stays; its target is replaced
  if (resolved)
    path = resolved;
  struct stat status;
  bool exists = stat(path, &status) == 0;
  if (exists && !S_ISREG(status.st_mode))
    fail(location, "cannot save to '%s': it is not a regular file; give another name", given);
  temporary.append(path).append(".tmp-XXXXXX");
  file = mkostemp(const_cast<char *>(temporary.c_str()), O_CLOEXEC);
  if (file < 0)
    fail(location,
         "cannot save to '%s': no file can be made beside it: %s; check that the directory exists "
         "and "
         "may be written",
         given, std::strerror(errno));
  mode_t mask = umask(0);
  umask(mask);
  done = fchmod(file, exists ? status.st_mode & 07777 : 0666 & ~mask) == 0;
  reason = errno;
}

void WholeFile::write(const void *data, int64_t bytes) {
  if (!done)
    return;
  done = writeAll(file, data, bytes);
  reason = errno;
}

void WholeFile::finish() {
  const char *name = temporary.c_str(), *path = resolved ? resolved : given;
  auto attempt = [&](bool succeeded) {
    if (!succeeded && done) {
      done = false;
      reason = errno;
    }
  };
  if (done)
    attempt(fsync(file) == 0);
  attempt(close(file) == 0);
  if (done)
    attempt(std::rename(name, path) == 0);
  if (!done) {
    unlink(name);
    fail(location, "cannot save to '%s': %s; nothing was changed", given, std::strerror(reason));
  }
  syncDirectory(path);
  std::free(resolved);
}

void WholeFile::abandon() {
  close(file);
  unlink(temporary.c_str());
  std::free(resolved);
}
