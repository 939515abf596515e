//===- clock.cpp - the time that a program measures ------------------------===//
#include "runtime/nnrt.h"

#include <ctime>

extern "C" double nn_clock(void) {
  timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return double(time.tv_sec) + 1e-9 * double(time.tv_nsec);
}
