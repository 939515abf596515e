//===- nnc.cpp - the compiler's main function ------------------------------------===//

#include "compiler/driver/Driver.h"
#include "llvm/Support/InitLLVM.h"

int main(int argc, char **argv) {
  llvm::setBugReportMsg(
      "nnc: internal error; this is a mistake of the compiler, not of your program.\n"
      "Please report it with the .nn file and this trace:\n");
  llvm::InitLLVM init(argc, argv);
  return nnc::driver::run(argc, argv);
}
