//===- number.h - numbers in text files -----------------------------------===//
#ifndef NNRT_DATA_NUMBER_H
#define NNRT_DATA_NUMBER_H

#include "runtime/support/support.h"

namespace nnrt {

enum class Parsed { number, notANumber, outOfRange, notWhole };

/// Reads the decimal number that [begin, end) consists of, rounded correctly. A zero, or a
/// character that no number contains, must follow at `end`. Hexadecimal numbers, infinities and NaN
/// are no numbers here: in a data file they are mistakes or missing values.
Parsed parseNumber(const char *begin, const char *end, float &value);
Parsed parseNumber(const char *begin, const char *end, double &value);
/// The same for whole numbers; 3.0 and 3e2 are whole.
Parsed parseNumber(const char *begin, const char *end, int64_t &value);
Parsed parseNumber(const char *begin, const char *end, int32_t &value);

} // namespace nnrt

#endif // NNRT_DATA_NUMBER_H
