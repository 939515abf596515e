//===- machine.h - how much memory there is -------------------------------===//
//
// Needs libc only: programs ask before they begin, and the compiler, which warns of a program that
// this machine could not run.
//
//===----------------------------------------------------------------------===//
#ifndef NNRT_MEMORY_MACHINE_H
#define NNRT_MEMORY_MACHINE_H

#include <cstdint>
#include <cstdlib>
#include <fcntl.h>
#include <sys/sysinfo.h>
#include <unistd.h>

namespace nnrt {

/// The number in a file of one line; INT64_MAX where there is none ("max").
inline int64_t readLimit(const char *path) {
  char text[32];
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0)
    return INT64_MAX;
  ssize_t length = read(file, text, sizeof text - 1);
  close(file);
  text[length > 0 ? length : 0] = '\0';
  int64_t number = std::strtoll(text, nullptr, 10);
  return number > 0 ? number : INT64_MAX;
}

/// Bytes of memory that this process may use: the machine's, with what it swaps to, or fewer where
/// its control group (a container) has fewer.
inline int64_t getMachineMemory() {
  int64_t bytes = INT64_MAX;
  struct sysinfo info;
  if (sysinfo(&info) == 0)
    bytes = (int64_t(info.totalram) + int64_t(info.totalswap)) * int64_t(info.mem_unit);
  // Of version 2 and 1.
  const char *const limits[] = {"/sys/fs/cgroup/memory.max",
                                "/sys/fs/cgroup/memory/memory.limit_in_bytes"};
  for (const char *path : limits)
    if (int64_t limit = readLimit(path); limit < bytes)
      bytes = limit;
  return bytes;
}

} // namespace nnrt

#endif // NNRT_MEMORY_MACHINE_H
