// The gradient of nn.scan against central differences: carried values, rows, captures, both directions, inside each other.
// RUN: nn-gradcheck %s

nn.func @running_sum attributes {sizes = [{t = 1}, {t = 4}]} {
^bb0(%x: !nn.tensor<f64[t]>, %start: !nn.tensor<f64>):
  %end, %sums = nn.scan length t over (%x) from (%start) with () : (f64[t]), (f64), () -> (f64), (f64[t]) {
  ^bb0(%i: !nn.tensor<i64>, %v: !nn.tensor<f64>, %s: !nn.tensor<f64>):
    %next = nn.add %s, %v : f64
    nn.yield %next, %next : f64, f64
  }
  nn.return %end, %sums : f64, f64[t]
}

nn.func @recurrent attributes {sizes = [{t = 3, n = 2}, {t = 1, n = 1}]} {
^bb0(%x: !nn.tensor<f64[t, n, 2]>, %h0: !nn.tensor<f64[n, 3]>, %wi: !nn.tensor<f64[2, 3]>, %wh: !nn.tensor<f64[3, 3]>):
  %h, %all = nn.scan length t over (%x) from (%h0) with (%wi, %wh) : (f64[t, n, 2]), (f64[n, 3]), (f64[2, 3], f64[3, 3]) -> (f64[n, 3]), (f64[t, n, 3]) {
  ^bb0(%i: !nn.tensor<i64>, %xt: !nn.tensor<f64[n, 2]>, %c: !nn.tensor<f64[n, 3]>, %a: !nn.tensor<f64[2, 3]>, %b: !nn.tensor<f64[3, 3]>):
    %1 = nn.contract %xt, %a batch [], [] contract [1], [0] : f64[n, 2], f64[2, 3] -> f64[n, 3]
    %2 = nn.contract %c, %b batch [], [] contract [1], [0] : f64[n, 3], f64[3, 3] -> f64[n, 3]
    %3 = nn.add %1, %2 : f64[n, 3]
    %4 = nn.tanh %3 : f64[n, 3]
    nn.yield %4, %4 : f64[n, 3], f64[n, 3]
  }
  nn.return %h, %all : f64[n, 3], f64[t, n, 3]
}

nn.func @reverse {
^bb0(%x: !nn.tensor<f64[3, 2]>, %h0: !nn.tensor<f64[2]>, %scale: !nn.tensor<f64>):
  %h, %a, %b = nn.scan reverse length 3 over (%x) from (%h0) with (%scale) : (f64[3, 2]), (f64[2]), (f64) -> (f64[2]), (f64[3, 2], f64[3]) {
  ^bb0(%i: !nn.tensor<i64>, %v: !nn.tensor<f64[2]>, %c: !nn.tensor<f64[2]>, %s: !nn.tensor<f64>):
    %1 = nn.mul %v, %c : f64[2]
    %2 = nn.broadcast %s [] : f64 -> f64[2]
    %3 = nn.mul %1, %2 : f64[2]
    %4 = nn.sin %3 : f64[2]
    %5 = nn.reduce sum %1 [0] : f64[2] -> f64
    nn.yield %4, %3, %5 : f64[2], f64[2], f64
  }
  nn.return %h, %a, %b : f64[2], f64[3, 2], f64[3]
}

nn.func @two_carried_values_that_change_places {
^bb0(%x: !nn.tensor<f64[3]>, %p: !nn.tensor<f64[2]>, %q: !nn.tensor<f64[2]>):
  %a, %b = nn.scan length 3 over (%x) from (%p, %q) with () : (f64[3]), (f64[2], f64[2]), () -> (f64[2], f64[2]), () {
  ^bb0(%i: !nn.tensor<i64>, %v: !nn.tensor<f64>, %c: !nn.tensor<f64[2]>, %d: !nn.tensor<f64[2]>):
    %1 = nn.broadcast %v [] : f64 -> f64[2]
    %2 = nn.mul %1, %c : f64[2]
    nn.yield %d, %2 : f64[2], f64[2]
  }
  nn.return %a, %b : f64[2], f64[2]
}

nn.func @nested {
^bb0(%x: !nn.tensor<f64[2, 3]>, %s: !nn.tensor<f64>):
  %end, %rows = nn.scan length 2 over (%x) from (%s) with () : (f64[2, 3]), (f64), () -> (f64), (f64[2]) {
  ^bb0(%i: !nn.tensor<i64>, %row: !nn.tensor<f64[3]>, %c: !nn.tensor<f64>):
    %product = nn.scan length 3 over (%row) from (%c) with () : (f64[3]), (f64), () -> (f64), () {
    ^bb0(%j: !nn.tensor<i64>, %v: !nn.tensor<f64>, %d: !nn.tensor<f64>):
      %1 = nn.mul %v, %d : f64
      nn.yield %1 : f64
    }
    nn.yield %product, %product : f64, f64
  }
  nn.return %end, %rows : f64, f64[2]
}
