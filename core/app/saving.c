#include "app/saving.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define NAME_MAX_LEN 200

struct moon_saving {
    moon_app *app;
    FILE *file;
    moon_listing *listing;
    moon_arena arena;
    bool replace;
    int failed; /* errno of the first write that failed, or 0 */
    char name[NAME_MAX_LEN + 1], temporary[NAME_MAX_LEN + 32];
};

static moon_status check_name(moon_str file, moon_format *format, moon_err *err) {
    bool csv = moon_str_ends(file, MOON_STR(".csv")), json = moon_str_ends(file, MOON_STR(".json"));
    bool plain = file.len > 0 && file.len <= NAME_MAX_LEN && file.ptr[0] != '.' && file.ptr[0] != '-';
    for (size_t i = 0; i < file.len; i++)
        plain = plain && (unsigned char)file.ptr[i] > 32 && file.ptr[i] != '/';
    *format = csv ? MOON_FORMAT_CSV : MOON_FORMAT_JSON;
    if (plain && (csv || json)) return MOON_OK;
    moon_fail(err, MOON_E_SCRIPT_VALUE, "cannot save into \"%.*s\"", MOON_STR_ARG(file));
    return moon_err_hint(err, "a plain name in the current folder that ends with .csv or .json: open.csv");
}

static moon_status is_there(const moon_saving *s, moon_err *err) {
    moon_fail(err, MOON_E_SCRIPT_VALUE, "there is a file %s already", s->name);
    return moon_err_hint(err, "another name, or :save(\"%s\", { replace = true })", s->name);
}

static void write_text(void *ctx, moon_str text) {
    moon_saving *s = ctx;
    if (fwrite(text.ptr, 1, text.len, s->file) != text.len && !s->failed) s->failed = errno ? errno : EIO;
}

static moon_status open_file(moon_saving *s, moon_err *err) {
    if (!s->replace && access(s->name, F_OK) == 0) return is_there(s, err);
    snprintf(s->temporary, sizeof s->temporary, ".%s.%ld", s->name, (long)getpid());
    s->file = fopen(s->temporary, "wx");
    if (!s->file) return moon_fail_sys(err, MOON_E_IO, errno, "cannot write %s", s->name);
    return MOON_OK;
}

moon_status moon_saving_begin(moon_app *app, moon_str file, bool replace, const moon_heading *headings,
                              size_t count, moon_saving **out, moon_err *err) {
    moon_format format;
    MOON_TRY(check_name(file, &format, err));
    moon_saving *s = moon_malloc(sizeof *s);
    *s = (moon_saving){.app = app, .replace = replace};
    snprintf(s->name, sizeof s->name, "%.*s", MOON_STR_ARG(file));
    moon_status status = open_file(s, err);
    if (status != MOON_OK) {
        moon_saving_drop(s);
        return status;
    }
    moon_sink sink = {.keep = &s->arena, .format = format, .ctx = s, .write = write_text};
    s->listing = moon_listing_open(&sink, headings, count);
    *out = s;
    return MOON_OK;
}

void moon_saving_add(moon_saving *s, const moon_str *cells) { moon_listing_add(s->listing, cells); }

/* Onto the disk, and under its name: over another file only if that is wanted. */
static moon_status settle(moon_saving *s, moon_err *err) {
    MOON_TRY(moon_listing_end(s->listing, "", err));
    if (fflush(s->file) != 0 && !s->failed) s->failed = errno;
    if (fsync(fileno(s->file)) != 0 && !s->failed) s->failed = errno;
    if (s->failed) return moon_fail_sys(err, MOON_E_IO, s->failed, "cannot write %s", s->name);
    if (s->replace ? rename(s->temporary, s->name) == 0 : link(s->temporary, s->name) == 0) return MOON_OK;
    if (errno == EEXIST) return is_there(s, err);
    return moon_fail_sys(err, MOON_E_IO, errno, "cannot write %s", s->name);
}

moon_status moon_saving_end(moon_saving *s, bool tell, moon_err *err) {
    size_t rows = moon_listing_count(s->listing);
    moon_status status = settle(s, err);
    if (status == MOON_OK && tell)
        moon_app_print(s->app, "%s: %zu row%s\n", s->name, rows, rows == 1 ? "" : "s");
    moon_saving_drop(s);
    return status;
}

void moon_saving_drop(moon_saving *s) {
    if (!s) return;
    if (s->file) {
        fclose(s->file);
        unlink(s->temporary);
    }
    moon_arena_free(&s->arena);
    free(s);
}
