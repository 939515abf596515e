//===- wholefile.h - files that are written whole or not at all -----------===//
//
// To a temporary file in the same directory, which is synced and then renamed: under the given name
// there is always a whole file, the old or the new one. On failure the temporary file is removed;
// one of a program that was killed, by the next that writes the same file.
//
//===----------------------------------------------------------------------===//
#ifndef NNRT_SUPPORT_WHOLEFILE_H
#define NNRT_SUPPORT_WHOLEFILE_H

#include "runtime/support/support.h"

#include <sys/types.h>

namespace nnrt {

class WholeFile {
public:
  /// Begins a file that is to appear at `path`; ends the program where none can be made.
  WholeFile(const char *location, const char *path);
  void write(const void *data, int64_t bytes);
  /// Makes the file appear; ends the program where that, or any writing before, failed.
  void finish();
  /// Leaves everything as it was.
  void abandon();

private:
  const char *location, *given;
  char *resolved;
  Text temporary;
  int file;
  bool done;
  int reason;
};

} // namespace nnrt

#endif // NNRT_SUPPORT_WHOLEFILE_H
