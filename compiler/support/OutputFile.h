//===- OutputFile.h - where a file may be written ---------------------------===//
//
// nnc writes a file beside its place and then renames it. A renaming would also replace a device
// or a pipe; so whoever writes asks here first.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_SUPPORT_OUTPUTFILE_H
#define NNC_SUPPORT_OUTPUTFILE_H

#include "llvm/ADT/StringRef.h"
#include <string>
#include <system_error>

namespace nnc {

/// Why no file may take the place of what is at `path`: a folder, a device, a pipe. Empty where
/// there is nothing, or a regular file.
std::string findObstacle(llvm::StringRef path);

/// Writes `bytes` at `path`, where nothing half-written appears. What goes to a device or a pipe
/// goes through it.
std::error_code writeWhole(llvm::StringRef path, llvm::StringRef bytes);

} // namespace nnc

#endif // NNC_SUPPORT_OUTPUTFILE_H
