// nn.fused: syntax and what a group may hold.
// RUN: nn-opt %s --split-input-file --verify-diagnostics | nn-opt --split-input-file | FileCheck %s

// CHECK-LABEL: @round_trip
nn.func @round_trip {
^bb0(%x: !nn.tensor<f32[n, 4]>, %b: !nn.tensor<f32[4]>):
  // CHECK: %[[G:.*]]:2 = nn.fused(%{{.*}}, %{{.*}}) : (f32[n, 4], f32[4]) -> (f32[n, 4], f32[n]) {
  // CHECK: nn.yield %{{.*}}, %{{.*}} : f32[n, 4], f32[n]
  %y:2 = nn.fused(%x, %b) : (f32[n, 4], f32[4]) -> (f32[n, 4], f32[n]) {
  ^bb0(%xi: !nn.tensor<f32[n, 4]>, %bi: !nn.tensor<f32[4]>):
    %s = nn.broadcast %bi [1] : f32[4] -> f32[n, 4]
    %a = nn.add %xi, %s : f32[n, 4]
    %r = nn.reduce max %a [1] : f32[n, 4] -> f32[n]
    nn.yield %a, %r : f32[n, 4], f32[n]
  }
  nn.return %y#0, %y#1 : f32[n, 4], f32[n]
}

// -----

nn.func @argument_types {
^bb0(%x: !nn.tensor<f32[4]>):
  // expected-error @+1 {{operands and block arguments differ in type}}
  %y = nn.fused(%x) : (f32[4]) -> (f32[5]) {
  ^bb0(%xi: !nn.tensor<f32[5]>):
    nn.yield %xi : f32[5]
  }
  nn.return
}

// -----

nn.func @not_fusable {
^bb0(%x: !nn.tensor<f32[4, 4]>):
  // expected-error @+1 {{holds nn.contract, which cannot be fused}}
  %y = nn.fused(%x) : (f32[4, 4]) -> (f32[4, 4]) {
  ^bb0(%xi: !nn.tensor<f32[4, 4]>):
    %c = nn.contract %xi, %xi batch [], [] contract [1], [0] : f32[4, 4], f32[4, 4] -> f32[4, 4]
    nn.yield %c : f32[4, 4]
  }
  nn.return
}

// -----

nn.func @two_spaces {
^bb0(%x: !nn.tensor<f32[4]>, %z: !nn.tensor<f32[5]>):
  // expected-error @+1 {{has results of different iteration spaces}}
  %y:2 = nn.fused(%x, %z) : (f32[4], f32[5]) -> (f32[4], f32[5]) {
  ^bb0(%xi: !nn.tensor<f32[4]>, %zi: !nn.tensor<f32[5]>):
    nn.yield %xi, %zi : f32[4], f32[5]
  }
  nn.return
}

// -----

nn.func @two_axes {
^bb0(%x: !nn.tensor<f32[4, 4]>):
  // expected-error @+1 {{has reductions along different axes}}
  %y:2 = nn.fused(%x) : (f32[4, 4]) -> (f32[4], f32[4]) {
  ^bb0(%xi: !nn.tensor<f32[4, 4]>):
    %a = nn.reduce sum %xi [0] : f32[4, 4] -> f32[4]
    %b = nn.reduce sum %xi [1] : f32[4, 4] -> f32[4]
    nn.yield %a, %b : f32[4], f32[4]
  }
  nn.return
}

// -----

nn.func @reads_reduction {
^bb0(%x: !nn.tensor<f32[4]>):
  // expected-error @+1 {{uses the result of one of its reductions}}
  %y = nn.fused(%x) : (f32[4]) -> (f32[4]) {
  ^bb0(%xi: !nn.tensor<f32[4]>):
    %a = nn.reduce sum %xi [0] : f32[4] -> f32
    %b = nn.broadcast %a [] : f32 -> f32[4]
    nn.yield %b : f32[4]
  }
  nn.return
}
