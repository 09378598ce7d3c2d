#include "store/record.h"
#include "unit/script_case.h"

static const moon_script_limits limits = {16u << 20, 3000000, 2000, false, false};

/* ---- two types of our own ---- */

static const char *const colours[] = {"red", "green", NULL};

#define PART_FIELDS(F)                                                                                       \
    F(1, ID, item, MOON_REQUIRED, MOON_PLAIN, "what")                                                        \
    F(2, DECIMAL, quantity, MOON_REQUIRED, MOON_PLAIN, "how much")                                           \
    F(3, MINOR, amount, 0, MOON_PLAIN, "how much money")
MOON_STRUCT(test_part, PART_FIELDS)
#define MOON_THIS test_part
static const moon_field part_fields[] = {PART_FIELDS(MOON_FIELD_ROW)};
#undef MOON_THIS
static const moon_type part_type = {.name = "part",
                                    .plural = "parts",
                                    .size = sizeof(test_part),
                                    .fields = part_fields,
                                    .field_count = sizeof part_fields / sizeof *part_fields};

#define THING_FIELDS(F)                                                                                      \
    F(1, ID, id, MOON_REQUIRED, MOON_PLAIN, "identifier")                                                    \
    F(2, TEXT, title, 0, MOON_PLAIN, "title")                                                                \
    F(3, INT, count, 0, MOON_PLAIN, "count")                                                                 \
    F(4, DECIMAL, rate, 0, MOON_PLAIN, "rate")                                                               \
    F(5, MINOR, total, 0, MOON_PLAIN, "total")                                                               \
    F(6, CURRENCY, currency, 0, MOON_PLAIN, "currency")                                                      \
    F(7, DATE, day, 0, MOON_PLAIN, "day")                                                                    \
    F(8, ENUM, colour, 0, colours, "colour")                                                                 \
    F(9, BOOL, active, 0, MOON_PLAIN, "active")                                                              \
    F(10, HASH, hash, 0, MOON_PLAIN, "hash")                                                                 \
    F(11, TAGS, tags, 0, MOON_PLAIN, "tags")                                                                 \
    F(12, LIST, parts, 0, part_type, "parts")
MOON_STRUCT(test_thing, THING_FIELDS)
#define MOON_THIS test_thing
static const moon_field thing_fields[] = {THING_FIELDS(MOON_FIELD_ROW)};
#undef MOON_THIS
static const moon_type thing_type = {.name = "thing",
                                     .plural = "things",
                                     .size = sizeof(test_thing),
                                     .fields = thing_fields,
                                     .field_count = sizeof thing_fields / sizeof *thing_fields};

static void fill(test_thing *thing) {
    static moon_tags_pair tags[] = {{{"k", 1}, {"v", 1}}, {{"nonprofit", 9}, {"yes", 3}}};
    static test_part parts[2];
    for (int i = 0; i < 2; i++) {
        moon_record_init(&part_type, &parts[i]);
        parts[i].item = moon_str_of(i ? "B" : "A");
        parts[i].quantity = (moon_decimal){15, 1};
        parts[i].amount = 250 * (i + 1);
    }
    moon_record_init(&thing_type, thing);
    thing->id = MOON_STR("T1");
    thing->count = INT64_C(5000000000);
    thing->rate = (moon_decimal){125, 3};
    thing->total = 750;
    thing->currency = 978;
    thing->day = 20000;
    thing->colour = 2;
    thing->active = true;
    thing->hash.bytes[0] = 0xAB;
    thing->tags = (moon_tags){tags, 2};
    thing->parts = (moon_list){parts, 2};
}

/* Expressions of a view `r`. */
static void shows_fields(void **state) {
    static const struct {
        const char *body, *want;
    } rows[] = {
        {"return r.id", "T1"},
        {"return tostring(r.title)", "nil"},
        {"return type(r.count) .. r.count", "decimal5000000000"},
        {"return tostring(r.rate * 8)", "1"},
        {"return tostring(r.total)", "7.50 EUR"},
        {"return r.currency", "EUR"},
        {"return tostring(r.day)", "2024-10-04"},
        {"return r.colour", "green"},
        {"return tostring(r.active)", "true"},
        {"return r.hash:sub(1, 4) .. #r.hash", "ab0064"},
        {"return r.tags.nonprofit .. tostring(r.tags.other)", "yesnil"},
        {"local s = '' for k, v in pairs(r.tags) do s = s .. k .. v end return s", "kvnonprofityes"},
        {"return #r.parts .. r.parts[2].item .. tostring(r.parts[3]) .. tostring(r.parts[0])", "2Bnilnil"},
        {"return tostring(r.parts[1].amount + r.parts[2].amount == r.total)", "true"},
        {"local s = '' for i, p in ipairs(r.parts) do s = s .. i .. p.item end return s", "1A2B"},
        {"local s = '' for i, p in pairs(r.parts) do s = s .. i .. p.item end return s", "1A2B"},
        {"local s = '' for k in pairs(r) do s = s .. k .. ' ' end return s",
         "id count rate total currency day colour active hash tags parts "},
        {"return type(r) .. tostring(r)", "recordrecord"},
        {"return r.activ", "!record.field_unknown: a record of type thing has no field 'activ'"},
        {"return r.parts.first", "!record.field_unknown: a list of type part has no field 'first'"},
        {"return r[1]", "!record.field_unknown"},
        {"r.id = 'x'", "!rule.keeps_state: records cannot be changed"},
        {"r.tags.k = 'x'", "!rule.keeps_state: records cannot be changed"},
        {"r.parts[1] = 'x'", "!rule.keeps_state: records cannot be changed"},
        {"return r + 1", "!rule.error: attempt to perform arithmetic on a record value"},
        {"return r .. ''", "!rule.error: attempt to concatenate a record value"},
        {"return r()", "!rule.error: attempt to call a record value"},
    };
    test_thing thing;
    (void)state;
    fill(&thing);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char source[512], got[1024];
        moon_err err;
        moon_arena arena = MOON_ARENA_EMPTY;
        moon_arg result, view = moon_arg_record(&thing_type, &thing);
        snprintf(source, sizeof source, "return function(r) %s end", rows[i].body);
        moon_script *s = case_state(&limits, source);
        moon_status status = moon_script_call(s, "case.run", &view, 1, &arena, &result, &err);
        if (status != MOON_OK)
            snprintf(got, sizeof got, "!%s: %s", moon_status_name(status), err.text);
        else
            snprintf(got, sizeof got, "%.*s", result.kind == MOON_ARG_TEXT ? (int)result.text.len : 0,
                     result.kind == MOON_ARG_TEXT ? result.text.ptr : "");
        if (!case_is(got, rows[i].want)) CASE_FAIL("%s: got %s, want %s", rows[i].body, got, rows[i].want);
        moon_arena_free(&arena);
        moon_script_free(s);
    }
    case_done();
}

/* A view kept by the library beyond its call raises. */
static void ends_with_the_call(void **state) {
    test_thing thing;
    moon_err err;
    moon_arena arena = MOON_ARENA_EMPTY;
    moon_arg result, args[2] = {moon_arg_record(&thing_type, &thing), moon_arg_text(MOON_STR("id"))};
    (void)state;
    fill(&thing);
    moon_script *s = case_state(&limits, "return 1");
    assert_int_equal(
        moon_script_add_library(s, MOON_STR("lua/keep.lua"),
                                MOON_STR("local keep, last = {}, {}\n"
                                         "function keep.put(r) last[1] = r last[2] = r.parts end\n"
                                         "function keep.one() return last[1].id end\n"
                                         "function keep.list() return #last[2] end\n"
                                         "return keep"),
                                &err),
        MOON_OK);
    assert_int_equal(moon_script_call(s, "keep.put", args, 1, &arena, NULL, &err), MOON_OK);
    assert_int_equal(moon_script_call(s, "keep.one", NULL, 0, &arena, &result, &err), MOON_E_SCRIPT_STATE);
    assert_int_equal(moon_script_call(s, "keep.list", NULL, 0, &arena, &result, &err), MOON_E_SCRIPT_STATE);
    moon_arena_free(&arena);
    moon_script_free(s);
}

/* Tables as records: what the struct holds, or the error. */
static void reads_tables(void **state) {
    static const struct {
        const char *table, *want;
    } rows[] = {
        {"{ id = 'T1' }", NULL},
        {"{ id = 'T1', title = 'x', count = 5, rate = 0.5, total = money '7.50 EUR', currency = 'EUR', "
         "day = date '2026-01-31', colour = 'red', active = true, tags = { a = 'b', c = 1, d = true }, "
         "parts = { { item = 'A', quantity = 2, amount = money '1 EUR' }, { item = 'B', quantity = 0.5 } } }",
         NULL},
        {"{ id = 'T1', total = 0, day = '2026-01-31' }", NULL},
        {"{}", "!record.field_required: id is missing"},
        {"3", "!record.field_type: thing must be a table of fields, not number"},
        {"nil", "!record.field_type: thing must be a table of fields, not nil"},
        {"{ 'T1' }", "!record.field_unknown: thing: fields have names"},
        {"{ id = 'T1', titel = 'x' }", "!record.field_unknown: titel is no field of type thing"},
        {"{ id = 'T1', [2] = 'x' }", "!record.field_unknown: [a number] is no field of type thing"},
        {"{ id = 1 }", "!record.field_type: id must be text, not number"},
        {"{ id = '' }", "!record."},
        {"{ id = 'a\\n' }", "!"},
        {"{ id = 'T1', title = '\\xff' }", "!text.invalid"},
        {"{ id = 'T1', count = 0.5 }", "!decimal.inexact: count: "},
        {"{ id = 'T1', count = '5' }", "!record.field_type: count must be a whole number, not string"},
        {"{ id = 'T1', rate = money '1 EUR' }", "!record.field_type: rate must be a number, not money"},
        {"{ id = 'T1', total = 7.5, currency = 'EUR' }",
         "!record.field_type: total must be money, not decimal"},
        {"{ id = 'T1', total = money '7.505 EUR', currency = 'EUR' }", "!decimal.inexact: total: "},
        {"{ id = 'T1', total = money '7.50 USD', currency = 'EUR' }",
         "!money.currency_mismatch: total is in USD, the record in EUR"},
        {"{ id = 'T1', currency = 'XXQ' }", "!money.currency_unknown: currency: "},
        {"{ id = 'T1', day = 5 }", "!record.field_type: day must be a date, not number"},
        {"{ id = 'T1', day = '2026-02-30' }", "!date.syntax: day: "},
        {"{ id = 'T1', colour = 'gren' }", "!record.field_type: colour cannot be 'gren'"},
        {"{ id = 'T1', active = 1 }", "!record.field_type: active must be true or false, not number"},
        {"{ id = 'T1', hash = 'ab' }", "!record.field_type: hash must be a hash"},
        {"{ id = 'T1', tags = 'ab' }", "!record.field_type: tags must be a table of texts"},
        {"{ id = 'T1', tags = { 'ab' } }", "!record.field_type: tags must be a table of texts by name"},
        {"{ id = 'T1', tags = { a = {} } }", "!record.field_type: tags must be text, not table"},
        {"{ id = 'T1', parts = 5 }", "!record.field_type: parts must be a list, not number"},
        {"{ id = 'T1', parts = { x = 1 } }", "!record.field_type: parts must be a list"},
        {"{ id = 'T1', parts = { { item = 'A', quantity = 1 }, 5 } }",
         "!record.field_type: parts[2].part must be a table of fields, not number"},
        {"{ id = 'T1', parts = { { item = 'A', quantity = 1 }, { item = 'B', quantity = 'x' } } }",
         "!record.field_type: parts[2].quantity must be a number, not string"},
        {"{ id = 'T1', parts = { { item = 'A' } } }", "!record.field_required: parts[1].quantity is missing"},
        {"{ id = 'T1', parts = { { item = 'A', quantiy = 1 } } }",
         "!record.field_unknown: parts[1].quantiy is no field of type part"},
        {"{ id = 'T1', currency = 'EUR', parts = { { item = 'A', quantity = 1, amount = money '1 USD' } } }",
         "!money.currency_mismatch: parts[1].amount is in USD, the record in EUR"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char source[1024], got[1024] = "";
        moon_err err;
        moon_arena arena = MOON_ARENA_EMPTY;
        test_thing thing;
        snprintf(source, sizeof source, "return function() return %s end", rows[i].table);
        moon_script *s = case_state(&limits, source);
        moon_status status =
            moon_script_call_record(s, "case.run", NULL, 0, &thing_type, &arena, &thing, &err);
        if (status != MOON_OK) snprintf(got, sizeof got, "!%s: %s", moon_status_name(status), err.text);
        if (rows[i].want ? !case_is(got, rows[i].want) : status != MOON_OK)
            CASE_FAIL("%s: got %s, want %s", rows[i].table, got, rows[i].want ? rows[i].want : "a record");
        if (i == 1 && status == MOON_OK) {
            assert_true(moon_str_is(thing.title, "x") && thing.count == 5 && thing.rate.coef == 5);
            assert_true(thing.total == 750 && thing.currency == 978 && thing.colour == 1 && thing.active);
            assert_true(thing.tags.count == 3 && moon_str_is(thing.tags.items[1].value, "1"));
            assert_int_equal(thing.parts.count, 2);
            assert_int_equal(MOON_AT(test_part, thing.parts, 0)->amount, 100);
            assert_true(MOON_AT(test_part, thing.parts, 1)->amount == MOON_INT_NONE);
        }
        moon_arena_free(&arena);
        moon_script_free(s);
    }
    case_done();
}

/* What goes into Lua as a record comes out the same. */
static void gives_views_back(void **state) {
    test_thing thing, back;
    moon_err err;
    moon_arena arena = MOON_ARENA_EMPTY;
    moon_arg view = moon_arg_record(&thing_type, &thing);
    (void)state;
    fill(&thing);
    moon_script *s = case_state(&limits, "return function(r) return r end");
    assert_int_equal(moon_script_call_record(s, "case.run", &view, 1, &thing_type, &arena, &back, &err),
                     MOON_OK);
    assert_true(moon_record_equal(&thing_type, &thing, &back));
    moon_script_free(s);
    s = case_state(&limits,
                   "return function(r) local c = {} for k, v in pairs(r) do c[k] = v end return c end");
    assert_int_equal(moon_script_call_record(s, "case.run", &view, 1, &thing_type, &arena, &back, &err),
                     MOON_OK);
    assert_true(moon_record_equal(&thing_type, &thing, &back));
    moon_script_free(s);
    moon_arena_free(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(shows_fields), cmocka_unit_test(ends_with_the_call),
                                       cmocka_unit_test(reads_tables), cmocka_unit_test(gives_views_back)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
