//===- parallel.cpp - the pool of threads ---------------------------------===//
//
// One job at a time: a range cut into pieces, which the caller and the workers claim one after the
// other. The pieces depend on the range and the grain only, so the number of threads changes who
// computes a piece and never what a piece is.
//
// The pool starts with the first job that is worth sharing, so a process may fork before that.
// Workers spin for some microseconds after a job (a training step has many) and then sleep in a
// futex. Nobody waits for a thread that has not entered the job: with more threads than CPUs a late
// worker finds the job closed and costs nothing.
//
//===----------------------------------------------------------------------===//
#include "runtime/threads/threads.h"

#include <algorithm>
#include <atomic>
#include <climits>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace nnrt {
namespace {

/// At most so many pieces a range: enough to balance, few enough that claiming costs nothing.
constexpr int64_t maxPieces = 256;

struct Job {
  void (*body)(void *, int64_t, int64_t);
  void *context;
  int64_t total;
  int64_t piece;
};

// `entry` counts the workers inside the job; the upper bits say whether more may enter and whether
// the caller sleeps until the last one has left.
constexpr uint32_t open = 1u << 31, callerSleeps = 1u << 30, countMask = callerSleeps - 1;

Job job;
std::atomic<int64_t> nextPiece{0};
std::atomic<uint32_t> entry{0};
std::atomic<uint32_t> generation{0}; // of jobs; the futex on which workers sleep
std::atomic<int32_t> sleepers{0};
int64_t workerCount = -1; // -1: the pool was not started
int spins = 0;
thread_local bool insideJob = false;

void futexWait(std::atomic<uint32_t> &word, uint32_t value) {
  syscall(SYS_futex, reinterpret_cast<uint32_t *>(&word), FUTEX_WAIT_PRIVATE, value, nullptr,
          nullptr, 0);
}

void futexWakeAll(std::atomic<uint32_t> &word) {
  syscall(SYS_futex, reinterpret_cast<uint32_t *>(&word), FUTEX_WAKE_PRIVATE, INT_MAX, nullptr,
          nullptr, 0);
}

void runPieces() {
  for (;;) {
    int64_t begin = nextPiece.fetch_add(job.piece, std::memory_order_relaxed);
    if (begin >= job.total)
      return;
    job.body(job.context, begin, std::min(begin + job.piece, job.total));
  }
}

void *work(void *) {
  insideJob = true;  // whatever a body calls runs inline
  uint32_t seen = 0; // a worker that starts late must find the job for which the pool was started
  for (;;) {
    for (int i = 0; i < spins && generation.load(std::memory_order_acquire) == seen; ++i)
      __builtin_ia32_pause();
    if (generation.load(std::memory_order_acquire) == seen) {
      sleepers.fetch_add(1);
      while (generation.load() == seen)
        futexWait(generation, seen);
      sleepers.fetch_sub(1);
    }
    seen = generation.load(std::memory_order_acquire);
    uint32_t state = entry.load(std::memory_order_relaxed);
    while ((state & open) &&
           !entry.compare_exchange_weak(state, state + 1, std::memory_order_acquire))
      ;
    if (!(state & open))
      continue;
    runPieces();
    state = entry.fetch_sub(1, std::memory_order_release) - 1;
    if (state == callerSleeps)
      futexWakeAll(entry);
  }
}

void startPool() {
  int64_t threads = threadCount();
  // With more threads than CPUs a spinning thread takes the CPU from a working one.
  spins = threads <= availableCpus() ? 2000 : 0;
  workerCount = 0;
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  while (workerCount < threads - 1) {
    pthread_t thread;
    if (pthread_create(&thread, &attributes, work, nullptr) != 0)
      break; // fewer threads give the same bits
    ++workerCount;
  }
  pthread_attr_destroy(&attributes);
}

/// Closes the job to workers and waits for those inside.
void closeJob() {
  uint32_t state = entry.fetch_and(~open, std::memory_order_acq_rel) & ~open;
  for (int i = 0; i < spins && (state & countMask); ++i) {
    __builtin_ia32_pause();
    state = entry.load(std::memory_order_acquire);
  }
  while (state & countMask) {
    if (entry.compare_exchange_weak(state, state | callerSleeps, std::memory_order_acquire))
      futexWait(entry, state | callerSleeps);
    state = entry.load(std::memory_order_acquire);
  }
  entry.store(0, std::memory_order_relaxed);
}

} // namespace

int64_t availableCpus() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0)
    return CPU_COUNT(&set);
  long online = sysconf(_SC_NPROCESSORS_ONLN); // more CPUs than cpu_set_t has bits for
  return online > 0 ? online : 1;
}

int64_t threadCount() {
  if (settings.threads <= 0)
    settings.threads = std::min(availableCpus(), maxThreads);
  return settings.threads;
}

} // namespace nnrt

using namespace nnrt;

extern "C" void nn_parallel_for(void (*body)(void *, int64_t, int64_t), void *context,
                                int64_t total, int64_t grain) {
  if (total <= 0)
    return;
  grain = std::max<int64_t>(grain, 1);
  int64_t grains = (total - 1) / grain + 1;
  int64_t piece = std::min(grains, (grains - 1) / maxPieces + 1) * grain;
  if (piece >= total || insideJob || threadCount() == 1) {
    for (int64_t begin = 0; begin < total; begin += piece)
      body(context, begin, std::min(begin + piece, total));
    return;
  }
  if (workerCount < 0)
    startPool();
  job = {body, context, total, piece};
  nextPiece.store(0, std::memory_order_relaxed);
  entry.store(open, std::memory_order_release);
  generation.fetch_add(1);
  if (sleepers.load() > 0)
    futexWakeAll(generation);
  insideJob = true;
  runPieces();
  insideJob = false;
  closeJob();
}
