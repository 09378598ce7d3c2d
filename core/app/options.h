/* app/options: options and arguments of a command line, by a table.          Floor 6.
 *
 * Options may stand before, between and after arguments, as "--as-of DATE", "--as-of=DATE" or "-o FILE"; "--"
 * ends them. Values are checked while reading, so that a command sees dates and amounts and never a malformed
 * one. */
#ifndef MOON_APP_OPTIONS_H
#define MOON_APP_OPTIONS_H

#include "base/arena.h"
#include "value/date.h"
#include "value/money.h"

typedef enum moon_option_kind {
    MOON_OPTION_FLAG,
    MOON_OPTION_TEXT,
    MOON_OPTION_DATE,
    MOON_OPTION_INT, /* a whole number from 0 */
    MOON_OPTION_DECIMAL,
    MOON_OPTION_CHOICE /* one of the words in `value`, separated by | */
} moon_option_kind;

typedef struct moon_option {
    const char *name; /* without the two hyphens */
    char letter;      /* its short form, or 0 */
    moon_option_kind kind;
    const char *value; /* what help calls its value: "DATE"; CHOICE: "table|csv|json" */
    const char *doc;
    bool repeated; /* may be given more than once */
} moon_option;

/* An option that was given. */
typedef struct moon_given {
    const moon_option *option;
    moon_str text; /* its value as it was given */
    moon_date date;
    int64_t integer; /* INT; CHOICE: which word, from 0 */
    moon_decimal decimal;
} moon_given;

typedef struct moon_options {
    moon_given *given;
    size_t given_count;
    moon_str *args; /* what is no option */
    size_t arg_count;
} moon_options;

/* Read argv[from..argc) by one or two tables (each ended by a NULL name; the second may be NULL). Texts borrow
 * from argv. MOON_E_USAGE naming the option, with the name that was meant where one is near. */
MOON_CHECK moon_status moon_options_read(const moon_option *first, const moon_option *second, int argc,
                                         char **argv, int from, moon_arena *keep, moon_options *out,
                                         moon_err *err);
/* The option of a table that an argument such as "-b" or "--book=x" names, or NULL. */
const moon_option *moon_option_find(const moon_option *table, const char *arg);

/* The last one given of this name, or NULL. */
const moon_given *moon_options_last(const moon_options *options, const char *name);

/* ---- arguments of the form field=value ---- */

typedef enum moon_compare {
    MOON_EQUAL,     /* = */
    MOON_DIFFERENT, /* != */
    MOON_LESS,      /* < */
    MOON_LESS_EQUAL,
    MOON_MORE,
    MOON_MORE_EQUAL,
    MOON_CONTAINS /* ~ */
} moon_compare;
typedef struct moon_pair {
    moon_str field;
    moon_compare compare;
    moon_str value;
} moon_pair;

/* Read one. `compared` allows the other signs than =. MOON_E_USAGE. */
MOON_CHECK moon_status moon_pair_read(moon_str arg, bool compared, moon_pair *out, moon_err *err);

#endif
