/* Any bytes as a layout, with hostile values (the layout's own bytes among them): no crash, and neither a page
 * nor a terminal ever gets a script or a control character. Open the sentinels of the corpus with an editor
 * that shows U+E000. */
#include <stdint.h>
#include <stdlib.h>

#include "base/text.h"
#include "doc/html.h"
#include "doc/markdown.h"
#include "doc/terminal.h"

#define OPEN "\xEE\x80\x80"
#define CLOSE "\xEE\x80\x81"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds, const char *what) {
    if (holds) return;
    fprintf(stderr, "markdown_fuzz: %s\n", what);
    abort();
}

static void check_text(moon_str text) {
    uint32_t ch;
    require(moon_text_invalid_at(text) == text.len, "output is not UTF-8");
    while (moon_text_next(&text, &ch))
        require(!moon_text_is_control(ch), "a control character in the output");
}

static void check_html(const moon_doc *doc, moon_str title) {
    moon_buf out = MOON_BUF_EMPTY;
    moon_html_write(doc, title, title, MOON_STR("p{}"), &out);
    check_text(moon_buf_str(&out));
    require(!memmem(out.ptr, out.len, "<script", 7), "a script in the page");
    require(!memmem(out.ptr, out.len, "href=\"javascript:", 17), "a script link in the page");
    moon_buf_free(&out);
}

static void check_terminal(const moon_doc *doc, size_t width) {
    moon_buf out = MOON_BUF_EMPTY;
    moon_terminal_style style = {width, false, width % 2 == 0};
    moon_terminal_write(doc, &style, &out);
    check_text(moon_buf_str(&out));
    require(!memchr(out.len ? out.ptr : "", '\t', out.len), "a tab on the terminal");
    moon_buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const char own_mark[] = OPEN "0" CLOSE " \x1b[31m\xE2\x80\xAE\xFF\r\n\t";
    static const char *const fixed[] = {"<script>alert(1)</script>\n| a |\n|---|", "javascript:alert(1)",
                                        own_mark, "", "https://x.example/?a=\"'<>&"};
    moon_str values[6], input = {(const char *)data, size};
    moon_arena keep = MOON_ARENA_EMPTY;
    moon_err err = {0};
    moon_doc *doc = NULL;
    for (size_t i = 0; i < 5; i++) values[i] = moon_str_of(fixed[i]);
    values[5] = input;
    if (moon_markdown_parse(input, values, 6, &keep, &doc, &err) == MOON_OK) {
        check_html(doc, input);
        check_terminal(doc, 0);
        check_terminal(doc, 1 + size % 90);
    } else {
        require(doc == NULL && err.code != MOON_OK && err.text[0], "a failure without a report");
    }
    moon_arena_free(&keep);
    return 0;
}
