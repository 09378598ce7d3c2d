/* store/record: record types described once.                                Floor 2.
 *
 * A type is a list of fields in one macro (core/books/records.h). From it come the C struct, the codec,
 * validation, the keys and indexes under which a record is stored, field access by name from scripts and the
 * command line, and the columns of lists.
 *
 * Stored form: for each field that is present, in ascending number, a varint (number * 2 + sized) and then
 * either a zigzag varint or a length and bytes. Fields that this program does not know are kept as they are
 * (moon_head.unknown), so that an older program does not lose what a newer one wrote. Numbers are for ever; a
 * field that is retired leaves its number behind.
 *
 * Absent values: text with length 0, MOON_INT_NONE, a decimal with scale -1, MOON_DATE_NONE, currency 0, enum
 * 0, bool false, a hash of zeros, lists without items. moon_record_init makes all of them. */
#ifndef MOON_STORE_RECORD_H
#define MOON_STORE_RECORD_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/crypt.h"
#include "value/date.h"
#include "value/money.h"

typedef enum moon_kind {
    MOON_KIND_BOOL,
    MOON_KIND_INT,  /* int64_t */
    MOON_KIND_TEXT, /* UTF-8 up to MOON_TEXT_MAX */
    MOON_KIND_ID,   /* value/id.h */
    MOON_KIND_DECIMAL,
    MOON_KIND_MINOR, /* int64_t minor units of the record's own field `currency` (of the outermost record, for lines) */
    MOON_KIND_CURRENCY,
    MOON_KIND_DATE,
    MOON_KIND_ENUM, /* int, 0 is none; names in moon_field.names */
    MOON_KIND_HASH,
    MOON_KIND_BYTES, /* any bytes, no size limit but the store's */
    MOON_KIND_TAGS,  /* text by key, sorted by key */
    MOON_KIND_LIST   /* records of moon_field.of */
} moon_kind;

enum {
    MOON_REQUIRED = 1, /* must be present */
    MOON_PERSONAL = 2, /* stored encrypted under the account's key */
    MOON_PRICED = 4,   /* shapes amounts: a document names the version it used */
    MOON_MANAGED = 8,  /* set by moonbill alone; `set` and imports may not */
    MOON_DETAIL = 16   /* left out of lists as tables, shown by `show`, csv and json */
};

typedef struct moon_tags_pair {
    moon_str key, value;
} moon_tags_pair;
typedef struct moon_tags {
    moon_tags_pair *items;
    size_t count;
} moon_tags;
typedef struct moon_list {
    void *items;
    size_t count;
} moon_list;
/* The i-th item of a list, as a pointer to its type. */
#define MOON_AT(type, list, i) (&((type *)(list).items)[i])

#define MOON_INT_NONE INT64_MIN
#define MOON_DECIMAL_NONE ((moon_decimal){0, -1})
static inline bool moon_decimal_present(moon_decimal d) { return d.scale >= 0; }

/* First member of every record's struct, also of the records in lists. */
typedef struct moon_head {
    uint64_t
        seq; /* the commit that wrote it, 0 for a record not read from a book; not stored in the record's bytes */
    moon_str unknown;          /* fields this program does not know, as stored */
    moon_str unknown_personal; /* the same of the personal half */
    moon_str sealed;           /* the personal fields as stored; kept when their key is gone */
    bool erased;               /* the key is gone: personal fields are absent for ever */
} moon_head;

typedef struct moon_type moon_type;
typedef struct moon_field {
    uint16_t number; /* 1..; 2047 is reserved for the sealed part */
    moon_kind kind;
    const char *name;
    size_t offset;
    unsigned flags;
    const moon_type *of;      /* LIST: type of the items */
    const char *const *names; /* ENUM: names of 1, 2, …, ended by NULL */
    const char *doc;          /* what it means, for help and reference pages */
} moon_field;

#define MOON_KEY_FIELDS_MAX 4
#define MOON_INDEXES_MAX 4
typedef struct moon_index {
    const char *name;
    const char *fields[MOON_KEY_FIELDS_MAX]; /* the primary key follows by itself */
    bool (*when)(const void *record);        /* NULL: always */
} moon_index;

struct moon_type {
    const char *name, *plural; /* "credit note" is written credit-note where a command needs one word */
    uint8_t number;            /* first byte of its keys: 0x10..0x7F; 0 for types that occur in lists only */
    size_t size;
    const moon_field *fields;
    size_t field_count;
    const char *key[MOON_KEY_FIELDS_MAX];
    moon_index indexes[MOON_INDEXES_MAX]; /* ended by a NULL name */
    const char
        *account;      /* field that names the account under whose key personal fields are sealed, or NULL */
    const char *state; /* ENUM field whose changes are ruled by `moves`, or NULL */
    const struct moon_move {
        int from, to;
    } * moves;    /* ended by {0, 0}; from 0: what a new record may have */
    bool derived; /* a cached answer: left out of the digest, made anew and compared by verify */
};

/* ---- describing a type: F(number, KIND, name, flags, of, doc) ---- */

#define MOON_CTYPE_BOOL bool
#define MOON_CTYPE_INT int64_t
#define MOON_CTYPE_TEXT moon_str
#define MOON_CTYPE_ID moon_str
#define MOON_CTYPE_DECIMAL moon_decimal
#define MOON_CTYPE_MINOR int64_t
#define MOON_CTYPE_CURRENCY moon_currency
#define MOON_CTYPE_DATE moon_date
#define MOON_CTYPE_ENUM int
#define MOON_CTYPE_HASH moon_hash
#define MOON_CTYPE_BYTES moon_str
#define MOON_CTYPE_TAGS moon_tags
#define MOON_CTYPE_LIST moon_list

#define MOON_STRUCT_MEMBER(no, kind, name, flags, of_, doc_) MOON_CTYPE_##kind name;
#define MOON_STRUCT(type, FIELDS)                                                                            \
    typedef struct type {                                                                                    \
        moon_head head;                                                                                      \
        FIELDS(MOON_STRUCT_MEMBER)                                                                           \
    } type;

/* `of` names a type (LIST) or a list of names (ENUM) and is MOON_PLAIN for the rest. Expand with MOON_THIS
 * defined as the struct. */
#define MOON_PLAIN 0
#define MOON_OF_LIST(o) .of = &o
#define MOON_OF_ENUM(o) .names = o
#define MOON_OF_BOOL(o) .of = NULL
#define MOON_OF_INT(o) .of = NULL
#define MOON_OF_TEXT(o) .of = NULL
#define MOON_OF_ID(o) .of = NULL
#define MOON_OF_DECIMAL(o) .of = NULL
#define MOON_OF_MINOR(o) .of = NULL
#define MOON_OF_CURRENCY(o) .of = NULL
#define MOON_OF_DATE(o) .of = NULL
#define MOON_OF_HASH(o) .of = NULL
#define MOON_OF_BYTES(o) .of = NULL
#define MOON_OF_TAGS(o) .of = NULL
#define MOON_FIELD_ROW(no, kind_, name_, flags_, of_, doc_)                                                  \
    {.number = no,                                                                                           \
     .kind = MOON_KIND_##kind_,                                                                              \
     .name = #name_,                                                                                         \
     .offset = offsetof(MOON_THIS, name_),                                                                   \
     .flags = (flags_),                                                                                      \
     MOON_OF_##kind_(of_),                                                                                   \
     .doc = doc_},

/* ---- using a record ---- */

/* Set every field to its absent value. */
void moon_record_init(const moon_type *type, void *record);
/* NULL if there is no such field. */
const moon_field *moon_type_field(const moon_type *type, moon_str name);
static inline void *moon_field_at(const moon_field *field, const void *record) {
    return (char *)(uintptr_t)record + field->offset;
}
bool moon_field_present(const moon_field *field, const void *record);

/* Append the stored form. `personal` chooses the half: the open fields (and what was unknown), or the personal
 * ones. */
void moon_record_encode(const moon_type *type, const void *record, bool personal, moon_buf *out);
/* Fill the fields of one half from its stored form; texts borrow from `bytes`, lists are made in `keep`.
 * Strict: ascending numbers, shortest forms, known limits. MOON_E_BOOK_DAMAGED naming the field. The open half
 * initialises the record. */
MOON_CHECK moon_status moon_record_decode(const moon_type *type, moon_str bytes, bool personal, void *record,
                                          moon_arena *keep, moon_err *err);

/* Required fields present, texts within limits and well-formed, ids proper, enum values known; also in lists.
 * MOON_E_FIELD_REQUIRED, MOON_E_RECORD_INVALID, naming the field ("lines[3].quantity"). */
MOON_CHECK moon_status moon_record_validate(const moon_type *type, const void *record, moon_err *err);
/* The same for a record that a person, a file or a rule gave: what moonbill manages it fills in later. */
MOON_CHECK moon_status moon_record_validate_given(const moon_type *type, const void *record, moon_err *err);
/* MOON_E_STATE_REFUSED unless the type's moves allow a record in state `from` (0: new) to get state `to`. */
MOON_CHECK moon_status moon_record_move(const moon_type *type, int from, int to, moon_err *err);

/* A field from text as people write it on the command line ("", an empty text, makes it absent). Tags: `key` is
 * the tag's name. MOON_E_FIELD_TYPE and the errors of the value. */
MOON_CHECK moon_status moon_field_parse(const moon_field *field, moon_str text, void *record,
                                        moon_arena *keep, moon_err *err);
/* A field as text, for lists and csv: plain numbers with a point, dates as ISO 8601, enums by name, "" for
 * absent. `currency` is the one of MINOR fields. Lists give their count. */
void moon_field_format(const moon_field *field, const void *record, moon_currency currency, moon_buf *out);
/* The value of a tag, "" where there is none; and the tags with one of them set, or, with "", taken out: a new list
 * in `keep`. */
moon_str moon_tags_get(const moon_tags *tags, moon_str key);
moon_tags moon_tags_with(const moon_tags *tags, moon_str key, moon_str value, moon_arena *keep);
/* True if both are the same in every field (head apart). */
bool moon_record_equal(const moon_type *type, const void *a, const void *b);
/* The record's own currency, 0 if the type has none. */
moon_currency moon_record_currency(const moon_type *type, const void *record);
/* A deep copy in `keep`. */
void moon_record_copy(const moon_type *type, const void *from, void *to, moon_arena *keep);

#endif
