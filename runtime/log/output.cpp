//===- output.cpp - print and write ---------------------------------------===//
//
// Through libc's buffered standard output, after the rows of progress that came before.
//
//===----------------------------------------------------------------------===//
#include "runtime/support/support.h"

#include <cstdio>

using namespace nnrt;

static void output(const char *text, bool line) {
  if (keepProgress)
    keepProgress();
  size_t length = std::strlen(text);
  std::fwrite(text, 1, length, stdout);
  if (line)
    std::fputc('\n', stdout);
  if (line || length > 0)
    outputMidLine = !line && text[length - 1] != '\n';
}

extern "C" void nn_print(const char *text) { output(text, true); }
extern "C" void nn_write(const char *text) { output(text, false); }
