//===- memory_test.cpp - regions, scopes, threads -------------------------===//
#include "check.h"
#include "runtime/support/support.h"
#include "runtime/threads/threads.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <set>
#include <utility>
#include <vector>

TEST(region_grows_and_is_aligned) {
  nn_region region = {};
  void *small = nn_region_reserve("p.nn:3", &region, 100, "");
  CHECK(small != nullptr && uintptr_t(small) % 64 == 0);
  CHECK(nn_region_reserve("p.nn:3", &region, 50, "") == small && region.capacity_bytes == 100);
  void *large = nn_region_reserve("p.nn:3", &region, 1 << 20, "");
  CHECK(uintptr_t(large) % 64 == 0 && region.base == large && region.capacity_bytes == 1 << 20);
  std::memset(large, 1, 1 << 20);
  nn_region empty = {};
  CHECK(nn_region_reserve("p.nn:3", &empty, 0, "") != nullptr);
  std::free(large);
  std::free(empty.base);
}

TEST(region_without_memory) {
  Outcome outcome = inChild([] {
    nn_region region = {};
    nn_region_reserve("p.nn:3", &region, 1 << 20, "");
    nn_region other = {};
    nn_region_reserve("p.nn:4", &other, int64_t(1) << 62, "f32[n] of p.nn:2");
  });
  // With what the test before reserved.
  CHECK(outcome.err.starts_with("p.nn:4: error: out of memory: 4.0 EiB are wanted beside 2.0 MiB, "
                                "and this machine has "));
  CHECK(outcome.err.ends_with("iB; the largest tensors there: f32[n] of p.nn:2\n"));
  CHECK(outcome.status == 1);
}

TEST(scopes_release_in_reverse) {
  static std::vector<int> released;
  released.clear();
  static int objects[4] = {0, 1, 2, 3};
  auto release = [](void *object) { released.push_back(*static_cast<int *>(object)); };
  int64_t outer = nn_scope_enter();
  nnrt::ownedByScope(&objects[0], release);
  int64_t inner = nn_scope_enter();
  nnrt::ownedByScope(&objects[1], release);
  nnrt::ownedByScope(&objects[2], release);
  nn_scope_leave(inner);
  CHECK((released == std::vector<int>{2, 1}));
  nnrt::ownedByScope(&objects[3], release);
  nn_scope_leave(outer);
  CHECK((released == std::vector<int>{2, 1, 3, 0}));
}

TEST(cpus_and_threads) {
  CHECK(nnrt::availableCpus() >= 1);
  nnrt::settings.threads = 0;
  CHECK(nnrt::threadCount() == std::min(nnrt::availableCpus(), nnrt::maxThreads));
  nnrt::settings.threads = 1; // as the other tests need it
}

using Ranges = std::set<std::pair<int64_t, int64_t>>;
namespace {
struct Seen {
  std::mutex mutex;
  Ranges ranges;
  int64_t calls = 0, covered = 0;
};
} // namespace

static void note(void *context, int64_t begin, int64_t end) {
  auto &seen = *static_cast<Seen *>(context);
  std::lock_guard lock(seen.mutex);
  seen.ranges.insert({begin, end});
  ++seen.calls;
  seen.covered += end - begin;
}

// The ranges are the same for any number of threads, cover all, and but for the last are multiples
// of the grain. In children, as the pool cannot be restarted with another size.
TEST(parallel_ranges) {
  for (int64_t threads : {1, 2, 4, 9}) {
    Outcome outcome = inChild([&] {
      nnrt::settings.threads = threads;
      for (int64_t total : {0, 1, 7, 64, 1000, 100001})
        for (int64_t grain : {1, 3, 64, 5000}) {
          Seen seen;
          nn_parallel_for(note, &seen, total, grain);
          bool good = seen.covered == total && seen.calls == int64_t(seen.ranges.size());
          int64_t next = 0;
          for (auto [begin, end] : seen.ranges) {
            good &= begin == next && end > begin && (end == total || (end - begin) % grain == 0);
            next = end;
          }
          std::printf("%ld %ld: %d %ld\n", long(total), long(grain), good, long(seen.calls));
        }
    });
    static std::string first;
    if (first.empty())
      first = outcome.out;
    CHECK_TEXT(outcome.out, first);
    CHECK(outcome.status == 0 && outcome.out.find(": 0 ") == std::string::npos);
    CHECK(outcome.out.find("1000 64: 1 16\n") != std::string::npos);
    CHECK(outcome.out.find("7 64: 1 1\n") != std::string::npos);
  }
}

// Many small jobs, with more threads than CPUs: none is lost and nothing hangs.
TEST(parallel_many_jobs) {
  for (int64_t threads : {2, 4, 32}) {
    Outcome outcome = inChild([&] {
      nnrt::settings.threads = threads;
      static std::atomic<int64_t> sum;
      sum = 0;
      for (int job = 0; job < 3000; ++job)
        nn_parallel_for([](void *, int64_t begin, int64_t end) { sum += end - begin; }, nullptr,
                        20 + job % 5, 1);
      std::printf("%ld", long(sum));
    });
    CHECK_TEXT(outcome.out, "66000");
  }
}

TEST(parallel_runs_on_several_threads) {
  Outcome outcome = inChild([] {
    nnrt::settings.threads = 3;
    static std::atomic<int> present;
    // Each piece waits until all three threads are inside one.
    nn_parallel_for(
        [](void *, int64_t, int64_t) {
          ++present;
          while (present < 3)
            ;
        },
        nullptr, 3, 1);
    std::printf("%d", int(present));
  });
  CHECK_TEXT(outcome.out, "3");
}

TEST(parallel_nested_runs_inline) {
  Outcome outcome = inChild([] {
    nnrt::settings.threads = 2;
    static std::atomic<int64_t> sum;
    nn_parallel_for(
        [](void *, int64_t, int64_t) {
          nn_parallel_for([](void *, int64_t begin, int64_t end) { sum += end - begin; }, nullptr,
                          10, 1);
        },
        nullptr, 8, 1);
    std::printf("%ld", long(sum));
  });
  CHECK_TEXT(outcome.out, "80");
}

TEST(failing_on_a_worker_ends_the_program_once) {
  Outcome outcome = inChild([] {
    nnrt::settings.threads = 4;
    nn_parallel_for([](void *, int64_t, int64_t) { nn_fail("p.nn:3", "it broke"); }, nullptr, 100,
                    1);
  });
  CHECK_TEXT(outcome.err, "p.nn:3: error: it broke\n");
  CHECK(outcome.status == 1);
}
