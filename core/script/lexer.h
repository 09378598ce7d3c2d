/* script/lexer: the tokens of Lua 5.4, no more than the loader needs.       Floor 4, pure.
 *
 * Every byte of the source is in exactly one token, in order; white space and comments are tokens too. Never
 * fails: a string or comment without an end runs to the end of its line or of the source. Source: Lua 5.4
 * manual, 3.1. */
#ifndef MOON_SCRIPT_LEXER_H
#define MOON_SCRIPT_LEXER_H

#include "base/str.h"

typedef enum moon_token_kind {
    MOON_TOKEN_SPACE, /* white space or a comment */
    MOON_TOKEN_NAME,  /* also keywords */
    MOON_TOKEN_NUMBER,
    MOON_TOKEN_STRING,
    MOON_TOKEN_SYMBOL /* an operator or punctuation, as long as Lua takes it; or a byte that Lua does not know */
} moon_token_kind;

typedef struct moon_token {
    moon_token_kind kind;
    moon_str text;
    int line; /* on which it begins, from 1 */
} moon_token;

typedef struct moon_lexer {
    moon_str source;
    size_t at;
    int line;
} moon_lexer;

static inline moon_lexer moon_lexer_begin(moon_str source) { return (moon_lexer){source, 0, 1}; }
/* The next token; false at the end. */
bool moon_lexer_next(moon_lexer *lexer, moon_token *out);

#endif
