//===- error.cpp - how a program ends early -------------------------------===//
//
// Errors print one message on standard error, after all output that came before, and exit. What the
// compiled program itself reports (nn_fail and its kin) comes through here as well.
//
//===----------------------------------------------------------------------===//
#include "runtime/support/support.h"

#include <atomic>
#include <cerrno>
#include <cinttypes>
#include <cstdio>
#include <unistd.h>

namespace nnrt {

Settings settings;
void (*keepProgress)() = nullptr;
bool outputMidLine = false;

void flushOutput() {
  if (std::fflush(stdout) == 0)
    return;
  int reason = errno;
  static std::atomic<bool> reported{false};
  if (reason == EPIPE || reported.exchange(true)) {
    std::clearerr(stdout);
    return;
  }
  fail("", "cannot write to standard output: %s", std::strerror(reason));
}

/// Lets only one thread end the program; a second one that fails meanwhile waits for the end.
static void beginEnding() {
  static std::atomic<bool> ending{false};
  static thread_local bool mine = false;
  if (ending.exchange(true) && !mine)
    for (;;)
      pause();
  bool again = mine;
  mine = true;
  if (again) // flushing failed while an error was being reported: that error still goes out
    return;
  if (keepProgress)
    keepProgress();
  flushOutput();
}

void fail(const char *location, const char *format, ...) {
  beginEnding();
  Text message;
  if (location && *location)
    message.append(location).append(": ");
  message.append("error: ");
  va_list arguments;
  va_start(arguments, format);
  message.vformat(format, arguments);
  va_end(arguments);
  message.append('\n');
  std::fwrite(message.view().data(), 1, message.view().size(), stderr);
  std::exit(1);
}

void failUsage(const char *format, ...) {
  beginEnding();
  Text message;
  message.append(settings.usageName).append(": error: ");
  va_list arguments;
  va_start(arguments, format);
  message.vformat(format, arguments);
  va_end(arguments);
  message.format("\nTry '%s --help'.\n", settings.usageName);
  std::fwrite(message.view().data(), 1, message.view().size(), stderr);
  std::exit(2);
}

} // namespace nnrt

using namespace nnrt;

extern "C" void nn_assert_failed(const char *location, const char *message) {
  if (message && *message)
    fail(location, "assertion failed: %s", message);
  fail(location, "assertion failed");
}

extern "C" void nn_index_failed(const char *location, int64_t index, int64_t size) {
  if (size <= 0)
    fail(location, "index %" PRId64 " into a dimension of size 0; there is nothing to select",
         index);
  fail(location,
       "index %" PRId64 " is out of range for a dimension of size %" PRId64
       "; it must be from 0 to %" PRId64,
       index, size, size - 1);
}

extern "C" void nn_fail(const char *location, const char *message) {
  fail(location, "%s", message);
}
