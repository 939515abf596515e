# How lit runs the tests of this folder: .nn, .mlir and .test files with RUN lines.
#
# Substitutions: nnc, nn-opt, nn-parse, nn-codegen (of the build), FileCheck, not, split-file, llvm-ar and others (of LLVM),
# %python, %cc (a C compiler), %nnc_bin (the folder of the tools), %nnc_lib (what nnc links programs with),
# %data (a folder of shared data sets, where there is one), %programs (sample programs, likewise), %source.
import os
import sys

import lit.formats

config.name = "nnc"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".nn", ".mlir", ".test"]
config.excludes = ["Inputs"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = os.path.join(config.nnc_build, "test")

# A test that hangs is ended. lit needs psutil for that (python3-psutil).
supported, _ = lit_config.maxIndividualTestTimeIsSupported
if supported:
    lit_config.maxIndividualTestTime = 300

# Each tool by its bare name, as a user would write it; a name in a path or an option is left alone.
binaries = os.path.join(config.nnc_build, "bin")


def add_tool(name, folder):
    config.substitutions.append((r"(?<![-./\w%])" + name + r"(?![-./\w])", os.path.join(folder, name)))


tools = ["nnc", "nn-opt", "nn-parse", "nn-gradcheck", "nn-evaluate", "nn-formulas", "nn-formulacheck", "nn-codegen", "nn-lowerings", "nnrt-tests"]
for tool in tools:
    add_tool(tool, binaries)
for tool in ["FileCheck", "not", "split-file", "clang-format", "llvm-tblgen", "llvm-ar", "llvm-dwarfdump", "llvm-nm", "llvm-objdump", "llvm-readelf"]:
    add_tool(tool, config.llvm_tools)
config.substitutions.append(("%python", sys.executable))
config.substitutions.append(("%source", config.nnc_source))
config.substitutions.append(("%cc", config.c_compiler))
config.substitutions.append(("%nnc_bin", binaries))
config.substitutions.append(("%nnc_lib", os.path.join(config.nnc_build, "lib", "nnc")))
config.substitutions.append(("%llvm-include", os.path.join(config.llvm_tools, "..", "include")))
for tool in tools:
    if os.path.exists(os.path.join(binaries, tool)):
        config.available_features.add(tool)

# Built by script/test; ninja's `check` builds it as well.
sanitized = os.path.join(config.nnc_build, "lib", "libnnrt-sanitized.a")
if os.path.exists(sanitized):
    config.available_features.add("sanitized-runtime")
    config.substitutions.append(("%sanitized-runtime", sanitized))

if os.geteuid() != 0:
    config.available_features.add("not-superuser")

# Data sets are not part of the repository; tests that need them say REQUIRES: shared-data.
data = os.environ.get("NNC_DATA") or os.path.join(config.nnc_source, "..", "shared", "data")
if os.path.isdir(data):
    config.available_features.add("shared-data")
    config.substitutions.append(("%data", os.path.abspath(data)))
else:
    lit_config.warning(
        f"no data sets at '{data}': tests that need them are UNSUPPORTED. "
        "Set NNC_DATA to the folder that holds them."
    )
programs = os.path.join(config.nnc_source, "..", "shared", "design", "programs")
if os.path.isdir(programs):
    config.available_features.add("sample-programs")
    config.substitutions.append(("%programs", os.path.abspath(programs)))

# Colours depend on the terminal, messages on nothing.
config.environment["NO_COLOR"] = "1"
# What `nnc run` and `nnc test` build is kept here, not in the user's cache.
config.environment["XDG_CACHE_HOME"] = os.path.join(config.test_exec_root, "cache")
for name in ["NNC_DATA", "HOME", "TMPDIR"]:
    if name in os.environ:
        config.environment[name] = os.environ[name]
