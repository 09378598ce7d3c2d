#include "books/usage.h"

#include "books/agreement.h"
#include "books/event.h"
#include "books/late.h"
#include "books/party.h"
#include "store/table.h"

/* A quantity has up to 15 digits before the point and 12 behind it, so that the sum of as many events as there can
 * be has room in a decimal. */
#define QUANTITY_DIGITS 15
#define QUANTITY_PLACES 12

/* ---- what the events of a change add up to ---- */

typedef struct day_sum {
    moon_str account, meter;
    moon_date day;
    moon_aggregate sum; /* what is added to the day */
    int64_t events;     /* new ones, and old ones that moved to another day */
    int64_t moved;      /* those of them that moved, here or away */
    bool late;
    uint64_t hash;
} day_sum;

/* An event that a correction moved from one day to another; numbers of items. */
typedef struct day_move {
    size_t from, to;
} day_move;

struct moon_usage_sums {
    moon_arena *keep;
    day_sum *items; /* in the order in which they came up */
    size_t count, room;
    uint32_t *slots; /* number of an item, from 1; 0: free */
    size_t slot_count;
    day_move *moves;
    size_t move_count, move_room;
    moon_str account; /* one that is known to be there */
};

moon_usage_sums *moon_usage_begin(moon_arena *keep) {
    moon_usage_sums *sums = MOON_NEW(keep, moon_usage_sums);
    *sums = (moon_usage_sums){.keep = keep, .room = 64, .slot_count = 256};
    sums->items = MOON_NEW_N(keep, day_sum, sums->room);
    sums->slots = MOON_NEW_N(keep, uint32_t, sums->slot_count);
    memset(sums->slots, 0, sums->slot_count * sizeof *sums->slots);
    return sums;
}

/* FNV-1a. */
static uint64_t hash_of(uint64_t hash, const void *bytes, size_t len) {
    for (size_t i = 0; i < len; i++) hash = (hash ^ ((const unsigned char *)bytes)[i]) * 0x100000001B3;
    return hash;
}

static uint32_t *slot_of(moon_usage_sums *sums, const day_sum *wanted) {
    for (size_t i = wanted->hash % sums->slot_count;; i = (i + 1) % sums->slot_count) {
        const day_sum *one = sums->slots[i] ? &sums->items[sums->slots[i] - 1] : NULL;
        if (!one || (one->hash == wanted->hash && one->day == wanted->day &&
                     moon_str_eq(one->account, wanted->account) && moon_str_eq(one->meter, wanted->meter)))
            return &sums->slots[i];
    }
}

static void grow(moon_usage_sums *sums) {
    day_sum *items = MOON_NEW_N(sums->keep, day_sum, sums->room * 2);
    memcpy(items, sums->items, sums->count * sizeof *items);
    sums->items = items;
    sums->room *= 2;
    sums->slot_count = sums->room * 4;
    sums->slots = MOON_NEW_N(sums->keep, uint32_t, sums->slot_count);
    memset(sums->slots, 0, sums->slot_count * sizeof *sums->slots);
    for (size_t i = 0; i < sums->count; i++) *slot_of(sums, &items[i]) = (uint32_t)i + 1;
}

static day_sum *sum_of(moon_usage_sums *sums, const moon_event *event);

static void add_move(moon_usage_sums *sums, const moon_event *old, const moon_event *event) {
    if (sums->move_count == sums->move_room) {
        sums->move_room = sums->move_room ? sums->move_room * 2 : 64;
        day_move *larger = MOON_NEW_N(sums->keep, day_move, sums->move_room);
        if (sums->move_count) memcpy(larger, sums->moves, sums->move_count * sizeof *larger);
        sums->moves = larger;
    }
    sum_of(sums, old)->moved++;
    sum_of(sums, event)->moved++;
    sums->moves[sums->move_count++] =
        (day_move){(size_t)(sum_of(sums, old) - sums->items), (size_t)(sum_of(sums, event) - sums->items)};
}

static day_sum *sum_of(moon_usage_sums *sums, const moon_event *event) {
    day_sum wanted = {.account = event->account, .meter = event->meter, .day = event->day};
    wanted.hash = hash_of(0xCBF29CE484222325, event->account.ptr, event->account.len);
    wanted.hash = hash_of(wanted.hash * 31, event->meter.ptr, event->meter.len);
    wanted.hash = hash_of(wanted.hash * 31, &event->day, sizeof event->day);
    uint32_t *slot = slot_of(sums, &wanted);
    if (*slot) return &sums->items[*slot - 1];
    if (sums->count == sums->room) {
        grow(sums);
        slot = slot_of(sums, &wanted);
    }
    wanted.account = moon_arena_str(sums->keep, event->account);
    wanted.meter = moon_arena_str(sums->keep, event->meter);
    wanted.sum.quantity = MOON_DECIMAL_ZERO;
    sums->items[sums->count] = wanted;
    *slot = (uint32_t)++sums->count;
    return &sums->items[*slot - 1];
}

/* ---- taking events in ---- */

static moon_status check_account(moon_change *change, moon_usage_sums *sums, moon_str id, moon_err *err) {
    moon_account account;
    bool found;
    if (moon_str_eq(sums->account, id)) return MOON_OK;
    MOON_TRY(moon_version_at(change, &moon_account_type, id, MOON_DATE_MAX, &account, &found, err));
    if (!found) {
        moon_fail(err, MOON_E_NOT_FOUND, "there is no account %.*s", MOON_STR_ARG(id));
        return moon_err_hint(err, "moonbill add account %.*s name=... country=..., and import the file again",
                             MOON_STR_ARG(id));
    }
    sums->account = moon_arena_str(sums->keep, id);
    return MOON_OK;
}

static moon_status check_quantity(moon_decimal quantity, moon_err *err) {
    moon_decimal limit;
    MOON_TRY(moon_decimal_make((moon_int128)1000000000 * 1000000, 0, &limit, err));
    if (quantity.scale <= QUANTITY_PLACES && moon_decimal_cmp(moon_decimal_abs(quantity), limit) < 0)
        return MOON_OK;
    return moon_fail(err, MOON_E_RECORD_INVALID,
                     "a quantity has up to %d digits before the point and %d behind it", QUANTITY_DIGITS,
                     QUANTITY_PLACES);
}

static moon_status check_correction(const moon_event *event, moon_err *err) {
    if (moon_str_eq(event->corrects, event->id))
        return moon_fail(err, MOON_E_RECORD_INVALID, "event %.*s corrects itself", MOON_STR_ARG(event->id));
    if (event->withdrawn && event->corrects.len == 0) {
        moon_fail(err, MOON_E_RECORD_INVALID, "event %.*s is withdrawn, and names none that it takes back",
                  MOON_STR_ARG(event->id));
        return moon_err_hint(err, "give it the id of that event: corrects");
    }
    if (event->withdrawn && moon_decimal_sign(event->quantity) != 0)
        return moon_fail(err, MOON_E_RECORD_INVALID,
                         "event %.*s takes %.*s back, and has a quantity of its own", MOON_STR_ARG(event->id),
                         MOON_STR_ARG(event->corrects));
    return MOON_OK;
}

/* What an event adds to its day, or takes off it when `by` is -1. */
static moon_status add_event(const moon_aggregate *sum, const moon_event *event, int by, moon_aggregate *out,
                             moon_err *err) {
    *out = *sum;
    if (event->corrects.len || by < 0) out->corrections++;
    if (!moon_event_counts(event)) return MOON_OK;
    out->count += by;
    return by > 0 ? moon_decimal_add(sum->quantity, event->quantity, &out->quantity, err)
                  : moon_decimal_sub(sum->quantity, event->quantity, &out->quantity, err);
}

/* The event that is corrected leaves its day. */
static moon_status take_out(moon_change *change, const moon_event *event, moon_usage_sums *sums,
                            moon_err *err) {
    moon_event old;
    moon_aggregate less;
    MOON_TRY(moon_event_replace(change, event, &old, err));
    day_sum *day = sum_of(sums, &old);
    MOON_TRY(add_event(&day->sum, &old, -1, &less, err));
    /* Counted once as corrected, and, on its own day, with what takes its place. */
    if (old.day != event->day) day->events++;
    day->sum = less;
    if (old.day != event->day) add_move(sums, &old, event);
    return MOON_OK;
}

moon_status moon_usage_take(moon_change *change, const moon_event *event, moon_usage_sums *sums,
                            moon_used *used, moon_err *err) {
    moon_event before = {.id = event->id};
    moon_aggregate more;
    bool found;
    MOON_TRY(check_quantity(event->quantity, err));
    MOON_TRY(check_account(change, sums, event->account, err));
    MOON_TRY(moon_get(change, &moon_event_type, &before, &found, err));
    if (found) {
        *used = moon_event_same(&before, event) ? MOON_USED_SAME : MOON_USED_DIFFERENT;
        return MOON_OK;
    }
    *used = MOON_USED_NEW;
    MOON_TRY(check_correction(event, err));
    MOON_TRY(add_event(&sum_of(sums, event)->sum, event, 1, &more, err));
    MOON_TRY(moon_put(change, &moon_event_type, event, err));
    if (event->corrects.len) {
        MOON_TRY(take_out(change, event, sums, err));
        MOON_TRY(add_event(&sum_of(sums, event)->sum, event, 1, &more, err));
    }
    day_sum *day = sum_of(sums, event);
    day->sum = more;
    day->events++;
    return MOON_OK;
}

/* ---- folding ---- */

typedef struct account_agreements {
    moon_str account;
    moon_agreement *items;
    size_t count;
} account_agreements;

static moon_status fold_day(moon_change *change, const day_sum *sum, moon_err *err) {
    moon_usage day = {.account = sum->account, .meter = sum->meter, .day = sum->day};
    bool found;
    MOON_TRY(moon_get(change, &moon_usage_type, &day, &found, err));
    if (!found) {
        moon_record_init(&moon_usage_type, &day);
        day.account = sum->account;
        day.meter = sum->meter;
        day.day = sum->day;
        day.count = 0;
        day.quantity = MOON_DECIMAL_ZERO;
    }
    day.count += sum->sum.count;
    if (sum->sum.corrections)
        day.corrections = sum->sum.corrections + (day.corrections == MOON_INT_NONE ? 0 : day.corrections);
    MOON_TRY(moon_decimal_add(day.quantity, sum->sum.quantity, &day.quantity, err));
    return moon_put(change, &moon_usage_type, &day, err);
}

/* How many events are late: one that moved is, once, where it came from or where it went. */
static int64_t count_late(const moon_usage_sums *sums) {
    int64_t late = 0;
    for (size_t i = 0; i < sums->count; i++)
        if (sums->items[i].late) late += sums->items[i].events - sums->items[i].moved;
    for (size_t i = 0; i < sums->move_count; i++)
        if (sums->items[sums->moves[i].from].late || sums->items[sums->moves[i].to].late) late++;
    return late;
}

moon_status moon_usage_fold(moon_change *change, const moon_context *ctx, moon_usage_sums *sums,
                            int64_t *late, moon_err *err) {
    account_agreements of = {0};
    moon_bills known = {0};
    for (size_t i = 0; i < sums->count; i++) {
        day_sum *sum = &sums->items[i];
        if (sum->events == 0 && sum->sum.corrections == 0) continue; /* its events were refused */
        MOON_TRY(fold_day(change, sum, err));
        if (!moon_str_eq(of.account, sum->account)) {
            of.account = sum->account;
            MOON_TRY(moon_touch_account(change, sum->account, err));
            MOON_TRY(moon_agreements_of(change, sum->account, sums->keep, &of.items, &of.count, err));
        }
        MOON_TRY(moon_late_check(change, ctx, &known, of.items, of.count, sum->meter, sum->day, sum->events,
                                 &sum->late, err));
    }
    *late = count_late(sums);
    sums->count = sums->move_count = 0;
    memset(sums->slots, 0, sums->slot_count * sizeof *sums->slots);
    return MOON_OK;
}
