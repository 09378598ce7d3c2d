/* doc/table and doc/flow: what a list looks like. Each row is a whole table and the lines wanted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/text.h"
#include "doc/table.h"

#define L MOON_ALIGN_LEFT
#define C MOON_ALIGN_CENTRE
#define R MOON_ALIGN_RIGHT

/* Cells are separated by "|", rows by line feeds; a row that begins with "=" is the total, "\\n" a line feed in
 * a cell. */
static const struct {
    const char *name;
    size_t width;
    bool utf8, colour;
    moon_align aligns[8];
    const char *titles, *rows, *want;
} tables[] = {
    {"ledger",
     0,
     true,
     false,
     {L, L, R},
     "Account|Title|Amount",
     "ACME|Platform fee|49.00\nB|Seats|1,108.00\n=Total||1,157.00",
     "Account  Title           Amount\n"
     "───────────────────────────────\n"
     "ACME     Platform fee     49.00\n"
     "B        Seats         1,108.00\n"
     "───────────────────────────────\n"
     "Total                  1,157.00\n"},
    {"ASCII", 0, false, false, {L, R}, "A|B", "x|1", "A  B\n----\nx  1\n"},
    {"empty", 0, true, false, {L, L}, "Account|Title", "", "Account  Title\n──────────────\n(none)\n"},
    {"empty with total",
     0,
     false,
     false,
     {L, R},
     "A|B",
     "=Total|0",
     "A      B\n--------\n(none)\n--------\nTotal  0\n"},
    {"no titles", 0, true, false, {L, R}, "|", "a|1\nbb|22", "a    1\nbb  22\n"},
    {"no titles, no rows", 0, true, false, {L, R}, "|", "", ""},
    {"centre", 0, false, false, {C, L}, "wide|x", "a|y", "wide  x\n-------\n a    y\n"},
    {"no spaces at line ends",
     0,
     false,
     false,
     {L, L, L},
     "A|B|C",
     "x||\n|y|",
     "A  B  C\n-------\nx\n   y\n"},
    {"wide characters",
     0,
     false,
     false,
     {L, R},
     "名前|B",
     "é|1\n日本|22",
     "名前   B\n--------\né      1\n日本  22\n"},
    {"combining marks", 0, false, false, {L, L}, "AB|C", "e\xCC\x81|x", "AB  C\n-----\ne\xCC\x81   x\n"},
    {"lines in a cell", 0, false, false, {L, R}, "A|B", "x\\ny|1", "A  B\n----\nx  1\ny\n"},
    {"controls",
     0,
     false,
     false,
     {L, L},
     "A|B",
     "\x1b[31mx\x07|y\tz\x7f\r",
     "A        B\n--------------\n\xEF\xBF\xBD[31mx\xEF\xBF\xBD  y z\xEF\xBF\xBD\xEF\xBF\xBD\n"},
    {"bidi override", 0, false, false, {L}, "A", "\xE2\x80\xAEx", "A\n--\n\xEF\xBF\xBDx\n"},
    {"not UTF-8", 0, false, false, {L}, "A", "\xFF\xC3x", "A\n---\n\xEF\xBF\xBD\xEF\xBF\xBDx\n"},
    {"colour",
     0,
     false,
     true,
     {L, R},
     "A|B",
     "x|1\n=T|2",
     "\x1b[1mA\x1b[0m  \x1b[1mB\x1b[0m\n\x1b[2m----\x1b[0m\nx  1\n\x1b[2m----\x1b[0m\n\x1b[1mT\x1b[0m  "
     "\x1b[1m2\x1b[0m\n"},
    {"fits exactly", 10, false, false, {L, R}, "Text|No", "abc de|1", "Text    No\n----------\nabc de   1\n"},
    {"wrapped",
     17,
     false,
     false,
     {L, R},
     "Text|Amount",
     "one two three four|1.00",
     "Text       Amount\n-----------------\none two      1.00\nthree\nfour\n"},
    {"the widest is wrapped first",
     22,
     false,
     false,
     {L, L, R},
     "A|B|C",
     "ab cd|aaa bbb ccc ddd|1.00",
     "A      B             C\n----------------------\nab cd  aaa bbb    1.00\n       ccc ddd\n"},
    {"words are broken last",
     14,
     false,
     false,
     {L, R},
     "A|B",
     "abcdefghijklmnop|1.00",
     "A            B\n--------------\nabcdefgh  1.00\nijklmnop\n"},
    {"numbers are never cut",
     8,
     false,
     false,
     {L, R},
     "A|B",
     "x|1,234,567.00",
     "A             B\n---------------\nx  1,234,567.00\n"},
    {"numbers with spaces",
     8,
     false,
     false,
     {L, R},
     "A|B",
     "x|1 234 567,00 EUR",
     "A                 B\n-------------------\nx  1 234 567,00 EUR\n"},
    {"dates and document numbers are never cut",
     12,
     false,
     false,
     {L, L},
     "A|B",
     "2026-11-30|INV-2026-00042",
     "A           B\n--------------------------\n2026-11-30  INV-2026-00042\n"},
    {"no-break space",
     9,
     false,
     false,
     {L, R},
     "A|B",
     "ab\xC2\xA0"
     "cd ef|1",
     "A       B\n---------\nab\xC2\xA0"
     "cd   1\nef\n"},
    {"wide characters wrapped",
     11,
     false,
     false,
     {L, R},
     "A|B",
     "日本語日本語|1",
     "A         B\n-----------\n日本語日  1\n本語\n"},
};

static size_t split(moon_arena *keep, const char *text, char sep, moon_str *pieces, size_t room) {
    moon_str rest = moon_str_of(text), piece;
    size_t count = 0;
    for (size_t from = 0; count < room; from += piece.len + 1) {
        size_t end = moon_str_find(rest, sep, from);
        piece = moon_arena_str(keep, moon_str_sub(rest, from, end));
        pieces[count++] = piece;
        if (end == rest.len) break;
    }
    return count;
}

static moon_str with_line_feeds(moon_str cell) {
    char *at = strstr((char *)(uintptr_t)cell.ptr, "\\n");
    if (!at) return cell;
    *at = '\n';
    memmove(at + 1, at + 2, strlen(at + 1));
    return (moon_str){cell.ptr, cell.len - 1};
}

static void build(moon_arena *keep, size_t at, moon_buf *out) {
    moon_str titles[8], lines[16], cells[8];
    moon_column columns[8];
    size_t count = split(keep, tables[at].titles, '|', titles, 8);
    for (size_t i = 0; i < count; i++) columns[i] = (moon_column){titles[i], tables[at].aligns[i]};
    moon_table *table = moon_table_new(keep, columns, count);
    size_t rows = tables[at].rows[0] ? split(keep, tables[at].rows, '\n', lines, 16) : 0;
    for (size_t row = 0; row < rows; row++) {
        bool total = lines[row].ptr[0] == '=';
        assert_int_equal(split(keep, lines[row].ptr + total, '|', cells, 8), count);
        for (size_t i = 0; i < count; i++) cells[i] = with_line_feeds(cells[i]);
        if (total)
            moon_table_total(table, cells);
        else
            moon_table_add(table, cells);
    }
    moon_terminal_style style = {tables[at].width, tables[at].colour, tables[at].utf8};
    moon_table_write(table, &style, out);
    if (tables[at].width == 0 && out->len > 0 && !tables[at].colour)
        assert_true(moon_table_width(table, &style) > 0);
}

static void test_tables(void **state) {
    int failed = 0;
    (void)state;
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        moon_arena keep = MOON_ARENA_EMPTY;
        moon_buf out = MOON_BUF_EMPTY;
        build(&keep, i, &out);
        if (!moon_str_is(moon_buf_str(&out), tables[i].want)) {
            failed++;
            print_error("%s: got\n%.*swant\n%s", tables[i].name, MOON_STR_ARG(moon_buf_str(&out)),
                        tables[i].want);
        }
        moon_buf_free(&out);
        moon_arena_free(&keep);
    }
    assert_int_equal(failed, 0);
}

/* Every width: no line is wider unless the columns that must stay whole make it so, and no character is lost. */
static void test_every_width(void **state) {
    static const moon_column columns[] = {{{"Name", 4}, L}, {{"Remark", 6}, L}, {{"Amount", 6}, R}};
    static const moon_str cells[] = {
        {"Acme Industries", 15}, {"first second third fourth", 25}, {"1,234.00", 8}};
    (void)state;
    for (size_t width = 1; width < 80; width++) {
        moon_arena keep = MOON_ARENA_EMPTY;
        moon_buf out = MOON_BUF_EMPTY;
        moon_table *table = moon_table_new(&keep, columns, 3);
        moon_table_add(table, cells);
        moon_terminal_style style = {width, false, true};
        moon_table_write(table, &style, &out);
        moon_str rest = moon_buf_str(&out), line;
        size_t widest = 0, letters = 0;
        while (moon_str_cut(&rest, '\n', &line))
            if (moon_text_width(line) > widest) widest = moon_text_width(line);
        for (size_t i = 0; i < out.len; i++) letters += out.ptr[i] > ' ' && out.ptr[i] < 0x7F;
        if (widest > width && widest > 8 + 2 + 8 + 2 + 8) fail_msg("width %zu: a line of %zu", width, widest);
        if (letters != 16 + 14 + 22 + 8) fail_msg("width %zu: %zu letters", width, letters);
        moon_buf_free(&out);
        moon_arena_free(&keep);
    }
}

static void test_many_rows(void **state) {
    static const moon_column columns[] = {{{"A", 1}, L}, {{"B", 1}, R}};
    static const moon_str cells[] = {{"a", 1}, {"1", 1}};
    moon_arena keep = MOON_ARENA_EMPTY;
    moon_buf out = MOON_BUF_EMPTY;
    moon_terminal_style style = {80, false, false};
    (void)state;
    moon_table *table = moon_table_new(&keep, columns, 2);
    for (int i = 0; i < 10000; i++) moon_table_add(table, cells);
    moon_table_write(table, &style, &out);
    assert_int_equal(out.len, 10002 * 5);
    moon_buf_free(&out);
    moon_arena_free(&keep);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_tables), cmocka_unit_test(test_every_width),
                                       cmocka_unit_test(test_many_rows)};
    return cmocka_run_group_tests_name("table", tests, NULL, NULL);
}
