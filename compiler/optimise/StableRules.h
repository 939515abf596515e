//===- StableRules.h - formulas as people write them, and as they mean them ----------------===//
//
// The table of the pass --nn-stabilise: what is written, in the language, and what is computed
// instead; equal for all real numbers, but without overflow and cancellation. Names stand for any
// tensor. A rule applies to what the rules before it left: `exp(x) - 1` is already expm1(x) where a
// later rule looks at it.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_OPTIMISE_STABLE_RULES_H
#define NNC_OPTIMISE_STABLE_RULES_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"

namespace nnc::optimise {

/// Two formulas with the same value.
struct StableRule {
  llvm::StringRef written, computed;
};

/// Rules that are matched as they stand here, the first that fits.
inline constexpr StableRule stableRules[] = {
    {"log(1 + exp(x))", "softplus(x)"},
    {"log1p(exp(x))", "softplus(x)"},
    {"log(exp(x) + exp(y))", "logaddexp(x, y)"},
    {"log(sigmoid(x))", "-softplus(-x)"},
    {"log(exp(x))", "x"},
    {"log(1 + x)", "log1p(x)"},
    {"log(1 - x)", "log1p(-x)"},
    {"exp(x) - exp(-x)", "expm1(x) - expm1(-x)"},
    {"exp(x) - 1", "expm1(x)"},
    {"1 - exp(x)", "-expm1(x)"},
    {"1 - sigmoid(x)", "sigmoid(-x)"},
    {"1 - cos(x)", "2 * sin(0.5 * x) * sin(0.5 * x)"},
    {"(expm1(x) - expm1(-x)) / (exp(x) + exp(-x))", "tanh(x)"},
    {"expm1(x) / (1 + exp(x))", "tanh(0.5 * x)"},
    {"-expm1(x) / (1 + exp(x))", "tanh(-0.5 * x)"},
    {"exp(x) / (1 + exp(x))", "sigmoid(x)"},
    {"exp(x) / (exp(x) + exp(y))", "sigmoid(x - y)"},
    {"1 / (1 + exp(x))", "sigmoid(-x)"},
    {"x / (1 + exp(y))", "x * sigmoid(-y)"},
};

/// Rules over sums along any axes, which Stabilise.cpp matches; here for documents. The sum may be
/// multiplied by a positive number, as that of a mean is. `move` is any selection or rearrangement
/// of elements, none as well.
inline constexpr StableRule stableSums[] = {
    {"log(sum(exp(x)))", "log(sum(exp(x - max(x)))) + max(x)"},
    {"exp(x) / sum(exp(x))", "exp(x - max(x)) / sum(exp(x - max(x)))"},
    {"log(move(exp(x) / y))", "move(x - log(y))"},
    {"sqrt(sum(x * x))", "norm(x)"},
    {"norm(x)^2", "sum(x * x)"},
    {"x - mean(x)", "x - (mean(x) + mean(x - mean(x)))"},
};

} // namespace nnc::optimise

#endif // NNC_OPTIMISE_STABLE_RULES_H
