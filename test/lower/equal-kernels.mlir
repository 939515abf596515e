// Kernels that differ only in the tensors, sizes and scalars that they are given are one function.
// RUN: nn-opt %s --nn-lower --split-input-file | FileCheck %s

// The first two groups are equal, in whatever command; the fourth too, whose size is an argument
// like any range; the third computes something else.
// CHECK-LABEL: func.func @command.first(
// CHECK:         call @command.first.fused0(%{{.*}}, %c0_i64, %c32_i64)
// CHECK-NEXT:    call @command.first.fused0(%{{.*}}, %c0_i64, %c32_i64)
// CHECK-NEXT:    call @command.first.fused1(%{{.*}}, %c0_i64, %c32_i64)
// CHECK-NEXT:    call @command.first.fused0(%{{.*}}, %c0_i64, %c36_i64)
// CHECK:       func.func private @command.first.fused0(
// CHECK:         math.exp
// CHECK:       func.func private @command.first.fused1(
// CHECK:         math.log
// CHECK-NOT:   func.func private @command.first
// CHECK-LABEL: func.func @command.second(
// CHECK:         call @command.first.fused0(
// CHECK-NOT:   func.func private @command.second
nn.command @first doc "" flags [] {
  %n = nn.constant dense<5> : tensor<i64>
  %a = nn.random normal %n place 1 : f32[4, 8]
  %b = nn.random normal %n place 2 : f32[4, 9]
  %p = nn.fused(%a) : (f32[4, 8]) -> (f32[4, 8]) {
  ^bb0(%i: !nn.tensor<f32[4, 8]>):
    %x = nn.exp %i : f32[4, 8]
    nn.yield %x : f32[4, 8]
  }
  %q = nn.fused(%p) : (f32[4, 8]) -> (f32[4, 8]) {
  ^bb0(%i: !nn.tensor<f32[4, 8]>):
    %x = nn.exp %i : f32[4, 8]
    nn.yield %x : f32[4, 8]
  }
  %r = nn.fused(%q) : (f32[4, 8]) -> (f32[4, 8]) {
  ^bb0(%i: !nn.tensor<f32[4, 8]>):
    %x = nn.log %i : f32[4, 8]
    nn.yield %x : f32[4, 8]
  }
  %s = nn.fused(%b) : (f32[4, 9]) -> (f32[4, 9]) {
  ^bb0(%i: !nn.tensor<f32[4, 9]>):
    %x = nn.exp %i : f32[4, 9]
    nn.yield %x : f32[4, 9]
  }
  %t = nn.format ["", " ", ""] ["", ""] (%r, %s) : f32[4, 8], f32[4, 9]
  nn.print %t
  nn.end
}

nn.command @second doc "" flags [] {
  %n = nn.constant dense<5> : tensor<i64>
  %a = nn.random normal %n place 1 : f32[4, 8]
  %p = nn.fused(%a) : (f32[4, 8]) -> (f32[4, 8]) {
  ^bb0(%i: !nn.tensor<f32[4, 8]>):
    %x = nn.exp %i : f32[4, 8]
    nn.yield %x : f32[4, 8]
  }
  %t = nn.format ["", ""] [""] (%p) : f32[4, 8]
  nn.print %t
  nn.end
}

// -----

// What threads run is shared as well.
// CHECK-LABEL: func.func @command.large(
// CHECK-COUNT-2: call @command.large.fused0.launch(%{{.*}}, %c320000_i64, %c1_i64)
// CHECK:       func.func private @command.large.fused0(
// CHECK:       func.func private @command.large.fused0.range(
// CHECK:         call @command.large.fused0(
// CHECK:       func.func private @command.large.fused0.launch(
// CHECK:         call @nn_parallel_for(
// CHECK-NOT:   func.func private @command.large
nn.command @large doc "" flags [] {
  %n = nn.constant dense<5> : tensor<i64>
  %a = nn.random normal %n place 1 : f32[400, 800]
  %p = nn.fused(%a) : (f32[400, 800]) -> (f32[400, 800]) {
  ^bb0(%i: !nn.tensor<f32[400, 800]>):
    %x = nn.exp %i : f32[400, 800]
    nn.yield %x : f32[400, 800]
  }
  %q = nn.fused(%p) : (f32[400, 800]) -> (f32[400, 800]) {
  ^bb0(%i: !nn.tensor<f32[400, 800]>):
    %x = nn.exp %i : f32[400, 800]
    nn.yield %x : f32[400, 800]
  }
  %t = nn.format ["", ""] [""] (%q) : f32[400, 800]
  nn.print %t
  nn.end
}

// -----

// Equal products share the function that describes them.
// CHECK-LABEL: func.func @command.products(
// CHECK-COUNT-2: call @command.products.contract0(
// CHECK:       func.func private @command.products.contract0(
// CHECK-COUNT-1: call @nn_contract_f32_v2(
// CHECK-NOT:   func.func private @command.products
nn.command @products doc "" flags [] {
  %n = nn.constant dense<5> : tensor<i64>
  %a = nn.random normal %n place 1 : f32[4, 4]
  %b = nn.contract %a, %a batch [], [] contract [1], [0] : f32[4, 4], f32[4, 4] -> f32[4, 4]
  %c = nn.contract %b, %a batch [], [] contract [1], [0] : f32[4, 4], f32[4, 4] -> f32[4, 4]
  %t = nn.format ["", ""] [""] (%c) : f32[4, 4]
  nn.print %t
  nn.end
}
