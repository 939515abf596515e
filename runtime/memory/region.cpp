//===- region.cpp - parts of the arena that are allocated by the program --===//
//
// Grows only: a region that has seen the largest batch never allocates again. More than the machine
// has is refused before any of it is used: the system itself would grant it, and end the program in
// the middle of its work.
//
//===----------------------------------------------------------------------===//
#include "runtime/memory/machine.h"
#include "runtime/support/support.h"

using namespace nnrt;

/// Of all regions.
static int64_t reservedBytes = 0;

extern "C" void *nn_region_reserve(const char *location, nn_region *region, int64_t bytes,
                                   const char *largest) {
  if (bytes <= region->capacity_bytes && region->base)
    return region->base;
  std::free(region->base); // before the new one, so that the peak is not the sum of both
  reservedBytes -= region->capacity_bytes;
  region->base = nullptr;
  region->capacity_bytes = 0;
  bytes = bytes > 0 ? bytes : 0;
  int64_t available = getMachineMemory();
  bool fits = bytes <= available && reservedBytes <= available - bytes;
  void *base = nullptr;
  if (!fits || posix_memalign(&base, 64, bytes ? size_t(bytes) : 1) != 0) {
    Text message;
    message.append("out of memory: ").appendBytes(bytes).append(" are wanted");
    if (reservedBytes > 0)
      message.append(" beside ").appendBytes(reservedBytes);
    if (fits)
      message.append(", which the system does not give");
    else
      message.append(", and this machine has ").appendBytes(available);
    if (*largest)
      message.append("; the largest tensors there: ").append(largest);
    fail(location, "%s", message.c_str());
  }
  reservedBytes += bytes;
  region->capacity_bytes = bytes;
  return region->base = base;
}
