//===- output.cpp - print and write ---------------------------------------===//
//
// On standard output, after the rows of progress that came before.
//
//===----------------------------------------------------------------------===//
#include "runtime/support/support.h"

using namespace nnrt;

static void print(const char *text, bool line) {
  if (keepProgress)
    keepProgress(false);
  size_t length = std::strlen(text);
  output({text, length});
  if (line)
    output("\n");
  if (line || length > 0)
    outputMidLine = !line && text[length - 1] != '\n';
}

extern "C" void nn_print(const char *text) { print(text, true); }
extern "C" void nn_write(const char *text) { print(text, false); }
