//===- nnc.cpp - the compiler's main function ------------------------------------===//

#include "compiler/driver/Driver.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/Process.h"

int main(int argc, char **argv) {
  // Where one is closed, the next file that is opened would be taken for it.
  if (llvm::sys::Process::FixupStandardFileDescriptors())
    return 1;
  llvm::setBugReportMsg(
      "nnc: internal error; this is a mistake of the compiler, not of your program.\n"
      "Please report it with the .nn file and this trace:\n");
  llvm::InitLLVM init(argc, argv);
  return nnc::driver::run(argc, argv);
}
