//===- checkpoint_test.cpp - safetensors files ----------------------------===//
#include "check.h"
#include "runtime/support/support.h"

#include <cmath>
#include <csignal>
#include <cstring>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const place = "s.nn:9";
static const int64_t matrix[] = {2, 3}, vector3[] = {3}, none[] = {0, 4};

static const nn_tensor_info infos[] = {{"net.mask", NN_BOOL, 1, vector3, 1},
                                       {"net.0.w", NN_F32, 2, matrix, 1},
                                       {"σ \"quoted\"\n", NN_F64, 0, nullptr, 1},
                                       {"ids", NN_I32, 1, vector3, 1},
                                       {"t", NN_I64, 0, nullptr, 1},
                                       {"half", NN_BF16, 1, vector3, 1},
                                       {"bytes", NN_U8, 1, vector3, 1},
                                       {"empty", NN_F32, 2, none, 1}};
namespace {
struct Tensors {
  uint8_t mask[3];
  float w[6];
  double sigma;
  int32_t ids[3];
  int64_t t;
  uint16_t half[3];
  uint8_t bytes[3];
  float empty[1];
  void *data[8] = {mask, w, &sigma, ids, &t, half, bytes, empty};
};
} // namespace

static void fill(Tensors &x) {
  std::memcpy(x.mask, "\1\0\1", 3);
  for (int i = 0; i < 6; ++i)
    x.w[i] = float(i) * 0.1f;
  x.sigma = 3.25;
  for (int i = 0; i < 3; ++i) {
    x.ids[i] = -i;
    x.half[i] = uint16_t(0x3f80 + i);
    x.bytes[i] = uint8_t(250 + i);
  }
  x.t = int64_t(1) << 40;
}

TEST(checkpoint_round_trip) {
  Tensors saved, loaded;
  fill(saved);
  std::string path = temporaryPath("model.safetensors");
  nn_save(place, path.c_str(), 8, infos, saved.data);
  nn_load(place, path.c_str(), 8, infos, loaded.data);
  CHECK(std::memcmp(saved.mask, loaded.mask, 3) == 0 &&
        std::memcmp(saved.w, loaded.w, sizeof saved.w) == 0);
  CHECK(saved.sigma == loaded.sigma && saved.t == loaded.t &&
        std::memcmp(saved.ids, loaded.ids, 12) == 0);
  CHECK(std::memcmp(saved.half, loaded.half, 6) == 0 &&
        std::memcmp(saved.bytes, loaded.bytes, 3) == 0);
  struct stat status;
  mode_t mask = umask(022);
  umask(mask);
  CHECK(stat(path.c_str(), &status) == 0 && (status.st_mode & 0777) == (0666 & ~mask));
  CHECK(listTemporary().find(".tmp-") == std::string::npos);
  // Saving again replaces the file; a symbolic link stays one.
  std::string link = temporaryPath("link.safetensors");
  CHECK(symlink(path.c_str(), link.c_str()) == 0);
  saved.t = 5;
  nn_save(place, link.c_str(), 8, infos, saved.data);
  nn_load(place, path.c_str(), 8, infos, loaded.data);
  CHECK(loaded.t == 5 && lstat(link.c_str(), &status) == 0 && S_ISLNK(status.st_mode));
  unlink(link.c_str());
}

TEST(checkpoint_bytes) {
  float w[2] = {1, 2};
  uint8_t flag[1] = {1};
  int64_t two[] = {2}, one[] = {1};
  nn_tensor_info pair[] = {{"b", NN_BOOL, 1, one, 1}, {"w", NN_F32, 1, two, 1}};
  const void *data[] = {flag, w};
  std::string path = temporaryPath("bytes.safetensors");
  nn_save(place, path.c_str(), 2, pair, data);
  std::string header = "{\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
                       "\"b\":{\"dtype\":\"BOOL\",\"shape\":[1],\"data_offsets\":[8,9]}}";
  header.append((8 - header.size() % 8) % 8, ' ');
  std::string wanted = std::string(1, char(header.size())) + std::string(7, '\0') + header;
  wanted.append(reinterpret_cast<char *>(w), 8).append("\1");
  CHECK_TEXT(readFile(path), wanted);
  nn_save(place, path.c_str(), 0, nullptr, nullptr);
  nn_load(place, path.c_str(), 0, nullptr, nullptr);
}

TEST(save_errors) {
  Tensors x;
  fill(x);
  CHECK_FAILS(1,
              "s.nn:9: error: cannot save to 'absent/m.safetensors': no file can be made beside "
              "it: No such file or "
              "directory; check that the directory exists and may be written",
              { nn_save(place, "absent/m.safetensors", 8, infos, x.data); });
  CHECK_FAILS(
      1, "s.nn:9: error: cannot save to '/dev/null': it is not a regular file; give another name",
      { nn_save(place, "/dev/null", 8, infos, x.data); });
  // A disk that fills up, as a limit of the file size; the old file stays and no other is left.
  std::string path = writeFile("old.safetensors", "old");
  CHECK_FAILS(1,
              "s.nn:9: error: cannot save to '" + path + "': File too large; nothing was changed", {
                std::signal(SIGXFSZ, SIG_IGN);
                rlimit limit = {100, 100};
                setrlimit(RLIMIT_FSIZE, &limit);
                nn_save(place, path.c_str(), 8, infos, x.data);
              });
  CHECK_TEXT(readFile(path), "old");
  CHECK(listTemporary().find(".tmp-") == std::string::npos);
}

TEST(saving_what_is_not_finite) {
  std::string path = writeFile("good.safetensors", "good");
  float w[] = {1, 2};
  double state[] = {HUGE_VAL};
  uint16_t half[] = {0x3f80, 0x7fc0}; // 1 and NaN
  static const int64_t one[] = {1}, pair[] = {2};
  static const nn_tensor_info tensors[] = {
      {"w", NN_F32, 1, pair, 1}, {"best", NN_F64, 1, one, 0}, {"half", NN_BF16, 1, pair, 1}};
  void *data[] = {w, state, half};
  auto refuses = [&](int64_t count, const std::string &what) {
    CHECK_FAILS(1,
                "s.nn:9: error: cannot save to '" + path + "': " + what +
                    "; nothing was changed, and --allow-nan saves it",
                { nn_save(place, path.c_str(), count, tensors, data); });
    CHECK_TEXT(readFile(path), "good");
  };
  refuses(3, "'half' holds nan");
  w[1] = -HUGE_VALF;
  refuses(2, "'w' holds -inf");
  w[1] = 2;
  state[0] = NAN;
  refuses(2, "'best' holds nan");
  Outcome allowed = inChild([&] {
    nnrt::settings.allowNan = true;
    nn_save(place, path.c_str(), 3, tensors, data);
  });
  CHECK(allowed.status == 0 && readFile(path).size() > 100);
  state[0] = HUGE_VAL; // a state may begin with infinity
  nn_save(place, path.c_str(), 2, tensors, data);
}

TEST(files_are_tried) {
  std::string path = writeFile("tried.safetensors", "old"), before = listTemporary();
  nn_try_file(place, path.c_str());
  nn_try_file(place, temporaryPath("new.safetensors").c_str());
  CHECK_TEXT(readFile(path), "old");
  CHECK_TEXT(listTemporary(), before);
  CHECK_FAILS(1,
              "s.nn:9: error: cannot save to 'absent/m.safetensors': no file can be made beside "
              "it: No such file or directory; check that the directory exists and may be written",
              { nn_try_file(place, "absent/m.safetensors"); });
  CHECK_FAILS(
      1, "s.nn:9: error: cannot save to '/dev/null': it is not a regular file; give another name",
      { nn_try_file(place, "/dev/null"); });
}

/// A file with this header and so many bytes of data.
static std::string made(const std::string &header, size_t bytes) {
  std::string text;
  for (int i = 0; i < 8; ++i)
    text += char(header.size() >> (8 * i));
  return writeFile("made.safetensors", text + header + std::string(bytes, '\1'));
}

static const int64_t two[] = {2};
static const nn_tensor_info wanted[] = {{"w", NN_F32, 1, two, 1}, {"b", NN_BOOL, 1, two, 1}};

static void checkBad(const std::string &path, const std::string &message) {
  float w[2] = {7, 7};
  uint8_t b[2] = {1, 1};
  void *data[] = {w, b};
  CHECK_FAILS(1, "s.nn:9: error: '" + path + "' " + message,
              { nn_load(place, path.c_str(), 2, wanted, data); });
}

static const std::string w = R"("w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]})";
static const std::string b = R"("b":{"dtype":"BOOL","shape":[2],"data_offsets":[8,10]})";
static const std::string invalid = "is not a valid safetensors file: ";

TEST(load_accepts) {
  float values[2];
  uint8_t flags[2];
  void *data[] = {values, flags};
  for (std::string header :
       {"{" + w + "," + b + "}", "{" + b + "," + w + "}   ",
        R"({"__metadata__":{"format":"pt","x":"\u00e9\ud83d\ude00\n"},)" + w + ", " + b + "}",
        R"({"__metadata__":{},)" + w + "," + b + "}",
        R"({ "\u0077" : { "shape" : [ 2 ] , "data_offsets":[0,8], "dtype":"F32"},)" + b + "}"}) {
    values[0] = 0;
    nn_load(place, made(header, 10).c_str(), 2, wanted, data);
    CHECK(values[0] == 0x1.020202p-125f && flags[1] == 1);
  }
}

TEST(load_rejects_bad_files) {
  checkBad(writeFile("made.safetensors", "abc"),
           invalid + "it has only 3 bytes; was it saved by a program, and copied whole?");
  checkBad(writeFile("made.safetensors", std::string(8, '\x7f') + "{}"),
           invalid + "it announces a header of 9187201950435737471 bytes");
  checkBad(writeFile("made.safetensors", std::string("\x50\0\0\0\0\0\0\0{}", 10)),
           "is cut short: its header of 80 bytes goes beyond its end; copy the file again");
  checkBad(made("{" + w + "," + b + "}", 9),
           "is cut short: its tensors have 10 bytes, but only 9 are there; copy the file again");
  checkBad(made("{" + w + "," + b + "}", 12), invalid + "2 bytes follow its tensors");
  checkBad(made("{" + w + "," + w + "}", 8), invalid + "it describes the tensor 'w' twice");
  checkBad(made("{" + w + R"(,"b":{"dtype":"BOOL","shape":[2],"data_offsets":[7,9]}})", 9),
           invalid + "the bytes of the tensor 'b' overlap those of another");
  checkBad(made("{" + w + R"(,"b":{"dtype":"BOOL","shape":[2],"data_offsets":[9,11]}})", 11),
           invalid + "the bytes of the tensor 'b' leave a gap before them");
  checkBad(made(R"({"w":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}})", 8),
           invalid + "the tensor 'w' is F32[3], which its data_offsets 0 to 8 do not fit");
  checkBad(made(R"({"w":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}})", 0),
           invalid + "the tensor 'w' is F32[4611686018427387904, 4], which its data_offsets 0 to 0 "
                     "do not fit");
  checkBad(made(R"({"w":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}})", 8),
           invalid + "the tensor 'w' is F32[2], which its data_offsets 8 to 0 do not fit");
}

TEST(load_rejects_bad_headers) {
  const std::pair<const char *, const char *> cases[] = {
      {"[]", "byte 0 of its header: '{' is expected"},
      {"{", "byte 1 of its header: '\"' is expected"},
      {"{\"w", "byte 3 of its header: the string is not closed"},
      {"{\"w\n\"", "byte 4 of its header: a control character stands in a string"},
      {"{\"w\\x\"", "byte 5 of its header: the escape in a string is unknown"},
      {"{\"\\u12x4\"", "byte 6 of its header: four hexadecimal digits are expected after \\u"},
      {"{\"\\ud800\"", "byte 8 of its header: half of a surrogate pair is missing"},
      {"{\"\\ud800\\u0041\"", "byte 14 of its header: half of a surrogate pair is missing"},
      {"{\"\\udc00\"", "byte 8 of its header: half of a surrogate pair is missing"},
      {"{\"\\u0000\"", "byte 8 of its header: a name holds the character zero"},
      {"{\"w\" 1", "byte 5 of its header: ':' is expected"},
      {"{} x", "byte 3 of its header: something follows the JSON object"},
      {"{\"w\":{\"dtype\":\"X9\"", "byte 18 of its header: the dtype is unknown"},
      {"{\"w\":{\"shape\":[-1]", "byte 15 of its header: a whole number without sign is expected"},
      {"{\"w\":{\"shape\":[1.5]", "byte 16 of its header: a whole number without sign is expected"},
      {"{\"w\":{\"shape\":[01]", "byte 17 of its header: a whole number without sign is expected"},
      {"{\"w\":{\"shape\":[99999999999999999999]",
       "byte 33 of its header: the number is too large"},
      {"{\"w\":{\"shape\":[],\"shape\":[]",
       "byte 25 of its header: a tensor has exactly one of dtype, shape and "
       "data_offsets each"},
      {"{\"w\":{\"dtype\":\"F32\"}",
       "byte 20 of its header: a tensor lacks its dtype, shape or data_offsets"},
      {"{\"__metadata__\":{\"a\":1}}", "byte 21 of its header: '\"' is expected"}};
  for (auto [header, message] : cases)
    checkBad(made(header, 0), invalid + message);
}

TEST(load_rejects_other_models) {
  const std::string hint = "; load what the same model saved";
  checkBad(made("{" + w + "}", 8),
           "does not fit the program: it lacks 'b', which is BOOL[2]" + hint);
  checkBad(
      made("{" + w + "," + b + R"(,"c":{"dtype":"F16","shape":[],"data_offsets":[10,12]}})", 12),
      "does not fit the program: it holds 'c', which the program does not have: F16[]" + hint);
  checkBad(made(R"({"w":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},)" + b + "}", 10),
           "does not fit the program: it holds 'w' as F32[1, 2], which must be F32[2]" + hint);
  checkBad(made(R"({"w":{"dtype":"I32","shape":[2],"data_offsets":[0,8]},)" + b + "}", 10),
           "does not fit the program: it holds 'w' as I32[2], which must be F32[2]" + hint);
  std::string many = "{", list;
  for (int i = 0; i < 4; ++i) {
    std::string name(1, char('p' + i));
    many += std::string(i ? "," : "") + "\"" + name +
            R"(":{"dtype":"U8","shape":[0],"data_offsets":[0,0]})";
    list += i < 2 ? "; it holds '" + name + "', which the program does not have: U8[0]" : "";
  }
  checkBad(
      made(many + "}", 0),
      "does not fit the program: it lacks 'w', which is F32[2]; it lacks 'b', which is BOOL[2]" +
          list + "; and 2 more" + hint);
  std::string path = made("{" + w + "," + b + "}", 10), bytes = readFile(path);
  bytes.back() = 2;
  checkBad(writeFile("made.safetensors", bytes),
           "does not fit the program: 'b' holds bytes that are neither true nor false" + hint);
}

// A file whose last tensor does not fit leaves the first one alone.
TEST(load_changes_nothing_on_error) {
  std::string path =
      made("{" + w + R"(,"b":{"dtype":"BOOL","shape":[1],"data_offsets":[8,9]}})", 9);
  Outcome outcome = inChild([&] {
    static float values[2] = {7, 7};
    static uint8_t flags[2];
    void *data[] = {values, flags};
    std::atexit([] { std::printf("%g %g", double(values[0]), double(values[1])); });
    nn_load(place, path.c_str(), 2, wanted, data);
  });
  CHECK_TEXT(outcome.out, "7 7");
  CHECK(outcome.status == 1);
}

TEST(load_file_errors) {
  CHECK_FAILS(
      1, "s.nn:9: error: there is no file 'absent.safetensors'; save one first, or check the path",
      { nn_load(place, "absent.safetensors", 0, nullptr, nullptr); });
  CHECK_FAILS(1, "s.nn:9: error: cannot load '/dev': it is not a regular file",
              { nn_load(place, "/dev", 0, nullptr, nullptr); });
}
