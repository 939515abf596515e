// All inputs are 1, so that operands tie: each gets half, as the central difference does.
// RUN: nn-gradcheck %s

nn.func @max attributes {range = [1.0, 1.0]} {
^bb0(%a: !nn.tensor<f64[2]>, %b: !nn.tensor<f64[2]>):
  %y = nn.max %a, %b : f64[2]
  %z = nn.min %a, %b : f64[2]
  nn.return %y, %z : f64[2], f64[2]
}

nn.func @reduce attributes {range = [1.0, 1.0]} {
^bb0(%a: !nn.tensor<f64[2]>):
  %y = nn.reduce max %a [0] : f64[2] -> f64
  %z = nn.reduce min %a [0] : f64[2] -> f64
  nn.return %y, %z : f64, f64
}

nn.func @abs attributes {range = [0.0, 0.0]} {
^bb0(%a: !nn.tensor<f64[2]>):
  %y = nn.abs %a : f64[2]
  nn.return %y : f64[2]
}

// 0 to the power of 0, where a factor of 0 meets an infinite one.
nn.func @zero_power attributes {range = [0.0, 0.0]} {
^bb0(%x: !nn.tensor<f64[2]>):
  %zero = nn.constant dense<0.0> : tensor<2xf64>
  %y = nn.pow %x, %zero : f64[2]
  nn.return %y : f64[2]
}
