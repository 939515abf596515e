//===- region.cpp - run-time sized parts of the arena ---------------------===//
//
// Grows only: a region that has seen the largest batch never allocates again.
//
//===----------------------------------------------------------------------===//
#include "runtime/support/support.h"

extern "C" void *nn_region_reserve(nn_region *region, int64_t bytes) {
  if (bytes <= region->capacity_bytes && region->base)
    return region->base;
  std::free(region->base); // before the new one, so that the peak is not the sum of both
  region->base = nullptr;
  region->capacity_bytes = 0;
  region->base = nnrt::allocate(bytes > 0 ? size_t(bytes) : 0);
  region->capacity_bytes = bytes > 0 ? bytes : 0;
  return region->base;
}
