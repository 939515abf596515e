//===- Compositions.h - compositions are checked where they are written --------------===//
//
// The stages of `f >> g` fit each other, or not, whatever the composition is called with. So a
// stage that takes nothing of what comes in is a mistake of the composition, even if nobody calls
// it.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_ELABORATE_COMPOSITIONS_H
#define NNC_ELABORATE_COMPOSITIONS_H

#include "compiler/elaborate/Interpreter.h"

namespace nnc::elaborate {

/// Notes in `e.compositionMistakes` which stages do not fit what comes in, whatever it is; and what
/// the composition gives, for those that it is a stage of.
void checkComposition(Interpreter &e, Callable &composition);

} // namespace nnc::elaborate

#endif // NNC_ELABORATE_COMPOSITIONS_H
