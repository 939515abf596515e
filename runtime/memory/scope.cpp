//===- scope.cpp - lifetimes of handles -----------------------------------===//
//
// Handles lie on one stack in the order of their making; a scope is a height of that stack. Used by
// the main thread only.
//
//===----------------------------------------------------------------------===//
#include "runtime/support/support.h"

namespace {
struct Owned {
  void *object;
  void (*release)(void *);
};
} // namespace

static constinit nnrt::Immortal<nnrt::Array<Owned>> stack;

void nnrt::ownedByScope(void *object, void (*release)(void *)) { stack->push({object, release}); }

extern "C" int64_t nn_scope_enter(void) { return stack->size(); }

extern "C" void nn_scope_leave(int64_t mark) {
  while (stack->size() > mark) {
    Owned owned = stack->pop();
    owned.release(owned.object);
  }
}
