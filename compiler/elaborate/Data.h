//===- Data.h - data sets: fields, views, batches ------------------------------------------===//
//
// A data set is described here and read by the program: raw fields become fields by expressions of
// the language. Guarantees that only the fields which are used are read.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_ELABORATE_DATA_H
#define NNC_ELABORATE_DATA_H

#include "compiler/elaborate/Interpreter.h"

namespace nnc::elaborate {

Value datasetMember(Interpreter &e, std::shared_ptr<Dataset> data, const ast::Identifier &name,
                    Span span);
Value datasetMethod(Interpreter &e, std::shared_ptr<Dataset> data, const ast::Identifier &name,
                    const ast::Call *call);
/// The numbers of the raw fields that a field needs.
std::vector<unsigned> getRawFields(const DataField &field);
/// A field of the rows of which `raw` holds the raw fields, by number.
Value mapField(Interpreter &e, const DataSource &source, const DataField &field,
               const std::map<unsigned, mlir::Value> &raw, ir::Dim rows);
/// Emits nn.batches; in its body `emit` gets what a turn yields: the fields (one is bare), with
/// `counted` as (number, fields). Only fields that the pattern names are read.
void emitBatches(Interpreter &e, const Batches &batches, const ast::Pattern *pattern, bool counted,
                 Span span, Span sourceSpan, llvm::function_ref<void()> emit);

} // namespace nnc::elaborate

#endif // NNC_ELABORATE_DATA_H
