//===- threads.h - how many threads there are -----------------------------===//
#ifndef NNRT_THREADS_THREADS_H
#define NNRT_THREADS_THREADS_H

#include "runtime/support/support.h"

namespace nnrt {

/// The most that --threads accepts.
constexpr int64_t maxThreads = 1024;

/// The CPUs that this process may use.
int64_t availableCpus();

/// The number of threads that jobs run on: --threads, or one for each available CPU.
int64_t threadCount();

} // namespace nnrt

#endif // NNRT_THREADS_THREADS_H
