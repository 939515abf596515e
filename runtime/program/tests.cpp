//===- tests.cpp - running the tests of a program -------------------------===//
//
// Each test runs in a child process, so that a failed assertion or a crash ends this test only and
// tests do not see each other's state. What a child writes on standard error is shown below its
// result.
//
//===----------------------------------------------------------------------===//
#include "runtime/program/program.h"

#include <algorithm>
#include <cerrno>
#include <cinttypes>
#include <sys/wait.h>
#include <unistd.h>

namespace nnrt {

/// Runs one test; its messages are appended to `messages`. True if it passed.
static bool runTest(const nn_test &test, Text &messages) {
  int ends[2];
  if (pipe(ends) != 0)
    fail(test.location, "cannot run the test '%s': %s", test.name, std::strerror(errno));
  flushOutput();
  pid_t child = fork();
  if (child < 0)
    fail(test.location, "cannot run the test '%s': %s", test.name, std::strerror(errno));
  if (child == 0) {
    dup2(ends[1], STDERR_FILENO);
    close(ends[0]);
    close(ends[1]);
    test.run(nullptr);
    if (keepProgress)
      keepProgress(true);
    if (outputMidLine)
      output("\n");
    flushOutput();
    std::exit(settings.lostOutput);
  }
  close(ends[1]);
  char piece[4096];
  for (;;) {
    ssize_t got = read(ends[0], piece, sizeof piece);
    if (got < 0 && errno == EINTR)
      continue;
    if (got <= 0)
      break;
    messages.append({piece, size_t(got)});
  }
  close(ends[0]);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR)
    ;
  if (WIFSIGNALED(status))
    messages.append(test.location)
        .format(": error: the test was ended by the signal %s\n", strsignal(WTERMSIG(status)));
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

int runTests(const nn_program &program, const char *filter) {
  int64_t passed = 0, failed = 0;
  for (int64_t i = 0; i < program.test_count; ++i) {
    const nn_test &test = program.tests[i];
    if (!std::strstr(test.name, filter))
      continue;
    Text messages;
    bool good = runTest(test, messages);
    ++(good ? passed : failed);
    Text result;
    result.format("%s - %s\n", good ? "ok" : "FAILED", test.name);
    for (std::string_view rest = messages.view(); !rest.empty();) {
      std::string_view line = rest.substr(0, rest.find('\n'));
      result.append("    ").append(line).append('\n');
      rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    }
    output(result.view());
  }
  if (passed + failed == 0 && *filter)
    failUsage("no test has a name that contains '%s'", filter);
  Text sum;
  sum.format("%" PRId64 " passed, %" PRId64 " failed\n", passed, failed);
  output(sum.view());
  return failed > 0;
}

} // namespace nnrt
