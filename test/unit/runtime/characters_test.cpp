//===- characters_test.cpp - vocabularies, encoding, decoding -------------===//
#include "data.h"

static const char *const place = "t.nn:5";

static std::vector<int32_t> learn(const std::string &text, std::vector<int32_t> known) {
  std::string path = writeFile("text.txt", text);
  std::vector<int32_t> out(known.size());
  nn_text_characters(place, path.c_str(), known.data(), out.data(), int64_t(known.size()));
  return out;
}

static nn_dataset *read(const std::string &text, const std::vector<int32_t> &characters) {
  return nn_text_data(place, writeFile("text.txt", text).c_str(), characters.data(),
                      int64_t(characters.size()));
}

TEST(characters_are_learnt_in_order) {
  CHECK((learn("banana\n", {-1, -1, -1, -1, -1}) == std::vector<int32_t>{'\n', 'a', 'b', 'n', -1}));
  // Known ones keep their numbers.
  CHECK((learn("cab", {'b', -1, 'x', -1}) == std::vector<int32_t>{'b', 'a', 'x', 'c'}));
  CHECK((learn("é€😀", {-1, -1, -1}) == std::vector<int32_t>{0xE9, 0x20AC, 0x1F600}));
  CHECK((learn("", {-1, 5}) == std::vector<int32_t>{-1, 5}));
  std::string path = temporaryPath("text.txt");
  CHECK_FAILS(1,
              "t.nn:5: error: " + path +
                  ": the vocabulary has room for 2 characters, but there are 3 different ones; "
                  "make it larger",
              { learn("abc", {-1, -1}); });
  for (std::string bad :
       {"\xff", "\xc3", "\xe2\x82", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80"})
    CHECK_FAILS(1,
                "t.nn:5: error: " + path +
                    " is not a UTF-8 text: byte 1 begins no character; convert it, or read it as "
                    "bytes, with Bytes() for the vocabulary",
                { learn("a" + bad, {-1, -1}); });
}

TEST(texts_as_data) {
  Scope scope;
  std::vector<int32_t> characters = {'a', 0x20AC, 'n'};
  CHECK((gather<int32_t>(read("na€a", characters), 0) == std::vector<int32_t>{2, 0, 1, 0}));
  std::vector<int32_t> many(300, -1);
  many[299] = 0x20AC;
  many[7] = 'a';
  CHECK((gather<int32_t>(read("a€a", many), 0) == std::vector<int32_t>{7, 299, 7}));
  CHECK((gather<int32_t>(read("a\xff\n", {}), 0) == std::vector<int32_t>{'a', 255, 10}));
  std::string path = temporaryPath("text.txt");
  CHECK_FAILS(1,
              "t.nn:5: error: " + path +
                  ", character 2: 'b' (U+0062) is not in the vocabulary, which has 3 characters; "
                  "let it learn this text, too",
              { read("a€b", characters); });
  CHECK_FAILS(1, "t.nn:5: error: " + path + ": there are no characters; the file is empty",
              { read("", characters); });
}

TEST(texts_are_encoded_and_decoded) {
  Scope scope;
  std::vector<int32_t> characters = {'a', 0x20AC, 'n', -1}, ids(4);
  CHECK(nn_text_size("na€a", 0) == 4 && nn_text_size("na€a", 1) == 6);
  nn_encode(place, "na€a", ids.data(), characters.data(), 4);
  CHECK((ids == std::vector<int32_t>{2, 0, 1, 0}));
  CHECK_TEXT(nn_decode(place, ids.data(), 4, characters.data(), 4), "na€a");
  nn_encode(place, "ab", ids.data(), nullptr, 0);
  CHECK(ids[0] == 'a' && ids[1] == 'b');
  CHECK_TEXT(nn_decode(place, ids.data(), 2, nullptr, 0), "ab");
  CHECK_FAILS(1,
              "t.nn:5: error: cannot encode this text: (U+000A) is not in the vocabulary, which "
              "has 3 characters",
              { nn_encode(place, "a\n", ids.data(), characters.data(), 4); });
  for (int32_t bad : {-1, 3, 4})
    CHECK_FAILS(1,
                "t.nn:5: error: cannot decode " + std::to_string(bad) +
                    ": the vocabulary has no character of this number",
                { nn_decode(place, &bad, 1, characters.data(), 4); });
  int32_t zero = 0;
  CHECK_FAILS(1, "t.nn:5: error: cannot decode 0: a byte of a text is a number from 1 to 255",
              { nn_decode(place, &zero, 1, nullptr, 0); });
}
