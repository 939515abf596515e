//===- main.cpp - runs the runtime's unit tests ---------------------------===//
//
// Usage: nnrt-tests [FILTER]. Ends with "N passed, N failed"; the exit status is 1 if one failed.
//
//===----------------------------------------------------------------------===//
#include "check.h"
#include "runtime/support/support.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>
#include <zlib.h>

// Under AddressSanitizer: too large an allocation is the runtime's to report.
extern "C" const char *__asan_default_options() { return "allocator_may_return_null=1"; }
extern "C" void __lsan_disable() __attribute__((weak));

namespace {
struct Test {
  const char *name;
  void (*run)();
};
} // namespace

static std::vector<Test> &tests() {
  static std::vector<Test> all;
  return all;
}
static bool failing = false;
static std::string directory;

int addTest(const char *name, void (*run)()) {
  tests().push_back({name, run});
  return 0;
}

void noteFailure(const char *file, int line, const std::string &what) {
  failing = true;
  std::fprintf(stderr, "%s:%d: check failed: %s\n", file, line, what.c_str());
}

Outcome inChild(const std::function<void()> &piece) {
  int out[2], err[2];
  std::fflush(nullptr);
  if (pipe(out) != 0 || pipe(err) != 0)
    std::abort();
  pid_t child = fork();
  if (child == 0) {
    if (__lsan_disable)
      __lsan_disable(); // what an error leaves behind is no leak
    dup2(out[1], 1);
    dup2(err[1], 2);
    for (int end : {out[0], out[1], err[0], err[1]})
      close(end);
    piece();
    std::fflush(nullptr);
    std::_Exit(0);
  }
  close(out[1]);
  close(err[1]);
  Outcome outcome;
  pollfd ends[2] = {{out[0], POLLIN, 0}, {err[0], POLLIN, 0}};
  for (int open = 2; open > 0;) {
    poll(ends, 2, -1);
    for (int i = 0; i < 2; ++i) {
      if (!ends[i].revents)
        continue;
      char bytes[4096];
      ssize_t got = read(ends[i].fd, bytes, sizeof bytes);
      if (got > 0) {
        (i ? outcome.err : outcome.out).append(bytes, size_t(got));
        continue;
      }
      close(ends[i].fd);
      ends[i].fd = -1;
      --open;
    }
  }
  int status = 0;
  waitpid(child, &status, 0);
  outcome.status = WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
  return outcome;
}

std::string temporaryPath(const std::string &name) { return directory + "/" + name; }

std::string writeFile(const std::string &name, const std::string &bytes) {
  std::ofstream(temporaryPath(name), std::ios::binary) << bytes;
  return temporaryPath(name);
}

std::string writeGzip(const std::string &name, const std::string &bytes) {
  gzFile file = gzopen(temporaryPath(name).c_str(), "wb");
  gzwrite(file, bytes.data(), unsigned(bytes.size()));
  gzclose(file);
  return temporaryPath(name);
}

std::string readFile(const std::string &path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string listTemporary() {
  std::vector<std::string> names;
  for (const auto &entry : std::filesystem::directory_iterator(directory))
    names.push_back(entry.path().filename());
  std::sort(names.begin(), names.end());
  std::string list;
  for (const auto &name : names)
    list += name + " ";
  return list;
}

int main(int argc, char **argv) {
  std::string pattern = std::filesystem::temp_directory_path() / "nnrt-tests-XXXXXX";
  directory = mkdtemp(pattern.data());
  nnrt::settings.threads = 1; // children can start a pool only if there is none here
  int passed = 0, failed = 0;
  for (const Test &test : tests()) {
    if (argc > 1 && std::string(test.name).find(argv[1]) == std::string::npos)
      continue;
    failing = false;
    test.run();
    if (failing)
      std::printf("FAILED - %s\n", test.name);
    ++(failing ? failed : passed);
  }
  std::filesystem::remove_all(directory);
  std::printf("%d passed, %d failed\n", passed, failed);
  return failed > 0 || passed == 0;
}
