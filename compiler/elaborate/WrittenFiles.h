//===- WrittenFiles.h - saving, loading, and files that are tried first -------------------===//
#ifndef NNC_ELABORATE_WRITTEN_FILES_H
#define NNC_ELABORATE_WRITTEN_FILES_H

#include "compiler/elaborate/Interpreter.h"

namespace nnc::elaborate {

/// save(held, file), load(held, file): all variables that `held` holds, or an error.
Value saveOrLoad(Emitter &e, std::vector<Held> held, const Value &file, bool isSave, Span span);
/// At the end of a unit: gives the files that hold optimizers the state that they have by then.
void completeFiles(Emitter &e);
/// At the end of a command: what it does first of all, so that no work is lost. The files that it
/// will write are tried, and output that cannot be written does not end it.
void emitPrecautions(Emitter &e);

} // namespace nnc::elaborate

#endif // NNC_ELABORATE_WRITTEN_FILES_H
