// Running sums, sorting by way of indices, and gradients that the program states (here: the right ones).
// RUN: nn-gradcheck %s

nn.func @cumsum attributes {sizes = [{n = 1}, {n = 4}]} {
^bb0(%x: !nn.tensor<f64[n, 3]>):
  %y = nn.cumsum %x along 1 : f64[n, 3]
  %z = nn.cumsum reverse %x along 0 : f64[n, 3]
  nn.return %y, %z : f64[n, 3], f64[n, 3]
}

nn.func @sorted attributes {sizes = [{n = 1}, {n = 4}]} {
^bb0(%x: !nn.tensor<f64[n, 5]>):
  %i = nn.argsort %x : f64[n, 5] -> i32[n, 5]
  %y = nn.gather %x at %i batch 1 : f64[n, 5], i32[n, 5] -> f64[n, 5]
  %j = nn.argsort descending %x : f64[n, 5] -> i32[n, 5]
  %z = nn.gather %x at %j batch 1 : f64[n, 5], i32[n, 5] -> f64[n, 5]
  nn.return %y, %z : f64[n, 5], f64[n, 5]
}

nn.func @stated attributes {sizes = [{n = 1}, {n = 4}]} {
^bb0(%x: !nn.tensor<f64[n]>, %w: !nn.tensor<f64[n]>):
  %v = nn.mul %x, %w : f64[n]
  %y = nn.with_gradient %v of (%x, %w) : f64[n], (f64[n], f64[n]) {
  ^bb0(%dy: !nn.tensor<f64[n]>):
    %dx = nn.mul %dy, %w : f64[n]
    %dw = nn.mul %x, %dy : f64[n]
    nn.yield %dx, %dw : f64[n], f64[n]
  }
  %z = nn.mul %y, %y : f64[n]
  nn.return %z : f64[n]
}
