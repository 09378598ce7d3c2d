#include "value/zone.h"

#include "value/zone_rule.h"

/* RFC 8536, 3.2: an offset should lie between -25 and +26 hours. Here it must. */
#define OFFSET_MIN (-89999)
#define OFFSET_MAX 93599
#define DAY INT64_C(86400)

struct moon_zone {
    size_t count;          /* of changes */
    const int64_t *at;     /* seconds, ascending */
    const int32_t *offset; /* from at[i] on */
    int32_t first;         /* offset before the first change */
    bool has_rule;         /* from the last change on */
    moon_zone_rule rule;
};

typedef struct {
    uint64_t ut, std, leap, time, type, text; /* as many of each as the header says */
} counts;

static int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b < 0); }

static moon_status malformed(moon_err *err, const char *what) {
    return moon_fail(err, MOON_E_ZONE_INVALID, "the zone data are malformed: %s", what);
}

static bool take(moon_str *rest, uint64_t size, moon_str *piece) {
    if (size > rest->len) return false;
    *piece = moon_str_sub(*rest, 0, (size_t)size);
    *rest = moon_str_sub(*rest, (size_t)size, rest->len);
    return true;
}

/* `size` bytes in network order, two's complement. */
static int64_t number_at(moon_str bytes, uint64_t at, size_t size) {
    uint64_t made = (unsigned char)bytes.ptr[at] & 0x80 ? ~UINT64_C(0) : 0;
    for (size_t i = 0; i < size; i++) made = made << 8 | (unsigned char)bytes.ptr[at + i];
    return (int64_t)made;
}

static bool take_header(moon_str *rest, char *version, counts *n) {
    moon_str header;
    if (!take(rest, 44, &header) || memcmp(header.ptr, "TZif", 4) != 0) return false;
    uint64_t *fields[6] = {&n->ut, &n->std, &n->leap, &n->time, &n->type, &n->text};
    for (size_t i = 0; i < 6; i++) *fields[i] = (uint32_t)number_at(header, 20 + 4 * i, 4);
    *version = header.ptr[4];
    return true;
}

/* Bytes of a data block whose times have `width` bytes. Cannot overflow: each count has 32 bits. */
static uint64_t block_size(const counts *n, size_t width) {
    return n->time * (width + 1) + n->type * 6 + n->text + n->leap * (width + 4) + n->std + n->ut;
}

static moon_status read_types(moon_str types, const counts *n, int32_t *offsets, moon_err *err) {
    for (uint64_t i = 0; i < n->type; i++) {
        int64_t offset = number_at(types, 6 * i, 4);
        unsigned char daylight = (unsigned char)types.ptr[6 * i + 4],
                      name = (unsigned char)types.ptr[6 * i + 5];
        if (offset < OFFSET_MIN || offset > OFFSET_MAX) return malformed(err, "an offset of more than a day");
        if (daylight > 1 || name >= n->text) return malformed(err, "a kind of local time");
        offsets[i] = (int32_t)offset;
    }
    return MOON_OK;
}

static moon_status read_block(moon_str block, const counts *n, size_t width, moon_arena *keep,
                              moon_zone *zone, moon_err *err) {
    int32_t offsets[256];
    moon_str times, kinds, types;
    if (n->type < 1 || n->type > 256 || n->text < 1 || (n->std != 0 && n->std != n->type) ||
        (n->ut != 0 && n->ut != n->type))
        return malformed(err, "counts that do not fit together");
    if (n->leap > 0) return malformed(err, "it counts leap seconds, which instants of moonbill do not");
    if (!take(&block, n->time * width, &times) || !take(&block, n->time, &kinds) ||
        !take(&block, n->type * 6, &types))
        return malformed(err, "it is cut short");
    MOON_TRY(read_types(types, n, offsets, err));

    int64_t *at = MOON_NEW_N(keep, int64_t, n->time);
    int32_t *offset = MOON_NEW_N(keep, int32_t, n->time);
    for (uint64_t i = 0; i < n->time; i++) {
        unsigned char kind = (unsigned char)kinds.ptr[i];
        at[i] = number_at(times, i * width, width);
        if (i > 0 && at[i] <= at[i - 1]) return malformed(err, "changes out of order");
        if (kind >= n->type) return malformed(err, "a kind of local time that is not there");
        offset[i] = offsets[kind];
    }
    *zone = (moon_zone){.count = (size_t)n->time, .at = at, .offset = offset, .first = offsets[0]};
    return MOON_OK;
}

/* A newline, the rule (which may be empty), and a newline. */
static moon_status read_footer(moon_str rest, moon_zone *zone, moon_err *err) {
    moon_str rule;
    if (rest.len < 2 || rest.ptr[0] != '\n') return malformed(err, "no rule at its end");
    rest = moon_str_sub(rest, 1, rest.len);
    size_t end = moon_str_find(rest, '\n', 0);
    if (end == rest.len) return malformed(err, "no end of the rule");
    rule = moon_str_sub(rest, 0, end);
    if (rule.len == 0) return MOON_OK;
    if (!moon_zone_rule_parse(rule, &zone->rule)) return malformed(err, "the rule at its end");
    zone->has_rule = true;
    return MOON_OK;
}

moon_status moon_zone_parse(moon_str tzif, moon_arena *keep, const moon_zone **out, moon_err *err) {
    counts n;
    char version;
    moon_str rest = tzif, block;
    size_t width = 4;
    if (!take_header(&rest, &version, &n)) return malformed(err, "it does not begin as a TZif file");
    if (version >= '2') {
        /* The block with short times repeats, for old readers, what follows it. */
        if (!take(&rest, block_size(&n, 4), &block) || !take_header(&rest, &version, &n))
            return malformed(err, "it is cut short");
        width = 8;
    }
    if (!take(&rest, block_size(&n, width), &block)) return malformed(err, "it is cut short");
    moon_zone *made = MOON_NEW(keep, moon_zone);
    MOON_TRY(read_block(block, &n, width, keep, made, err));
    if (width == 8) MOON_TRY(read_footer(rest, made, err));
    *out = made;
    return MOON_OK;
}

const moon_zone *moon_zone_utc(void) {
    static const moon_zone utc = {0};
    return &utc;
}

/* How many changes have happened by `second`. */
static size_t changes_by(const moon_zone *zone, int64_t second) {
    size_t low = 0, high = zone->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (zone->at[middle] <= second)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static int32_t offset_at(const moon_zone *zone, int64_t second) {
    size_t changes = changes_by(zone, second);
    if (zone->has_rule && changes == zone->count) return moon_zone_rule_offset(&zone->rule, second);
    return changes == 0 ? zone->first : zone->offset[changes - 1];
}

static int64_t next_change(const moon_zone *zone, int64_t second) {
    size_t changes = changes_by(zone, second);
    if (changes < zone->count) return zone->at[changes];
    return zone->has_rule ? moon_zone_rule_next(&zone->rule, second) : INT64_MAX;
}

int32_t moon_zone_offset(const moon_zone *zone, moon_instant instant) {
    return offset_at(zone, floor_div(instant, MOON_SECOND));
}

moon_date moon_zone_day(const moon_zone *zone, moon_instant instant) {
    int64_t second = floor_div(instant, MOON_SECOND);
    int64_t day = floor_div(second + offset_at(zone, second), DAY);
    return (moon_date)(day < MOON_DATE_MIN ? MOON_DATE_MIN : day > MOON_DATE_MAX ? MOON_DATE_MAX : day);
}

/* The earliest instant whose local time is `local` or later: that is the first of two, and the end of a gap.
 * Between two changes local time runs evenly, so each stretch that can contain it is looked at in turn. */
moon_instant moon_zone_instant(const moon_zone *zone, moon_date day, int32_t second) {
    moon_assert(day >= MOON_DATE_MIN && day <= MOON_DATE_MAX);
    int64_t local = day * DAY + second, from = local - OFFSET_MAX;
    for (;;) {
        int64_t next = next_change(zone, from), found = local - offset_at(zone, from);
        if (found < from) found = from;
        if (found < next) return found * MOON_SECOND;
        from = next;
    }
}
