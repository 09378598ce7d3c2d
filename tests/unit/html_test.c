/* doc/html: Markdown in, what stands in <body> out; and what must never stand anywhere in a page. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/text.h"
#include "doc/html.h"
#include "doc/markdown.h"

#define V(index) "\xEE\x80\x80" index "\xEE\x80\x81"

/* What customers might send. Every one is put into every place of `places` below. */
static const char *const attacks[] = {
    "<script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "\"><svg onload=alert(1)>",
    "' onmouseover='alert(1)",
    "\" onmouseover=\"alert(1)",
    "javascript:alert(1)",
    "JAVASCRIPT:alert(1)",
    " javascript:alert(1)",
    "java\nscript:alert(1)",
    "java\tscript:alert(1)",
    "\x01javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "data:image/svg+xml,<svg onload=alert(1)>",
    "vbscript:x",
    "](javascript:alert(1))",
    "[x](javascript:alert(1))",
    "![x](http://x.example/track.gif)",
    "a | b | c\n|---|---|\n<b>",
    "\n\n# heading\n\n- list",
    "`code` **bold** _i_ \\ &lt;script&gt; &#60;script&#62;",
    "{.page-footer}",
    V("0"),
    "\xEE\x80\x80",
    "\x1b[2J\x07\x7f\xC2\x9B",
    "\xE2\x80\xAEgnp.exe",
    "\xFF\xFE<script>",
    "http://x.example/\"><script>alert(1)</script>",
    "//x.example/a b",
};
static const char *const places[] = {V("0"),
                                     "# " V("0"),
                                     "- " V("0") "\n- b",
                                     "> " V("0"),
                                     "    " V("0"),
                                     "`" V("0") "`",
                                     "```"
                                     "\n" V("0") "\n```",
                                     "*" V("0") "* **" V("0") "**",
                                     "[" V("0") "](" V("0") " \"" V("0") "\")",
                                     "[a](http://x.example/" V("0") "?q=" V("0") ")",
                                     "[a](" V("0") ")",
                                     "![" V("0") "](" V("0") " \"" V("0") "\")",
                                     "![a](data:image/png;base64," V("0") ")",
                                     "<https://x.example/" V("0") ">",
                                     "| a | " V("0") " |\n|---|--:|\n| " V("0") " | `" V("0") "` |",
                                     "{.address}\n" V("0"),
                                     "\\" V("0") "\\",
                                     "[a]\n\n[a]: " V("0") " '" V("0") "'",
                                     "&" V("0") ";",
                                     "<" V("0") ">"};

static void write_page(moon_str markdown, const moon_str *values, size_t count, moon_str text,
                       moon_buf *out) {
    moon_arena keep = MOON_ARENA_EMPTY;
    moon_err err = {0};
    moon_doc *doc;
    if (moon_markdown_parse(markdown, values, count, &keep, &doc, &err) != MOON_OK)
        fail_msg("%.*s: %s", MOON_STR_ARG(markdown), err.text);
    moon_html_write(doc, text, MOON_STR("en"), MOON_STR("p { color: red }\n"), out);
    moon_arena_free(&keep);
}

/* The tags of the page, one after another; everything a tag may look like is in `allowed`. */
static const char *bad_tag(moon_str page) {
    static const char *const allowed[] = {
        "!DOCTYPE html", "html",   "head",  "meta",  "title",  "style", "body", "header",
        "main",          "footer", "h1",    "h2",    "p",      "ul",    "ol",   "li",
        "blockquote",    "pre",    "code",  "em",    "strong", "a",     "img",  "br",
        "div",           "table",  "thead", "tbody", "tr",     "th",    "td",   "hr"};
    static const char *const attributes[] = {"lang",  "charset", "http-equiv", "content", "name",
                                             "class", "href",    "title",      "rel",     "src",
                                             "alt",   "scope",   "start"};
    for (size_t at = 0; (at = moon_str_find(page, '<', at)) < page.len; at++) {
        size_t end = moon_str_find(page, '>', at), name = at + 1 + (page.ptr[at + 1] == '/');
        moon_str tag = moon_str_sub(page, name, end);
        bool good = moon_str_is(tag, allowed[0]);
        size_t stop = moon_str_find(tag, ' ', 0);
        for (size_t i = 1; i < sizeof allowed / sizeof *allowed; i++)
            good = good || moon_str_is(moon_str_sub(tag, 0, stop), allowed[i]);
        while (good && !moon_str_is(tag, allowed[0]) && stop < tag.len) {
            size_t equals = moon_str_find(tag, '=', stop);
            if (equals + 1 >= tag.len || tag.ptr[equals + 1] != '"') return "an attribute without quotes";
            moon_str attribute = moon_str_sub(tag, stop + 1, equals);
            good = false;
            for (size_t i = 0; i < sizeof attributes / sizeof *attributes; i++)
                good = good || moon_str_is(attribute, attributes[i]);
            stop = moon_str_find(tag, '"', equals + 2) + 1;
        }
        if (!good) return "a tag or attribute that moonbill does not write";
    }
    return NULL;
}

/* Every value of the attribute `opening` (such as href=") is one that `allowed` lets through. */
static bool all_urls(moon_str page, const char *opening, bool (*allowed)(moon_str)) {
    size_t len = strlen(opening);
    for (size_t at = 0; at + len <= page.len; at++) {
        if (memcmp(page.ptr + at, opening, len) != 0) continue;
        if (!allowed(moon_str_sub(page, at + len, moon_str_find(page, '"', at + len)))) return false;
    }
    return true;
}

static const char *bad_page(moon_str page) {
    if (memmem(page.ptr, page.len, "<script", 7)) return "a script";
    if (!all_urls(page, " href=\"", moon_url_is_link)) return "a link that is not allowed";
    if (!all_urls(page, " src=\"", moon_url_is_image)) return "an image that is not allowed";
    if (moon_text_invalid_at(page) < page.len) return "not UTF-8";
    uint32_t ch;
    for (moon_str rest = page; moon_text_next(&rest, &ch);)
        if (moon_text_is_control(ch)) return "a control character";
    return bad_tag(page);
}

static void test_attacks(void **state) {
    (void)state;
    for (size_t p = 0; p < sizeof places / sizeof *places; p++) {
        for (size_t a = 0; a < sizeof attacks / sizeof *attacks; a++) {
            moon_buf out = MOON_BUF_EMPTY;
            moon_str value = moon_str_of(attacks[a]);
            write_page(moon_str_of(places[p]), &value, 1, value, &out);
            const char *why = bad_page(moon_buf_str(&out));
            if (why)
                fail_msg("place %zu \"%s\", attack %zu \"%s\": %s\n%.*s", p, places[p], a, attacks[a], why,
                         MOON_STR_ARG(moon_buf_str(&out)));
            moon_buf_free(&out);
        }
    }
}

static const struct {
    const char *name, *markdown, *want; /* want: what stands in <body> */
} rows[] = {
    {"nothing", "", ""},
    {"text", "a & \"b\" 'c' \\< > `<d>`",
     "<main>\n<p>a &amp; &quot;b&quot; &#39;c&#39; &lt; &gt; <code>&lt;d&gt;</code></p>\n</main>\n"},
    {"formatting", "*a* **b**\nc\\\nd", "<main>\n<p><em>a</em> <strong>b</strong>\nc<br>\nd</p>\n</main>\n"},
    {"headings", "# a\n###### b", "<main>\n<h1>a</h1>\n<h6>b</h6>\n</main>\n"},
    {"tight list", "- a\n- b", "<main>\n<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n</main>\n"},
    {"loose list", "3. a\n\n4. b",
     "<main>\n<ol start=\"3\">\n<li><p>a</p>\n</li>\n<li><p>b</p>\n</li>\n</ol>\n</main>\n"},
    {"quote, code, rule", "> a\n\n    b\n\n---",
     "<main>\n<blockquote>\n<p>a</p>\n</blockquote>\n<pre><code>b\n</code></pre>\n<hr>\n</main>\n"},
    {"link", "[a](https://x.example/?b=1&c=ä|%20 \"t\\\"\")",
     "<main>\n<p><a href=\"https://x.example/?b=1&amp;c=%C3%A4%7C%20\" title=\"t&quot;\" rel=\"noopener "
     "noreferrer\">a</a></p>\n</main>\n"},
    {"image", "![a](data:image/png;base64,AAAA)",
     "<main>\n<p><img src=\"data:image/png;base64,AAAA\" alt=\"a\"></p>\n</main>\n"},
    {"image from elsewhere", "![a](http://x.example/y.png)", "<main>\n<p>a</p>\n</main>\n"},
    {"table", "{.lines}\n| a | b | c |\n|---|:-:|--:|\n| x y | 2026-11-30 | |",
     "<main>\n<div class=\"table lines\"><table>\n<thead>\n<tr><th scope=\"col\" class=\"left short\">a</th>"
     "<th scope=\"col\" class=\"centre short\">b</th><th scope=\"col\" class=\"right "
     "short\">c</th></tr>\n</thead>\n<tbody>\n"
     "<tr><td class=\"left\">x y</td><td class=\"centre short\">2026-11-30</td><td class=\"right "
     "short\"></td></tr>\n"
     "</tbody>\n</table></div>\n</main>\n"},
    {"table without header", "| |\n|---|\n| a b |",
     "<main>\n<div class=\"table\"><table>\n<tbody>\n<tr><td class=\"left\">a "
     "b</td></tr>\n</tbody>\n</table></div>\n</main>\n"},
    {"classes", "{.a .b}\nx\n\n{.c}\n- y\n\n{.d}\n# z",
     "<main>\n<p class=\"a b\">x</p>\n<ul class=\"c\">\n<li>y</li>\n</ul>\n<h1 "
     "class=\"d\">z</h1>\n</main>\n"},
    {"header and footer", "{.page-footer}\nf\n\nb\n\n{.page-header}\nh",
     "<header>\n<p class=\"page-header\">h</p>\n</header>\n<main>\n<p>b</p>\n</main>\n<footer>\n<p "
     "class=\"page-footer\">f</p>\n</footer>\n"},
};

static void test_rows(void **state) {
    int failed = 0;
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        moon_buf out = MOON_BUF_EMPTY;
        write_page(moon_str_of(rows[i].markdown), NULL, 0, MOON_STR("t"), &out);
        moon_buf_add_char(&out, 0);
        const char *body = strstr(out.ptr, "<body>\n") + 7;
        size_t len = (size_t)(strstr(body, "</body>") - body);
        if (len != strlen(rows[i].want) || memcmp(body, rows[i].want, len) != 0) {
            failed++;
            print_error("%s: got\n%.*swant\n%s", rows[i].name, (int)len, body, rows[i].want);
        }
        moon_buf_free(&out);
    }
    assert_int_equal(failed, 0);
}

static void test_head(void **state) {
    moon_arena keep = MOON_ARENA_EMPTY;
    moon_err err = {0};
    moon_doc *doc;
    (void)state;
    assert_int_equal(moon_markdown_parse(MOON_STR("x"), NULL, 0, &keep, &doc, &err), MOON_OK);
    static const struct {
        moon_str lang;
        const char *want;
    } langs[] = {{{"de-AT", 5}, "<html lang=\"de-AT\">"}, {{"", 0}, "<html>"}, {{"en\" x=\"", 7}, "<html>"}};
    for (size_t i = 0; i < 3; i++) {
        moon_buf out = MOON_BUF_EMPTY;
        moon_html_write(doc, MOON_STR("A & <B>\x01"), langs[i].lang,
                        MOON_STR("a::before { content: \"</style><b>\"; }\n"), &out);
        moon_buf_add_char(&out, 0);
        assert_ptr_equal(strstr(out.ptr, "<!DOCTYPE html>\n<html"), out.ptr);
        assert_non_null(strstr(out.ptr, langs[i].want));
        assert_non_null(strstr(out.ptr, "<meta charset=\"utf-8\">"));
        assert_non_null(strstr(out.ptr, "<meta name=\"viewport\""));
        assert_non_null(
            strstr(out.ptr, "content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:;"));
        assert_non_null(strstr(out.ptr, "<title>A &amp; &lt;B&gt;\xEF\xBF\xBD</title>"));
        assert_non_null(strstr(out.ptr, "<style>\na::before { content: \"<\\/style><b>\"; }\n</style>"));
        moon_buf_free(&out);
    }
    moon_arena_free(&keep);
}

/* The samples with the style sheet that books begin with. */
static void test_samples(void **state) {
    static const char *const samples[] = {"tests/doc/invoice.md", "tests/doc/invoice_long.md",
                                          "tests/doc/statement.md"};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        moon_arena keep = MOON_ARENA_EMPTY;
        moon_buf out = MOON_BUF_EMPTY;
        moon_err err = {0};
        moon_str markdown, css;
        moon_doc *doc;
        if (moon_file_read(samples[i], MOON_RULE_FILE_MAX, &keep, &markdown, &err) != MOON_OK ||
            moon_file_read("rules/layouts/page.css", MOON_RULE_FILE_MAX, &keep, &css, &err) != MOON_OK ||
            moon_markdown_parse(markdown, NULL, 0, &keep, &doc, &err) != MOON_OK)
            fail_msg("%s: %s", samples[i], err.text);
        assert_null(memmem(css.ptr, css.len, "</", 2));
        assert_null(memmem(css.ptr, css.len, "url(", 4));
        assert_null(memmem(css.ptr, css.len, "@import", 7));
        moon_html_write(doc, MOON_STR("Sample"), MOON_STR("en"), css, &out);
        assert_non_null(memmem(out.ptr, out.len, css.ptr, css.len));
        moon_buf bare = MOON_BUF_EMPTY;
        moon_html_write(doc, MOON_STR("Sample"), MOON_STR("en"), MOON_STR_NONE, &bare);
        if (bad_page(moon_buf_str(&bare))) fail_msg("%s: %s", samples[i], bad_page(moon_buf_str(&bare)));
        assert_non_null(memmem(out.ptr, out.len, "<div class=\"table totals\">", 26));
        moon_buf_free(&bare);
        moon_buf_free(&out);
        moon_arena_free(&keep);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows), cmocka_unit_test(test_head),
                                       cmocka_unit_test(test_attacks), cmocka_unit_test(test_samples)};
    return cmocka_run_group_tests_name("html", tests, NULL, NULL);
}
