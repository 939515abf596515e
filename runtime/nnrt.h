//===- nnrt.h - the runtime's C ABI ---------------------------------------===//
//
// Everything that a compiled .nn program calls, and the tables that it hands over. This is the only
// public header of the runtime; the compiler's lowering declares exactly these functions.
//
// Conventions
//  * Every function that can fail prints `LOCATION: error: what; what to do` on standard error and
//    exits with status 1 (2 for wrong usage of the command line): callers need check nothing. No
//    file is ever left half-written. `location` is "file.nn:line" of the statement, a constant
//    string.
//  * Sizes and counts are in elements unless the name says bytes. Tensors are dense and row-major.
//  * Memory handed out is aligned to 64 bytes (strings need not be).
//  * One thread, the main one, calls the runtime; bodies of nn_parallel_for may call nn_contract_*,
//    random numbers and the functions that end the program.
//  * Strings in tables (names of fields, flags, sites, tensors) are not copied: they must be
//    constants.
//  * Handles (data sets, strings) belong to the innermost open scope (nn_scope_enter) and are freed
//    when it is left; nothing needs to be freed one by one.
//
//===----------------------------------------------------------------------===//
#ifndef NNRT_H
#define NNRT_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

//===-- The program's tables (constants in the compiled program) ----------===//

// Enumerations are lists, X(enumerator, value, name, ...), so that compiler and runtime take
// whatever else they need to know of an enumerator from the same line.
#define NN_ENUMERATOR(ENUMERATOR, VALUE, ...) ENUMERATOR = VALUE,

/// Element types: enumerator, value, name, bytes. A bool takes one byte, 0 or 1.
#define NN_DTYPES(X)                                                                               \
  X(NN_BOOL, 0, bool, 1)                                                                           \
  X(NN_U8, 1, u8, 1)                                                                               \
  X(NN_I32, 2, i32, 4)                                                                             \
  X(NN_I64, 3, i64, 8)                                                                             \
  X(NN_BF16, 4, bf16, 2)                                                                           \
  X(NN_F32, 5, f32, 4)                                                                             \
  X(NN_F64, 6, f64, 8)
typedef enum nn_dtype { NN_DTYPES(NN_ENUMERATOR) } nn_dtype;

/// Type of a command-line flag: enumerator, value, name, the member of nn_value that holds it. A
/// bool is 0 or 1, an i32 is checked to fit.
#define NN_FLAG_TYPES(X)                                                                           \
  X(NN_FLAG_INT, 0, int, i64)                                                                      \
  X(NN_FLAG_FLOAT, 1, float, f64)                                                                  \
  X(NN_FLAG_F32, 2, f32, f32)                                                                      \
  X(NN_FLAG_BOOL, 3, bool, i64)                                                                    \
  X(NN_FLAG_STR, 4, str, str)                                                                      \
  X(NN_FLAG_PATH, 5, path, str)                                                                    \
  X(NN_FLAG_I32, 6, i32, i64)
typedef enum nn_flag_type { NN_FLAG_TYPES(NN_ENUMERATOR) } nn_flag_type;

/// The value of a flag: eight bytes.
typedef union nn_value {
  int64_t i64;
  double f64;
  float f32;
  const char *str;
} nn_value;

/// An argument of a command, given as `--name value` or `--name=value` (`--name`/`--no-name` for
/// bool). Arguments without a default are required and may also be given by position, in order.
typedef struct nn_flag {
  const char *name;
  const char *doc; // the `///` text, or ""
  int64_t type;    // nn_flag_type
  int64_t has_default;
  nn_value default_value;
  const char *default_text; // as written in the source, for --help; "" without a default
} nn_flag;

typedef struct nn_command {
  const char *name;
  const char *doc;
  void (*run)(const nn_value *values); // one value a flag, in order
  int64_t flag_count;
  const nn_flag *flags;
} nn_command;

typedef struct nn_test {
  const char *name;
  const char *location;
  void (*run)(const nn_value *values); // called with NULL
} nn_test;

/// What nn_main needs to know. The compiled program defines one, named nn_program_table.
typedef struct nn_program {
  int64_t abi_version; // NNRT_ABI_VERSION
  const char *name;    // of the program, as in --help
  const char *doc;     // the file's first /// comment, or ""
  const char *source;  // the .nn file's name
  int64_t cpu_level;   // the x86-64 level that the code needs: 1, 2, 3 (AVX2, FMA) or 4 (AVX-512)
  int64_t command_count;
  const nn_command *commands;
  int64_t test_count; // a program built by `nnc test` has tests and no commands
  const nn_test *tests;
} nn_program;

#define NNRT_ABI_VERSION 1
extern const nn_program nn_program_table;

/// Parses the command line, runs the command (or, in a test program, the tests) and returns the
/// exit status. `main` in the runtime archive calls it with &nn_program_table.
///
/// Built-in flags of every command: --seed N (default 0), --threads N (default: the CPUs this
/// process may use), --device cpu, --log FILE (.csv or .jsonl: rows), --quiet (no progress),
/// --allow-nan (a loss need not be finite), --help. With exactly one command its name may be left
/// out. Usage errors: exit status 2. A test program takes such flags and a part of a test's name.
int nn_main(int argc, char **argv, const nn_program *program);

//===-- Memory -------------------------------------------------------------===//

/// A part of the arena whose size depends on the run, or is large. Zero-initialised.
typedef struct nn_region {
  void *base;
  int64_t capacity_bytes;
} nn_region;

/// Makes `region` at least `bytes` large, and returns its base; contents are lost where it grows.
/// Ends the program where the machine has less memory; `largest` names the largest tensors.
void *nn_region_reserve(const char *location, nn_region *region, int64_t bytes,
                        const char *largest);

/// Opens a scope for handles; nn_scope_leave frees those made since `mark` was returned.
int64_t nn_scope_enter(void);
void nn_scope_leave(int64_t mark);

//===-- Threads ------------------------------------------------------------===//

/// Calls body(context, begin, end) for disjoint ranges that cover [0, total); every range but the
/// last is a multiple of `grain`. The ranges depend on total and grain only, never on the number of
/// threads. Runs on the calling thread where there is one range or one thread, or within another
/// body.
void nn_parallel_for(void (*body)(void *context, int64_t begin, int64_t end), void *context,
                     int64_t total, int64_t grain);

//===-- Random numbers -----------------------------------------------------===//
// Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011), counter
// based: a draw is a function of the program's seed, its place in the program, the count (or
// `stream =`) and the element's index, so it depends neither on threads nor on what was drawn
// before.

/// Uniform in [0, 1).
void nn_random_uniform_f32(float *out, int64_t count, uint64_t place, uint64_t stream);
void nn_random_uniform_f64(double *out, int64_t count, uint64_t place, uint64_t stream);
/// Standard normal (Box and Muller 1958).
void nn_random_normal_f32(float *out, int64_t count, uint64_t place, uint64_t stream);
void nn_random_normal_f64(double *out, int64_t count, uint64_t place, uint64_t stream);

//===-- Order -------------------------------------------------------------===//

/// For each of `rows` rows of `count` elements of type `dtype` (not NN_BOOL, NN_U8): the indices
/// that sort it. Equal elements keep their order; NaN is larger than any number. `count` fits 31
/// bits.
void nn_argsort(int32_t *out, const void *in, int64_t dtype, int64_t rows, int64_t count,
                int64_t descending);

//===-- Contractions ---------------------------------------------------------===//
// The seam for matrix products: c[x, y] = sum over s of op(a[x, y, s]) * op(b[x, y, s]), where
// op(a) is m x k and op(b) is k x n. c is dense, outer x inner x m x n, and must not overlap. One
// variant for each x86-64 level, so that the compiler picks what the target has (nn_contract_f32_v1
// to nn_contract_f64_v4); each allocates
// nothing, and gives the same bits for any number of threads. sum == 0 or k == 0 gives zeros.

/// Where the matrices of an operand lie, in elements. a is stored m x k with row_stride between
/// rows, or k x m if transposed; likewise b. The first three strides are those between matrices,
/// and may be 0 (the same matrix for each).
typedef struct nn_matrices {
  int64_t outer_stride, inner_stride, sum_stride, row_stride, transposed;
} nn_matrices;

typedef struct nn_contraction {
  int64_t outer, inner, m, n, sum, k;
  nn_matrices a, b;
} nn_contraction;

/// The levels that have a variant, from 1 on.
#define NN_CONTRACT_LEVELS(X) X(v1) X(v2) X(v3) X(v4)
#define NN_DECLARE_CONTRACT(LEVEL)                                                                 \
  void nn_contract_f32_##LEVEL(float *c, const float *a, const float *b,                           \
                               const nn_contraction *shape);                                       \
  void nn_contract_f64_##LEVEL(double *c, const double *a, const double *b,                        \
                               const nn_contraction *shape);
NN_CONTRACT_LEVELS(NN_DECLARE_CONTRACT)

//===-- Data sets --------------------------------------------------------------===//

typedef struct nn_dataset nn_dataset;

/// What stands for a missing value of a csv file (a cell that is empty, or `?`, `NA`, `nan`,
/// `null`): nothing, it is an error; nn_field::missing_value; the mean of the column's other
/// values, rounded to the field's type; the whole row is left out.
#define NN_MISSINGS(X)                                                                             \
  X(NN_MISSING_FAILS, 0, fails)                                                                    \
  X(NN_MISSING_IS_VALUE, 1, value)                                                                 \
  X(NN_MISSING_IS_MEAN, 2, mean)                                                                   \
  X(NN_MISSING_SKIPS, 3, skip)
typedef enum nn_missing { NN_MISSINGS(NN_ENUMERATOR) } nn_missing;

/// A field of a data set as it is read: a block of columns of a csv row, or an item of another
/// source. Members that a source does not name are 0.
typedef struct nn_field {
  const char *name;     // the user's name, for messages
  int64_t dtype;        // what nn_dataset_gather delivers: NN_F32, NN_F64, NN_I32, NN_I64, NN_BOOL
  int64_t classes;      // 0, or: a whole number in [0, classes) is required
  int64_t first_column; // csv: the first column; idx, npy: which of the paths; images: 0 the
                        // pixels, 1 the class
  int64_t column_count; // elements in a row
  int64_t rank;         // of a row
  const int64_t *dims;
  const char *const *columns;    // csv: column_count names of the header, or NULL; npz: one name
  int64_t category_count;        // csv: 0: numbers; -1: text, the different ones in ascending order
                                 // are the classes; else how many `categories` there are
  const char *const *categories; // csv: the texts of the classes, in their order
  int64_t missing;               // csv: nn_missing
  double missing_value;
} nn_field;

// Sources: each reads its files whole, plain or (but for npz and images) gzip'ed. Errors name the
// file, and row and column where there are any: missing or unreadable file, another format,
// truncation, a shape or element type that does not fit the field, a number out of a class's range,
// no rows at all.

/// The formats: enumerator, value, name; nn_NAME reads one.
///  * csv: rows are lines, cut at the delimiter. options: lines at the start that are ignored;
///    whether a line with the columns' names follows; the delimiter's code. Empty lines are
///    ignored.
///  * idx (MNIST's format): elements of type u8, i8, i16, i32, f32 or f64; a file for each path;
///    field f comes from paths[f.first_column]. No options.
///  * npy (NumPy's format, versions 1 to 3): elements of type bool, u1, i1, i2, i4, i8, f4 or f8,
///    little-endian, in C order; a file for each path, as for idx. No options.
///  * npz: a zip archive (stored or deflated) of npy files; field f is the array f.columns[0]. No
///    options.
///  * images: a folder with a folder of PNG and JPEG files for each class: classes and files in
///    ascending order of their names. Fields: pixels [channels, height, width] as u8 (1: grey, 3:
///    red, green, blue; resized with bilinear interpolation where the file's size is another),
///    class. No options.
#define NN_SOURCES(X)                                                                              \
  X(NN_CSV, 0, csv)                                                                                \
  X(NN_IDX, 1, idx)                                                                                \
  X(NN_NPY, 2, npy)                                                                                \
  X(NN_NPZ, 3, npz)                                                                                \
  X(NN_IMAGES, 4, images)
typedef enum nn_source { NN_SOURCES(NN_ENUMERATOR) } nn_source;
#define NN_DECLARE_SOURCE(ENUMERATOR, VALUE, NAME)                                                 \
  nn_dataset *nn_##NAME(const char *location, int64_t path_count, const char *const *paths,        \
                        const int64_t *options, int64_t field_count, const nn_field *fields);
NN_SOURCES(NN_DECLARE_SOURCE)
/// Fields of more bytes than this (2 GiB) are not decoded when the data set is made, but batch by
/// batch, each by a thread of its own while the program works on the one before.
extern int64_t nn_images_kept;
/// The characters of a UTF-8 file, as numbers: field 0 is the index of each in `characters` (code
/// points; `size` of them); with size 0 the file's bytes. A character that is not there is an
/// error.
nn_dataset *nn_text_data(const char *location, const char *path, const int32_t *characters,
                         int64_t size);
/// Tensors of `rows` rows, copied.
nn_dataset *nn_in_memory(const char *location, int64_t rows, int64_t field_count,
                         const nn_field *fields, const void *const *tensors);

int64_t nn_dataset_count(const nn_dataset *data);
/// A view in random order (Fisher and Yates), drawn from the stream (seed, place, stream).
nn_dataset *nn_dataset_shuffled(const nn_dataset *data, uint64_t place, uint64_t stream);
/// The first round-down(fraction * count) rows, and the rest. 0 <= fraction <= 1, else an error.
void nn_dataset_split(const char *location, const nn_dataset *data, double fraction,
                      nn_dataset **first, nn_dataset **rest);
/// Rows [part * count / parts, ...) of `parts` parts whose sizes differ by one at most, and all
/// other rows. 0 <= part < parts, 2 <= parts, else an error.
void nn_dataset_fold(const char *location, const nn_dataset *data, int64_t part, int64_t parts,
                     nn_dataset **train, nn_dataset **test);
/// The first min(count, size) rows. A negative count is an error.
nn_dataset *nn_dataset_take(const char *location, const nn_dataset *data, int64_t count);
/// Each `steps` rows that follow each other as one row, `stride` rows apart; field f becomes the
/// fields f * shifts + s, windows that begin s rows later. An error for rows that do not lie in the
/// order of the source, and where there is not one window.
nn_dataset *nn_dataset_windows(const char *location, const nn_dataset *data, int64_t steps,
                               int64_t stride, int64_t shifts);
/// size * steps rows drawn with replacement from the stream (seed, place, stream).
nn_dataset *nn_dataset_sampled(const char *location, const nn_dataset *data, int64_t size,
                               int64_t steps, int64_t place, int64_t stream);
/// Copies rows [first, first + count) of the view, field number `field`, converted to its dtype.
void nn_dataset_gather(const nn_dataset *data, int64_t field, int64_t first, int64_t count,
                       void *out);

//===-- Strings ------------------------------------------------------------------===//
// A string is built by begin, pieces, end. `spec` is what follows the colon in a hole, "" for none:
// [[fill]align][sign][0][width][,][.precision][type], type one of f e g % d; checked by the
// compiler.

void nn_format_begin(void);
void nn_format_text(const char *text);
void nn_format_f64(double value, const char *spec); // default: as %g with 6 significant digits
void nn_format_i64(int64_t value, const char *spec);
void nn_format_bool(int64_t value, const char *spec);
void nn_format_str(const char *value, const char *spec);
/// Rows of a matrix on a line each, [a, b] within a line, further lines indented to where the first
/// begins; ranks above two in nested brackets; of tensors above 1000 elements the middle of each
/// dimension above 6 is "...".
void nn_format_tensor(const void *data, int64_t dtype, int64_t rank, const int64_t *dims,
                      const char *spec);
const char *nn_format_end(void);
/// A copy that no scope owns; frees `old` (NULL allowed), which an earlier call returned. They may
/// be the same.
const char *nn_string_assign(const char *old, const char *value);
int64_t nn_string_equal(const char *a, const char *b);

//===-- Characters -----------------------------------------------------------------===//
// A vocabulary is an array of code points, -1 in places that are free. Without one (size 0), bytes.

/// `known`, with the other characters of a UTF-8 file in its free places, in ascending order. An
/// error where there are too few places.
void nn_text_characters(const char *location, const char *path, const int32_t *known, int32_t *out,
                        int64_t size);
/// The number of characters (or bytes) of a text.
int64_t nn_text_size(const char *text, int64_t bytes);
/// The numbers of the text's characters.
void nn_encode(const char *location, const char *text, int32_t *out, const int32_t *characters,
               int64_t size);
/// The text of `count` characters' numbers.
const char *nn_decode(const char *location, const int32_t *ids, int64_t count,
                      const int32_t *characters, int64_t size);

//===-- Output --------------------------------------------------------------------===//

/// Writes the text and a newline (print) or the text alone (write) on standard output, above
/// progress.
void nn_print(const char *text);
void nn_write(const char *text);

/// Seconds since an unspecified moment, by a clock that never goes back.
double nn_clock(void);

/// A `report` statement: its columns, the first of which is the index (epoch, step).
typedef struct nn_report_site {
  int64_t column_count;
  const char *const *names;
  const int64_t *integer; // 1 where the column holds whole numbers
} nn_report_site;

/// Progress, on standard output. The last row of an index is kept as a line when the index moves
/// on: for each index up to 100, then every 10th up to 1000, and so on, and the last one; also the
/// present row when the program prints something else, so that the output is in order. Where the
/// first column is no whole number, the count of rows is the index. What is kept never depends on
/// time; how much was not is said at the end. A terminal also shows the present row. Every row goes
/// to --log (.csv: one table of all columns; .jsonl: an object a row). --quiet shows nothing.
/// `site` and its tables must live as long as the program.
void nn_report(const nn_report_site *site, const double *values);

/// A row of a `table` statement, on standard output, below the columns' names, and in --log.
void nn_table(const nn_report_site *site, const double *values);

/// Of a command that trains or writes files: standard output or a --log that cannot be written does
/// not end it, but is said once; the exit status is 1, or 0 where it was a reader that went away.
void nn_keep_going(void);

/// Ends the program with a failed assertion; in a test program, the test.
void nn_assert_failed(const char *location, const char *message);
/// An index out of range: says index and size.
void nn_index_failed(const char *location, int64_t index, int64_t size);
/// Any other run-time error found by compiled code.
void nn_fail(const char *location, const char *message);
/// A loss that is minimized is not finite: as nn_fail, but returns with --allow-nan.
void nn_not_finite(const char *location, const char *message);

//===-- Checkpoints ------------------------------------------------------------------===//

typedef struct nn_tensor_info {
  const char *name;
  int64_t dtype;
  int64_t rank;
  const int64_t *dims;
  int64_t is_parameter; // 1: of a layer or optimizer, where infinity is a mistake
} nn_tensor_info;

/// Writes a safetensors file: to a temporary file beside it, synced, renamed. NaN, and infinity in
/// a parameter, are refused without --allow-nan.
void nn_save(const char *location, const char *path, int64_t count, const nn_tensor_info *infos,
             const void *const *data);
/// Reads one into `data`. The whole file is checked before a byte is written: missing or extra
/// tensors, other shapes or types, truncation, bad offsets, bad header; the message names them.
void nn_load(const char *location, const char *path, int64_t count, const nn_tensor_info *infos,
             void *const *data);

/// Fails as nn_save would where no file can be made under this name. Leaves nothing behind.
void nn_try_file(const char *location, const char *path);

/// Writes a tensor as an npy file, likewise, whatever it holds.
void nn_save_npy(const char *location, const char *path, int64_t dtype, int64_t rank,
                 const int64_t *dims, const void *data);

#ifdef __cplusplus
}
#endif
#endif // NNRT_H
