//===- check.h - a few lines of test framework ----------------------------===//
//
// TEST(name) { ... CHECK(...); } registers a test. Errors of the runtime end the process, so
// inChild runs a piece of a test in a forked child and returns what it printed and how it ended.
//
//===----------------------------------------------------------------------===//
#ifndef NNRT_TEST_CHECK_H
#define NNRT_TEST_CHECK_H

#include <functional>
#include <string>

/// Adds a test to those that main runs.
int addTest(const char *name, void (*run)());
/// Notes a failure of the present test.
void noteFailure(const char *file, int line, const std::string &what);

#define TEST(NAME)                                                                                 \
  static void NAME();                                                                              \
  static int NAME##_added = addTest(#NAME, NAME);                                                  \
  static void NAME()
#define CHECK(CONDITION)                                                                           \
  do {                                                                                             \
    if (!(CONDITION))                                                                              \
      noteFailure(__FILE__, __LINE__, #CONDITION);                                                 \
  } while (0)
/// Two texts are equal.
#define CHECK_TEXT(GOT, WANTED)                                                                    \
  do {                                                                                             \
    std::string got_ = (GOT), wanted_ = (WANTED);                                                  \
    if (got_ != wanted_)                                                                           \
      noteFailure(__FILE__, __LINE__, "got    \"" + got_ + "\"\n  wanted \"" + wanted_ + "\"");    \
  } while (0)
/// The piece ends with this status and exactly this message on standard error.
#define CHECK_FAILS(STATUS, MESSAGE, ...)                                                          \
  do {                                                                                             \
    Outcome outcome_ = inChild([&] __VA_ARGS__);                                                   \
    CHECK_TEXT(outcome_.err, std::string(MESSAGE) + "\n");                                         \
    CHECK(outcome_.status == (STATUS));                                                            \
  } while (0)

struct Outcome {
  int status; // of exit, or minus the signal
  std::string out, err;
};
/// Runs `piece` in a child and exits with 0 after it.
Outcome inChild(const std::function<void()> &piece);

/// A path in a directory that exists while the tests run.
std::string temporaryPath(const std::string &name);
std::string writeFile(const std::string &name, const std::string &bytes); // returns the path
std::string writeGzip(const std::string &name, const std::string &bytes);
std::string readFile(const std::string &path);
/// The names in the directory of temporary files.
std::string listTemporary();

#endif // NNRT_TEST_CHECK_H
