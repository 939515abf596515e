//===- new.cpp - the operators new and delete -----------------------------===//
//
// Eigen's templates refer to them on paths that the runtime never takes (it hands Eigen its
// buffers). They are here so that no C++ library is needed.
//
//===----------------------------------------------------------------------===//
#include "runtime/support/support.h"

#include <new>

void *operator new(std::size_t bytes) { return nnrt::reallocate(nullptr, bytes); }
void *operator new[](std::size_t bytes) { return nnrt::reallocate(nullptr, bytes); }
void operator delete(void *memory) noexcept { std::free(memory); }
void operator delete[](void *memory) noexcept { std::free(memory); }
void operator delete(void *memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void *memory, std::size_t) noexcept { std::free(memory); }
