/* doc/terminal: Markdown in, lines of a terminal out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/text.h"
#include "doc/markdown.h"
#include "doc/terminal.h"

#define V(index) "\xEE\x80\x80" index "\xEE\x80\x81"

static const moon_str values[] = {
    {"One\nTwo", 7}, {"\x1b]0;title\x07 \x1b[31mred\x1b[0m\r\x9B", 30}, {"*x* | <b>", 9}, {"\t", 1}};

static const struct {
    const char *name;
    size_t width;
    bool colour, utf8;
    const char *markdown, *want;
} rows[] = {
    {"nothing", 40, false, true, "", ""},
    {"paragraphs", 20, false, true, "one two three four five\nsix\n\nseven",
     "one two three four\nfive six\n\nseven\n"},
    {"open width", 0, false, true, "one two three four five six\nseven",
     "one two three four five six seven\n"},
    {"word wider than the terminal", 20, false, true, "abcdefghijklmnopqrstuvwxyz x",
     "abcdefghijklmnopqrst\nuvwxyz x\n"},
    {"headings", 40, false, true, "# One *two*\n## Three", "One two\n───────\n\nThree\n"},
    {"headings in ASCII", 40, false, false, "# One", "One\n---\n"},
    {"faces", 40, true, true, "# A\n\n**b** c *d*",
     "\x1b[1mA\x1b[0m\n\x1b[2m─\x1b[0m\n\n\x1b[1mb\x1b[0m c d\n"},
    {"face over a line end", 20, true, false, "**one two three four five**",
     "\x1b[1mone two three four\x1b[0m\n\x1b[1m"
     "five\x1b[0m\n"},
    {"lists", 30, false, true, "- one two three four five six seven\n- two\n  1. a\n  2. b",
     "• one two three four five six\n  seven\n• two\n  1. a\n  2. b\n"},
    {"loose list in ASCII", 30, false, false, "9. a\n\n10. b", "9. a\n\n10. b\n"},
    {"empty item", 30, false, false, "-\n- b", "-\n- b\n"},
    {"quote", 24, false, true, "> one two three four five\n>\n> six",
     "│ one two three four\n│ five\n│\n│ six\n"},
    {"code block", 12, false, true, "    a  long line of code\n\n    b\tc",
     "    a  long line of code\n\n    b c\n"},
    {"rule", 10, false, true, "a\n\n---\n\nb", "a\n\n──────────\n\nb\n"},
    {"links", 60, false, true,
     "[a](https://x.example) <https://y.example> <z@z.example> [b](#c) [d](mailto:d@x) [+1 2](tel:+12)",
     "a (https://x.example) https://y.example z@z.example b d\n(mailto:d@x) +1 2\n"},
    {"image", 60, false, true, "![Logo](data:image/png;base64,AAAA)", "Logo\n"},
    {"table", 30, false, true, "| Item | Amount |\n|---|--:|\n| **a** `b` | 1.00 |\n| " V("0") " | 2.00 |",
     "Item  Amount\n────────────\na b     1.00\nOne     2.00\nTwo\n"},
    {"table in a quote", 30, false, false, "> | a |\n> |---|\n> | 1 |", "| a\n| -\n| 1\n"},
    {"totals under the amounts", 40, false, false,
     "| Item | Amount |\n|---|--:|\n| something long | 1.00 |\n\n{.totals}\n| | |\n|---|--:|\n| Sum | 1.00 |",
     "Item            Amount\n----------------------\nsomething long    1.00\n\n             Sum  1.00\n"},
    {"totals alone", 40, false, false, "{.totals}\n| | |\n|---|--:|\n| Sum | 1.00 |", "Sum  1.00\n"},
    {"header and footer", 10, false, false, "{.page-footer}\nfoot\n\nbody\n\n{.page-header}\nhead",
     "head\n\nbody\n\n----------\nfoot\n"},
    {"dim footer", 4, true, false, "{.page-footer}\nfoot",
     "\x1b[2m----\x1b[0m\n\x1b[2m"
     "foot\x1b[0m\n"},
    {"escapes in a value", 60, false, true, V("1"),
     "\xEF\xBF\xBD]0;title\xEF\xBF\xBD \xEF\xBF\xBD[31mred\xEF\xBF\xBD[0m\xEF\xBF\xBD\xEF\xBF\xBD\n"},
    {"escapes in the layout", 60, false, true, "a\x1b[31m `\x1b[0m`", "a\xEF\xBF\xBD[31m \xEF\xBF\xBD[0m\n"},
    {"markup in a value", 60, false, true, V("2"), "*x* | <b>\n"},
    {"tab in a value", 60, false, true, "a" V("3") "b", "a b\n"},
};

static void test_rows(void **state) {
    int failed = 0;
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        moon_arena keep = MOON_ARENA_EMPTY;
        moon_buf out = MOON_BUF_EMPTY;
        moon_err err = {0};
        moon_doc *doc;
        moon_str used[4];
        for (size_t v = 0; v < 4; v++)
            used[v] = (moon_str){values[v].ptr, v == 1 ? strlen(values[v].ptr) : values[v].len};
        if (moon_markdown_parse(moon_str_of(rows[i].markdown), used, 4, &keep, &doc, &err) != MOON_OK)
            fail_msg("%s: %s", rows[i].name, err.text);
        moon_terminal_style style = {rows[i].width, rows[i].colour, rows[i].utf8};
        moon_terminal_write(doc, &style, &out);
        if (!moon_str_is(moon_buf_str(&out), rows[i].want)) {
            failed++;
            print_error("%s: got\n%.*swant\n%s", rows[i].name, MOON_STR_ARG(moon_buf_str(&out)),
                        rows[i].want);
        }
        moon_buf_free(&out);
        moon_arena_free(&keep);
    }
    assert_int_equal(failed, 0);
}

/* The sample documents: at 80 columns and above, no line is longer than the terminal is wide. */
static void test_samples(void **state) {
    static const char *const samples[] = {"tests/doc/invoice.md", "tests/doc/invoice_long.md",
                                          "tests/doc/statement.md"};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        moon_arena keep = MOON_ARENA_EMPTY;
        moon_err err = {0};
        moon_str markdown, rest, line;
        moon_doc *doc;
        if (moon_file_read(samples[i], MOON_RULE_FILE_MAX, &keep, &markdown, &err) != MOON_OK ||
            moon_markdown_parse(markdown, NULL, 0, &keep, &doc, &err) != MOON_OK)
            fail_msg("%s: %s", samples[i], err.text);
        for (size_t width = 84; width < 140; width += 7) {
            moon_buf out = MOON_BUF_EMPTY;
            moon_terminal_style style = {width, false, true};
            moon_terminal_write(doc, &style, &out);
            rest = moon_buf_str(&out);
            while (moon_str_cut(&rest, '\n', &line))
                if (moon_text_width(line) > width)
                    fail_msg("%s, width %zu: %.*s", samples[i], width, MOON_STR_ARG(line));
            moon_buf_free(&out);
        }
        moon_arena_free(&keep);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows), cmocka_unit_test(test_samples)};
    return cmocka_run_group_tests_name("terminal", tests, NULL, NULL);
}
