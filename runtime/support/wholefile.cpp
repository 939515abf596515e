//===- wholefile.cpp - files that are written whole or not at all ---------===//
#include "runtime/support/wholefile.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
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

static constexpr std::string_view mark = ".tmp-", pattern = "XXXXXX";

/// The folder of a path, for a call of the system.
static void appendFolder(Text &folder, std::string_view path) {
  size_t slash = path.rfind('/');
  folder.append(slash == std::string_view::npos ? "." : slash == 0 ? "/" : path.substr(0, slash));
}

/// Removes temporary files of `path` that saves left which were killed. One that is still being
/// written is locked by its writer.
static void sweep(std::string_view path) {
  Text folder;
  appendFolder(folder, path);
  DIR *listing = opendir(folder.c_str());
  if (!listing)
    return;
  size_t slash = path.rfind('/');
  std::string_view base = slash == std::string_view::npos ? path : dropFirst(path, slash + 1);
  while (dirent *entry = readdir(listing)) {
    std::string_view name = entry->d_name;
    if (name.size() != base.size() + mark.size() + pattern.size() || !name.starts_with(base) ||
        !dropFirst(name, base.size()).starts_with(mark))
      continue;
    int file =
        openat(dirfd(listing), entry->d_name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (file < 0)
      continue;
    struct stat status;
    if (fstat(file, &status) == 0 && S_ISREG(status.st_mode) && flock(file, LOCK_EX | LOCK_NB) == 0)
      unlinkat(dirfd(listing), entry->d_name, 0);
    close(file);
  }
  closedir(listing);
}

/// Makes a new file for `name`, whose end is the pattern, and locks it; -1 where none can be made.
static int createLocked(Text &name) {
  int64_t length = name.size() - int64_t(pattern.size());
  for (;;) {
    int file = mkostemp(const_cast<char *>(name.c_str()), O_CLOEXEC);
    if (file < 0)
      return -1;
    struct stat status;
    // Not every file system has locks. Swept by another program before it was locked: once more.
    if (flock(file, LOCK_EX) != 0 || fstat(file, &status) != 0 || status.st_nlink > 0)
      return file;
    close(file);
    name.truncate(length);
    name.append(pattern);
  }
}

/// Makes the renaming last. Not all file systems can sync a directory, so that failure is no error.
static void syncDirectory(std::string_view path) {
  Text directory;
  appendFolder(directory, path);
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
  struct stat status, log;
  bool exists = stat(path, &status) == 0;
  if (!exists && lstat(path, &status) == 0)
    fail(location,
         "cannot save to '%s': it is a link to a file that does not exist; remove it or give "
         "another name",
         given);
  if (exists && !S_ISREG(status.st_mode))
    fail(location, "cannot save to '%s': it is not a regular file; give another name", given);
  if (exists && settings.logFile >= 0 && fstat(settings.logFile, &log) == 0 &&
      log.st_dev == status.st_dev && log.st_ino == status.st_ino)
    fail(location, "cannot save to '%s': it is the file of --log; give another name", given);
  sweep(path);
  temporary.append(path).append(mark).append(pattern);
  file = createLocked(temporary);
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
