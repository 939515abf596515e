//===- main.cpp - main of every compiled program --------------------------===//
//
// A member of its own, so that a program with a main function does not get this one.
//
//===----------------------------------------------------------------------===//
#include "runtime/nnrt.h"

int main(int argc, char **argv) { return nn_main(argc, argv, &nn_program_table); }
