//===- Library.h - the standard library, embedded in the compiler ---------------===//
#ifndef NNC_STDLIB_LIBRARY_H
#define NNC_STDLIB_LIBRARY_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"

namespace nnc {

struct LibraryFile {
  llvm::StringRef name; // layers.nn
  llvm::StringRef text;
};

/// The files of stdlib/, in the order of their names.
llvm::ArrayRef<LibraryFile> getLibraryFiles();

} // namespace nnc

#endif // NNC_STDLIB_LIBRARY_H
