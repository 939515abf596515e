//===- Cpu.cpp - the levels of x86-64 ----------------------------------------===//

#include "compiler/codegen/Codegen.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/TargetParser/Host.h"

namespace nnc::codegen {

int64_t getHostCpuLevel() {
  // The features that each level of the x86-64 psABI adds, as LLVM names them.
  static constexpr llvm::StringLiteral level2[] = {"cx16",  "sahf",   "popcnt", "sse3",
                                                   "ssse3", "sse4.1", "sse4.2"};
  static constexpr llvm::StringLiteral level3[] = {"avx", "avx2",  "bmi",   "bmi2", "f16c",
                                                   "fma", "lzcnt", "movbe", "xsave"};
  static constexpr llvm::StringLiteral level4[] = {"avx512f", "avx512bw", "avx512cd", "avx512dq",
                                                   "avx512vl"};
  llvm::StringMap<bool> features = llvm::sys::getHostCPUFeatures();
  int64_t level = 1;
  for (llvm::ArrayRef<llvm::StringLiteral> added :
       {llvm::ArrayRef(level2), llvm::ArrayRef(level3), llvm::ArrayRef(level4)}) {
    if (!llvm::all_of(added, [&](llvm::StringRef name) { return features.lookup(name); }))
      break;
    ++level;
  }
  return level;
}

llvm::Expected<CpuTarget> parseCpuTarget(llvm::StringRef cpu) {
  static constexpr llvm::StringLiteral names[] = {"x86-64", "x86-64-v2", "x86-64-v3", "x86-64-v4"};
  if (cpu == "native") {
    int64_t level = getHostCpuLevel();
    return CpuTarget{level, names[level - 1]};
  }
  for (auto [index, name] : llvm::enumerate(names))
    if (cpu == name)
      return CpuTarget{static_cast<int64_t>(index) + 1, name};
  return llvm::createStringError("unknown CPU '%s'; give native, x86-64, x86-64-v2, x86-64-v3 or "
                                 "x86-64-v4",
                                 cpu.str().c_str());
}

} // namespace nnc::codegen
