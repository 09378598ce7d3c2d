#include "value/id.h"

#include "base/limits.h"
#include "base/text.h"

/* Unicode 15, property White_Space. */
static bool is_space(uint32_t ch) {
    return ch == ' ' || ch == 0xA0 || ch == 0x1680 || (ch >= 0x2000 && ch <= 0x200A) || ch == 0x202F ||
           ch == 0x205F || ch == 0x3000;
}

/* moon_text_is_control allows tab and newline, and leaves the separators of lines and paragraphs. */
static bool is_control(uint32_t ch) {
    return moon_text_is_control(ch) || ch == '\t' || ch == '\n' || ch == 0x2028 || ch == 0x2029;
}

moon_status moon_id_check(moon_str id, moon_err *err) {
    if (id.len == 0) return moon_fail(err, MOON_E_ID_INVALID, "an identifier is empty");
    if (id.len > MOON_ID_MAX)
        return moon_fail(err, MOON_E_ID_INVALID, "an identifier has %zu bytes, more than %d", id.len,
                         MOON_ID_MAX);
    size_t bad = moon_text_invalid_at(id);
    if (bad < id.len)
        return moon_fail(err, MOON_E_ID_INVALID, "an identifier is not UTF-8 from byte %zu on", bad + 1);

    moon_str rest = id;
    uint32_t first = 0, ch = 0;
    while (moon_text_next(&rest, &ch)) {
        if (first == 0) first = ch;
        if (is_control(ch))
            return moon_fail(err, MOON_E_ID_INVALID, "an identifier contains the control character U+%04X",
                             (unsigned)ch);
    }
    if (is_space(first) || is_space(ch))
        return moon_fail(err, MOON_E_ID_INVALID, "the identifier \"%.*s\" has white space at an end",
                         MOON_STR_ARG(id));
    return MOON_OK;
}
