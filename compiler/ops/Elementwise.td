//===- Elementwise.td - element-wise operations, one record each -------*- tablegen -*-===//
//
// A record states everything that is known about an element-wise operation: its name in the language,
// its scalar body, its gradient, its documentation and an example. Both formulas are C++ expressions over operands
// `a`, `b`, `c`:
//  * `scalar`: over Scalar values (ScalarExpr.h), also `ctx`-free functions such as exp(a), select(c, a, b);
//  * `gradient`: one for each operand, over Graph values (GraphExpr.h), with `y` the result and `dy` its
//    cotangent; "" where none flows.
// Adding one needs a record here and a test in test/execution/elementwise.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_OPS_ELEMENTWISE
#define NNC_OPS_ELEMENTWISE

include "compiler/ops/OpBase.td"

/// Operand declarations and gradient code, by arity.
class NN_Operands<int arity> {
  string declare = !cond(!eq(arity, 1): "[[maybe_unused]] auto a = in[0];",
                         !eq(arity, 2): "[[maybe_unused]] auto a = in[0], b = in[1];",
                         true: "[[maybe_unused]] auto a = in[0], b = in[1], c = in[2];");
}

class NN_Elementwise<string mnemonic, string languageName, int arity, string scalar, list<string> gradient,
                     list<Trait> traits = []>
    : NN_Pure<mnemonic, !listconcat(
          [NN_Element],
          !if(!empty(gradient), [NotDifferentiable], [NN_Gradient]), traits)> {
  string language = languageName;
  string example = "";
  let extraClassDeclaration = [{
    /// What the language calls it: a function's name or an operator; "" for neither.
    static ::llvm::StringRef getLanguageName() { return "}] # languageName # [{"; }
    /// The scalar body, on scalars that stand for the operands' elements.
    static ::mlir::Value emitScalar(::mlir::OpBuilder &builder, ::mlir::Location loc, ::mlir::ValueRange operands);
    bool isElementwise() { return true; }
  }];
  // One contribution for each operand.
  string gradientCode = !foldl("", !range(!size(gradient)), rules, i,
      rules # !if(!eq(gradient[i], ""), "",
                 "  operandCotangents[" # i # "] = Graph(" # gradient[i] # ").getValue();\n"));
  let extraClassDefinition = [{
    ::mlir::Value $cppClass::emitScalar(::mlir::OpBuilder &builder, ::mlir::Location loc,
                                        ::mlir::ValueRange operands) {
      auto in = Scalar::wrap(builder, loc, operands);
      }] # NN_Operands<arity>.declare # [{
      return Scalar(}] # scalar # [{).getValue();
    }
    ::mlir::Value $cppClass::emitElement(ElementEmitter &emitter, ::mlir::ValueRange index) {
      ::llvm::SmallVector<::mlir::Value, 3> elements;
      for (::mlir::Value operand : getOperation()->getOperands())
        elements.push_back(emitter.getElement(operand, index));
      return emitScalar(emitter.getBuilder(), getLoc(), elements);
    }
  }] # !if(!empty(gradient), "", [{
    void $cppClass::buildGradient(::mlir::OpBuilder &builder, ::mlir::ValueRange cotangents,
                                  ::mlir::MutableArrayRef<::mlir::Value> operandCotangents) {
      auto in = Graph::wrap(builder, getLoc(), getOperation()->getOperands());
      }] # NN_Operands<arity>.declare # [{
      [[maybe_unused]] Graph y(builder, getLoc(), getResult());
      [[maybe_unused]] Graph dy(builder, getLoc(), cotangents[0]);
    }] # gradientCode # [{
    }
  }]);
}

/// Operands and result of one type.
class NN_Unary<string mnemonic, string language, string scalar, list<string> gradient,
               Type operand = NN_FloatTensor>
    : NN_Elementwise<mnemonic, language, 1, scalar, gradient, [SameOperandsAndResultType]> {
  let arguments = (ins operand:$a);
  let results = (outs operand:$result);
  let assemblyFormat = "$a attr-dict `:` custom<NNType>(type($result))";
}
class NN_Binary<string mnemonic, string language, string scalar, list<string> gradient,
                Type operand = NN_NumberTensor, list<Trait> traits = []>
    : NN_Elementwise<mnemonic, language, 2, scalar, gradient, !listconcat([SameOperandsAndResultType], traits)> {
  let arguments = (ins operand:$a, operand:$b);
  let results = (outs operand:$result);
  let assemblyFormat = "$a `,` $b attr-dict `:` custom<NNType>(type($result))";
}

//===-- Arithmetic -----------------------------------------------------------===//

def NN_AddOp : NN_Binary<"add", "+", "a + b", ["dy", "dy"], NN_NumberTensor, [Commutative]> {
  let summary = "sum";
  let hasFolder = 1;
}
def NN_SubOp : NN_Binary<"sub", "-", "a - b", ["dy", "-dy"]> {
  let summary = "difference";
  let hasFolder = 1;
}
def NN_MulOp : NN_Binary<"mul", "*", "a * b", ["dy * b", "dy * a"], NN_NumberTensor, [Commutative]> {
  let summary = "product";
  let hasFolder = 1;
}
def NN_DivOp : NN_Binary<"div", "/", "a / b", ["dy / b", "-(dy * y) / b"], NN_FloatTensor> {
  let summary = "quotient of floating-point numbers";
  let hasFolder = 1;
}
def NN_FloorDivOp : NN_Binary<"floor_div", "div", "floorDiv(a, b)", []> {
  let summary = "quotient, rounded down";
}
def NN_ModOp : NN_Binary<"mod", "mod", "mod(a, b)", ["dy", "-(dy * floor(a / b))"]> {
  let summary = "remainder with the sign of the divisor: a - b * floor(a / b)";
}
def NN_PowOp : NN_Binary<"pow", "^", "pow(a, b)",
    ["select(isZero(b), zeroLike(dy), dy * b * pow(a, b - 1))",
     "select(isZero(a), zeroLike(dy), dy * y * log(a))"], NN_FloatTensor> {
  let summary = "power";
  let description = [{
    The gradient with respect to the exponent is taken as 0 where the base is 0, that with respect to the base as 0 where
    the exponent is 0.
  }];
  let hasFolder = 1;
  let hasCanonicalizer = 1; // x^2, x^1, x^0.5
}
def NN_MaxOp : NN_Binary<"max", "max", "maximum(a, b)",
    ["select(a > b, dy, select(a == b, dy * 0.5, zeroLike(dy)))",
     "select(b > a, dy, select(a == b, dy * 0.5, zeroLike(dy)))"], NN_NumberTensor, [Commutative]> {
  let summary = "the larger; where equal, each operand gets half the gradient";
  let description = [{ A NaN in either operand gives NaN. }];
}
def NN_MinOp : NN_Binary<"min", "min", "minimum(a, b)",
    ["select(a < b, dy, select(a == b, dy * 0.5, zeroLike(dy)))",
     "select(b < a, dy, select(a == b, dy * 0.5, zeroLike(dy)))"], NN_NumberTensor, [Commutative]> {
  let summary = "the smaller; where equal, each operand gets half the gradient";
}
def NN_NegOp : NN_Unary<"neg", "", "-a", ["-dy"], NN_NumberTensor> {
  let summary = "negation";
  let hasFolder = 1;
}
def NN_AbsOp : NN_Unary<"abs", "abs", "abs(a)", ["dy * sign(a)"], NN_NumberTensor> {
  let summary = "absolute value; the gradient at 0 is 0";
}
def NN_SignOp : NN_Unary<"sign", "sign", "sign(a)", [], NN_NumberTensor> {
  let summary = "-1, 0 or 1";
}
def NN_FloorOp : NN_Unary<"floor", "floor", "floor(a)", []> { let summary = "largest whole number not above"; }
def NN_CeilOp : NN_Unary<"ceil", "ceil", "ceil(a)", []> { let summary = "smallest whole number not below"; }
def NN_RoundOp : NN_Unary<"round", "round", "round(a)", []> {
  let summary = "nearest whole number, halves to the even one";
}

//===-- Functions --------------------------------------------------------------===//

def NN_ExpOp : NN_Unary<"exp", "exp", "exp(a)", ["dy * y"]> { let summary = "e to the power of a"; }
def NN_LogOp : NN_Unary<"log", "log", "log(a)", ["dy / a"]> { let summary = "natural logarithm"; }
def NN_SqrtOp : NN_Unary<"sqrt", "sqrt", "sqrt(a)", ["dy * 0.5 / y"]> { let summary = "square root"; }
def NN_TanhOp : NN_Unary<"tanh", "tanh", "tanh(a)", ["dy * (1 - y * y)"]> { let summary = "hyperbolic tangent"; }
def NN_SigmoidOp : NN_Unary<"sigmoid", "sigmoid", "sigmoid(a)", ["dy * y * (1 - y)"]> {
  let summary = "logistic function 1 / (1 + exp(-a))";
  let description = [{ A primitive, so that neither its value nor its gradient overflows. }];
}
def NN_ErfOp : NN_Unary<"erf", "erf", "erf(a)", ["dy * exp(-(a * a)) * 1.1283791670955126"]> {
  let summary = "error function 2 / sqrt(pi) * integral of exp(-t^2) from 0 to a";
}
def NN_SinOp : NN_Unary<"sin", "sin", "sin(a)", ["dy * cos(a)"]> { let summary = "sine"; }
def NN_CosOp : NN_Unary<"cos", "cos", "cos(a)", ["-(dy * sin(a))"]> { let summary = "cosine"; }

//===-- Logic ---------------------------------------------------------------------===//

class NN_Compare<string mnemonic, string language, string scalar>
    : NN_Elementwise<mnemonic, language, 2, scalar, [], [SameTypeOperands, NN_InferType]> {
  let arguments = (ins NN_Tensor:$a, NN_Tensor:$b);
  let results = (outs NN_BoolTensor:$result);
  let summary = "comparison, element by element";
  let assemblyFormat = "$a `,` $b attr-dict `:` custom<NNType>(type($a)) `->` custom<NNType>(type($result))";
}
def NN_EqOp : NN_Compare<"eq", "==", "a == b"> { let hasFolder = 1; }
def NN_NeOp : NN_Compare<"ne", "!=", "a != b">;
def NN_LtOp : NN_Compare<"lt", "<", "a < b">;
def NN_LeOp : NN_Compare<"le", "<=", "a <= b">;
def NN_GtOp : NN_Compare<"gt", ">", "a > b">;
def NN_GeOp : NN_Compare<"ge", ">=", "a >= b">;

def NN_AndOp : NN_Binary<"and", "and", "a & b", [], NN_BoolTensor> { let summary = "logical and"; }
def NN_OrOp : NN_Binary<"or", "or", "a | b", [], NN_BoolTensor> { let summary = "logical or"; }
def NN_NotOp : NN_Unary<"not", "not", "!a", [], NN_BoolTensor> { let summary = "logical not"; }

def NN_SelectOp : NN_Elementwise<"select", "where", 3, "select(a, b, c)",
    ["", "select(a, dy, zeroLike(dy))", "select(a, zeroLike(dy), dy)"],
    [AllTypesMatch<["onTrue", "onFalse", "result"]>]> {
  let summary = "the second operand where the first is true, else the third";
  let arguments = (ins NN_BoolTensor:$condition, NN_Tensor:$onTrue, NN_Tensor:$onFalse);
  let results = (outs NN_Tensor:$result);
  let hasVerifier = 1;
  let hasFolder = 1;
  let assemblyFormat = [{
    $condition `,` $onTrue `,` $onFalse attr-dict `:` custom<NNType>(type($condition)) `,` custom<NNType>(type($result))
  }];
}

/// Floating point to integer rounds towards zero, saturates, and makes NaN 0; bool to number gives 0 or 1; number to bool is `!= 0`.
def NN_ConvertOp : NN_Pure<"convert", [NN_Element, NN_Gradient]> {
  let summary = "change of element type";
  let arguments = (ins NN_Tensor:$a);
  let results = (outs NN_Tensor:$result);
  let hasVerifier = 1;
  let hasFolder = 1;
  let assemblyFormat = "$a attr-dict `:` custom<NNType>(type($a)) `->` custom<NNType>(type($result))";
  let extraClassDeclaration = [{
    static ::llvm::StringRef getLanguageName() { return ""; }
    bool isElementwise() { return true; }
  }];
}

/// Its operand, with a gradient of zero.
def NN_StopGradientOp : NN_Elementwise<"stop_gradient", "stop_gradient", 1, "a", [], [SameOperandsAndResultType]> {
  let summary = "the value, as a constant to differentiation";
  let arguments = (ins NN_Tensor:$a);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = "$a attr-dict `:` custom<NNType>(type($result))";
}

#endif // NNC_OPS_ELEMENTWISE
