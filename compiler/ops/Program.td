//===- Program.td - programs: commands, variables, control, output --*- tablegen -*-===//
//
// What runs around the tensor operations. A module holds commands, tests and functions; a command
// holds its variables (parameters, state, optimizer slots and `var`s alike) and one region of structured control.
// Tensors are values, variables are places: nn.read and nn.assign are the only ways between them.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_OPS_PROGRAM
#define NNC_OPS_PROGRAM

include "compiler/ops/Attributes.td"
include "compiler/ops/OpBase.td"

class NN_Terminator<string mnemonic, list<Trait> traits = []> : NN_Op<mnemonic, !listconcat([Terminator], traits)>;

/// An operation with one region of one block, of which the terminator is always written out.
class NN_Body<string mnemonic, list<Trait> traits = []> : NN_Op<mnemonic, !listconcat([SingleBlock], traits)>;

//===-- Units ---------------------------------------------------------------===//

/// A function that can be run from outside: a command or a test.
def NN_CommandOp : NN_Body<"command", [IsolatedFromAbove, SymbolTable, Symbol, HasParent<"::mlir::ModuleOp">]> {
  let summary = "a command of the program, or a test";
  let description = [{
    Its block's arguments are the values of the flags.
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, StrAttr:$doc, TypedArrayAttrBase<NN_FlagAttr, "flags">:$flags, UnitAttr:$test);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "(`test` $test^)? $sym_name `doc` $doc `flags` $flags attr-dict-with-keyword $body";
}

/// A function of the source by itself, for tools and tests: nn.return ends it.
def NN_FuncOp : NN_Body<"func", [IsolatedFromAbove, SymbolTable, Symbol, HasParent<"::mlir::ModuleOp">]> {
  let summary = "a function";
  let arguments = (ins SymbolNameAttr:$sym_name);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "$sym_name attr-dict-with-keyword $body";
}

def NN_EndOp : NN_Terminator<"end", [Pure]> {
  let summary = "the end of a region that gives nothing";
  let assemblyFormat = "attr-dict";
}
def NN_ReturnOp : NN_Terminator<"return", [Pure, HasParent<"FuncOp">]> {
  let summary = "the results of nn.func";
  let arguments = (ins Variadic<AnyType>:$values);
  let assemblyFormat = "($values^ `:` custom<NNTypes>(type($values)))? attr-dict";
}
def NN_YieldOp : NN_Terminator<"yield", [Pure]> {
  let summary = "what a region gives";
  let arguments = (ins Variadic<AnyType>:$values);
  let assemblyFormat = "($values^ `:` custom<NNTypes>(type($values)))? attr-dict";
}

//===-- Variables --------------------------------------------------------------===//

def NN_VariableKind : I64EnumAttr<"VariableKind", "what a variable is for", [
    I64EnumAttrCase<"Param", 0, "param">,   // trained
    I64EnumAttrCase<"State", 1, "state">,   // of a layer: saved, not trained
    I64EnumAttrCase<"Slot", 2, "slot">,     // of an optimizer or object
    I64EnumAttrCase<"Var", 3, "var">]> {    // a `var` that control flow assigns
  let cppNamespace = "::nnc::ir";
}

def NN_VariableOp : NN_Op<"variable", [Symbol]> {
  let summary = "a place that holds a value for the whole run of the command; a tensor or a string";
  let arguments = (ins SymbolNameAttr:$sym_name, NN_VariableKind:$kind, TypeAttr:$type);
  let assemblyFormat = "$kind $sym_name `:` custom<NNTypeAttr>($type) attr-dict";
}
def NN_ReadOp : NN_Op<"read", [MemoryEffects<[MemRead]>, NN_UsesVariables]> {
  let summary = "the variable's value now";
  let arguments = (ins FlatSymbolRefAttr:$variable);
  let results = (outs AnyType:$result);
  let assemblyFormat = "$variable attr-dict `:` custom<NNType>(type($result))";
}
def NN_AssignOp : NN_Op<"assign", [MemoryEffects<[MemWrite]>, NN_UsesVariables]> {
  let summary = "gives the variable a new value";
  let arguments = (ins FlatSymbolRefAttr:$variable, AnyType:$value);
  let assemblyFormat = "$variable `,` $value attr-dict `:` custom<NNType>(type($value))";
}
def NN_AssignRowsOp : NN_Op<"assign_rows", [MemoryEffects<[MemRead, MemWrite]>, NN_UsesVariables]> {
  let summary = "gives rows of the variable, from `first` on, those of `value`; there must be as many";
  let arguments = (ins FlatSymbolRefAttr:$variable, NN_IntScalar:$first, NN_Tensor:$value);
  let assemblyFormat = "$variable `from` $first `,` $value attr-dict `:` custom<NNType>(type($value))";
}
def NN_BindSizeOp : NN_Op<"bind_size", [SizeOpInterface, NN_Guard]> {
  let summary = "gives a size symbol its value (not negative, else an error at run time)";
  let arguments = (ins NN_IntScalar:$value, StrAttr:$symbol);
  let assemblyFormat = "$symbol `=` $value attr-dict";
  let extraClassDeclaration = "::llvm::SmallVector<::mlir::StringAttr> getBoundSymbols() { return {getSymbolAttr()}; }";
}

//===-- Gradients and training -----------------------------------------------------===//

def NN_GradOp : NN_Op<"grad", [AttrSizedResultSegments, NN_UsesVariables]> {
  let summary = "gradients of a scalar with respect to values and variables; expanded by --nn-expand-gradients";
  let description = [{
    `result[i]` has the type of the i-th of `values`, then of the variables. Gradients flow back through the operations of this block;
    a variable stands for what nn.read gave since its last assignment.
  }];
  let arguments = (ins NN_FloatScalar:$scalar, Variadic<NN_FloatTensor>:$values, ArrayAttr:$variables);
  let results = (outs Variadic<NN_FloatTensor>:$valueGradients, Variadic<NN_FloatTensor>:$variableGradients);
  let assemblyFormat = [{
    $scalar `wrt` `(` $values `)` $variables attr-dict `:` custom<NNType>(type($scalar)) `,` `(` custom<NNTypes>(type($values)) `)` `->`
    `(` custom<NNTypes>(type($valueGradients)) `)` `,` `(` custom<NNTypes>(type($variableGradients)) `)`
  }];
}

def NN_JacobianOp : NN_Op<"jacobian", [AttrSizedResultSegments, NN_UsesVariables]> {
  let summary = "gradients of every element of a value; expanded by --nn-expand-gradients";
  let description = [{
    As nn.grad; each result has the axes of `value`, then those of what it differentiates with respect to.
  }];
  let arguments = (ins NN_FloatTensor:$value, Variadic<NN_FloatTensor>:$values, ArrayAttr:$variables);
  let results = (outs Variadic<NN_FloatTensor>:$valueGradients, Variadic<NN_FloatTensor>:$variableGradients);
  let assemblyFormat = [{
    $value `wrt` `(` $values `)` $variables attr-dict `:` custom<NNType>(type($value)) `,` `(` custom<NNTypes>(type($values)) `)` `->`
    `(` custom<NNTypes>(type($valueGradients)) `)` `,` `(` custom<NNTypes>(type($variableGradients)) `)`
  }];
  let extraClassDeclaration = [{
    /// The result's type for a target of type `target`.
    static NNTensorType getJacobianType(NNTensorType value, NNTensorType target);
  }];
}

def NN_MinimizeOp : NN_Body<"minimize", [NN_UsesVariables]> {
  let summary = "one step of training: gradients of `loss` with respect to `variables`, handed to `update`, which assigns";
  let description = [{
    `counters` are whole numbers, one for each variable: how often it was updated. Where they are given, `update` has one argument
    more, which is the counter of the first variable that the loss is computed from.
  }];
  let arguments = (ins NN_FloatScalar:$loss, ArrayAttr:$variables, OptionalAttr<ArrayAttr>:$counters);
  let regions = (region SizedRegion<1>:$update);
  let assemblyFormat = "$loss `over` $variables (`counted` `by` $counters^)? attr-dict `:` custom<NNType>(type($loss)) $update";
  let extraClassDeclaration = [{
    bool touchesOnlyVariables() { return false; }
    /// The arguments of `update` that are the gradients of `variables`.
    ::llvm::ArrayRef<::mlir::BlockArgument> getGradients() { return getUpdate().getArguments().take_front(getVariables().size()); }
  }];
}

def NN_IsReachedOp : NN_Pure<"is_reached", [NotDifferentiable]> {
  let summary = "whether a path leads from the target of one of these gradients to what is differentiated; expanded by --nn-expand-gradients";
  let description = [{
    The condition of an update: what the loss is not computed from is left as it is, also by momentum and decay, which a gradient of 0 would
    not do. True where `gradients` are results of no request.
  }];
  let arguments = (ins Variadic<NN_FloatTensor>:$gradients);
  let results = (outs NN_BoolScalar:$result);
  let assemblyFormat = "$gradients attr-dict `:` custom<NNTypes>(type($gradients))";
}

//===-- Control ----------------------------------------------------------------------===//

def NN_ForOp : NN_Body<"for", [LoopOpInterface]> {
  let summary = "for each i (an i64 scalar, the block's argument) from `lower` up to but not including `upper`";
  let arguments = (ins NN_IntScalar:$lower, NN_IntScalar:$upper);
  let regions = (region SizedRegion<1>:$body);
  let hasVerifier = 1;
  let assemblyFormat = "$lower `to` $upper attr-dict-with-keyword $body";
  let extraClassDeclaration = "::std::optional<LoopBounds> getBounds() { return LoopBounds{getLower(), getUpper()}; }";
}
def NN_WhileOp : NN_Op<"while", [LoopOpInterface]> {
  let summary = "while the condition's region yields true";
  let regions = (region SizedRegion<1>:$condition, SizedRegion<1>:$body);
  let hasVerifier = 1;
  let assemblyFormat = "$condition `do` $body attr-dict";
}
def NN_IfOp : NN_Op<"if", [DeclareOpInterfaceMethods<GuardOpInterface, ["canNeutralise"]>]> {
  let summary = "one of two regions";
  let arguments = (ins NN_BoolScalar:$condition);
  let regions = (region SizedRegion<1>:$thenRegion, SizedRegion<1>:$elseRegion);
  let assemblyFormat = "$condition $thenRegion `else` $elseRegion attr-dict";
}
def NN_BreakOp : NN_Terminator<"break"> {
  let summary = "leaves the innermost loop; ends a block of nn.if or of the loop itself";
  let assemblyFormat = "attr-dict";
}
def NN_ContinueOp : NN_Terminator<"continue"> {
  let summary = "goes on with the next turn of the innermost loop";
  let assemblyFormat = "attr-dict";
}

//===-- Strings and output ----------------------------------------------------------------===//

def NN_StringOp : NN_Pure<"string"> {
  let summary = "a string known at compile time";
  let arguments = (ins StrAttr:$value);
  let results = (outs NN_Str:$result);
  let assemblyFormat = "$value attr-dict";
}
def NN_FormatOp : NN_Op<"format", [Unobserved]> {
  let summary = "text[0], value 0 by spec[0], text[1], ..., a string";
  let arguments = (ins Variadic<AnyType>:$values, StrArrayAttr:$text, StrArrayAttr:$specs);
  let results = (outs NN_Str:$result);
  let hasVerifier = 1;
  let assemblyFormat = "$text $specs `(` $values `)` attr-dict `:` custom<NNTypes>(type($values))";
}
def NN_StringEqualOp : NN_Pure<"string_equal", [NotDifferentiable]> {
  let summary = "whether two strings are equal";
  let arguments = (ins NN_Str:$a, NN_Str:$b);
  let results = (outs NN_BoolScalar:$result);
  let assemblyFormat = "$a `,` $b attr-dict";
}
def NN_PrintOp : NN_Op<"print", [ShowsOutput]> {
  let summary = "writes a line on standard output";
  let arguments = (ins NN_Str:$text, UnitAttr:$noNewline);
  let assemblyFormat = "$text (`no_newline` $noNewline^)? attr-dict";
}
def NN_ReportOp : NN_Op<"report", [ShowsOutput]> {
  let summary = "a row of progress, of which the first value is the index; with `table` a row of a table, which is always shown";
  let arguments = (ins Variadic<NN_Scalar>:$values, StrArrayAttr:$names, UnitAttr:$table);
  let hasVerifier = 1;
  let assemblyFormat = "(`table` $table^)? $names `(` $values `)` attr-dict `:` custom<NNTypes>(type($values))";
}
def NN_ClockOp : NN_Op<"clock", [NotDifferentiable, Unobserved]> {
  let summary = "seconds since an unspecified moment, by a clock that never goes back";
  let results = (outs NN_FloatScalar:$result);
  let assemblyFormat = "attr-dict `:` custom<NNType>(type($result))";
}
def NN_AssertOp : NN_Op<"assert", [NN_Guard]> {
  let summary = "ends the program where the condition is false, with the string that the region yields";
  let description = [{
    With `check` it is a check of the language, not an assertion of the user: the message stands alone. With `finite` it is
    the check of a loss that is minimized, after which --allow-nan lets the program go on.
  }];
  let arguments = (ins NN_BoolScalar:$condition, UnitAttr:$check, UnitAttr:$finite);
  let regions = (region SizedRegion<1>:$message);
  let hasVerifier = 1;
  let assemblyFormat = "(`check` $check^)? (`finite` $finite^)? $condition $message attr-dict";
}
def NN_SaveOp : NN_Op<"save", [NN_UsesVariables, FileWriterOpInterface]> {
  let extraClassDeclaration = "bool touchesOnlyVariables() { return false; }";
  let summary = "writes variables to a safetensors file under the given names";
  let arguments = (ins NN_Str:$path, ArrayAttr:$variables, StrArrayAttr:$names);
  let assemblyFormat = "$path $variables `as` $names attr-dict";
}
def NN_LoadOp : NN_Op<"load", [NN_UsesVariables]> {
  let extraClassDeclaration = "bool touchesOnlyVariables() { return false; }";
  let summary = "fills variables from a safetensors file";
  let arguments = (ins NN_Str:$path, ArrayAttr:$variables, StrArrayAttr:$names);
  let assemblyFormat = "$path $variables `as` $names attr-dict";
}

//===-- The start of a command -------------------------------------------------------------===//

def NN_TryFileOp : NN_Op<"try_file"> {
  let summary = "ends the program where no file can be written under this name; writes nothing";
  let arguments = (ins NN_Str:$path);
  let assemblyFormat = "$path attr-dict";
}
def NN_KeepGoingOp : NN_Op<"keep_going"> {
  let summary = "from here on, output that cannot be written does not end the program, whose work is worth more";
  let assemblyFormat = "attr-dict";
}

#endif // NNC_OPS_PROGRAM
