//===- Listing.h - what the names and calls of a file stand for ------------------------===//
//
// `nnc check --values`: an observer that notes, for one file, what each name, call and loop turned
// out to be. What is elaborated more than once is listed once for each thing that it was.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_ELABORATE_LISTING_H
#define NNC_ELABORATE_LISTING_H

#include "compiler/elaborate/Observer.h"

namespace nnc::elaborate {

class Listing : public Observer {
public:
  /// Of the file at that path.
  explicit Listing(std::string path) : path(std::move(path)) {}

  void evaluated(const ast::Expr &expr, const Value &value, const Scope &scope) override;
  void declared(const ast::Identifier &name, const Binding &binding, const Scope &scope) override;
  void decided(const ast::Expr &source, const Phase &phase) override;

  /// Lines such as "7:9  loss: f32", in the order of the file.
  void print(llvm::raw_ostream &os) const;

private:
  void add(Span span, const std::string &what);

  std::string path;
  std::map<uint32_t, std::vector<std::string>> lines; // by where they begin
};

} // namespace nnc::elaborate

#endif // NNC_ELABORATE_LISTING_H
