// The words of the nn language. No actions: what a token alone cannot tell (line ends, brackets, mistakes and
// their repair) is decided by compiler/syntax/Layout.cpp, between this lexer and the parser.
lexer grammar NnLexer;
channels { DOCS, COMMENTS }

DOC     : '///' ~[\n]* -> channel(DOCS) ;
COMMENT : '//' ~[\n]* -> channel(COMMENTS) ;
WS      : [ \t\r\u00A0\uFEFF]+ -> skip ;
NL      : '\n' ;

// reserved
FN:'fn'; LET:'let'; VAR:'var'; PARAM:'param'; STATE:'state'; CONST:'const'; RETURN:'return';
IF:'if'; THEN:'then'; ELSE:'else'; FOR:'for'; WHILE:'while'; BREAK:'break'; CONTINUE:'continue';
AND:'and'; OR:'or'; NOT:'not'; TRUE:'true'; FALSE:'false'; ASSERT:'assert';
MINIMIZE:'minimize'; OVER:'over'; USING:'using'; SCAN:'scan'; YIELD:'yield'; WITH:'with'; IMPORT:'import';
// contextual: names everywhere but where an item, a loop or a scan asks for them (see rule id)
LAYER:'layer'; MODEL:'model'; LOSS:'loss'; OPTIMIZER:'optimizer'; COMMAND:'command'; TEST:'test';
ALONG:'along'; IN:'in';

ARROW:'->'; PIPE:'|>'; COMPOSE:'>>'; DOTDOTEQ:'..='; DOTDOT:'..'; DOT:'.';
PLUSEQ:'+='; MINUSEQ:'-='; STAREQ:'*='; SLASHEQ:'/=';
EQ:'=='; NE:'!='; LE:'<='; GE:'>='; LT:'<'; GT:'>'; ASSIGN:'='; TILDE:'~';
PLUS:'+'; MINUS:'-'; STAR:'*'; SLASH:'/'; AT:'@'; CARET:'^';
LPAREN:'('; RPAREN:')'; LBRACK:'['; RBRACK:']'; LBRACE:'{'; RBRACE:'}';
COMMA:','; SEMI:';'; COLON:':'; UNDERSCORE:'_';

FLOAT : DIGITS '.' DIGITS EXP? | DIGITS EXP ;
INT   : DIGITS ;
// One token, holes and all; compiler/syntax/StringHoles.cpp parses each {hole} in its own place. Strings inside holes
// go two levels deep, by rules of their own: a recursive rule would need a stack, and time that grows with its depth.
STRING : '"' ( ESCAPE | '{{' | '}}' | HOLE | ~["\\{}\r\n] )* '"' ;
ID     : [\p{L}_] [\p{L}\p{M}\p{N}_]* ;

// Common mistakes, each a token so that the message can be about it, and the rest of the file read on.
BAD_NUMBER    : DIGITS '_'* [\p{L}_] [\p{L}\p{M}\p{N}_]* ;
BAD_STRING    : '"' ( ESCAPE | ~["\\\r\n] )* '"' ;
OPEN_STRING   : '"' ( ESCAPE | ~["\\\r\n] )* '\\'? ;
SINGLE_QUOTED : '\'' ~['\r\n]* '\'' ;
AND_SIGN:'&&'; OR_SIGN:'||'; BANG:'!'; STARSTAR:'**'; PERCENT:'%'; COLONEQ:':='; FATARROW:'=>'; PLUSPLUS:'++';
BLOCK_COMMENT : '/*' .*? '*/' ;
BAD           : . ;

fragment ESCAPE : '\\' ~[\r\n] ;
fragment HOLE   : '{' ( INNER | ~["{}\r\n] )+ '}' ;
fragment INNER  : '"' ( ESCAPE | '{{' | '}}' | INNER_HOLE | ~["\\{}\r\n] )* '"' ;
fragment INNER_HOLE : '{' ( INNERMOST | ~["{}\r\n] )+ '}' ;
fragment INNERMOST  : '"' ( ESCAPE | '{{' | '}}' | ~["\\{}\r\n] )* '"' ;
fragment DIGITS : [0-9] ( '_'? [0-9] )* ;
fragment EXP    : [eE] [+-]? DIGITS ;
