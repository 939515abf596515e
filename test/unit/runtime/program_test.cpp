//===- program_test.cpp - nn_main -----------------------------------------===//
//
// Flags, their errors, --help, and the tests of a test program, with tables as the compiler makes
// them.
//
//===----------------------------------------------------------------------===//
#include "check.h"
#include "runtime/program/program.h"

#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <vector>

static void train(const nn_value *v) {
  std::printf("%s %" PRId64 " %g %g %" PRId64 " %s %" PRId64 " seed %" PRIu64 " threads %" PRId64
              " quiet %d\n",
              v[0].str, v[1].i64, v[2].f64, double(v[3].f32), v[4].i64, v[5].str, v[6].i64,
              nnrt::settings.seed, nnrt::settings.threads, nnrt::settings.quiet);
}
static void show(const nn_value *) { std::puts("shown"); }

static const nn_flag flags[] = {
    {"data", "64 pixels, then the digit, on each line", NN_FLAG_PATH, 0, {}, ""},
    {"epochs", "", NN_FLAG_INT, 1, {.i64 = 60}, "60"},
    {"rate", "How far a step goes", NN_FLAG_FLOAT, 1, {.f64 = 0.5}, "0.5"},
    {"lr", "", NN_FLAG_F32, 1, {.f32 = 0.25f}, "0.25"},
    {"bias", "", NN_FLAG_BOOL, 1, {.i64 = 1}, "true"},
    {"name", "", NN_FLAG_STR, 1, {.str = "x"}, "\"x\""},
    {"batch_size", "", NN_FLAG_I32, 1, {.i64 = 32}, "32"}};
static const nn_command commands[] = {
    {"train", "Train the classifier.\nAnd more.", train, 7, flags},
    {"show", "Show it.", show, 0, nullptr}};
static const nn_program two = {
    NNRT_ABI_VERSION, "digits", "Handwritten digits.", "digits.nn", 1, 2, commands, 0, nullptr};
static const nn_program one = {NNRT_ABI_VERSION, "digits", "",     "digits.nn", 1, 1,
                               commands,         0,        nullptr};

static Outcome run(const nn_program &program, std::vector<std::string> arguments) {
  return inChild([&] {
    arguments.insert(arguments.begin(), "digits");
    std::vector<char *> argv;
    for (auto &argument : arguments)
      argv.push_back(argument.data());
    setenv("COLUMNS", "80", 1);
    nnrt::settings = {};
    std::exit(nn_main(int(argv.size()), argv.data(), &program));
  });
}

static void checkRun(std::vector<std::string> arguments, const std::string &wanted,
                     const nn_program &program = two) {
  Outcome outcome = run(program, arguments);
  CHECK_TEXT(outcome.err, "");
  CHECK_TEXT(outcome.out, wanted + "\n");
  CHECK(outcome.status == 0);
}

static void checkUsage(std::vector<std::string> arguments, const std::string &message,
                       const nn_program &program = two) {
  Outcome outcome = run(program, arguments);
  std::string name = program.command_count > 1 && arguments.size() && arguments[0] == "train"
                         ? "digits train"
                         : "digits";
  CHECK_TEXT(outcome.err, name + ": error: " + message + "\nTry '" + name + " --help'.\n");
  CHECK_TEXT(outcome.out, "");
  CHECK(outcome.status == 2);
}

TEST(flags_defaults_and_values) {
  checkRun({"train", "d.csv"}, "d.csv 60 0.5 0.25 1 x 32 seed 0 threads 0 quiet 0");
  checkRun({"train", "--data=d", "--epochs", "-3", "--rate=1e-3", "--lr", ".5", "--no-bias",
            "--name", "", "--batch-size=7", "--seed", "11", "--threads=2", "--quiet"},
           "d -3 0.001 0.5 0  7 seed 11 threads 2 quiet 1");
  checkRun({"train", "--bias=false", "--batch_size", "1", "--", "--d"},
           "--d 60 0.5 0.25 0 x 1 seed 0 threads 0 quiet 0");
  checkRun({"train", "--bias", "--rate", "inf", "d", "--device", "cpu", "--seed=-1"},
           "d 60 inf 0.25 1 x 32 seed 18446744073709551615 threads 0 quiet 0");
  checkRun({"show"}, "shown");
  checkRun({"d"}, "d 60 0.5 0.25 1 x 32 seed 0 threads 0 quiet 0", one);
  checkRun({"train", "d"}, "d 60 0.5 0.25 1 x 32 seed 0 threads 0 quiet 0", one);
  checkRun({"-5"}, "-5 60 0.5 0.25 1 x 32 seed 0 threads 0 quiet 0", one);
}

TEST(flags_errors) {
  checkUsage({}, "a command is missing; give one of: train, show");
  checkUsage({"--seed", "3", "train"}, "the command must come first: digits COMMAND --seed");
  checkUsage({"trian"}, "there is no command 'trian'; did you mean 'train'?");
  checkUsage({"zzzzzz"}, "there is no command 'zzzzzz'");
  checkUsage({"train"}, "the argument --data PATH is missing");
  checkUsage({"train", "d", "e"}, "the argument 'e' is one too many; flags begin with --");
  checkUsage({"train", "d", "--epoch", "3"}, "there is no flag --epoch; did you mean --epochs?");
  checkUsage({"train", "d", "--sed=3"}, "there is no flag --sed; did you mean --seed?");
  checkUsage({"train", "d", "--wrongest"}, "there is no flag --wrongest");
  checkUsage({"train", "d", "-e"}, "there is no flag -e; flags begin with --");
  checkUsage({"train", "d", "--no-epochs"},
             "--no-epochs is not possible, as --epochs is not a truth value");
  checkUsage({"train", "d", "--no-bias=1"}, "--no-bias takes no value");
  checkUsage({"train", "d", "--quiet=1"}, "--quiet takes no value");
  checkUsage({"train", "d", "--epochs"}, "--epochs lacks its value; give --epochs INT");
  checkUsage({"train", "d", "--epochs", "--lr", "3"},
             "--epochs lacks its value; give --epochs INT");
  checkUsage({"train", "d", "--log"}, "--log lacks its value; give --log FILE");
  checkUsage({"train", "d", "--epochs=two"}, "--epochs needs a whole number, not 'two'");
  checkUsage({"train", "d", "--epochs=2.5"}, "--epochs needs a whole number, not '2.5'");
  checkUsage({"train", "d", "--epochs="}, "--epochs needs a whole number, not ''");
  checkUsage({"train", "d", "--epochs=9223372036854775808"},
             "--epochs must be from -9223372036854775808 to 9223372036854775807; "
             "9223372036854775808 is out of range");
  checkUsage({"train", "d", "--batch_size=3000000000"},
             "--batch_size must be from -2147483648 to 2147483647; 3000000000 is out of range");
  checkUsage({"train", "d", "--lr=abc"}, "--lr needs a number, not 'abc'");
  checkUsage({"train", "d", "--lr=nan"}, "--lr needs a number, not 'nan'");
  checkUsage({"train", "d", "--lr=0x1"}, "--lr needs a number, not '0x1'");
  checkUsage({"train", "d", "--lr=1e39"}, "--lr: 1e39 is out of range for f32");
  checkUsage({"train", "d", "--rate=1e999"}, "--rate: 1e999 is out of range for float");
  checkUsage({"train", "d", "--bias=maybe"}, "--bias needs true or false, not 'maybe'");
  checkUsage({"train", "d", "--data=e"}, "--data is given twice");
  checkUsage({"train", "--data="}, "--data needs a path, not an empty text");
  checkUsage({"train", "d", "--threads=0"}, "--threads must be from 1 to 1024; 0 is out of range");
  checkUsage({"train", "d", "--seed=x"}, "--seed needs a whole number, not 'x'");
  checkUsage({"train", "d", "--device=gpu"},
             "--device: there is no device 'gpu'; this program computes on 'cpu'");
  checkUsage({"train", "d", "--log=x.txt"},
             "--log needs a file that ends in .csv or .jsonl, not 'x.txt'");
  checkUsage({}, "the argument --data PATH is missing", one);
  Outcome outcome = run(two, {"train", "d", "--log", "absent/x.csv"});
  CHECK_TEXT(outcome.err, "error: cannot write the log 'absent/x.csv': No such file or directory; "
                          "give --log another file\n");
  CHECK(outcome.status == 1);
}

TEST(help_of_a_program) {
  checkRun({"--help"}, "Handwritten digits.\n\nUsage: digits COMMAND [arguments]\n\nCommands:\n"
                       "  train  Train the classifier.\n  show   Show it.\n\n"
                       "'digits COMMAND --help' shows the arguments of a command.");
}

static const char *const builtins =
    "Flags of every command:\n"
    "  --seed INT        Seed of all random numbers (default: 0)\n"
    "  --threads INT     Threads to compute with (default: the CPUs that the program\n"
    "                    may use)\n"
    "  --device NAME     Device to compute on: cpu (default: cpu)\n"
    "  --log FILE        Write the rows of progress and tables to FILE, which ends in\n"
    "                    .csv or .jsonl\n"
    "  --quiet           Show no progress\n"
    "  --allow-nan       Go on where a loss is not a finite number, and save such\n"
    "                    weights, too\n"
    "  --help            Show this text";

TEST(help_of_a_command) {
  std::string arguments = "Arguments:\n"
                          "  --data PATH       64 pixels, then the digit, on each line (required)\n"
                          "  --epochs INT      (default: 60)\n"
                          "  --rate FLOAT      How far a step goes (default: 0.5)\n"
                          "  --lr FLOAT        (default: 0.25)\n"
                          "  --[no-]bias       (default: true)\n"
                          "  --name TEXT       (default: \"x\")\n"
                          "  --batch_size INT  (default: 32)\n\n";
  checkRun({"train", "--wrong", "--help"},
           "Train the classifier.\nAnd more.\n\nUsage: digits train --data PATH [flags]\n\n" +
               arguments + builtins);
  checkRun({"-h"},
           "Train the classifier.\nAnd more.\n\nUsage: digits --data PATH [flags]\n\n" + arguments +
               builtins,
           one);
}

static void testPasses(const nn_value *) { nn_print("from the test"); }
static void testFails(const nn_value *) { nn_assert_failed("t.nn:4", "2 is not 1"); }
static void testCrashes(const nn_value *) { std::abort(); }
static const nn_test tests[] = {{"chain rule", "t.nn:1", testPasses},
                                {"sums", "t.nn:3", testFails},
                                {"products", "t.nn:9", testCrashes}};
static const nn_program testProgram = {NNRT_ABI_VERSION, "digits", "",   "t.nn", 1, 0,
                                       nullptr,          3,        tests};

TEST(tests_of_a_program) {
  Outcome all = run(testProgram, {});
  CHECK_TEXT(all.out,
             "from the test\nok - chain rule\nFAILED - sums\n    t.nn:4: error: assertion failed: "
             "2 is not 1\n"
             "FAILED - products\n    t.nn:9: error: the test was ended by the signal Aborted\n"
             "1 passed, 2 failed\n");
  CHECK(all.status == 1);
  checkRun({"chain", "--seed", "3"}, "from the test\nok - chain rule\n1 passed, 0 failed",
           testProgram);
  checkRun({"--allow-nan", "chain"}, "from the test\nok - chain rule\n1 passed, 0 failed",
           testProgram);
  checkUsage({"absent"}, "no test has a name that contains 'absent'", testProgram);
  checkUsage({"a", "b"}, "the argument 'b' is one too many; flags begin with --", testProgram);
  checkRun({"--help"},
           "Usage: digits [FILTER]\n\nRuns the tests of this program, or those whose names contain "
           "FILTER, each in "
           "a\nprocess of its own. The exit status is 1 if one fails.\n\n"
           "Flags of every command:\n"
           "  --seed INT     Seed of all random numbers (default: 0)\n"
           "  --threads INT  Threads to compute with (default: the CPUs that the program may\n"
           "                 use)\n"
           "  --device NAME  Device to compute on: cpu (default: cpu)\n"
           "  --log FILE     Write the rows of progress and tables to FILE, which ends in\n"
           "                 .csv or .jsonl\n"
           "  --quiet        Show no progress\n"
           "  --allow-nan    Go on where a loss is not a finite number, and save such\n"
           "                 weights, too\n"
           "  --help         Show this text",
           testProgram);
}

TEST(program_that_does_not_fit) {
  nn_program other = two;
  other.abi_version = 99;
  CHECK_TEXT(
      run(other, {}).err,
      "error: 'digits' was compiled for version 99 of the runtime but is linked with version 1; "
      "build it again\n");
  other = two;
  other.command_count = 0;
  CHECK_TEXT(run(other, {}).err,
             "error: 'digits' has no commands; add `command main() { ... }` to digits.nn\n");
  other = two;
  other.cpu_level = 9; // no CPU has it
  std::string message = run(other, {"show"}).err;
  CHECK(message.find("error: 'digits' was built for CPUs of the level x86-64-v9, and this one is "
                     "of the level x86-64-v") == 0);
}

TEST(cpu_level_is_what_the_compiler_says) {
  __builtin_cpu_init();
  int64_t level = __builtin_cpu_supports("x86-64-v4")   ? 4
                  : __builtin_cpu_supports("x86-64-v3") ? 3
                  : __builtin_cpu_supports("x86-64-v2") ? 2
                                                        : 1;
  nn_program other = two;
  other.cpu_level = level;
  CHECK(run(other, {"show"}).status == 0);
  other.cpu_level = level + 1;
  CHECK(run(other, {"show"}).status == 1);
}
