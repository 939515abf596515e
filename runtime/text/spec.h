//===- spec.h - format specifications -------------------------------------===//
//
// [[fill]align][sign][0][width][,][.precision][type]: align one of < > ^, sign one of + - space,
// type one of f e g % d. The compiler has checked the text, so reading it cannot fail.
//
//===----------------------------------------------------------------------===//
#ifndef NNRT_TEXT_SPEC_H
#define NNRT_TEXT_SPEC_H

#include "runtime/support/support.h"

namespace nnrt {

struct Spec {
  std::string_view fill = " "; // one character, of one byte or more
  char align = 0;              // < > ^, or 0: numbers to the right, texts to the left
  char sign = '-';             // '+': always; ' ': a space for '+'; '-': negative numbers only
  bool zeros = false;          // fill with zeros between sign and digits
  bool commas = false;         // between groups of three digits before the point
  int width = 0;
  int precision = -1; // -1: the type's own
  char type = 0;      // 0: %g for real numbers, %d for whole ones
};

Spec parseSpec(const char *text);

/// Appends `body` filled up to the width. `defaultAlign` is < or >.
void appendPadded(Text &text, std::string_view body, const Spec &spec, char defaultAlign);
void appendReal(Text &text, double value, const Spec &spec);
void appendInteger(Text &text, int64_t value, const Spec &spec);

/// The text that nn_format_begin, pieces and nn_format_end build; and where the innermost text
/// begins in it (an expression in a hole may build a text of its own).
Text &formatted();
int64_t formattedStart();

} // namespace nnrt

#endif // NNRT_TEXT_SPEC_H
