// The sentences of the nn language. No actions and no predicates. The tokens come through
// compiler/syntax/Layout.cpp, which leaves an NL or SEMI only between two statements, items or members (one, never
// several) and balances the brackets.
parser grammar NnParser;
options { tokenVocab = NnLexer; }

file : item? ( end item? )* EOF ;
end  : NL | SEMI ;

item
    : IMPORT STRING ( id id )?                                  # importItem
    | CONST id ( COLON type )? ASSIGN expr                      # constItem
    | ( FN | LOSS ) function                                    # functionItem
    | ( LAYER | MODEL | OPTIMIZER ) id parameters? members      # layerItem
    | COMMAND id parameters block                               # commandItem
    | TEST STRING block                                         # testItem
    ;

// In `import STRING id id` the first id must be the word `as`, which is checked afterwards.
function       : id parameters ( ARROW type )? body customGradient* ;
body           : ASSIGN expr | block ;
customGradient : WITH id LPAREN id RPAREN ASSIGN expr ;
parameters     : LPAREN ( parameter ( COMMA parameter )* COMMA? )? RPAREN ;
parameter      : id ( COLON type )? ( ASSIGN expr )? ;

members : LBRACE member? ( end member? )* RBRACE ;
member
    : PARAM id COLON type initialiser?                                  # paramMember
    | STATE id ( COLON type )? initialiser?                             # stateMember
    | LET pattern ( COLON type )? ASSIGN expr                           # letMember
    | ASSERT expr ( COMMA expr )?                                       # assertMember
    | ifMember                                                          # conditionalMember
    | FN? function                                                      # methodMember
    ;
ifMember    : IF expr members ( ELSE ( ifMember | members ) )? ;
initialiser : ( ASSIGN | TILDE ) expr ;

type
    : typeName ( LBRACK ( dim ( COMMA dim )* COMMA? )? RBRACK )?        # namedType
    | LBRACK type RBRACK                                                # listType
    | LPAREN type ( COMMA type )* COMMA? RPAREN                         # tupleType
    ;
typeName : ID | LAYER | MODEL | FN ;
dim      : DOTDOT id? | expr ;

block : LBRACE statement? ( end statement? )* RBRACE ;
statement
    : ( LET | VAR ) pattern ( COLON type )? ASSIGN expr                 # bindStatement
    | PARAM id COLON type initialiser?                                  # paramStatement
    | IF expr block ( ELSE IF expr block )* ( ELSE block )?             # ifStatement
    | FOR pattern IN expr block                                         # forStatement
    | WHILE expr block                                                  # whileStatement
    | BREAK                                                             # breakStatement
    | CONTINUE                                                          # continueStatement
    | RETURN expressions?                                               # returnStatement
    | YIELD expressions                                                 # yieldStatement
    | ASSERT expr ( COMMA expr )?                                       # assertStatement
    | expr ( ( ASSIGN | PLUSEQ | MINUSEQ | STAREQ | SLASHEQ ) expr )?   # expressionStatement
    ;
expressions : expr ( COMMA expr )* ;
pattern     : id | UNDERSCORE | LPAREN pattern ( COMMA pattern )* COMMA? RPAREN ;

// strongest first
expr
    : expr LPAREN arguments? RPAREN                                     # callExpr
    | expr LBRACK index ( COMMA index )* COMMA? RBRACK                  # indexExpr
    | expr DOT id                                                       # memberExpr
    | <assoc=right> expr CARET expr                                     # binaryExpr
    | MINUS expr                                                        # unaryExpr
    | expr ( STAR | SLASH | AT ) expr                                   # binaryExpr
    | expr ( PLUS | MINUS ) expr                                        # binaryExpr
    | expr ( DOTDOT | DOTDOTEQ ) expr                                   # binaryExpr
    | expr ( EQ | NE | LT | LE | GT | GE ) expr                         # binaryExpr
    | NOT expr                                                          # unaryExpr
    | expr AND expr                                                     # binaryExpr
    | expr OR expr                                                      # binaryExpr
    | expr COMPOSE expr                                                 # binaryExpr
    | expr PIPE expr                                                    # binaryExpr
    | IF expr THEN expr ELSE expr                                       # ifExpr
    | MINIMIZE expr OVER expr USING expr                                # minimizeExpr
    | SCAN scanned ( COMMA scanned )* ( ALONG expr )? block             # scanExpr
    | LPAREN ( expr ( COMMA expr )* COMMA? )? RPAREN                    # parenExpr
    | LBRACK ( expr ( generator | ( COMMA expr )* COMMA? ) )? RBRACK    # listExpr
    | ( INT | FLOAT | STRING | TRUE | FALSE )                           # literalExpr
    | id                                                                # nameExpr
    ;
scanned   : pattern IN expr ;
arguments : argument ( generator | ( COMMA argument )* COMMA? ) ;
// `value`, `name = value`, `name: type = value`; that a name stands before `=` and `:` is checked afterwards, which
// keeps this decision, the most frequent one, at one token.
argument  : expr ( COLON type ( ASSIGN expr )? | ASSIGN expr )? ;
generator : FOR pattern IN expr ( IF expr )? ;
index     : UNDERSCORE | DOTDOT expr? | expr DOTDOT? ;

id : ID | LAYER | MODEL | LOSS | OPTIMIZER | COMMAND | TEST | ALONG | IN ;

hole : expr EOF ;
