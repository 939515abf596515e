//===- link_test.cpp - what a linked program needs ------------------------===//
//
// nnrt-program lies beside this executable; it was linked without any C++ library.
//
//===----------------------------------------------------------------------===//
#include "check.h"

#include <filesystem>
#include <unistd.h>

static std::filesystem::path programPath() {
  return std::filesystem::read_symlink("/proc/self/exe").parent_path() / "nnrt-program";
}

static Outcome program(const std::string &arguments) {
  return inChild([&] {
    std::string command = programPath().string() + " " + arguments;
    execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
  });
}

TEST(program_runs) {
  std::string data = writeFile("p.csv", "1,0,3\n0,1,4\n"), weights = temporaryPath("p.safetensors");
  Outcome trained = program("train " + data + " --out " + weights + " --threads=2");
  CHECK_TEXT(trained.out,
             "epoch    1  sum 1\nepoch    2  sum 1\nc = [1, 2, 3, 4]\n    [5, 6, 7, 8]\n");
  CHECK(trained.status == 0 && trained.err.empty());
  CHECK_TEXT(program("show --weights " + weights).out, "8.00\n");
  Outcome failed = program("train absent.csv");
  CHECK_TEXT(failed.err, "program.nn:3: error: there is no file 'absent.csv'; check the path, "
                         "which starts at the working "
                         "directory\n");
  CHECK(failed.status == 1);
  CHECK(program("--help").status == 0 && program("wrong").status == 2);
}

TEST(program_needs_only_libc_and_libm) {
  Outcome needed = inChild([] { execlp("ldd", "ldd", programPath().c_str(), nullptr); });
  size_t at = 0;
  int libraries = 0;
  for (; at < needed.out.size(); at = needed.out.find('\n', at) + 1) {
    std::string line = needed.out.substr(at, needed.out.find('\n', at) - at);
    bool known = false;
    for (const char *name : {"linux-vdso", "libc.so", "libm.so", "ld-linux"})
      known |= line.find(name) != std::string::npos;
    ++libraries;
    if (!known)
      noteFailure(__FILE__, __LINE__, "the program needs " + line);
  }
  CHECK(libraries >= 2);
}

TEST(program_is_small) { CHECK(std::filesystem::file_size(programPath()) < 400'000); }
