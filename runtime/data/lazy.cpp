//===- lazy.cpp - rows that are made when they are needed -----------------===//
//
// One set of rows is made ahead at a time, by one thread that lives as long as that takes. Rows are
// claimed one after the other; whoever needs them before they are done helps with all its threads.
// Which thread makes a row changes nothing of it.
//
//===----------------------------------------------------------------------===//
#include "runtime/data/lazy.h"
#include "runtime/data/dataset.h"

#include <algorithm>
#include <atomic>
#include <pthread.h>

using namespace nnrt;

namespace {
/// Rows that are being made.
struct Batch {
  Storage *storage;
  const Lazy *lazy;
  int64_t width;
  Array<int64_t> rows;
  Array<uint8_t> bytes;
  std::atomic<int64_t> next;
  pthread_t thread;
  bool hasThread;

  void makeRows() {
    for (;;) {
      int64_t i = next.fetch_add(1, std::memory_order_relaxed);
      if (i >= rows.size())
        return;
      lazy->make(lazy, rows[i], bytes.data() + i * width);
    }
  }
};
} // namespace

static constinit Immortal<Batch> ahead; // what is made in the background
static constinit Immortal<Array<uint8_t>> current;

static void *background(void *) {
  ahead->makeRows();
  return nullptr;
}

static void helpWith(void *context, int64_t, int64_t) { static_cast<Batch *>(context)->makeRows(); }

/// Waits until the rows that are made ahead are there, and helps with them.
static void finishAhead() {
  if (!ahead->hasThread)
    return;
  nn_parallel_for(helpWith, &*ahead, std::max<int64_t>(ahead->rows.size(), 1), 1);
  pthread_join(ahead->thread, nullptr);
  ahead->hasThread = false;
  releaseStorage(ahead->storage);
}

static void start(Storage *storage, const Lazy *lazy, int64_t width, const int64_t *rows,
                  int64_t count) {
  ahead->lazy = lazy;
  ahead->width = width;
  ahead->rows.resize(count);
  std::copy(rows, rows + count, ahead->rows.data());
  ahead->bytes.resize(count * width);
  ahead->next.store(0);
  ahead->storage = storage;
  ahead->hasThread = pthread_create(&ahead->thread, nullptr, background, nullptr) == 0;
  if (ahead->hasThread)
    ++storage->views;
  else
    ahead->rows.resize(0); // the rows are made when they are needed
}

const uint8_t *nnrt::lazyRows(Storage *storage, const Lazy *lazy, int64_t width,
                              const int64_t *rows, int64_t count, const int64_t *next,
                              int64_t nextCount) {
  // Before anything of it is read: the thread may still be writing.
  finishAhead();
  bool isThere = ahead->lazy == lazy && ahead->width == width && ahead->rows.size() >= count &&
                 std::equal(rows, rows + count, ahead->rows.data());
  current->resize(count * width);
  if (isThere) {
    std::memcpy(current->data(), ahead->bytes.data(), size_t(count * width));
  } else {
    struct Work {
      const Lazy *lazy;
      const int64_t *rows;
      int64_t width;
    } work{lazy, rows, width};
    nn_parallel_for(
        [](void *context, int64_t begin, int64_t end) {
          const Work &work = *static_cast<Work *>(context);
          for (int64_t i = begin; i < end; ++i)
            work.lazy->make(work.lazy, work.rows[i], current->data() + i * work.width);
        },
        &work, count, 1);
  }
  ahead->lazy = nullptr;
  if (nextCount > 0)
    start(storage, lazy, width, next, nextCount);
  return current->data();
}
