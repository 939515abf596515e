// Values of kernels that are easy to get wrong. iota gives numbers that one can check in one's head.
// RUN: nn-opt %s --nn-optimise --nn-lower -o %t.mlir
// RUN: nn-codegen %t.mlir --emit=exe --cpu=x86-64-v2 --library-directory=%nnc_lib -o %t
// RUN: %t --threads=1 > %t.1 && FileCheck %s < %t.1
// RUN: %t --threads=3 > %t.3 && cmp %t.1 %t.3
// RUN: nn-opt %s --canonicalize --nn-legalise-contract --nn-fuse=merge=false --nn-lower -o %t.plain.mlir
// RUN: nn-codegen %t.plain.mlir --emit=exe --cpu=x86-64-v2 --library-directory=%nnc_lib -o %t.plain
// RUN: %t.plain | FileCheck %s
module attributes {nn.program = #nn.program<name = "kernels", doc = "", source = "kernels.nn">, nn.cpu_level = 2 : i64} {
nn.command @run doc "" flags [#nn.flag<name = "n", type = int, value = 100000 : i64, text = "100000">] {
^bb0(%n: !nn.tensor<i64>):
  nn.bind_size "n" = %n
  // x[i, j, k] = 100 i + 10 j + k
  %i = nn.iota 0 : f32[2, 3, 4]
  %j = nn.iota 1 : f32[2, 3, 4]
  %k = nn.iota 2 : f32[2, 3, 4]
  %c10 = nn.constant dense<10.0> : tensor<f32>
  %c100 = nn.constant dense<100.0> : tensor<f32>
  %b10 = nn.broadcast %c10 [] : f32 -> f32[2, 3, 4]
  %b100 = nn.broadcast %c100 [] : f32 -> f32[2, 3, 4]
  %i100 = nn.mul %i, %b100 : f32[2, 3, 4]
  %j10 = nn.mul %j, %b10 : f32[2, 3, 4]
  %ij = nn.add %i100, %j10 : f32[2, 3, 4]
  %x = nn.add %ij, %k : f32[2, 3, 4]

  // Kept axes around a reduced one; reduced axes around a kept one.
  // CHECK: middle [ 30, 33, 36, 39]
  // CHECK:        [330, 333, 336, 339]
  // CHECK: around [412, 492, 572]
  // CHECK: max [ 23, 123]
  %middle = nn.reduce sum %x [1] : f32[2, 3, 4] -> f32[2, 4]
  %around = nn.reduce sum %x [0, 2] : f32[2, 3, 4] -> f32[3]
  %max = nn.reduce max %x [1, 2] : f32[2, 3, 4] -> f32[2]
  %s1 = nn.format ["middle ", "\naround ", "\nmax ", ""] ["", "", ""] (%middle, %around, %max) : f32[2, 4], f32[3], f32[2]
  nn.print %s1

  // NaN reaches max; argmax takes the first of the largest, and a NaN as larger than any.
  // CHECK: nan [nan, 5]
  // CHECK: first [1, 0]
  %v = nn.constant dense<[[1.0, 0x7FC00000, 2.0], [5.0, 5.0, 3.0]]> : tensor<2x3xf32>
  %vmax = nn.reduce max %v [1] : f32[2, 3] -> f32[2]
  %vfirst = nn.argmax %v along 1 : f32[2, 3] -> i32[2]
  %s2 = nn.format ["nan ", "\nfirst ", ""] ["", ""] (%vmax, %vfirst) : f32[2], i32[2]
  nn.print %s2

  // Rows that meet at one index; an index for each row.
  // CHECK: scatter [ 0, 0]
  // CHECK:         [200, 230]
  // CHECK:         [ 0, 10]
  %y = nn.slice %x [0, 0, 0] strides [1, 1, 1] : f32[2, 3, 4] -> f32[2, 2, 1]
  %y1 = nn.reshape %y : f32[2, 2, 1] -> f32[2, 2]
  %twice = nn.concat %y1, %y1 along 0 : f32[2, 2], f32[2, 2] -> f32[4, 2]
  %at = nn.constant dense<[0, 1, 0, 1]> : tensor<4xi32>
  %at2 = nn.constant dense<[2, 1, 1, 1]> : tensor<4xi32>
  %rows = nn.gather %twice at %at batch 0 : f32[4, 2], i32[4] -> f32[4, 2]
  %sc = nn.scatter_add %rows at %at2 batch 0 : f32[4, 2], i32[4] -> f32[3, 2]
  %small = nn.slice %sc [0, 0] strides [1, 1] : f32[3, 2] -> f32[3, 2]
  %s3 = nn.format ["scatter ", ""] [""] (%small) : f32[3, 2]
  nn.print %s3

  // Logic: bytes in memory.
  // CHECK: logic false true [false, true, true, true]
  %bools = nn.constant dense<[false, true, true, true]> : tensor<4xi1>
  %all = nn.reduce and %bools [0] : i1[4] -> i1
  %any = nn.reduce or %bools [0] : i1[4] -> i1
  %s4 = nn.format ["logic ", " ", " ", ""] ["", "", ""] (%all, %any, %bools) : i1, i1, i1[4]
  nn.print %s4

  // A matrix product; one with an operand that must be transposed first.
  // CHECK: contract [14, 38, 62]
  %w = nn.iota 0 : f32[4, 1]
  %kk = nn.iota 1 : f32[3, 4]
  %jj = nn.iota 0 : f32[3, 4]
  %c4 = nn.constant dense<4.0> : tensor<f32>
  %b4 = nn.broadcast %c4 [] : f32 -> f32[3, 4]
  %jj4 = nn.mul %jj, %b4 : f32[3, 4]
  %m = nn.add %kk, %jj4 : f32[3, 4]
  %p = nn.contract %m, %w batch [], [] contract [1], [0] : f32[3, 4], f32[4, 1] -> f32[3, 1]
  %p1 = nn.reshape %p : f32[3, 1] -> f32[3]
  %s5 = nn.format ["contract ", ""] [""] (%p1) : f32[3]
  nn.print %s5
  // sum over i and k of x[i, j, k] * x[i, l, k], at j = l = 0: 0+1+4+9 + 100^2+101^2+102^2+103^2
  // CHECK: gram 41228
  %g = nn.contract %x, %x batch [], [] contract [0, 2], [0, 2] : f32[2, 3, 4], f32[2, 3, 4] -> f32[3, 3]
  %zero = nn.constant dense<0> : tensor<i64>
  %g0 = nn.gather %g at %zero batch 0 : f32[3, 3], i64 -> f32[3]
  %g00 = nn.gather %g0 at %zero batch 0 : f32[3], i64 -> f32
  %s6 = nn.format ["gram ", ""] [".0f"] (%g00) : f32
  nn.print %s6

  // Long enough for threads, and for rounding to show: the sum of 100000 times 0.1.
  // CHECK: long 10000.0 99999
  %tenth = nn.constant dense<0.1> : tensor<f32>
  %tb = nn.broadcast %tenth [] : f32 -> f32[n]
  %long = nn.reduce sum %tb [0] : f32[n] -> f32
  %idx = nn.iota 0 : f32[n, 3]
  %wide = nn.reduce max %idx [1] : f32[n, 3] -> f32[n]
  %top = nn.reduce max %wide [0] : f32[n] -> f32
  %s7 = nn.format ["long ", " ", ""] [".1f", ".0f"] (%long, %top) : f32, f32
  nn.print %s7
  nn.end
}
}
