/* doc/markdown, doc/pipes, doc/sentinels: what Markdown and values become. A tree is written down as
 *   h1 h2 … p ul ol li quote pre hr table head row   (kind[.class] children)
 *   "text"  _ soft break  / line break  em strong code a img; < > = | for the alignment of a cell */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/limits.h"
#include "base/text.h"
#include "doc/markdown.h"

#define V(index) "\xEE\x80\x80" index "\xEE\x80\x81"

#define TEXT(literal)                                                                                        \
    { (literal), sizeof(literal) - 1 }
static const moon_str values[] = {
    TEXT("plain"),
    TEXT("*b* _i_ `c` # | <script>alert(1)</script> &amp; \\ [x](http://y)"),
    TEXT("One\nTwo\r\nThree\n"),
    TEXT("javascript:alert(1)"),
    TEXT("http://x.example/?a=1&b=2"),
    TEXT(""),
    TEXT("a\0\x1b[31m\x7f"),
    TEXT("\xE2\x80\xAE"
         "abc\xFFz"),
    TEXT(V("0")),
    TEXT("{.totals}"),
    TEXT("# no\n- list\n| a | b |\n|---|---|"),
    TEXT("data:image/png;base64,AAAA"),
    TEXT(" https://x.example"),
    TEXT("\xEE\x80\x82\\|"),
};
#define VALUE_COUNT (sizeof values / sizeof *values)

/* ---- writing a tree down ---- */

static void dump(moon_buf *out, const moon_node *node);

static void dump_children(moon_buf *out, const moon_node *node) {
    for (const moon_node *child = node->first; child; child = child->next) {
        if (out->len > 0 && out->ptr[out->len - 1] != '(') moon_buf_add_char(out, ' ');
        dump(out, child);
    }
}

static void dump_quoted(moon_buf *out, moon_str text) {
    moon_buf_printf(out, "\"%.*s\"", MOON_STR_ARG(text));
}

static void dump(moon_buf *out, const moon_node *node) {
    static const char *const names[] = {"doc", "h", "p", "ul", "li", "quote",  "pre",  "hr", "table", "row",
                                        "",    "",  "_", "/",  "em", "strong", "code", "a",  "img"};
    if (node->kind == MOON_NODE_TEXT) {
        dump_quoted(out, node->text);
        return;
    }
    if (node->kind == MOON_NODE_SOFT_BREAK || node->kind == MOON_NODE_LINE_BREAK) {
        moon_buf_add_text(out, names[node->kind]);
        return;
    }
    moon_buf_add_char(out, '(');
    if (node->kind == MOON_NODE_CELL)
        moon_buf_add_char(out, "<=>"[node->align]);
    else if (node->kind == MOON_NODE_LIST && node->ordered)
        moon_buf_printf(out, "ol%d", node->number);
    else
        moon_buf_add_text(out, node->kind == MOON_NODE_ROW && node->header ? "head" : names[node->kind]);
    if (node->kind == MOON_NODE_HEADING) moon_buf_printf(out, "%d", node->number);
    if (node->kind == MOON_NODE_LIST && !node->tight) moon_buf_add_text(out, "*");
    if (node->classes.len) moon_buf_printf(out, ".%.*s", MOON_STR_ARG(node->classes));
    if (node->link) moon_buf_printf(out, " %.*s", MOON_STR_ARG(node->link->url));
    if (node->link && node->link->title.len) moon_buf_printf(out, " '%.*s'", MOON_STR_ARG(node->link->title));
    if (node->text.len) moon_buf_add_char(out, ' '), dump_quoted(out, node->text);
    dump_children(out, node);
    moon_buf_add_char(out, ')');
}

/* ---- what becomes what ---- */

static const struct {
    const char *name, *markdown,
        *want; /* want: the tree, or the code's name, its line, and a part of its text */
    moon_status code;
    int line;
} rows[] = {
    {"nothing", "", "(doc)", 0, 0},
    {"paragraph", "a *b* **c** `d`\ne  \nf",
     "(doc (p \"a \" (em \"b\") \" \" (strong \"c\") \" \" (code \"d\") _ \"e\" / \"f\"))", 0, 0},
    {"headings", "# A\n\nB\n---", "(doc (h1 \"A\") (h2 \"B\"))", 0, 0},
    {"lists", "- a\n- b\n\n3. c\n\n   d",
     "(doc (ul (li (p \"a\")) (li (p \"b\"))) (ol3* (li (p \"c\") (p \"d\"))))", 0, 0},
    {"quote, code, rule", "> a\n\n    b\n\n---", "(doc (quote (p \"a\")) (pre \"b\n\") (hr))", 0, 0},
    {"entities are characters", "&amp; &lt;b&gt; &copy;", "(doc (p \"& <b> \xC2\xA9\"))", 0, 0},
    {"NUL", "a%0b",
     "(doc (p \"a\xEF\xBF\xBD"
     "b\"))",
     0, 0},
    {"controls", "a\x1b[1mb\x7f", "(doc (p \"a\xEF\xBF\xBD[1mb\xEF\xBF\xBD\"))", 0, 0},
    /* values */
    {"value", "x " V("0") " y", "(doc (p \"x plain y\"))", 0, 0},
    {"value in formatting", "**" V("0") "**`" V("0") "`", "(doc (p (strong \"plain\") (code \"plain\")))", 0,
     0},
    {"markup in a value", V("1"),
     "(doc (p \"*b* _i_ `c` # | <script>alert(1)</script> &amp; \\ [x](http://y)\"))", 0, 0},
    {"lines of a value", "a " V("2") " b", "(doc (p \"a One\" / \"Two\" / \"Three b\"))", 0, 0},
    {"lines in a heading", "# " V("2"), "(doc (h1 \"One\" / \"Two\" / \"Three\"))", 0, 0},
    {"lines in code", "`" V("2") "`", "(doc (p (code \"One Two Three\")))", 0, 0},
    {"lines in a code block", "    " V("2"), "(doc (pre \"One\nTwo\nThree\n\"))", 0, 0},
    {"blocks in a value", V("10"), "(doc (p \"# no\" / \"- list\" / \"| a | b |\" / \"|---|---|\"))", 0, 0},
    {"empty value", "a" V("5") "b " V("5"), "(doc (p \"ab \"))", 0, 0},
    {"only an empty value", V("5"), "(doc (p))", 0, 0},
    {"controls in a value", V("6"), "(doc (p \"a\xEF\xBF\xBD\xEF\xBF\xBD[31m\xEF\xBF\xBD\"))", 0, 0},
    {"bidi and bad UTF-8 in a value", V("7"),
     "(doc (p \"\xEF\xBF\xBD"
     "abc\xEF\xBF\xBDz\"))",
     0, 0},
    {"sentinel in a value", V("8"), "(doc (p \"" V("0") "\"))", 0, 0},
    {"class line in a value", V("9") "\n\nx", "(doc (p \"{.totals}\") (p \"x\"))", 0, 0},
    {"reserved character in a value", V("13") " `" V("13") "`",
     "(doc (p \"\xEE\x80\x82\\| \" (code \"\xEE\x80\x82\\|\")))", 0, 0},
    {"value in a list mark", V("0") ". x", "(doc (p \"plain. x\"))", 0, 0},
    /* links */
    {"link", "[a](http://x.example \"t\")", "(doc (p (a http://x.example 't' \"a\")))", 0, 0},
    {"value as link", "[a *b*](" V("4") " \"" V("1") "\")",
     "(doc (p (a http://x.example/?a=1&b=2 '*b* _i_ `c` # | <script>alert(1)</script> &amp; \\ "
     "[x](http://y)' \"a \" (em \"b\"))))",
     0, 0},
    {"value within a link", "[a](https://x.example/" V("0") "/z)",
     "(doc (p (a https://x.example/plain/z \"a\")))", 0, 0},
    {"autolink", "<https://x.example/" V("0") ">",
     "(doc (p (a https://x.example/plain \"https://x.example/plain\")))", 0, 0},
    {"script link in a value", "[a *b*](" V("3") ")", "(doc (p \"a \" (em \"b\")))", 0, 0},
    {"script link", "[a](javascript:alert(1))", "(doc (p \"a\"))", 0, 0},
    {"script link by entity", "[a](java&#115;cript&#58;alert(1))", "(doc (p \"a\"))", 0, 0},
    {"script link by case", "[a](JavaScript:alert(1))", "(doc (p \"a\"))", 0, 0},
    {"script link by tab", "[a](java&#9;script:alert(1))", "(doc (p \"a\"))", 0, 0},
    {"script link by space", "[a](&#32;javascript:alert(1))", "(doc (p \"a\"))", 0, 0},
    {"script link in two parts", "[a](java" V("5") "script:x)", "(doc (p \"a\"))", 0, 0},
    {"data link", "[a](data:text/html;base64,AAAA)", "(doc (p \"a\"))", 0, 0},
    {"file link", "[a](file:///etc/passwd)", "(doc (p \"a\"))", 0, 0},
    {"link with a space", "[a](" V("12") ")", "(doc (p \"a\"))", 0, 0},
    {"link of several lines", "[a](" V("2") ")", "(doc (p \"a\"))", 0, 0},
    {"empty link", "[a]()", "(doc (p \"a\"))", 0, 0},
    {"mail, phone, anchor, relative", "[a](mailto:x@y) [b](tel:+1) [c](#d) [e](f/g:h)",
     "(doc (p (a mailto:x@y \"a\") \" \" (a tel:+1 \"b\") \" \" (a #d \"c\") \" \" (a f/g:h \"e\")))", 0, 0},
    {"image", "![a *b*](" V("11") ")", "(doc (p (img data:image/png;base64,AAAA \"a b\")))", 0, 0},
    {"image from elsewhere", "![a " V("1") "](http://x.example/i.png)",
     "(doc (p \"a *b* _i_ `c` # | <script>alert(1)</script> &amp; \\ [x](http://y)\"))", 0, 0},
    {"image with markup in its data", "![a](data:image/png;base64,AA\\\"AA)", "(doc (p \"a\"))", 0, 0},
    {"page as image", "![a](data:text/html;base64,AAAA)", "(doc (p \"a\"))", 0, 0},
    /* tables */
    {"table", "| a | b | c |\n|---|:-:|--:|\n| 1 | 2 | 3 |\n| 4 | 5 |",
     "(doc (table (head (< \"a\") (= \"b\") (> \"c\")) (row (< \"1\") (= \"2\") (> \"3\")) (row (< \"4\") (= "
     "\"5\") (>))))",
     0, 0},
    {"table without outer pipes", "a | b\n--- | ---\n1 | 2",
     "(doc (table (head (< \"a\") (< \"b\")) (row (< \"1\") (< \"2\"))))", 0, 0},
    {"table of one column", "| a |\n|---|\n| 1 |", "(doc (table (head (< \"a\")) (row (< \"1\"))))", 0, 0},
    {"table with an empty header", "| | |\n|---|--:|\n| a | 1 |", "(doc (table (row (< \"a\") (> \"1\"))))",
     0, 0},
    {"table without rows", "| a |\n|---|", "(doc (table (head (< \"a\"))))", 0, 0},
    {"table of nothing", "| |\n|---|", "(doc (table))", 0, 0},
    {"table below text", "x\n| a |\n|---|", "(doc (p \"x\") (table (head (< \"a\"))))", 0, 0},
    {"table below empty lines", "\\\nx\n\\\n| a |\n|---|", "(doc (p / \"x\" _) (table (head (< \"a\"))))", 0,
     0},
    {"table below an empty line", "\\\n| a |\n|---|", "(doc (table (head (< \"a\"))))", 0, 0},
    {"table in a list and a quote", "- > | a |\n  > |---|\n  > | 1 |",
     "(doc (ul (li (quote (table (head (< \"a\")) (row (< \"1\")))))))", 0, 0},
    {"formatting in cells", "| *a* b | `c` |\n|---|---|\n|**d**|[e](#f)|",
     "(doc (table (head (< (em \"a\") \" b\") (< (code \"c\"))) (row (< (strong \"d\")) (< (a #f \"e\")))))",
     0, 0},
    {"pipes in cells", "| a \\| b | `c | d \\| e` |\n|---|---|\n| *f\\|g* | h\\\\|",
     "(doc (table (head (< \"a | b\") (< (code \"c | d | e\"))) (row (< (em \"f|g\")) (< \"h\\\"))))", 0, 0},
    {"values in cells", "| a | b |\n|---|--:|\n| " V("1") " | " V("2") " |",
     "(doc (table (head (< \"a\") (> \"b\")) (row (< \"*b* _i_ `c` # | <script>alert(1)</script> &amp; \\ "
     "[x](http://y)\") "
     "(> \"One\" / \"Two\" / \"Three\"))))",
     0, 0},
    {"a value makes no table", "| a |\n" V("10"),
     "(doc (p \"| a |\" _ \"# no\" / \"- list\" / \"| a | b |\" / \"|---|---|\"))", 0, 0},
    {"escaped pipe outside tables", "a \\| b `c \\| d`", "(doc (p \"a | b \" (code \"c \\| d\")))", 0, 0},
    {"pipes without dashes are text", "| a | b |\n| c | d |", "(doc (p \"| a | b |\" _ \"| c | d |\"))", 0,
     0},
    {"rows end in spaces", "| a |  \n|---|  \n| 1 |  \n| 2 |",
     "(doc (table (head (< \"a\")) (row (< \"1\")) (row (< \"2\"))))", 0, 0},
    {"row too long", "| a |\n|---|\n| 1 | 2 |", "this row has 2 cells, its table 1 columns", MOON_E_TEMPLATE,
     3},
    {"header too long", "| a | b |\n|---|", "this row has 2 cells, its table 1 columns", MOON_E_TEMPLATE, 1},
    {"formatting over a border", "| a | b |\n|---|---|\n| *c | d* |", "ends in another", MOON_E_TEMPLATE, 3},
    {"formatting over rows", "| a |\n|---|\n| *b |\n| c* |", "ends in another", MOON_E_TEMPLATE, 3},
    {"no header", "|---|\n| a |", "without a header row", MOON_E_TEMPLATE, 1},
    {"text below a table", "| a |\n|---|\n| 1 |\nx", "text directly below a table", MOON_E_TEMPLATE, 4},
    /* classes */
    {"class of a paragraph", "{.address}\nx\n\ny", "(doc (p.address \"x\") (p \"y\"))", 0, 0},
    {"class of a table", "{.totals}\n| a |\n|---|", "(doc (table.totals (head (< \"a\"))))", 0, 0},
    {"class of a list, a heading, a quote", "{.a}\n- x\n\n{.b}\n# y\n\n{.c}\n> z",
     "(doc (ul.a (li (p \"x\"))) (h1.b \"y\") (quote.c (p \"z\")))", 0, 0},
    {"class over an empty line", "{.a}\n\n2. x", "(doc (ol2.a (li (p \"x\"))))", 0, 0},
    {"several classes", "{.a .b-2}\n{.c}\nx", "(doc (p.a b-2 c \"x\"))", 0, 0},
    {"class of text above a table", "{.a}\nx\n| b |\n|---|", "(doc (p.a \"x\") (table (head (< \"b\"))))", 0,
     0},
    {"no class within a line", "x {.a}\n{b}", "(doc (p \"x {.a}\" _ \"{b}\"))", 0, 0},
    {"class without a block", "x\n\n{.a}", "no block follows", MOON_E_TEMPLATE, 3},
    {"class without a block in a list", "- {.a}\n\nx", "no block follows", MOON_E_TEMPLATE, 1},
    {"bad class", "{.a\"b}\nx", "this class line is not one", MOON_E_TEMPLATE, 1},
    {"bad class, no point", "x\n\n{.a b}\nx", "this class line is not one", MOON_E_TEMPLATE, 3},
    {"value as class", "{." V("0") "}\nx", "this class line is not one", MOON_E_TEMPLATE, 1},
    {"class line above dashes", "{.a}\n---", "put an empty line", MOON_E_TEMPLATE, 1},
    /* refused */
    {"HTML block", "x\n\n<div>\n</div>", "HTML is not allowed in a layout", MOON_E_TEMPLATE, 3},
    {"HTML within a line", "x\ny <b>z</b>", "HTML is not allowed in a layout", MOON_E_TEMPLATE, 2},
    {"HTML comment", "<!-- x -->", "HTML is not allowed in a layout", MOON_E_TEMPLATE, 1},
    {"HTML around a value", "<a href=\"" V("3") "\">", "HTML is not allowed in a layout", MOON_E_TEMPLATE, 1},
    {"no such value", "a\n\n" V("14"), "that was not given", MOON_E_TEMPLATE, 3},
    {"huge index", V("18446744073709551616"), "are reserved", MOON_E_TEMPLATE, 1},
    {"index not a number", V("x"), "are reserved", MOON_E_TEMPLATE, 1},
    {"index missing", V(""), "are reserved", MOON_E_TEMPLATE, 1},
    {"sentinel open",
     "\xEE\x80\x80"
     "0",
     "are reserved", MOON_E_TEMPLATE, 1},
    {"sentinel closed only", "x \xEE\x80\x81", "are reserved", MOON_E_TEMPLATE, 1},
    {"sentinel within one", "\xEE\x80\x80" V("0") "\xEE\x80\x81", "are reserved", MOON_E_TEMPLATE, 1},
    {"bad sentinel in a URL", "[a](x" V("99") ")", "that was not given", MOON_E_TEMPLATE, 1},
    {"bad sentinel in a title", "[a](x \"" V("99") "\")", "that was not given", MOON_E_TEMPLATE, 1},
    {"bad sentinel in an image text", "![" V("99") "](x)", "that was not given", MOON_E_TEMPLATE, 1},
    {"reserved character", "a\nb \xEE\x80\x82", "U+E002 is reserved", MOON_E_TEMPLATE, 2},
    {"not UTF-8", "a\nb \xFF", "not UTF-8", MOON_E_TEXT_INVALID, 2},
    {"overlong UTF-8", "a \xC0\xAF", "not UTF-8", MOON_E_TEXT_INVALID, 1},
};

/* "%0" in a row's Markdown stands for a NUL, which a C string cannot hold. */
static moon_str with_nul(moon_arena *keep, const char *text) {
    moon_str made = moon_arena_str(keep, moon_str_of(text));
    char *at = strstr((char *)(uintptr_t)made.ptr, "%0");
    if (!at) return made;
    *at = 0;
    memmove(at + 1, at + 2, strlen(at + 2));
    return (moon_str){made.ptr, made.len - 1};
}

static void test_rows(void **state) {
    int failed = 0;
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        moon_arena keep = MOON_ARENA_EMPTY;
        moon_err err = {0};
        moon_buf got = MOON_BUF_EMPTY;
        moon_doc *doc = NULL;
        moon_status status =
            moon_markdown_parse(with_nul(&keep, rows[i].markdown), values, VALUE_COUNT, &keep, &doc, &err);
        bool good = status == rows[i].code;
        if (status == MOON_OK)
            dump(&got, doc->root);
        else
            moon_buf_add_text(&got, err.text);
        moon_buf_add_char(&got, 0);
        if (status == MOON_OK)
            good = good && strcmp(got.ptr, rows[i].want) == 0;
        else
            good = good && doc == NULL && err.line == rows[i].line && strstr(got.ptr, rows[i].want);
        if (!good) {
            failed++;
            print_error("%s: status %s, line %d\n  got  %s\n  want %s\n", rows[i].name,
                        moon_status_name(status), err.line, got.ptr, rows[i].want);
        }
        moon_buf_free(&got);
        moon_arena_free(&keep);
    }
    assert_int_equal(failed, 0);
}

static void test_source_is_quoted(void **state) {
    moon_arena keep = MOON_ARENA_EMPTY;
    moon_err err = {0};
    moon_doc *doc;
    (void)state;
    assert_int_equal(moon_markdown_parse(MOON_STR("a\nDear " V("0") ", <b>\tyou</b>\n"), values, VALUE_COUNT,
                                         &keep, &doc, &err),
                     MOON_E_TEMPLATE);
    assert_string_equal(err.source, "Dear \xE2\x80\xA6, <b> you</b>");
    assert_string_equal(err.place, "");
    moon_arena_free(&keep);
}

/* ---- limits: the last that is allowed, and one more ---- */

static moon_status parse(moon_buf *markdown, const moon_str *list, size_t count) {
    moon_arena keep = MOON_ARENA_EMPTY;
    moon_err err = {0};
    moon_doc *doc;
    moon_status status = moon_markdown_parse(moon_buf_str(markdown), list, count, &keep, &doc, &err);
    moon_arena_free(&keep);
    moon_buf_free(markdown);
    return status;
}

static moon_status parse_quotes(size_t depth) {
    moon_buf buf = MOON_BUF_EMPTY;
    moon_buf_add_repeat(&buf, '>', depth);
    moon_buf_add_text(&buf, " x");
    return parse(&buf, NULL, 0);
}

static moon_status parse_columns(size_t count) {
    moon_buf buf = MOON_BUF_EMPTY;
    for (size_t i = 0; i < count; i++) moon_buf_add_text(&buf, "| a ");
    moon_buf_add_text(&buf, "|\n");
    for (size_t i = 0; i < count; i++) moon_buf_add_text(&buf, "|---");
    moon_buf_add_text(&buf, "|\n");
    return parse(&buf, NULL, 0);
}

static moon_status parse_lines(size_t breaks) {
    moon_buf buf = MOON_BUF_EMPTY, value = MOON_BUF_EMPTY;
    moon_buf_add_text(&value, "x");
    moon_buf_add_repeat(&value, '\n', breaks);
    moon_buf_add_text(&value, "x");
    moon_str list[] = {moon_buf_str(&value)};
    moon_buf_add_text(&buf, V("0"));
    moon_status status = parse(&buf, list, 1);
    moon_buf_free(&value);
    return status;
}

static moon_status parse_text(size_t size) {
    moon_buf buf = MOON_BUF_EMPTY, value = MOON_BUF_EMPTY;
    moon_buf_add_repeat(&value, 'x', size);
    moon_str list[] = {moon_buf_str(&value)};
    moon_buf_add_text(&buf, V("0"));
    moon_status status = parse(&buf, list, 1);
    moon_buf_free(&value);
    return status;
}

static moon_status parse_spaces(size_t size) {
    moon_buf buf = MOON_BUF_EMPTY;
    moon_buf_add_repeat(&buf, '\n', size);
    return parse(&buf, NULL, 0);
}

static void test_limits(void **state) {
    /* A document, its quotes, a paragraph and its text; a document, a paragraph, two texts and the breaks. */
    static const struct {
        const char *name;
        moon_status (*parse)(size_t);
        size_t most;
    } limits[] = {{"depth", parse_quotes, MOON_NEST_MAX - 3},
                  {"columns", parse_columns, MOON_TABLE_COLUMNS_MAX},
                  {"nodes", parse_lines, MOON_DOC_NODES_MAX - 5},
                  {"values", parse_text, MOON_DOC_TEXT_MAX},
                  {"Markdown", parse_spaces, MOON_DOC_MAX}};
    (void)state;
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        moon_status at = limits[i].parse(limits[i].most), above = limits[i].parse(limits[i].most + 1);
        if (at != MOON_OK || above != MOON_E_DOC_LIMIT)
            fail_msg("%s: at the limit %s, above it %s", limits[i].name, moon_status_name(at),
                     moon_status_name(above));
    }
}

/* Nothing of this may crash, hang or go deep; what it becomes does not matter. */
static void test_hostile(void **state) {
    static const char *const pieces[] = {">",      "- ",     "1. ",  "*a ",
                                         "**a ",   "[",      "![",   "`",
                                         "[a](",   "|",      "|-",   "| a |\n|---|\n",
                                         "{.a}\n", "\\|",    "&#",   "<",
                                         "<a ",    "_a* ",   V("0"), "\xEE\x80\x80",
                                         "a\n",    "> | a\n"};
    (void)state;
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        moon_buf buf = MOON_BUF_EMPTY;
        for (size_t n = 0; n < 5000; n++) moon_buf_add_text(&buf, pieces[i]);
        moon_status status = parse(&buf, values, VALUE_COUNT);
        if (status != MOON_OK && status != MOON_E_DOC_LIMIT && status != MOON_E_TEMPLATE)
            fail_msg("%s: %s", pieces[i], moon_status_name(status));
    }
}

static void test_clean(void **state) {
    static const struct {
        const char *text, *want;
    } texts[] = {{"plain\ttext\n", "plain\ttext\n"},
                 {"a\r\nb", "a\nb"},
                 {"a\rb", "a\xEF\xBF\xBD"
                          "b"},
                 {"\x1b[0m", "\xEF\xBF\xBD[0m"},
                 {"\xC2\x9B", "\xEF\xBF\xBD"},
                 {"\xE2\x81\xA6", "\xEF\xBF\xBD"},
                 {"\xC3\xA9\xFF\xC3", "\xC3\xA9\xEF\xBF\xBD\xEF\xBF\xBD"},
                 {"\xED\xA0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"}};
    moon_arena keep = MOON_ARENA_EMPTY;
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        moon_str got = moon_doc_clean(&keep, moon_str_of(texts[i].text));
        if (!moon_str_is(got, texts[i].want)) fail_msg("row %zu: got \"%.*s\"", i, MOON_STR_ARG(got));
    }
    moon_arena_free(&keep);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows), cmocka_unit_test(test_source_is_quoted),
                                       cmocka_unit_test(test_limits), cmocka_unit_test(test_hostile),
                                       cmocka_unit_test(test_clean)};
    return cmocka_run_group_tests_name("markdown", tests, NULL, NULL);
}
