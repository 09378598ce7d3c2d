/* plugins/csv/scan: records and fields as places in a text, and which separator divides it.   Pure C, raises nothing.
 *
 * Units:  offsets and sizes are bytes of the text in UTF-8; lines and columns count from 1, columns in characters.
 * Bounds: each byte is passed a fixed number of times. A quoted field that nothing closes holds no odd run of quotes up
 *         to its limit, so that the next one that could be scanned in vain begins beyond it.
 * Source: RFC 4180, section 2; what it leaves open is in plugins/csv/README.md.
 * A header with bodies, because a plugin is compiled from one file. */
#ifndef CSV_SCAN_H
#define CSV_SCAN_H

#include <stdbool.h>
#include <string.h>

#include <lua.h>

#define CSV_QUOTED_BYTES_MAX (1024u * 1024u) /* between the quotes of one field */
#define CSV_QUOTED_LINES_MAX 1000u           /* lines that one quoted field may stand on */
#define CSV_SAMPLE_RECORDS 50u               /* looked at to find separator and line end */
#define NONE (-1)                            /* no separator, no quote */

typedef struct csv_reader {
    const unsigned char *text; /* UTF-8 without NUL and byte-order mark, kept by KEEP_TEXT */
    size_t size;
    size_t at;                 /* where the next line begins */
    lua_Integer line;          /* its number */
    size_t raw_begin, raw_end; /* the last record */
    bool raw;                  /* there is one */
    int columns;
    int separator, quote;
    bool ends[256];       /* bytes that end an unquoted field */
    lua_Integer warnings; /* all, also those that are not kept */
    size_t mark;          /* last place whose column was counted */
    lua_Integer mark_column;
} csv_reader;

typedef struct csv_field {
    size_t begin, end;  /* its text; of a quoted field, what is between the quotes */
    size_t next;        /* the separator, line end or end of text behind it */
    lua_Integer breaks; /* line ends inside */
    size_t line_begin;  /* where the line of the closing quote begins, if there are any */
    bool quoted, doubled;
    bool open; /* begins with a quote that nothing closes */
} csv_field;

typedef struct csv_sample {
    size_t fields;   /* of the first record */
    size_t agreeing; /* records that have as many */
    bool lf, crlf, cr;
} csv_sample;

/* The column of `at` in the line that begins at `line_begin`. Places come in ascending order, so that even one endless
 * line is counted through once. */
static lua_Integer column_at(csv_reader *r, size_t line_begin, size_t at) {
    if (r->mark < line_begin || r->mark > at || r->mark_column == 0) {
        r->mark = line_begin;
        r->mark_column = 1;
    }
    for (; r->mark < at; r->mark++) r->mark_column += (r->text[r->mark] & 0xC0) != 0x80;
    return r->mark_column;
}

static void set_separator(csv_reader *r, int separator) {
    memset(r->ends, 0, sizeof r->ends);
    r->ends['\r'] = r->ends['\n'] = true;
    if (separator != NONE) r->ends[separator] = true;
    r->separator = separator;
}

/* Behind the line end at `at`, or `at` where there is none. */
static size_t pass_line_end(const csv_reader *r, size_t at) {
    if (at < r->size && r->text[at] == '\r')
        at++, at += at < r->size && r->text[at] == '\n';
    else if (at < r->size && r->text[at] == '\n')
        at++;
    return at;
}

/* The quoted field at f->begin - 1; false if nothing closes it within the limits. */
static bool scan_quoted(const csv_reader *r, csv_field *f) {
    const unsigned char *text = r->text;
    size_t i = f->begin, limit = r->size - i > CSV_QUOTED_BYTES_MAX ? i + CSV_QUOTED_BYTES_MAX + 1 : r->size;
    while (i < limit) {
        unsigned char c = text[i];
        if (c == r->quote) {
            if (i + 1 >= r->size || text[i + 1] != r->quote) break;
            f->doubled = true;
            i += 2;
        } else if (c == '\r' || c == '\n') {
            i = f->line_begin = pass_line_end(r, i);
            if (++f->breaks >= (lua_Integer)CSV_QUOTED_LINES_MAX) return false;
        } else {
            i++;
        }
    }
    if (i >= limit) return false;
    f->quoted = true;
    f->end = i;
    for (i++; i < r->size && !r->ends[text[i]];) i++;
    f->next = i;
    return true;
}

static void scan_field(const csv_reader *r, size_t at, csv_field *f) {
    *f = (csv_field){.begin = at};
    if (at < r->size && r->text[at] == r->quote) {
        f->begin = at + 1;
        if (scan_quoted(r, f)) return;
        *f = (csv_field){.begin = at, .open = true};
    }
    while (at < r->size && !r->ends[r->text[at]]) at++;
    f->end = f->next = at;
}

static bool has_tail(const csv_field *f) { return f->quoted && f->end + 1 < f->next; }

/* To the next line that is not blank; false at the end of the text. */
static bool skip_blank(csv_reader *r) {
    for (;;) {
        size_t i = r->at;
        while (i < r->size && (r->text[i] == ' ' || r->text[i] == '\t') && r->text[i] != r->separator) i++;
        if (i < r->size && r->text[i] != '\r' && r->text[i] != '\n') return true;
        r->at = pass_line_end(r, i);
        if (r->at == i) return false;
        r->line++;
    }
}

/* Where field `number` of the record at `at` begins. */
static void find_field(csv_reader *r, size_t at, lua_Integer number, lua_Integer *line, lua_Integer *column) {
    size_t line_begin = at;
    csv_field f;
    for (lua_Integer i = 1; i < number; i++) {
        scan_field(r, at, &f);
        if (f.breaks) *line += f.breaks, line_begin = f.line_begin;
        at = f.next + 1;
    }
    *column = column_at(r, line_begin, at);
}

static void skip_lines(csv_reader *r, lua_Integer lines) {
    for (; lines > 0 && r->at < r->size; lines--, r->line++) {
        while (r->at < r->size && r->text[r->at] != '\r' && r->text[r->at] != '\n') r->at++;
        r->at = pass_line_end(r, r->at);
    }
}

static csv_sample take_sample(const csv_reader *r, int separator) {
    csv_reader probe = *r;
    csv_sample sample = {0};
    csv_field f;
    set_separator(&probe, separator);
    for (size_t record = 0; record < CSV_SAMPLE_RECORDS && skip_blank(&probe); record++) {
        size_t fields = 0, at = probe.at;
        for (;; at++) {
            scan_field(&probe, at, &f);
            fields++;
            at = f.next;
            if (at == probe.size || probe.text[at] != separator) break;
        }
        if (record == 0) sample.fields = fields;
        sample.agreeing += fields == sample.fields;
        probe.at = pass_line_end(&probe, at);
        if (probe.at == at + 2)
            sample.crlf = true;
        else if (probe.at == at + 1)
            *(probe.text[at] == '\r' ? &sample.cr : &sample.lf) = true;
    }
    return sample;
}

/* The separator that divides the first record, and as many further records as possible, into the same number of fields;
 * among equals the one that makes more fields, then the earlier of the four. NONE if the first record has none of them:
 * a table of one column, whatever stands in its text. */
static int find_separator(const csv_reader *r) {
    static const char candidates[] = ";,\t|";
    int found = NONE;
    csv_sample best = {.fields = 1};
    for (size_t i = 0; candidates[i]; i++) {
        if (candidates[i] == r->quote) continue;
        csv_sample sample = take_sample(r, candidates[i]);
        if (sample.fields < 2 || sample.agreeing < best.agreeing) continue;
        if (sample.agreeing == best.agreeing && sample.fields <= best.fields) continue;
        best = sample;
        found = candidates[i];
    }
    return found;
}

static const char *line_end_name(const csv_sample *sample) {
    if (sample->lf + sample->crlf + sample->cr > 1) return "mixed";
    return sample->lf ? "LF" : sample->crlf ? "CRLF" : sample->cr ? "CR" : "none";
}

#endif
