#include "app/complete.h"

#include "base/text.h"
#include "run/wire.h"

#define SHOWN 40 /* possibilities that are listed */
#define GAP 2

typedef struct candidates {
    const moon_arg *items;
    size_t count;
    size_t from; /* where the word begins, in the line */
} candidates;

static moon_str text_of(const candidates *c, size_t i) { return moon_arg_text_of(&c->items[i], "text"); }

/* What all of them begin with. */
static moon_str common(const candidates *c) {
    moon_str all = text_of(c, 0);
    for (size_t i = 1; i < c->count; i++) {
        moon_str other = text_of(c, i);
        size_t same = 0;
        while (same < all.len && same < other.len && all.ptr[same] == other.ptr[same]) same++;
        all.len = same;
    }
    return all;
}

/* As much of a text as fits, in columns. */
static size_t cut(moon_str text, size_t width) {
    size_t len = text.len;
    while (len > 0 && moon_text_width(moon_str_sub(text, 0, len)) > width) {
        len--;
        while (len > 0 && ((unsigned char)text.ptr[len] & 0xC0) == 0x80) len--;
    }
    return len;
}

static void list_them(moon_app *app, const candidates *c) {
    size_t widest = 0, window = app->style.width ? app->style.width : 80;
    size_t count = c->count < SHOWN ? c->count : SHOWN;
    for (size_t i = 0; i < count; i++) {
        size_t width = moon_text_width(text_of(c, i));
        if (width > widest) widest = width;
    }
    moon_app_print(app, "\n");
    for (size_t i = 0; i < count; i++) {
        moon_str text = text_of(c, i), doc = moon_arg_text_of(&c->items[i], "doc");
        size_t pad = widest - moon_text_width(text) + GAP;
        size_t room = window > widest + GAP + 1 ? window - widest - GAP - 1 : 0;
        moon_app_print(app, "%.*s", MOON_STR_ARG(text));
        if (doc.len) moon_app_print(app, "%*s%.*s", (int)pad, "", (int)cut(doc, room), doc.ptr);
        moon_app_print(app, "\n");
    }
    if (c->count > count) moon_app_print(app, "... %zu more\n", c->count - count);
    fflush(stdout);
}

/* Insert the rest of what is certain; true if there was something. */
static bool insert(EditLine *edit, const candidates *c, moon_str written) {
    moon_str all = common(c);
    char rest[512];
    if (all.len <= written.len || all.len - written.len >= sizeof rest - 2) return false;
    int len = snprintf(rest, sizeof rest, "%.*s", (int)(all.len - written.len), all.ptr + written.len);
    if (len <= 0) return false;
    return el_insertstr(edit, rest) == 0;
}

static bool find(moon_session *session, moon_str text, moon_arena *keep, candidates *out) {
    moon_err err;
    moon_arg found;
    if (moon_session_complete(session, text, keep, &found, &err) != MOON_OK) return false;
    moon_arg items = moon_arg_get(&found, "items");
    int64_t from = moon_arg_int_of(&found, "from", 0);
    if (items.kind != MOON_ARG_LIST || items.list.count == 0 || from < 1 || (size_t)from > text.len + 1)
        return false;
    *out = (candidates){items.list.items, items.list.count, (size_t)from - 1};
    return true;
}

bool moon_complete(moon_app *app, moon_session *session, EditLine *edit, moon_str before) {
    const LineInfo *line = el_line(edit);
    moon_arena keep = MOON_ARENA_EMPTY;
    moon_buf text = MOON_BUF_EMPTY;
    candidates c;
    bool listed = false;
    moon_buf_add_str(&text, before);
    moon_buf_add(&text, line->buffer, (size_t)(line->cursor - line->buffer));
    if (find(session, moon_buf_str(&text), &keep, &c)) {
        moon_str written = moon_str_sub(moon_buf_str(&text), c.from, text.len);
        if (!insert(edit, &c, written) && c.count > 1) {
            list_them(app, &c);
            listed = true;
        }
    } else {
        el_beep(edit);
    }
    moon_buf_free(&text);
    moon_arena_free(&keep);
    return listed;
}
