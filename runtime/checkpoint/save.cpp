//===- save.cpp - writing checkpoints -------------------------------------===//
//
// To a temporary file in the same directory, which is synced and then renamed: under the given name
// there is always a whole file, the old or the new one. On failure the temporary file is removed.
//
//===----------------------------------------------------------------------===//
#include "runtime/checkpoint/header.h"

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

extern "C" void nn_save(const char *location, const char *given, int64_t count,
                        const nn_tensor_info *infos, const void *const *data) {
  char *resolved = realpath(given, nullptr); // a symbolic link stays; its target is replaced
  const char *path = resolved ? resolved : given;
  struct stat status;
  bool exists = stat(path, &status) == 0;
  if (exists && !S_ISREG(status.st_mode))
    fail(location, "cannot save to '%s': it is not a regular file; give another name", given);

  // Larger elements first keeps each tensor aligned to its element.
  Array<int64_t> order;
  for (int64_t i = 0; i < count; ++i)
    order.push(i);
  std::sort(order.begin(), order.end(), [&](int64_t a, int64_t b) {
    int64_t first = sizeOf(infos[a].dtype), second = sizeOf(infos[b].dtype);
    return first != second ? first > second : a < b;
  });
  Text header;
  writeHeader(header, count, infos, order.data());

  Text temporary;
  temporary.append(path).append(".tmp-XXXXXX");
  auto *name = const_cast<char *>(temporary.c_str());
  int file = mkostemp(name, O_CLOEXEC);
  if (file < 0)
    fail(location,
         "cannot save to '%s': no file can be made beside it: %s; check that the directory exists "
         "and "
         "may be written",
         given, std::strerror(errno));
  mode_t mask = umask(0);
  umask(mask);
  bool done = fchmod(file, exists ? status.st_mode & 07777 : 0666 & ~mask) == 0 &&
              writeAll(file, header.view().data(), header.size());
  for (int64_t i = 0; done && i < count; ++i) {
    const nn_tensor_info &info = infos[order[i]];
    done = writeAll(file, data[order[i]], elementCount(info.rank, info.dims) * sizeOf(info.dtype));
  }
  done = done && fsync(file) == 0;
  int reason = errno;
  if (close(file) != 0 && done) {
    done = false;
    reason = errno;
  }
  if (done && std::rename(name, path) != 0) {
    done = false;
    reason = errno;
  }
  if (!done) {
    unlink(name);
    fail(location, "cannot save to '%s': %s; nothing was changed", given, std::strerror(reason));
  }
  syncDirectory(path);
  std::free(resolved);
}
