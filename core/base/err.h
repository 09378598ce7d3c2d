/* base/err: status codes and the report that goes with a failure.          Floor 0.
 *
 * A fallible function returns moon_status and takes, last, a moon_err of its caller's. On failure its outputs are
 * untouched and the moon_err says what, where, in which context, and what to do. Reporting never allocates.
 * A bug (a caller broke a function's contract) is moon_assert, on in release builds; no script and no file may
 * be able to trip one. Running out of memory ends the process (moon_out_of_memory): nothing but a commit changes
 * a book, and a commit is atomic, so ending is always safe. */
#ifndef MOON_BASE_ERR_H
#define MOON_BASE_ERR_H

#include <stddef.h>
#include <stdio.h>

typedef enum moon_status {
    MOON_OK = 0,
#define MOON_CODE(symbol, name, class, hint) MOON_E_##symbol,
#include "base/codes.def"
#undef MOON_CODE
    MOON_STATUS_COUNT
} moon_status;

typedef enum moon_err_class {
    MOON_CLASS_NONE,
    MOON_CLASS_REFUSED,
    MOON_CLASS_USAGE,
    MOON_CLASS_DAMAGED
} moon_err_class;

typedef struct moon_err {
    moon_status code;
    int sys;           /* errno or LMDB's own code, 0 if none */
    int line;          /* line in the file named by `place`, 0 if none */
    char place[256];   /* file, command or record, without the line */
    char text[512];    /* what was found and what was expected */
    char source[200];  /* the source line at fault, "" if none */
    char context[256]; /* account, charge, period …, "" if none */
    char hint[256];    /* what to do, "" for the code's own */
} moon_err;

#define MOON_CHECK __attribute__((warn_unused_result))
#define MOON_PRINTF(f, a) __attribute__((format(printf, f, a)))

/* Return from the calling function if `expr` fails. The moon_err has been filled by then. */
#define MOON_TRY(expr)                                                                                       \
    do {                                                                                                     \
        moon_status moon_try_status = (expr);                                                                \
        if (moon_try_status != MOON_OK) return moon_try_status;                                              \
    } while (0)

/* Fill `err` with a code and a message, clearing the rest. Returns `code`, so that a function can
 * `return moon_fail(err, ...)`. The text is cut at the size of its field, at a character boundary. */
moon_status moon_fail(moon_err *err, moon_status code, const char *fmt, ...) MOON_PRINTF(3, 4);

/* Like moon_fail, for a failed system call: appends what `sys` (an errno) means, and turns ENOSPC and EDQUOT into
 * MOON_E_DISK_FULL, EROFS, EACCES and EPERM into MOON_E_READ_ONLY when `code` is MOON_E_IO. */
moon_status moon_fail_sys(moon_err *err, moon_status code, int sys, const char *fmt, ...) MOON_PRINTF(4, 5);

/* Add to a filled `err` while unwinding; an empty field is set, one that is set stays (the innermost place wins).
 * Context is appended, outermost last. Each returns err->code. */
moon_status moon_err_at(moon_err *err, const char *place, int line);
moon_status moon_err_context(moon_err *err, const char *fmt, ...) MOON_PRINTF(2, 3);
moon_status moon_err_hint(moon_err *err, const char *fmt, ...) MOON_PRINTF(2, 3);

/* The name of a code ("money.currency_mismatch"), its default hint, its class. Valid for ever. */
const char *moon_status_name(moon_status code);
const char *moon_status_hint(moon_status code);
moon_err_class moon_status_class(moon_status code);
/* The code with this name, or MOON_STATUS_COUNT. */
moon_status moon_status_by_name(const char *name);

/* Print in the form of README's "Errors": place, code, text, source line, context, hint. */
void moon_err_print(FILE *out, const moon_err *err);

/* A condition that only a defect of moonbill can break. On in release. Prints and aborts. */
#define moon_assert(cond) ((cond) ? (void)0 : moon_assert_failed(#cond, __FILE__, __LINE__))
_Noreturn void moon_assert_failed(const char *cond, const char *file, int line);
_Noreturn void moon_out_of_memory(size_t wanted);

#endif
