//===- logfile.h - the file of --log --------------------------------------===//
#ifndef NNRT_LOG_LOGFILE_H
#define NNRT_LOG_LOGFILE_H

#include "runtime/support/support.h"

namespace nnrt {

/// Appends a row to the file of --log, at once; nothing without one.
void logRow(const nn_report_site &site, const double *values);

/// The value as it is shown: NaN has no sign.
inline double withoutSign(double value) { return value == value ? value : __builtin_nan(""); }

} // namespace nnrt

#endif // NNRT_LOG_LOGFILE_H
