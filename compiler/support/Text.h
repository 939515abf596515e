//===- Text.h - small pieces of text ---------------------------------------------===//
#ifndef NNC_SUPPORT_TEXT_H
#define NNC_SUPPORT_TEXT_H

#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"
#include <string>

namespace nnc {

/// A number as people write it: 0.5, 1e-05, 100.
inline std::string formatNumber(double number) {
  std::string text;
  llvm::raw_string_ostream(text) << llvm::format("%g", number);
  return text;
}

} // namespace nnc

#endif // NNC_SUPPORT_TEXT_H
