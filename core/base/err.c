#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

static const struct {
    const char *name;
    moon_err_class class;
    const char *hint;
} codes[MOON_STATUS_COUNT] = {
    [MOON_OK] = {"ok", MOON_CLASS_NONE, ""},
#define MOON_CODE(symbol, name, class, hint) [MOON_E_##symbol] = {name, MOON_CLASS_##class, hint},
#include "base/codes.def"
#undef MOON_CODE
};

/* Cut `text` back to a whole UTF-8 character when vsnprintf had to cut it. */
static void trim_partial_char(char *text, size_t size, int wanted) {
    if (wanted < 0 || (size_t)wanted < size) return;
    size_t len = strlen(text);
    while (len > 0 && ((unsigned char)text[len - 1] & 0xC0) == 0x80) len--;
    if (len > 0 && (unsigned char)text[len - 1] >= 0xC0) len--;
    text[len] = 0;
}

static void format(char *out, size_t size, const char *fmt, va_list args) {
    int wanted = vsnprintf(out, size, fmt, args);
    trim_partial_char(out, size, wanted);
    moon_text_repair(out); /* it is kept on the work list */
}

static void reset(moon_err *err, moon_status code) {
    memset(err, 0, sizeof *err);
    err->code = code;
}

moon_status moon_fail(moon_err *err, moon_status code, const char *fmt, ...) {
    moon_err made;
    va_list args;
    reset(&made, code);
    va_start(args, fmt);
    format(made.text, sizeof made.text, fmt, args);
    va_end(args);
    *err = made;
    return code;
}

moon_status moon_fail_sys(moon_err *err, moon_status code, int sys, const char *fmt, ...) {
    moon_err made;
    va_list args;
    if (code == MOON_E_IO) {
        if (sys == ENOSPC || sys == EDQUOT) code = MOON_E_DISK_FULL;
        if (sys == EROFS || sys == EACCES || sys == EPERM) code = MOON_E_READ_ONLY;
    }
    reset(&made, code);
    made.sys = sys;
    va_start(args, fmt);
    format(made.text, sizeof made.text, fmt, args);
    va_end(args);
    size_t len = strlen(made.text);
    snprintf(made.text + len, sizeof made.text - len, ": %s", strerror(sys));
    *err = made;
    return code;
}

moon_status moon_err_at(moon_err *err, const char *place, int line) {
    if (!err->place[0]) {
        snprintf(err->place, sizeof err->place, "%s", place);
        moon_text_repair(err->place);
        err->line = line;
    }
    return err->code;
}

moon_status moon_err_context(moon_err *err, const char *fmt, ...) {
    va_list args;
    size_t len = strlen(err->context);
    if (len > 0 && len + 2 < sizeof err->context) {
        memcpy(err->context + len, ", ", 3);
        len += 2;
    }
    va_start(args, fmt);
    format(err->context + len, sizeof err->context - len, fmt, args);
    va_end(args);
    return err->code;
}

moon_status moon_err_hint(moon_err *err, const char *fmt, ...) {
    va_list args;
    if (err->hint[0]) return err->code;
    va_start(args, fmt);
    format(err->hint, sizeof err->hint, fmt, args);
    va_end(args);
    return err->code;
}

const char *moon_status_name(moon_status code) { return codes[code].name; }
const char *moon_status_hint(moon_status code) { return codes[code].hint; }
moon_err_class moon_status_class(moon_status code) { return codes[code].class; }

moon_status moon_status_by_name(const char *name) {
    int code = 0;
    while (code < MOON_STATUS_COUNT && strcmp(codes[code].name, name) != 0) code++;
    return (moon_status)code;
}

/* Messages quote files and rules, which may hold what a terminal obeys: controls and overrides of direction
 * are shown as '?'. */
static void print_plain(FILE *out, const char *text) {
    moon_str rest = moon_str_of(text);
    while (rest.len > 0) {
        moon_str before = rest;
        uint32_t ch = 0;
        bool good = moon_text_next(&rest, &ch) && !moon_text_is_control(ch) && ch != '\n';
        if (rest.len == before.len) rest = moon_str_sub(rest, 1, rest.len);
        if (good)
            fwrite(before.ptr, 1, before.len - rest.len, out);
        else
            fputc(ch == '\n' ? ' ' : '?', out);
    }
}

void moon_err_print(FILE *out, const moon_err *err) {
    const char *hint = err->hint[0] ? err->hint : moon_status_hint(err->code);
    if (err->place[0]) {
        print_plain(out, err->place);
        if (err->line > 0) fprintf(out, ":%d", err->line);
        fputs(": ", out);
    }
    fprintf(out, "error[%s]: ", moon_status_name(err->code));
    print_plain(out, err->text);
    fputc('\n', out);
    if (err->source[0]) {
        fprintf(out, "  %d | ", err->line);
        print_plain(out, err->source);
        fputc('\n', out);
    }
    if (err->context[0]) {
        fputs("  ", out);
        print_plain(out, err->context);
        fputc('\n', out);
    }
    if (hint[0]) {
        fputs("  hint: ", out);
        print_plain(out, hint);
        fputc('\n', out);
    }
}

void moon_assert_failed(const char *cond, const char *file, int line) {
    fprintf(stderr,
            "moonbill: defect at %s:%d: %s\n  the book is as the last commit left it; please report this\n",
            file, line, cond);
    abort();
}

/* Written with plain write(): stdio may itself need memory. */
void moon_out_of_memory(size_t wanted) {
    static const char text[] =
        "error[out_of_memory]: the machine has no memory left for moonbill\n"
        "  hint: the book is as the last commit left it; free memory and run the command again\n";
    (void)wanted;
    ssize_t written = write(STDERR_FILENO, text, sizeof text - 1);
    (void)written;
    _exit(3);
}
