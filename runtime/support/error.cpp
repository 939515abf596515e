//===- error.cpp - how a program ends early -------------------------------===//
//
// Errors print one message on standard error, after all output that came before, and exit. What the
// compiled program itself reports (nn_fail and its kin) comes through here as well, and so does
// what happens where output cannot be written.
//
//===----------------------------------------------------------------------===//
#include "runtime/support/support.h"

#include <atomic>
#include <cerrno>
#include <cinttypes>
#include <csignal>
#include <cstdio>
#include <stdio_ext.h>
#include <unistd.h>

namespace nnrt {

Settings settings;
void (*keepProgress)(bool atEnd) = nullptr;
bool outputMidLine = false;

/// Standard output cannot be written any more.
static bool outputGone = false;
/// An error is being reported.
static std::atomic<bool> ending{false};

static void showMessage(const Text &message) {
  std::fwrite(message.view().data(), 1, message.view().size(), stderr);
}

void outputFailed(const char *what, const char *advice, int reason) {
  if (!settings.keepGoing && !ending)
    fail("", "cannot write %s: %s%s", what, std::strerror(reason), advice);
  Text message;
  message.format("error: cannot write %s: %s%s", what, std::strerror(reason), advice)
      .append(ending ? "\n" : "; the program goes on, and will end with exit status 1\n");
  showMessage(message);
  settings.lostOutput = true;
}

/// Notes that writing on standard output failed.
static void outputEnds(int reason) {
  outputGone = true;
  __fpurge(stdout);
  if (reason != EPIPE)
    return outputFailed("to standard output", "", reason);
  if (ending)
    return;
  if (settings.keepGoing) {
    Text message;
    message.append("note: nobody reads standard output any more; the program goes on without it\n");
    return showMessage(message);
  }
  std::signal(SIGPIPE, SIG_DFL);
  raise(SIGPIPE);
}

void output(std::string_view text) {
  if (!outputGone && std::fwrite(text.data(), 1, text.size(), stdout) != text.size())
    outputEnds(errno);
}

void flushOutput() {
  if (!outputGone && std::fflush(stdout) != 0)
    outputEnds(errno);
}

/// Lets only one thread end the program; a second one that fails meanwhile waits for the end.
static void beginEnding() {
  static thread_local bool mine = false;
  if (ending.exchange(true) && !mine)
    for (;;)
      pause();
  if (mine) // what the ending calls failed itself
    return;
  mine = true;
  if (keepProgress)
    keepProgress(true);
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
  showMessage(message);
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
  showMessage(message);
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
       "; it must be from 0 to %" PRId64 ", or from %" PRId64 " to -1 to count from the end",
       index, size, size - 1, -size);
}

extern "C" void nn_fail(const char *location, const char *message) {
  fail(location, "%s", message);
}

extern "C" void nn_not_finite(const char *location, const char *message) {
  if (!settings.allowNan)
    fail(location, "%s", message);
}

extern "C" void nn_keep_going(void) { settings.keepGoing = true; }
