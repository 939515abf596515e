// Element-wise operations.
// RUN: nn-gradcheck %s
// RUN: nn-gradcheck --second %s

nn.func @add attributes {sizes = [{n = 1}, {n = 5}]} {
^bb0(%a: !nn.tensor<f64[n, 3]>, %b: !nn.tensor<f64[n, 3]>):
  %y = nn.add %a, %b : f64[n, 3]
  nn.return %y : f64[n, 3]
}

nn.func @sub attributes {sizes = [{n = 1}, {n = 5}]} {
^bb0(%a: !nn.tensor<f64[n, 3]>, %b: !nn.tensor<f64[n, 3]>):
  %y = nn.sub %a, %b : f64[n, 3]
  nn.return %y : f64[n, 3]
}

nn.func @mul attributes {sizes = [{n = 1}, {n = 5}]} {
^bb0(%a: !nn.tensor<f64[n, 3]>, %b: !nn.tensor<f64[n, 3]>):
  %y = nn.mul %a, %b : f64[n, 3]
  nn.return %y : f64[n, 3]
}

nn.func @max attributes {sizes = [{n = 1}, {n = 5}]} {
^bb0(%a: !nn.tensor<f64[n, 3]>, %b: !nn.tensor<f64[n, 3]>):
  %y = nn.max %a, %b : f64[n, 3]
  nn.return %y : f64[n, 3]
}

nn.func @min attributes {sizes = [{n = 1}, {n = 5}]} {
^bb0(%a: !nn.tensor<f64[n, 3]>, %b: !nn.tensor<f64[n, 3]>):
  %y = nn.min %a, %b : f64[n, 3]
  nn.return %y : f64[n, 3]
}

nn.func @div attributes {sizes = [{n = 1}, {n = 5}], range = [0.3, 2.5]} {
^bb0(%a: !nn.tensor<f64[n, 3]>, %b: !nn.tensor<f64[n, 3]>):
  %y = nn.div %a, %b : f64[n, 3]
  nn.return %y : f64[n, 3]
}

nn.func @mod attributes {sizes = [{n = 1}, {n = 5}], range = [0.3, 2.5]} {
^bb0(%a: !nn.tensor<f64[n, 3]>, %b: !nn.tensor<f64[n, 3]>):
  %y = nn.mod %a, %b : f64[n, 3]
  nn.return %y : f64[n, 3]
}

nn.func @pow attributes {sizes = [{n = 1}, {n = 5}], range = [0.3, 2.5]} {
^bb0(%a: !nn.tensor<f64[n, 3]>, %b: !nn.tensor<f64[n, 3]>):
  %y = nn.pow %a, %b : f64[n, 3]
  nn.return %y : f64[n, 3]
}

nn.func @neg attributes {sizes = [{n = 1}, {n = 5}]} {
^bb0(%x: !nn.tensor<f64[n, 3]>):
  %y = nn.neg %x : f64[n, 3]
  nn.return %y : f64[n, 3]
}

nn.func @abs attributes {sizes = [{n = 1}, {n = 5}]} {
^bb0(%x: !nn.tensor<f64[n, 3]>):
  %y = nn.abs %x : f64[n, 3]
  nn.return %y : f64[n, 3]
}

nn.func @exp attributes {sizes = [{n = 1}, {n = 5}]} {
^bb0(%x: !nn.tensor<f64[n, 3]>):
  %y = nn.exp %x : f64[n, 3]
  nn.return %y : f64[n, 3]
}

nn.func @tanh attributes {sizes = [{n = 1}, {n = 5}]} {
^bb0(%x: !nn.tensor<f64[n, 3]>):
  %y = nn.tanh %x : f64[n, 3]
  nn.return %y : f64[n, 3]
}

nn.func @erf attributes {sizes = [{n = 1}, {n = 5}]} {
^bb0(%x: !nn.tensor<f64[n, 3]>):
  %y = nn.erf %x : f64[n, 3]
  nn.return %y : f64[n, 3]
}

nn.func @expm1 attributes {sizes = [{n = 1}, {n = 5}]} {
^bb0(%x: !nn.tensor<f64[n, 3]>):
  %y = nn.expm1 %x : f64[n, 3]
  nn.return %y : f64[n, 3]
}

nn.func @softplus attributes {sizes = [{n = 1}, {n = 5}]} {
^bb0(%x: !nn.tensor<f64[n, 3]>):
  %y = nn.softplus %x : f64[n, 3]
  nn.return %y : f64[n, 3]
}

nn.func @logaddexp attributes {sizes = [{n = 1}, {n = 5}]} {
^bb0(%x: !nn.tensor<f64[n, 3]>, %y: !nn.tensor<f64[n, 3]>):
  %z = nn.logaddexp %x, %y : f64[n, 3]
  nn.return %z : f64[n, 3]
}

nn.func @strong_mul attributes {sizes = [{n = 1}, {n = 5}]} {
^bb0(%x: !nn.tensor<f64[n, 3]>, %y: !nn.tensor<f64[n, 3]>):
  %z = nn.strong_mul %x, %y : f64[n, 3]
  nn.return %z : f64[n, 3]
}

nn.func @strong_div attributes {sizes = [{n = 1}, {n = 5}], range = [0.3, 2.5]} {
^bb0(%x: !nn.tensor<f64[n, 3]>, %y: !nn.tensor<f64[n, 3]>):
  %z = nn.strong_div %x, %y : f64[n, 3]
  nn.return %z : f64[n, 3]
}

nn.func @sigmoid attributes {sizes = [{n = 1}, {n = 5}]} {
^bb0(%x: !nn.tensor<f64[n, 3]>):
  %y = nn.sigmoid %x : f64[n, 3]
  nn.return %y : f64[n, 3]
}

nn.func @sin attributes {sizes = [{n = 1}, {n = 5}]} {
^bb0(%x: !nn.tensor<f64[n, 3]>):
  %y = nn.sin %x : f64[n, 3]
  nn.return %y : f64[n, 3]
}

nn.func @cos attributes {sizes = [{n = 1}, {n = 5}]} {
^bb0(%x: !nn.tensor<f64[n, 3]>):
  %y = nn.cos %x : f64[n, 3]
  nn.return %y : f64[n, 3]
}

nn.func @log1p attributes {sizes = [{n = 1}, {n = 5}], range = [0.3, 2.5]} {
^bb0(%x: !nn.tensor<f64[n, 3]>):
  %y = nn.log1p %x : f64[n, 3]
  nn.return %y : f64[n, 3]
}

nn.func @log attributes {sizes = [{n = 1}, {n = 5}], range = [0.3, 2.5]} {
^bb0(%x: !nn.tensor<f64[n, 3]>):
  %y = nn.log %x : f64[n, 3]
  nn.return %y : f64[n, 3]
}

nn.func @sqrt attributes {sizes = [{n = 1}, {n = 5}], range = [0.3, 2.5]} {
^bb0(%x: !nn.tensor<f64[n, 3]>):
  %y = nn.sqrt %x : f64[n, 3]
  nn.return %y : f64[n, 3]
}

// The same value as both operands.
nn.func @square {
^bb0(%x: !nn.tensor<f64[4]>):
  %y = nn.mul %x, %x : f64[4]
  %z = nn.div %y, %x : f64[4]
  %w = nn.sub %z, %y : f64[4]
  nn.return %w : f64[4]
}

// A base below zero with a whole exponent; the exponent is a constant.
nn.func @pow_constant attributes {wrt = [0]} {
^bb0(%x: !nn.tensor<f64[6]>):
  %three = nn.constant dense<3.0> : tensor<6xf64>
  %y = nn.pow %x, %three : f64[6]
  nn.return %y : f64[6]
}

nn.func @select attributes {sizes = [{n = 7}]} {
^bb0(%c: !nn.tensor<i1[n]>, %a: !nn.tensor<f64[n]>, %b: !nn.tensor<f64[n]>):
  %y = nn.select %c, %a, %b : i1[n], f64[n]
  nn.return %y : f64[n]
}

// Chosen by a comparison of what is differentiated.
nn.func @leaky {
^bb0(%x: !nn.tensor<f64[8]>):
  %zero = nn.constant dense<0.0> : tensor<8xf64>
  %slope = nn.constant dense<0.1> : tensor<8xf64>
  %small = nn.mul %x, %slope : f64[8]
  %positive = nn.gt %x, %zero : f64[8] -> i1[8]
  %y = nn.select %positive, %x, %small : i1[8], f64[8]
  nn.return %y : f64[8]
}

nn.func @convert {
^bb0(%x: !nn.tensor<f64[4]>):
  %narrow = nn.convert %x : f64[4] -> f32[4]
  %y = nn.tanh %narrow : f32[4]
  %wide = nn.convert %y : f32[4] -> f64[4]
  %z = nn.mul %wide, %x : f64[4]
  nn.return %z : f64[4]
}

// Piecewise constant operations beside one with a gradient.
nn.func @steps {
^bb0(%x: !nn.tensor<f64[8]>):
  %floor = nn.floor %x : f64[8]
  %ceil = nn.ceil %x : f64[8]
  %round = nn.round %x : f64[8]
  %sign = nn.sign %x : f64[8]
  %a = nn.mul %x, %floor : f64[8]
  %b = nn.mul %a, %ceil : f64[8]
  %c = nn.mul %x, %round : f64[8]
  %d = nn.mul %c, %sign : f64[8]
  nn.return %b, %d : f64[8], f64[8]
}
