" Syntax highlighting of nn, a language for neural networks.
if exists("b:current_syntax")
  finish
endif

syntax keyword nnStorage fn let var param state const import
syntax keyword nnControl return if then else for while break continue assert
syntax keyword nnControl minimize over using scan along in yield with
syntax keyword nnWordOperator and or not
syntax keyword nnBoolean true false
syntax keyword nnType f16 bf16 f32 f64 i8 i16 i32 i64 u8 int float bool str path class dataset
" Keywords only where an item begins.
syntax match nnStorage /^\s*\zs\(layer\|model\|loss\|optimizer\|command\|test\)\ze\s/
syntax match nnNumber /\<\d\(_\?\d\)*\(\.\d\(_\?\d\)*\)\?\([eE][+-]\?\d\+\)\?\>/
syntax match nnOperator /->\||>\|>>\|\.\.=\?\|[-+*\/=!<>]=\|[-+*@^=<>~]/
syntax match nnEscape /{{\|}}\|\\\(u{\x\+}\|.\)/ contained
syntax region nnHole matchgroup=nnEscape start=/{/ end=/}/ contained oneline
      \ contains=nnStorage,nnControl,nnWordOperator,nnBoolean,nnType,nnNumber,nnOperator,nnString
syntax region nnString start=/"/ skip=/\\./ end=/"/ oneline contains=nnEscape,nnHole
syntax match nnComment "//.*$"
syntax match nnDoc "///.*$"

highlight default link nnStorage StorageClass
highlight default link nnControl Statement
highlight default link nnWordOperator Operator
highlight default link nnBoolean Boolean
highlight default link nnType Type
highlight default link nnNumber Number
highlight default link nnOperator Operator
highlight default link nnEscape SpecialChar
highlight default link nnString String
highlight default link nnComment Comment
highlight default link nnDoc SpecialComment

let b:current_syntax = "nn"
