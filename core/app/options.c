#include "app/options.h"

#include "script/near.h"

/* ---- finding ---- */

const moon_option *moon_option_find(const moon_option *table, const char *arg) {
    if (!table || arg[0] != '-') return NULL;
    for (const moon_option *o = table; o->name; o++) {
        if (arg[1] != '-') {
            if (o->letter && arg[1] == o->letter) return o;
            continue;
        }
        size_t len = strcspn(arg + 2, "=");
        if (strlen(o->name) == len && memcmp(o->name, arg + 2, len) == 0) return o;
    }
    return NULL;
}

const moon_given *moon_options_last(const moon_options *options, const char *name) {
    const moon_given *last = NULL;
    for (size_t k = 0; k < options->given_count; k++)
        if (strcmp(options->given[k].option->name, name) == 0) last = &options->given[k];
    return last;
}

static moon_status unknown(const moon_option *first, const moon_option *second, const char *arg,
                           moon_err *err) {
    moon_str name = arg[1] == '-' ? (moon_str){arg + 2, strcspn(arg + 2, "=")} : moon_str_of(arg + 1);
    moon_near near = moon_near_begin(name);
    const moon_option *tables[] = {first, second};
    for (size_t t = 0; t < 2; t++)
        for (const moon_option *o = tables[t]; o && o->name; o++) moon_near_try(&near, moon_str_of(o->name));
    moon_fail(err, MOON_E_USAGE, "there is no option %.*s", (int)strcspn(arg, "="), arg);
    if (near.best.len) moon_err_hint(err, "did you mean --%.*s?", MOON_STR_ARG(near.best));
    return err->code;
}

/* ---- values ---- */

static moon_status wanted(const moon_option *o, const char *what, moon_str found, moon_err *err) {
    return moon_fail(err, MOON_E_USAGE, "--%s wants %s, found \"%.*s\"", o->name, what, MOON_STR_ARG(found));
}

static moon_status read_choice(moon_given *given, moon_err *err) {
    moon_str rest = moon_str_of(given->option->value), word;
    for (int64_t i = 0; moon_str_cut(&rest, '|', &word); i++)
        if (moon_str_eq(word, given->text)) {
            given->integer = i;
            return MOON_OK;
        }
    char what[160];
    snprintf(what, sizeof what, "one of %s", given->option->value);
    return wanted(given->option, what, given->text, err);
}

static moon_status read_value(moon_given *given, moon_err *err) {
    const moon_option *o = given->option;
    moon_err why;
    switch (o->kind) {
    case MOON_OPTION_FLAG:
    case MOON_OPTION_TEXT: return MOON_OK;
    case MOON_OPTION_DATE:
        if (moon_date_parse(given->text, &given->date, &why) == MOON_OK) return MOON_OK;
        return wanted(o, "a date such as 2026-11-30", given->text, err);
    case MOON_OPTION_INT:
        if (moon_decimal_parse(given->text, &given->decimal, &why) == MOON_OK &&
            moon_decimal_to_int(given->decimal, &given->integer, &why) == MOON_OK && given->integer >= 0)
            return MOON_OK;
        return wanted(o, "a whole number", given->text, err);
    case MOON_OPTION_DECIMAL:
        if (moon_decimal_parse(given->text, &given->decimal, &why) == MOON_OK) return MOON_OK;
        return wanted(o, "a number such as 1234.50", given->text, err);
    case MOON_OPTION_CHOICE: return read_choice(given, err);
    }
    return MOON_OK;
}

/* The value of argv[*i]: behind "=", directly behind the letter, or the next argument. */
static moon_status find_value(const moon_option *o, int argc, char **argv, int *i, moon_str *text,
                              moon_err *err) {
    const char *arg = argv[*i];
    const char *equals = arg[1] == '-' ? strchr(arg, '=') : NULL;
    *text = MOON_STR_NONE;
    if (o->kind == MOON_OPTION_FLAG) {
        if (equals) return moon_fail(err, MOON_E_USAGE, "--%s takes no value", o->name);
        if (arg[1] != '-' && arg[2]) return moon_fail(err, MOON_E_USAGE, "write %s apart", arg);
        return MOON_OK;
    }
    if (equals)
        *text = moon_str_of(equals + 1);
    else if (arg[1] != '-' && arg[2])
        *text = moon_str_of(arg + 2);
    else if (*i + 1 < argc)
        *text = moon_str_of(argv[++*i]);
    else
        return moon_fail(err, MOON_E_USAGE, "--%s wants a value: --%s %s", o->name, o->name, o->value);
    return MOON_OK;
}

/* "-5" is an argument, and so is "-" alone. */
static bool is_option(const char *arg) {
    return arg[0] == '-' && arg[1] && !(arg[1] >= '0' && arg[1] <= '9') && arg[1] != '.';
}

moon_status moon_options_read(const moon_option *first, const moon_option *second, int argc, char **argv,
                              int from, moon_arena *keep, moon_options *out, moon_err *err) {
    moon_options made = {.given = MOON_NEW_N(keep, moon_given, (size_t)argc + 1),
                         .args = MOON_NEW_N(keep, moon_str, (size_t)argc + 1)};
    bool ended = false;
    for (int i = from; i < argc; i++) {
        if (ended || !is_option(argv[i])) {
            made.args[made.arg_count++] = moon_str_of(argv[i]);
            continue;
        }
        if (strcmp(argv[i], "--") == 0) {
            ended = true;
            continue;
        }
        const moon_option *o = moon_option_find(first, argv[i]);
        if (!o) o = moon_option_find(second, argv[i]);
        if (!o) return unknown(first, second, argv[i], err);
        if (!o->repeated && o->kind != MOON_OPTION_FLAG && moon_options_last(&made, o->name))
            return moon_fail(err, MOON_E_USAGE, "--%s is given twice", o->name);
        moon_given *given = &made.given[made.given_count];
        *given = (moon_given){.option = o, .date = MOON_DATE_NONE};
        MOON_TRY(find_value(o, argc, argv, &i, &given->text, err));
        MOON_TRY(read_value(given, err));
        made.given_count++;
    }
    *out = made;
    return MOON_OK;
}

/* ---- pairs ---- */

moon_status moon_pair_read(moon_str arg, bool compared, moon_pair *out, moon_err *err) {
    static const struct {
        const char *sign;
        moon_compare compare;
    } signs[] = {{"!=", MOON_DIFFERENT}, {"<=", MOON_LESS_EQUAL}, {">=", MOON_MORE_EQUAL}, {"=", MOON_EQUAL},
                 {"<", MOON_LESS},       {">", MOON_MORE},        {"~", MOON_CONTAINS}};
    size_t at = 0;
    while (at < arg.len && !strchr(compared ? "=!<>~" : "=", arg.ptr[at])) at++;
    for (size_t i = 0; at > 0 && at < arg.len && i < sizeof signs / sizeof *signs; i++) {
        moon_str sign = moon_str_of(signs[i].sign);
        if (!moon_str_starts(moon_str_sub(arg, at, arg.len), sign)) continue;
        *out = (moon_pair){moon_str_sub(arg, 0, at), signs[i].compare,
                           moon_str_sub(arg, at + sign.len, arg.len)};
        return MOON_OK;
    }
    moon_fail(err, MOON_E_USAGE, "expected field=value, found \"%.*s\"", MOON_STR_ARG(arg));
    if (compared) return moon_err_hint(err, "compare with = != < <= > >= or ~ (contains)");
    return err->code;
}
