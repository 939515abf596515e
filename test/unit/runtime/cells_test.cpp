//===- cells_test.cpp - headers, categories, truth values and missing values in csv files ==//
#include "data.h"

#include <cmath>

static nn_field named(const char *name, int64_t dtype, const char *const *columns,
                      int64_t count = 1) {
  nn_field field = makeField(name, dtype, 0, 0, count);
  field.columns = columns;
  return field;
}

static nn_field missing(nn_field field, int64_t kind, double value = 0) {
  field.missing = kind;
  field.missing_value = value;
  return field;
}

static nn_dataset *read(const std::string &text, const nn_field &field, bool header = false,
                        char delimiter = ',', int64_t skip = 0) {
  return readCsv(writeFile("cells.csv", text), skip, 1, &field, header, delimiter);
}

static void checkBad(const std::string &text, const nn_field &field, const std::string &message,
                     bool header = false, char delimiter = ',') {
  std::string path = temporaryPath("cells.csv");
  CHECK_FAILS(1, "d.nn:7: error: " + path + message, { read(text, field, header, delimiter); });
}

TEST(csv_columns_by_name) {
  Scope scope;
  const char *const columns[] = {"width", "petal \"length\""};
  nn_field field = named("x", NN_F32, columns, 2);
  std::string text = "a note\n\n name,\"petal \"\"length\"\"\" ,width\nx,1,2\n\"y,z\",3,4\n";
  CHECK((gather(read(text, field, true, ',', 1), 0, 2) == std::vector<float>{2, 1, 4, 3}));
  // Without names a header is only left out.
  CHECK((gather(read("a,b\n1,2\n", makeField("x", NN_F32, 0, 1, 1), true), 0) ==
         std::vector<float>{2}));
  checkBad("a,b\n1,2\n", field,
           ", row 1: there is no column 'width' (field 'x'); the file has: a, b", true);
  checkBad("width,width\n1,2\n", field,
           ", row 1: two columns are called 'width'; take them by number", true);
  const char *const one[] = {"b"};
  checkBad("a,b\n1,x\n", named("x", NN_F32, one),
           ", row 2, column 1 ('b') (field 'x'): 'x' is not a number; correct it or remove the row",
           true);
  checkBad("a,b\n", named("x", NN_F32, one), ": there are no rows after the lines that are skipped",
           true);
}

TEST(csv_delimiters) {
  Scope scope;
  nn_field last = makeField("x", NN_F32, 0, 2, 1);
  CHECK((gather(read("a;1,5;2\n", last, false, ';'), 0) == std::vector<float>{2}));
  CHECK((gather(read("a\t\t2\n \t1\t 3 \n", last, false, '\t'), 0) == std::vector<float>{2, 3}));
  checkBad("1,2,3\n", last,
           ", row 1: it has 1 column, but 3 are needed; check the delimiter (';') and the declared "
           "columns",
           false, ';');
  checkBad("1,2,3\n", last,
           ", row 1: it has 1 column, but 3 are needed; check the delimiter (a tab) and the "
           "declared columns",
           false, '\t');
}

TEST(csv_missing_values) {
  Scope scope;
  nn_field x = makeField("x", NN_F32, 0, 0, 2);
  std::string text = "1,2\n?,4\n3,NA\n,6\n";
  nn_field zero = missing(x, NN_MISSING_IS_VALUE, -1), mean = missing(x, NN_MISSING_IS_MEAN),
           skip = missing(x, NN_MISSING_SKIPS);
  CHECK((gather(read(text, zero), 0, 2) == std::vector<float>{1, 2, -1, 4, 3, -1, -1, 6}));
  CHECK((gather(read(text, mean), 0, 2) == std::vector<float>{1, 2, 2, 4, 3, 4, 2, 6}));
  CHECK((gather(read(text, skip), 0, 2) == std::vector<float>{1, 2}));
  nn_field wide = missing(makeField("x", NN_F64, 0, 0, 1), NN_MISSING_IS_MEAN);
  CHECK((gather<double>(read("1,\nnan,\n2,\n", wide), 0) == std::vector<double>{1, 1.5, 2}));
  nn_field whole = missing(makeField("x", NN_I32, 0, 0, 1), NN_MISSING_IS_VALUE, 7);
  CHECK((gather<int32_t>(read("1,\nNone,\n", whole), 0) == std::vector<int32_t>{1, 7}));
  checkBad("?,1\n,2\n", mean,
           ", column 0 (field 'x'): there is no value, and so no mean of the values");
  checkBad("?,1\n2,\n", skip, ": there are no rows; each has a missing value");
  checkBad(
      "1,2\n?,4\n", x,
      ", row 2, column 0 (field 'x'): the value is missing (?); fill it in, remove the row, or "
      "say what stands for it: `missing = 0`, \"mean\" or \"skip\"");
}

TEST(csv_truth_values) {
  Scope scope;
  nn_field field = makeField("b", NN_BOOL, 0, 0, 1);
  CHECK((gather<uint8_t>(read("1\n0\ntrue\nFalse\nYES\nno\n", field), 0) ==
         std::vector<uint8_t>{1, 0, 1, 0, 1, 0}));
  checkBad("1\n2\n", field,
           ", row 2, column 0 (field 'b'): '2' is not a truth value; true, false, yes, no, 1 or 0 "
           "is needed");
}

TEST(csv_categories) {
  Scope scope;
  nn_field field = makeField("y", NN_I32, 3, 1, 1);
  field.category_count = -1;
  std::string text = "1,virginica\n2,\"setosa\"\n3,virginica\n4, versicolor \n";
  CHECK((gather<int32_t>(read(text, field), 0) == std::vector<int32_t>{2, 0, 2, 1}));
  checkBad(text + "5,zinnia\n", field,
           ", row 5, column 1 (field 'y'): 'zinnia' is one category more than class[3] has");
  checkBad("1,b\n2,a\n", field,
           " (field 'y'): class[3] is declared, but there are only 2 categories: a, b; list all of "
           "them in category(...), in their order");
  const char *const names[] = {"virginica", "setosa", "versicolor"};
  field.category_count = 3;
  field.categories = names;
  CHECK((gather<int32_t>(read(text, field), 0) == std::vector<int32_t>{0, 1, 0, 2}));
  checkBad("1,setosa\n2,sonata\n", field,
           ", row 2, column 1 (field 'y'): 'sonata' is none of the categories virginica, setosa, "
           "versicolor");
  nn_field number = makeField("y", NN_I32, 3, 1, 1);
  checkBad("1,2\n2,a\n", number,
           ", row 2, column 1 (field 'y'): 'a' is not a number; correct it, or take the column as "
           "text that stands for classes: `category(1)`");
}
