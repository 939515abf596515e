//===- OutputFile.cpp - where a file may be written --------------------------===//

#include "compiler/support/OutputFile.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/raw_ostream.h"

using llvm::StringRef;
namespace fs = llvm::sys::fs;

std::string nnc::findObstacle(StringRef path) {
  fs::file_status status;
  if (fs::status(path, status))
    return "";
  switch (status.type()) {
  case fs::file_type::regular_file:
    return "";
  case fs::file_type::directory_file:
    return "it is a folder";
  case fs::file_type::fifo_file:
    return "it is a pipe, which a file would replace";
  case fs::file_type::character_file:
  case fs::file_type::block_file:
    return "it is a device, which a file would replace";
  default:
    return "it is not a regular file";
  }
}

/// Writes all, and closes.
static std::error_code writeTo(llvm::raw_fd_ostream &os, StringRef bytes) {
  os << bytes;
  os.close();
  std::error_code code = os.error();
  os.clear_error();
  return code;
}

std::error_code nnc::writeWhole(StringRef path, StringRef bytes) {
  if (!findObstacle(path).empty()) {
    std::error_code code;
    llvm::raw_fd_ostream os(path, code, fs::CD_OpenExisting, fs::FA_Write, fs::OF_None);
    return code ? code : writeTo(os, bytes);
  }
  // A symbolic link stays; its target is replaced.
  llvm::SmallString<128> place, temporary;
  if (fs::real_path(path, place))
    place = path;
  llvm::ErrorOr<fs::perms> permissions = fs::getPermissions(place);
  int descriptor = -1;
  if (std::error_code code = fs::createUniqueFile(place + ".%%%%%%.tmp", descriptor, temporary))
    return code;
  llvm::raw_fd_ostream os(descriptor, /*shouldClose=*/true);
  std::error_code code = writeTo(os, bytes);
  if (!code && permissions)
    code = fs::setPermissions(temporary, *permissions);
  if (!code)
    code = fs::rename(temporary, place);
  if (code)
    fs::remove(temporary);
  return code;
}
