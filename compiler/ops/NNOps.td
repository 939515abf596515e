//===- NNOps.td - all operations of the dialect, by family -----------*- tablegen -*-===//
#ifndef NNC_OPS_NN_OPS
#define NNC_OPS_NN_OPS

include "compiler/ops/Elementwise.td"
include "compiler/ops/Structure.td"
include "compiler/ops/Windows.td"
include "compiler/ops/Order.td"
include "compiler/ops/Custom.td"
include "compiler/ops/Fusion.td"
include "compiler/ops/Program.td"
include "compiler/ops/Data.td"
include "compiler/ops/Scan.td"

#endif // NNC_OPS_NN_OPS
