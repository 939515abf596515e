//===- cpu.cpp - whether the CPU can run the program ----------------------===//
//
// The x86-64 levels of the System V ABI supplement, by cpuid; for AVX and AVX-512 also whether the
// operating system saves their registers. A message is better than an illegal instruction.
//
//===----------------------------------------------------------------------===//
#include "runtime/program/program.h"

#include <cinttypes>
#include <cpuid.h>

namespace nnrt {

static uint64_t savedState() {
  uint32_t low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return uint64_t(high) << 32 | low;
}

static int64_t cpuLevel() {
  unsigned a, b, c = 0, d, b7 = 0, c7, d7, extended = 0;
  __get_cpuid(1, &a, &b, &c, &d);
  __get_cpuid_count(7, 0, &a, &b7, &c7, &d7);
  __get_cpuid(0x80000001u, &a, &b, &extended, &d);
  constexpr unsigned lahf = 1, lzcnt = 1u << 5;
  constexpr unsigned level2 =
      bit_SSE3 | bit_SSSE3 | bit_CMPXCHG16B | bit_SSE41 | bit_SSE42 | bit_POPCNT;
  constexpr unsigned level3 = bit_FMA | bit_MOVBE | bit_OSXSAVE | bit_AVX | bit_F16C;
  constexpr unsigned level3b = bit_AVX2 | bit_BMI | bit_BMI2;
  constexpr unsigned level4b =
      bit_AVX512F | bit_AVX512DQ | bit_AVX512CD | bit_AVX512BW | bit_AVX512VL;
  if ((c & level2) != level2 || !(extended & lahf))
    return 1;
  if ((c & level3) != level3 || (b7 & level3b) != level3b || !(extended & lzcnt) ||
      (savedState() & 0x6) != 0x6)
    return 2;
  if ((b7 & level4b) != level4b || (savedState() & 0xE6) != 0xE6)
    return 3;
  return 4;
}

void requireCpuLevel(const char *program, int64_t level) {
  int64_t present = cpuLevel();
  if (present < level)
    fail("",
         "'%s' was built for CPUs of the level x86-64-v%" PRId64
         ", and this one is of the level x86-64-v%" PRId64
         "; build it again on this machine, or for a lower level",
         program, level, present);
}

} // namespace nnrt
