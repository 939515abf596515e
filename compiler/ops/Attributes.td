//===- Attributes.td - what operations say of programs and data --*- tablegen -*-===//
//
// Attributes with members, where a dictionary's keys could be forgotten or misspelled: flags and commands of a program, the
// fields and formats of data sets, the codes of diagnostics. Enumerations are those of runtime/nnrt.h.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_OPS_ATTRIBUTES
#define NNC_OPS_ATTRIBUTES

include "compiler/ir/NNDialect.td"

/// An attribute that is written with the names of its members.
class NN_Record<string name, string attrMnemonic> : NN_Attr<name, attrMnemonic> {
  let assemblyFormat = "`<` struct(params) `>`";
}

/// An enumeration of runtime/nnrt.h, written by the names of its list there.
class NN_Enumeration<string type, string text, string fallback = ""> : AttrParameter<type, text> {
  let parser = "::nnc::ir::parseEnumerator<" # type # ">($_parser)";
  let printer = "$_printer << ::nnc::abi::getName($_self)";
  let defaultValue = fallback;
}
def NN_Text : OptionalParameter<"::mlir::StringAttr", "none: empty">;
def NN_Number : DefaultValuedParameter<"int64_t", "0">;

//===-- Programs ------------------------------------------------------------------------===//

def NN_FlagAttr : NN_Record<"Flag", "flag"> {
  let summary = "an argument of a command";
  let description = [{
    `text` is the default as the source writes it. `value` is an integer for int, i32 and bool, a floating-point number for float and
    f32, a string for str and path; without it the argument is required.
  }];
  let parameters = (ins "::mlir::StringAttr":$name, NN_Enumeration<"::nn_flag_type", "type">:$type, NN_Text:$doc,
                        OptionalParameter<"::mlir::Attribute">:$value, NN_Text:$text);
  let genVerifyDecl = 1;
}

def NN_ProgramAttr : NN_Record<"Program", "program"> {
  let summary = "the program that a module is: its name, what is said of it, its file";
  let parameters = (ins "::mlir::StringAttr":$name, NN_Text:$doc, NN_Text:$source);
}

def NN_ProgramUnitAttr : NN_Record<"ProgramUnit", "unit"> {
  let summary = "a command or test as the program's table has it";
  let description = [{
    `function` takes the address of an nn_value for each of `flags`. `memory` says in words what a run needs.
  }];
  let parameters = (ins "::mlir::StringAttr":$name, "::mlir::FlatSymbolRefAttr":$function, NN_Text:$doc,
                        OptionalParameter<"::mlir::ArrayAttr">:$flags, OptionalParameter<"::mlir::UnitAttr">:$test, NN_Text:$location,
                        NN_Text:$memory);
  let genVerifyDecl = 1;
}

//===-- Data sets -----------------------------------------------------------------------===//

def NN_FieldAttr : NN_Record<"Field", "field"> {
  let summary = "a raw field of a data set: nn_field in runtime/nnrt.h";
  let description = [{
    `type` is a row's, of static shape; `classes` how many there are (0: any number); `first` the first column (csv) or which of the
    paths (idx, npy). csv: `columns` by name, `categories`: texts that stand for classes (empty: all that occur), `missing` and
    `value`: what stands for a missing value. npz: the array's name in `columns`.
  }];
  let parameters = (ins "::mlir::StringAttr":$name, "::nnc::ir::NNTensorType":$type, NN_Number:$classes, NN_Number:$first,
                        OptionalParameter<"::mlir::ArrayAttr">:$columns, OptionalParameter<"::mlir::ArrayAttr">:$categories,
                        NN_Enumeration<"::nn_missing", "missing", "NN_MISSING_FAILS">:$missing,
                        OptionalParameter<"::mlir::FloatAttr">:$value);
  let genVerifyDecl = 1;
}

def NN_SourceFormatAttr : NN_Attr<"SourceFormat", "format"> {
  let summary = "format of the files of a data set";
  let parameters = (ins NN_Enumeration<"::nn_source", "format">:$value);
  let assemblyFormat = "$value";
}

//===-- Diagnostics ---------------------------------------------------------------------===//

def NN_DiagnosticAttr : NN_Attr<"Diagnostic", "diagnostic"> {
  let summary = "which of the compiler's messages a diagnostic is (compiler/ir/Report.h)";
  let parameters = (ins AttrParameter<"::nnc::diag::Kind", "kind">:$kind);
  let hasCustomAssemblyFormat = 1;
}

#endif // NNC_OPS_ATTRIBUTES
