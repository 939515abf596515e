//===- nn-tblgen.cpp - the functions of formulas, from the records -----------------===//
//
// nn-tblgen compiler/ops/NNOps.td -I FOLDER -o FILE: writes NN_FUNCTION(name, operation) for each
// element-wise operation that formulas call by a name, for ir/Expression.h. So that a record is all
// that a new function needs; runs while the compiler is built.
//
//===----------------------------------------------------------------------===//

#include "llvm/Support/CommandLine.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/TableGen/Main.h"
#include "llvm/TableGen/Record.h"
#include "llvm/TableGen/TableGenBackend.h"

static bool writeFunctions(llvm::raw_ostream &os, const llvm::RecordKeeper &records) {
  llvm::emitSourceFileHeader("The functions of formulas", os, records);
  for (const llvm::Record *record : records.getAllDerivedDefinitions("NN_Elementwise"))
    if (llvm::StringRef name = record->getValueAsString("function"); !name.empty())
      os << "NN_FUNCTION(" << name << ", " << record->getName().split('_').second << ")\n";
  return false;
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  llvm::cl::ParseCommandLineOptions(argc, argv);
  return llvm::TableGenMain(argv[0], writeFunctions);
}
