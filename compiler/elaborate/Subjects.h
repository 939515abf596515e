//===- Subjects.h - what is checked by itself ----------------------------------------===//
//
// The functions and layers of a program, each with what its types say about how to check it, and
// with what the program calls it with.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_ELABORATE_SUBJECTS_H
#define NNC_ELABORATE_SUBJECTS_H

#include "compiler/elaborate/Coverage.h"

namespace nnc::elaborate {

/// A function, or a method of a layer, or a layer that has none.
struct Subject {
  std::string name;
  Value value;
  const ast::LayerItem *layer = nullptr;
  const ast::Function *function = nullptr;
  bool isCalled = false;                  // by a command or test
  bool hasRest = false;                   // whether `..` is in its types
  bool hasReals = false;                  // whether it has real numbers as arguments
  std::vector<std::string> numberNames;   // of the arguments that are whole numbers
  std::vector<Coverage::Numbers> numbers; // with which the program calls it
  bool asksMode = false;                  // whether it names `training`
  unsigned flagCount = 0;                 // arguments that are true or false
};

/// In the order of the file. What was called is told by `coverage`; null: nothing.
std::vector<Subject> collectSubjects(Module &module, const Coverage *coverage);

} // namespace nnc::elaborate

#endif // NNC_ELABORATE_SUBJECTS_H
