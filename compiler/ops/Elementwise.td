//===- Elementwise.td - element-wise operations, one record each -------*- tablegen -*-===//
//
// A record states everything that is known about an element-wise operation: its name in the language, its value, its
// gradient, its documentation. Value and gradient are formulas over operands `a`, `b`, `c`, in C++, over any kind of
// expression (ir/Expression.h): operators, numbers, select(c, a, b), all operations here by their mnemonics.
//  * The value is NN_Formula<"a / (1 + abs(a))">, if need be with a name for a part that occurs twice; or, where the operation is no formula over others, NN_Primitive, with
//    what emits it for Scalar operands (ir/ScalarPrimitives.h), and what it is of doubles.
//  * The gradient has one formula for each operand, with `y` the result and `dy` its cotangent; "" where none flows.
// Kernels, constants, gradients, documents and tests all come from these. Adding an operation needs a record here and the
// tests that test/ops/registry.test asks for.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_OPS_ELEMENTWISE
#define NNC_OPS_ELEMENTWISE

include "compiler/ops/OpBase.td"

/// What an operation computes of one element of each operand.
class NN_Value<string definitionsText, string formulaText, string scalarText, string realText> {
  string definitions = definitionsText;
  string formula = formulaText;
  string scalar = scalarText;
  string real = realText;
}
class NN_Formula<string formula, string definitions = ""> : NN_Value<definitions, formula, "", "">;
class NN_Primitive<string scalar, string real> : NN_Value<"", "", scalar, real>;
/// One operation of `arith` or `math` for floating-point numbers, one for others.
class NN_Emit<string ops, string real, string operands = "a, b">
    : NN_Primitive<"emitPrimitive<" # ops # ">(" # operands # ")", real>;

/// Declarations of the operands, by arity.
class NN_Operands<int arity> {
  string declare = !cond(!eq(arity, 1): "[[maybe_unused]] auto a = in[0];",
                         !eq(arity, 2): "[[maybe_unused]] auto a = in[0], b = in[1];",
                         true: "[[maybe_unused]] auto a = in[0], b = in[1], c = in[2];");
}

class NN_Elementwise<string mnemonic, string languageName, int arity, NN_Value value, list<string> gradient,
                     list<Trait> traits = []>
    : NN_Pure<mnemonic, !listconcat(
          [NN_Element, NN_Cost<>],
          !if(!empty(gradient), [NotDifferentiable], [NN_Gradient]), traits)> {
  string language = languageName;
  bit isPrimitive = !empty(value.formula);
  // Its name in formulas; "" for operators, and for select, whose numbers adapt in another way.
  string function = !if(!ge(!find(" + - * / == != < <= > >= and or not where ", " " # languageName # " "), 0), "",
                        !if(!empty(languageName), "", mnemonic));
  // One contribution for each operand.
  string gradientCode = !foldl("", !range(!size(gradient)), rules, i,
      rules # !if(!eq(gradient[i], ""), "", "visit(" # i # ", E(" # gradient[i] # "));\n      "));
  let extraClassDeclaration = [{
    /// What the language calls it: a function's name or an operator; "" for neither.
    static ::llvm::StringRef getLanguageName() { return "}] # languageName # [{"; }
    static constexpr unsigned arity = }] # arity # [{;
    static constexpr bool hasFormula = true;
    /// The value as a formula over the operands.
    template <typename E> static E formula(::llvm::ArrayRef<E> in) {
      }] # NN_Operands<arity>.declare # [{
      }] # !if(isPrimitive, "return E::template call<" # !subst("NN_", "", NAME) # ">(in);",
               value.definitions # "return " # value.formula # ";") # [{
    }
    /// Calls visit(i, formula of the contribution to operand i's gradient), given those of the result and its gradient.
    template <typename E, typename Visit>
    static void visitGradients(::llvm::ArrayRef<E> in, [[maybe_unused]] E y, [[maybe_unused]] E dy,
                               [[maybe_unused]] Visit visit) {
      }] # NN_Operands<arity>.declare # "\n      " # gradientCode # [{
    }
    /// The scalar body, on scalars that stand for the operands' elements.
    static ::mlir::Value emitScalar(::mlir::OpBuilder &builder, ::mlir::Location loc, ::mlir::ValueRange operands);
    bool isElementwise() { return true; }
  }] # !if(isPrimitive, [{
    /// The value of doubles.
    static double compute(::llvm::ArrayRef<double> in);
  }], "");
  let extraClassDefinition = [{
    ::mlir::Value $cppClass::emitScalar(::mlir::OpBuilder &builder, ::mlir::Location loc,
                                        ::mlir::ValueRange operands) {
      auto in = Scalar::wrap(builder, loc, operands);
      }] # !if(isPrimitive, NN_Operands<arity>.declare # "\n      return " # value.scalar # ".getValue();",
               "return formula<Scalar>(in).getValue();") # [{
    }
    ::mlir::Value $cppClass::emitElement(ElementEmitter &emitter, ::mlir::ValueRange index) {
      ::llvm::SmallVector<::mlir::Value, 3> elements;
      for (::mlir::Value operand : getOperation()->getOperands())
        elements.push_back(emitter.getElement(operand, index));
      return emitScalar(emitter.getBuilder(), getLoc(), elements);
    }
    Dim $cppClass::getFlops() { return countNumbers(getResult()); }
  }] # !if(isPrimitive, [{
    double $cppClass::compute(::llvm::ArrayRef<double> in) {
      }] # NN_Operands<arity>.declare # "\n      return " # value.real # [{;
    }
  }], "") # !if(!empty(gradient), "", [{
    void $cppClass::buildGradient(::mlir::OpBuilder &builder, ::mlir::ValueRange cotangents,
                                  ::mlir::MutableArrayRef<::mlir::Value> operandCotangents) {
      visitGradients<TensorExpr>(TensorExpr::wrap(builder, getLoc(), getOperation()->getOperands()),
                                 TensorExpr(builder, getLoc(), getResult()),
                                 TensorExpr(builder, getLoc(), cotangents[0]),
                                 [&](unsigned i, TensorExpr part) { operandCotangents[i] = part.getValue(); });
    }
  }]);
}

/// Operands and result of one type.
class NN_Unary<string mnemonic, string language, NN_Value value, list<string> gradient, Type operand = NN_FloatTensor>
    : NN_Elementwise<mnemonic, language, 1, value, gradient, [SameOperandsAndResultType]> {
  let arguments = (ins operand:$a);
  let results = (outs operand:$result);
  let assemblyFormat = "$a attr-dict `:` custom<NNType>(type($result))";
}
class NN_Binary<string mnemonic, string language, NN_Value value, list<string> gradient,
                Type operand = NN_NumberTensor, list<Trait> traits = []>
    : NN_Elementwise<mnemonic, language, 2, value, gradient, !listconcat([SameOperandsAndResultType], traits)> {
  let arguments = (ins operand:$a, operand:$b);
  let results = (outs operand:$result);
  let assemblyFormat = "$a `,` $b attr-dict `:` custom<NNType>(type($result))";
}

/// A function of real numbers that `math` has an operation for: by default math::ErfOp and std::erf for "erf".
class NN_Function<string name, list<string> gradient = [],
                  string math = !toupper(!substr(name, 0, 1)) # !substr(name, 1), string real = name>
    : NN_Unary<name, name, NN_Emit<"math::" # math # "Op", "std::" # real # "(a)", "a">, gradient>;

//===-- Arithmetic -----------------------------------------------------------===//

def NN_AddOp : NN_Binary<"add", "+", NN_Emit<"arith::AddFOp, arith::AddIOp", "a + b">, ["dy", "dy"], NN_NumberTensor, [Commutative]> {
  let summary = "sum";
  let hasFolder = 1;
}
def NN_SubOp : NN_Binary<"sub", "-", NN_Emit<"arith::SubFOp, arith::SubIOp", "a - b">, ["dy", "-dy"]> {
  let summary = "difference";
  let hasFolder = 1;
}
def NN_MulOp : NN_Binary<"mul", "*", NN_Emit<"arith::MulFOp, arith::MulIOp", "a * b">, ["dy * b", "dy * a"], NN_NumberTensor, [Commutative]> {
  let summary = "product";
  let hasFolder = 1;
}
def NN_DivOp : NN_Binary<"div", "/", NN_Emit<"arith::DivFOp", "a / b">, ["dy / b", "-(dy * y) / b"], NN_FloatTensor> {
  let summary = "quotient of floating-point numbers";
  let hasFolder = 1;
}
def NN_FloorDivOp : NN_Binary<"floor_div", "div", NN_Primitive<"emitFloorDiv(a, b)", "std::floor(a / b)">, []> {
  let summary = "quotient, rounded down";
}
def NN_ModOp : NN_Binary<"mod", "mod", NN_Primitive<"emitModulo(a, b)", "getModulo(a, b)">,
    ["dy", "-(dy * round((a - y) / b))"]> {
  let summary = "remainder with the sign of the divisor: a - b * floor(a / b)";
  let description = [{ Computed from the exact remainder, so that it is right for quotients of any size. }];
}
def NN_PowOp : NN_Binary<"pow", "^", NN_Emit<"math::PowFOp", "std::pow(a, b)">,
    ["select(b == 0, 0, dy * b * pow(a, b - 1))",
     "select(a == 0, 0, dy * y * log(a))"], NN_FloatTensor> {
  let summary = "power";
  let description = [{
    The gradient with respect to the exponent is taken as 0 where the base is 0, that with respect to the base as 0 where
    the exponent is 0.
  }];
  let hasFolder = 1;
  let hasCanonicalizer = 1; // x^2, x^1, x^0.5
}
def NN_MaxOp : NN_Binary<"max", "max", NN_Emit<"arith::MaximumFOp, arith::MaxSIOp", "getLarger(a, b)">,
    ["select(a > b, dy, select(a == b, dy * 0.5, 0))",
     "select(b > a, dy, select(a == b, dy * 0.5, 0))"], NN_NumberTensor, [Commutative]> {
  let summary = "the larger; where equal, each operand gets half the gradient";
  let description = [{ A NaN in either operand gives NaN. }];
}
def NN_MinOp : NN_Binary<"min", "min", NN_Emit<"arith::MinimumFOp, arith::MinSIOp", "getSmaller(a, b)">,
    ["select(a < b, dy, select(a == b, dy * 0.5, 0))",
     "select(b < a, dy, select(a == b, dy * 0.5, 0))"], NN_NumberTensor, [Commutative]> {
  let summary = "the smaller; where equal, each operand gets half the gradient";
}
def NN_NegOp : NN_Unary<"neg", "", NN_Primitive<"emitNegation(a)", "-a">, ["-dy"], NN_NumberTensor> {
  let summary = "negation";
  let hasFolder = 1;
}
def NN_AbsOp : NN_Unary<"abs", "abs", NN_Emit<"math::AbsFOp, math::AbsIOp", "std::fabs(a)", "a">, ["dy * sign(a)"], NN_NumberTensor> {
  let summary = "absolute value; the gradient at 0 is 0";
}
def NN_SignOp : NN_Unary<"sign", "sign", NN_Formula<"select(a > 0, 1, select(a < 0, -1, a))">, [], NN_NumberTensor> {
  let summary = "-1, 0 or 1";
  let description = [{ NaN, and the sign of a zero, stay. }];
}
def NN_FloorOp : NN_Function<"floor"> { let summary = "largest whole number not above"; }
def NN_CeilOp : NN_Function<"ceil"> { let summary = "smallest whole number not below"; }
def NN_RoundOp : NN_Function<"round", [], "RoundEven", "nearbyint"> {
  let summary = "nearest whole number, halves to the even one";
}

//===-- Functions --------------------------------------------------------------===//

def NN_ExpOp : NN_Function<"exp", ["dy * y"]> { let summary = "e to the power of a"; }
def NN_LogOp : NN_Function<"log", ["dy / a"]> { let summary = "natural logarithm"; }
def NN_Log1pOp : NN_Function<"log1p", ["dy / (1 + a)"], "Log1p"> {
  let summary = "log(1 + a), accurate for small a";
}
def NN_Expm1Op : NN_Function<"expm1", ["dy * exp(a)"], "ExpM1"> {
  let summary = "exp(a) - 1, accurate for small a";
}
def NN_SqrtOp : NN_Function<"sqrt", ["dy * 0.5 / y"]> { let summary = "square root"; }
def NN_TanhOp : NN_Function<"tanh", ["dy * (1 - y * y)"]> { let summary = "hyperbolic tangent"; }
def NN_SigmoidOp : NN_Unary<"sigmoid", "sigmoid", NN_Formula<"select(a < 0, e, 1) / (1 + e)", "E e = exp(-abs(a)); ">,
                              ["dy * y * (1 - y)"]> {
  let summary = "logistic function 1 / (1 + exp(-a))";
  let description = [{
    An operation of its own, so that neither its value nor its gradient overflows: the formula takes exponentials of
    numbers below 0 only.
  }];
}
def NN_SoftplusOp : NN_Unary<"softplus", "softplus", NN_Formula<"max(a, 0) + log1p(exp(-abs(a)))">, ["dy * sigmoid(a)"]> {
  let summary = "log(1 + exp(a))";
  let description = [{
    An operation of its own, so that nothing overflows or cancels, and that its gradient is smooth: the formula has a kink
    at 0 that the function has not.
  }];
}
def NN_LogAddExpOp : NN_Binary<"logaddexp", "logaddexp",
    NN_Formula<"select(a == b, a + 0.69314718055994531, max(a, b) + log1p(exp(-abs(a - b))))">,
    ["dy * sigmoid(max(a, -1e30) - max(b, -1e30))", "dy * sigmoid(max(b, -1e30) - max(a, -1e30))"], NN_FloatTensor> {
  let summary = "log(exp(a) + exp(b))";
  let description = [{
    Smooth, as softplus is. Of two negative infinities the result is one, and each operand gets half the gradient.
  }];
}
def NN_ErfOp : NN_Function<"erf", ["dy * exp(-(a * a)) * 1.1283791670955126"]> {
  let summary = "error function 2 / sqrt(pi) * integral of exp(-t^2) from 0 to a";
}
def NN_SinOp : NN_Function<"sin", ["dy * cos(a)"]> { let summary = "sine"; }
def NN_CosOp : NN_Function<"cos", ["-(dy * sin(a))"]> { let summary = "cosine"; }

//===-- Products of what may be absent ------------------------------------------------===//
//
// The gradient of what a selection left out is 0, whatever the rest of the chain is: infinite slopes, NaN. So a cotangent
// that has passed a selection is multiplied by strong zeros (gradient/StrongZero.h). Both rules are closed: their gradients
// are strong again, and the same as those of mul and div where all is finite, also where a factor happens to be 0.

def NN_StrongMulOp : NN_Binary<"strong_mul", "", NN_Formula<"select((a == 0) | (b == 0), 0, a * b)">,
    ["strong_mul(dy, b)", "strong_mul(dy, a)"], NN_FloatTensor, [Commutative]> {
  let summary = "product in which 0 times anything is 0, also times infinity and NaN";
  let function = "strong_mul";
}
def NN_StrongDivOp : NN_Binary<"strong_div", "", NN_Formula<"select(a == 0, 0, a / b)">,
    ["strong_div(dy, b)", "-strong_div(strong_mul(dy, y), b)"], NN_FloatTensor> {
  let summary = "quotient in which 0 divided by anything is 0, also by 0 and NaN";
  let function = "strong_div";
}

//===-- Logic ---------------------------------------------------------------------===//

class NN_Compare<string mnemonic, string language, string real, string whole>
    : NN_Elementwise<mnemonic, language, 2,
                     NN_Primitive<"emitComparison(a, b, arith::CmpFPredicate::" # real # ", arith::CmpIPredicate::" # whole # ")",
                                  "a " # language # " b">, [], [SameTypeOperands, NN_InferType]> {
  let arguments = (ins NN_Tensor:$a, NN_Tensor:$b);
  let results = (outs NN_BoolTensor:$result);
  let summary = "comparison, element by element";
  let assemblyFormat = "$a `,` $b attr-dict `:` custom<NNType>(type($a)) `->` custom<NNType>(type($result))";
}
def NN_EqOp : NN_Compare<"eq", "==", "OEQ", "eq"> { let hasFolder = 1; }
def NN_NeOp : NN_Compare<"ne", "!=", "UNE", "ne">;
def NN_LtOp : NN_Compare<"lt", "<", "OLT", "slt">;
def NN_LeOp : NN_Compare<"le", "<=", "OLE", "sle">;
def NN_GtOp : NN_Compare<"gt", ">", "OGT", "sgt">;
def NN_GeOp : NN_Compare<"ge", ">=", "OGE", "sge">;

def NN_AndOp : NN_Binary<"and", "and", NN_Emit<"arith::AndIOp", "a != 0 && b != 0">, [], NN_BoolTensor> { let summary = "logical and"; }
def NN_OrOp : NN_Binary<"or", "or", NN_Emit<"arith::OrIOp", "a != 0 || b != 0">, [], NN_BoolTensor> { let summary = "logical or"; }
def NN_NotOp : NN_Unary<"not", "not", NN_Primitive<"emitNot(a)", "a == 0">, [], NN_BoolTensor> { let summary = "logical not"; }

def NN_SelectOp : NN_Elementwise<"select", "where", 3, NN_Primitive<"emitSelect(a, b, c)", "a != 0 ? b : c">,
    ["", "select(a, dy, 0)", "select(a, 0, dy)"],
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
def NN_ConvertOp : NN_Pure<"convert", [NN_Element, NN_Gradient, NN_Move]> {
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
def NN_StopGradientOp : NN_Elementwise<"stop_gradient", "stop_gradient", 1, NN_Formula<"a">, [],
                                        [SameOperandsAndResultType, HoldsGradientsBack]> {
  let summary = "the value, as a constant to differentiation";
  let arguments = (ins NN_Tensor:$a);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = "$a attr-dict `:` custom<NNType>(type($result))";
}

#endif // NNC_OPS_ELEMENTWISE
