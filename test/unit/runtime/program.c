/*===- program.c - a compiled program, by hand -----------------------------===
 *
 * What the compiler's output looks like to the linker: tables and functions that call the runtime.
 * It uses every family, as a training program does.
 *
 *===------------------------------------------------------------------------===*/
#include "runtime/nnrt.h"

#include <stddef.h>

static nn_region arena;

static void train(const nn_value *values) {
  int64_t mark = nn_scope_enter();
  nn_field fields[] = {{.name = "x", .dtype = NN_F32, .column_count = 2},
                       {.name = "y", .dtype = NN_I32, .classes = 10, .first_column = 2, .column_count = 1}};
  int64_t options[] = {0, 0, ','};
  nn_dataset *data = nn_csv("program.nn:3", 1, &values[0].str, options, 2, fields), *first, *rest;
  nn_dataset_split("program.nn:4", nn_dataset_shuffled(data, 1, 1), 0.5, &first, &rest);
  int64_t n = nn_dataset_count(data);
  float *x = nn_region_reserve("program.nn:5", &arena, 4 * n * 2, "x"), w[8], c[64 * 4] = {0};
  nn_dataset_gather(data, 0, 0, n, x);
  nn_random_normal_f32(w, 8, 2, 1);
  for (int i = 0; i < 8; ++i)
    w[i] = (float)(i + 1);
  nn_contraction product = {1, 1, n, 4, 1, 2, {0, 0, 0, 2, 0}, {0, 0, 0, 4, 0}};
  nn_contract_f32_v2(c, x, w, &product);
  static const char *const names[] = {"epoch", "sum"};
  static const int64_t integer[] = {1, 0};
  static const nn_report_site site = {2, names, integer};
  for (int64_t epoch = 1; epoch <= values[1].i64; ++epoch) {
    double row[] = {(double)epoch, c[0]};
    nn_report(&site, row);
  }
  int64_t dims[] = {n, 4}, shape[] = {2, 4};
  nn_format_begin();
  nn_format_text("c = ");
  nn_format_tensor(c, NN_F32, 2, dims, "");
  nn_print(nn_format_end());
  nn_tensor_info info = {"w", NN_F32, 2, shape, 1};
  const void *tensors[] = {w};
  nn_save("program.nn:9", values[2].str, 1, &info, tensors);
  nn_scope_leave(mark);
}

static void show(const nn_value *values) {
  float w[8];
  int64_t shape[] = {2, 4};
  nn_tensor_info info = {"w", NN_F32, 2, shape, 1};
  void *tensors[] = {w};
  nn_load("program.nn:14", values[0].str, 1, &info, tensors);
  int64_t mark = nn_scope_enter();
  nn_format_begin();
  nn_format_f64(w[7], ".2f");
  nn_print(nn_format_end());
  nn_scope_leave(mark);
}

static const nn_flag train_flags[] = {
    {"data", "Two numbers and a class on each line", NN_FLAG_PATH, 0, {0}, ""},
    {"epochs", "", NN_FLAG_INT, 1, {.i64 = 2}, "2"},
    {"out",
     "Where the weights go",
     NN_FLAG_PATH,
     1,
     {.str = "program.safetensors"},
     "\"program.safetensors\""}};
static const nn_flag show_flags[] = {
    {"weights", "", NN_FLAG_PATH, 1, {.str = "program.safetensors"}, "\"program.safetensors\""}};
static const nn_command commands[] = {{"train", "Multiply, report, save.", train, 3, train_flags},
                                      {"show", "Print the last weight.", show, 1, show_flags}};

const nn_program nn_program_table = {
    NNRT_ABI_VERSION, "program", "A program by hand.", "program.nn", 1, 2, commands, 0, NULL};
