/* Small record types for the tests of store/, one field of each kind. */
#ifndef MOON_TESTS_STORE_TYPES_H
#define MOON_TESTS_STORE_TYPES_H

#include "store/record.h"

#define PART_FIELDS(F)                                                                                       \
    F(1, TEXT, what, MOON_REQUIRED, MOON_PLAIN, "what it is")                                                \
    F(2, DECIMAL, quantity, 0, MOON_PLAIN, "how many")                                                       \
    F(3, MINOR, amount, 0, MOON_PLAIN, "how much")
MOON_STRUCT(part, PART_FIELDS)
#define MOON_THIS part
static const moon_field part_fields[] = {PART_FIELDS(MOON_FIELD_ROW)};
#undef MOON_THIS
static const moon_type part_type = {.name = "part",
                                    .plural = "parts",
                                    .size = sizeof(part),
                                    .fields = part_fields,
                                    .field_count = sizeof part_fields / sizeof *part_fields};

static const char *const thing_states[] = {"open", "closed", "lost", NULL};

#define THING_FIELDS(F)                                                                                      \
    F(1, ID, id, MOON_REQUIRED, MOON_PLAIN, "its name")                                                      \
    F(2, DATE, from, MOON_REQUIRED, MOON_PLAIN, "first day")                                                 \
    F(3, INT, number, 0, MOON_PLAIN, "a number")                                                             \
    F(4, TEXT, text, 0, MOON_PLAIN, "a text")                                                                \
    F(5, DECIMAL, decimal, 0, MOON_PLAIN, "a decimal")                                                       \
    F(6, MINOR, amount, 0, MOON_PLAIN, "an amount")                                                          \
    F(7, CURRENCY, currency, 0, MOON_PLAIN, "its currency")                                                  \
    F(8, ENUM, state, MOON_REQUIRED, thing_states, "its state")                                              \
    F(9, HASH, hash, 0, MOON_PLAIN, "a hash")                                                                \
    F(10, BYTES, bytes, 0, MOON_PLAIN, "bytes")                                                              \
    F(11, TAGS, tags, 0, MOON_PLAIN, "tags")                                                                 \
    F(12, LIST, parts, 0, part_type, "its parts")                                                            \
    F(13, BOOL, flag, 0, MOON_PLAIN, "yes or no")
MOON_STRUCT(thing, THING_FIELDS)
#define MOON_THIS thing
static const moon_field thing_fields[] = {THING_FIELDS(MOON_FIELD_ROW)};
#undef MOON_THIS
static inline bool thing_has_text(const void *record) { return ((const thing *)record)->text.len > 0; }
static const moon_type thing_type = {.name = "thing",
                                     .plural = "things",
                                     .number = 0x20,
                                     .size = sizeof(thing),
                                     .fields = thing_fields,
                                     .field_count = sizeof thing_fields / sizeof *thing_fields,
                                     .key = {"id", "from"},
                                     .indexes = {{"number", {"number"}, NULL},
                                                 {"text", {"text", "from"}, thing_has_text},
                                                 {"state", {"state", "currency"}, NULL}},
                                     .state = "state",
                                     .moves = (const struct moon_move[]){{0, 1}, {1, 2}, {2, 1}, {0, 0}}};

#define PERSON_FIELDS(F)                                                                                     \
    F(1, ID, id, MOON_REQUIRED, MOON_PLAIN, "the account")                                                   \
    F(2, INT, version, MOON_REQUIRED, MOON_PLAIN, "which version")                                           \
    F(3, TEXT, name, MOON_PERSONAL | MOON_REQUIRED, MOON_PLAIN, "name")                                      \
    F(4, TEXT, street, MOON_PERSONAL, MOON_PLAIN, "street")                                                  \
    F(5, TEXT, country, 0, MOON_PLAIN, "country")
MOON_STRUCT(person, PERSON_FIELDS)
#define MOON_THIS person
static const moon_field person_fields[] = {PERSON_FIELDS(MOON_FIELD_ROW)};
#undef MOON_THIS
static const moon_type person_type = {.name = "person",
                                      .plural = "persons",
                                      .number = 0x21,
                                      .size = sizeof(person),
                                      .fields = person_fields,
                                      .field_count = sizeof person_fields / sizeof *person_fields,
                                      .key = {"id", "version"},
                                      .indexes = {{"country", {"country"}, NULL}},
                                      .account = "id"};

#endif
