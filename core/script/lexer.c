#include "script/lexer.h"

/* The byte `ahead` of the current one, 0 behind the end. (A NUL in the source ends nothing: it is a symbol.) */
static char peek(const moon_lexer *x, size_t ahead) {
    return x->at + ahead < x->source.len ? x->source.ptr[x->at + ahead] : 0;
}
static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_hexadecimal(char c) { return is_digit(c) || ((c | 32) >= 'a' && (c | 32) <= 'f'); }
static bool is_letter(char c) { return ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '_'; }
static bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

/* At `[`: the number of `=` in a long bracket, or -1 if it is none. */
static int long_level(const moon_lexer *x) {
    size_t n = 1;
    while (peek(x, n) == '=') n++;
    return peek(x, n) == '[' ? (int)(n - 1) : -1;
}

static void skip_long(moon_lexer *x, int level) {
    size_t width = (size_t)level + 2;
    for (x->at += width; x->at < x->source.len; x->at++) {
        if (peek(x, 0) != ']') continue;
        size_t n = 1;
        while (peek(x, n) == '=') n++;
        if (peek(x, n) == ']' && n == width - 1) {
            x->at += width;
            return;
        }
    }
}

static void skip_comment(moon_lexer *x) {
    x->at += 2;
    int level = peek(x, 0) == '[' ? long_level(x) : -1;
    if (level >= 0) {
        skip_long(x, level);
        return;
    }
    while (x->at < x->source.len && peek(x, 0) != '\n' && peek(x, 0) != '\r') x->at++;
}

/* A line break in a quoted string is an error unless escaped, as by `\` or `\z`. */
static void skip_quoted(moon_lexer *x) {
    char quote = peek(x, 0);
    for (x->at++; x->at < x->source.len; x->at++) {
        char c = peek(x, 0);
        if (c == '\n' || c == '\r') return;
        if (c == quote) {
            x->at++;
            return;
        }
        if (c != '\\') continue;
        x->at++;
        if (peek(x, 0) == 'z') {
            while (is_space(peek(x, 1))) x->at++;
        } else if ((peek(x, 0) == '\r' && peek(x, 1) == '\n') || (peek(x, 0) == '\n' && peek(x, 1) == '\r')) {
            x->at++;
        }
    }
    if (x->at > x->source.len) x->at = x->source.len;
}

/* As Lua reads it (llex.c, read_numeral): greedily, to be judged later. */
static void skip_number(moon_lexer *x) {
    char exponent = 'e';
    if (peek(x, 0) == '0' && (peek(x, 1) | 32) == 'x') {
        exponent = 'p';
        x->at += 2;
    }
    while (x->at < x->source.len) {
        char c = peek(x, 0);
        if ((c | 32) == exponent) {
            x->at++;
            if (peek(x, 0) == '+' || peek(x, 0) == '-') x->at++;
        } else if (is_hexadecimal(c) || c == '.') {
            x->at++;
        } else {
            break;
        }
    }
    if (is_letter(peek(x, 0))) x->at++;
}

static void skip_symbol(moon_lexer *x) {
    static const char *const long_symbols[] = {"...", "..", "==", "~=", "<=", ">=", "//", "::", "<<", ">>"};
    for (size_t i = 0; i < sizeof long_symbols / sizeof *long_symbols; i++) {
        size_t len = strlen(long_symbols[i]);
        if (x->source.len - x->at >= len && memcmp(x->source.ptr + x->at, long_symbols[i], len) == 0) {
            x->at += len;
            return;
        }
    }
    x->at++;
}

static moon_token_kind skip_token(moon_lexer *x) {
    char c = peek(x, 0);
    if (is_space(c)) {
        while (x->at < x->source.len && is_space(peek(x, 0))) x->at++;
        return MOON_TOKEN_SPACE;
    }
    if (c == '-' && peek(x, 1) == '-') {
        skip_comment(x);
        return MOON_TOKEN_SPACE;
    }
    if (is_letter(c)) {
        while (is_letter(peek(x, 0)) || is_digit(peek(x, 0))) x->at++;
        return MOON_TOKEN_NAME;
    }
    if (is_digit(c) || (c == '.' && is_digit(peek(x, 1)))) {
        skip_number(x);
        return MOON_TOKEN_NUMBER;
    }
    if (c == '"' || c == '\'') {
        skip_quoted(x);
        return MOON_TOKEN_STRING;
    }
    if (c == '[' && long_level(x) >= 0) {
        skip_long(x, long_level(x));
        return MOON_TOKEN_STRING;
    }
    skip_symbol(x);
    return MOON_TOKEN_SYMBOL;
}

bool moon_lexer_next(moon_lexer *x, moon_token *out) {
    if (x->at >= x->source.len) return false;
    size_t from = x->at;
    int line = x->line;
    moon_token_kind kind = skip_token(x);
    if (x->at > x->source.len) x->at = x->source.len;
    for (size_t i = from; i < x->at; i++) x->line += x->source.ptr[i] == '\n';
    *out = (moon_token){kind, moon_str_sub(x->source, from, x->at), line};
    return true;
}
