#include "store/pages.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"

enum {
    HEADER =
        16, /* page number 8, pad 2, flags 2, then lower 2 and upper 2, or the length of an overflow run 4 */
    NODE = 8,   /* low 2, high 2, flags 2, key size 2; then key and data, rounded up to an even size */
    META = 136, /* magic 4, version 4, address 8, map size 8, two trees of 48, last page 8, transaction 8 */
    DEPTH_MAX = 32,
    PAGE_SIZE_MIN = 512,
    PAGE_SIZE_MAX = 32768
};
enum { FLAG_BRANCH = 1, FLAG_LEAF = 2, FLAG_OVERFLOW = 4, FLAG_META = 8 };
enum { NODE_BIG = 1, TREE_INTEGER_KEY = 8 };
#define MAGIC 0xBEEFC0DEu
#define NO_PAGE UINT64_MAX

/* What a page has been found to be. */
typedef enum { PLACE_NONE, PLACE_META, PLACE_RECORDS, PLACE_FREE, PLACE_FREED } place;
static const char *const place_names[] = {"", "a meta page", "a page of the records",
                                          "a page of the free tree", "a freed page"};

typedef struct {
    const char *name;
    place place;
    unsigned flags;
    uint64_t root;
    moon_pages_tree stated, found;
} tree;

typedef struct {
    int fd;
    const char *path;
    uint64_t size, page_size, pages, transaction, freed;
    unsigned char *places;            /* a place for each page */
    unsigned char *levels[DEPTH_MAX]; /* the page of each level of the walk */
    unsigned char *covered;           /* one page: bytes that nodes take */
    unsigned char *map;               /* NULL for none */
    tree records, free;
    moon_err *err;
} check;

typedef struct {
    uint64_t page;
    const unsigned char *bytes;
    size_t count, upper;
    bool leaf;
} sheet; /* a page of a tree, its header checked */

typedef struct {
    size_t at; /* offset in its page */
    unsigned flags;
    moon_str key;
    uint64_t size, child; /* of a leaf: bytes of the data; of a branch: the page below */
    const unsigned char *data;
} node;

static uint64_t get(const unsigned char *bytes, int size) {
    uint64_t value = 0;
    for (int i = size - 1; i >= 0; i--) value = value << 8 | bytes[i];
    return value;
}

__attribute__((format(printf, 3, 4))) static moon_status damaged(const check *c, uint64_t page,
                                                                 const char *fmt, ...) {
    char text[300];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    moon_fail(c->err, MOON_E_BOOK_DAMAGED, "page %llu: %s", (unsigned long long)page, text);
    return moon_err_at(c->err, c->path, 0);
}

static void mark(const check *c, uint64_t page, size_t from, size_t to, int use) {
    if (!c->map || (page + 1) * c->page_size > c->size) return;
    memset(c->map + page * c->page_size + from, use, to - from);
}

/* ---- reading ---- */

static moon_status read_at(const check *c, uint64_t offset, void *bytes, size_t len) {
    char *at = bytes;
    while (len > 0) {
        ssize_t got = pread(c->fd, at, len, (off_t)offset);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return moon_fail_sys(c->err, MOON_E_IO, errno, "cannot read %s", c->path);
        if (got == 0)
            return moon_fail(c->err, MOON_E_BOOK_DAMAGED, "%s ended while it was read, at byte %llu", c->path,
                             (unsigned long long)offset);
        at += got;
        offset += (uint64_t)got;
        len -= (size_t)got;
    }
    return MOON_OK;
}

static moon_status open_file(check *c) {
    struct stat info;
    c->fd = open(c->path, O_RDONLY | O_CLOEXEC);
    if (c->fd < 0 && errno == ENOENT)
        return moon_fail(c->err, MOON_E_NOT_FOUND, "there is no file %s", c->path);
    if (c->fd < 0) return moon_fail_sys(c->err, MOON_E_IO, errno, "cannot open %s", c->path);
    if (fstat(c->fd, &info) < 0) return moon_fail_sys(c->err, MOON_E_IO, errno, "cannot read %s", c->path);
    if (!S_ISREG(info.st_mode)) return moon_fail(c->err, MOON_E_IO, "%s is not a file", c->path);
    c->size = (uint64_t)info.st_size;
    return MOON_OK;
}

/* Take page `page` for one place; nothing else may have it. */
static moon_status take(const check *c, uint64_t from, uint64_t page, place as) {
    if (page >= c->pages)
        return damaged(c, from, "names page %llu, but the last page is %llu", (unsigned long long)page,
                       (unsigned long long)(c->pages - 1));
    if (c->places[page] != PLACE_NONE)
        return damaged(c, from, "names page %llu as %s, but that is %s already", (unsigned long long)page,
                       place_names[as], place_names[c->places[page]]);
    c->places[page] = (unsigned char)as;
    return MOON_OK;
}

static moon_status take_in_file(const check *c, uint64_t from, uint64_t page, place as) {
    MOON_TRY(take(c, from, page, as));
    if ((page + 1) * c->page_size > c->size)
        return damaged(c, page, "is behind the end of the file, which has %llu bytes: it was cut short",
                       (unsigned long long)c->size);
    return MOON_OK;
}

static moon_status check_identity(const check *c, uint64_t page, const unsigned char *bytes, unsigned flags) {
    if (get(bytes, 8) != page)
        return damaged(c, page, "says that it is page %llu", (unsigned long long)get(bytes, 8));
    if (get(bytes + 10, 2) != flags)
        return damaged(c, page, "has kind %llu, expected %u", (unsigned long long)get(bytes + 10, 2), flags);
    return MOON_OK;
}

/* ---- meta pages ---- */

static tree read_tree(const unsigned char *bytes, const char *name, place as) {
    tree t = {.name = name, .place = as, .flags = (unsigned)get(bytes + 4, 2), .root = get(bytes + 40, 8)};
    t.stated = (moon_pages_tree){get(bytes + 6, 2), get(bytes + 8, 8), get(bytes + 16, 8), get(bytes + 24, 8),
                                 get(bytes + 32, 8)};
    return t;
}

static moon_status check_meta(const check *c, uint64_t page, const unsigned char *bytes) {
    const unsigned char *meta = bytes + HEADER;
    uint64_t version = get(meta + 4, 4), size = get(meta + 24, 4);
    MOON_TRY(check_identity(c, page, bytes, FLAG_META));
    if (get(meta, 4) != MAGIC) return damaged(c, page, "does not begin as LMDB's pages do");
    if (version != 1)
        return damaged(c, page, "has format version %llu, expected 1", (unsigned long long)version);
    if (size < PAGE_SIZE_MIN || size > PAGE_SIZE_MAX || (size & (size - 1)) != 0 ||
        (c->page_size && size != c->page_size))
        return damaged(c, page, "has the page size %llu", (unsigned long long)size);
    if (get(meta + 8, 8) != 0) return damaged(c, page, "wants a fixed address in memory");
    return MOON_OK;
}

/* Two neighbours in time, each in its own place: transaction n is in meta page n modulo 2. A new file has 0 in
 * both. */
static moon_status check_transactions(const check *c, uint64_t first, uint64_t second) {
    bool fresh = first == 0 && second == 0;
    bool good =
        first > second ? first - second == 1 && first % 2 == 0 : second - first == 1 && second % 2 == 1;
    if (fresh || good) return MOON_OK;
    return damaged(c, first > second ? 0 : 1, "is of transaction %llu and the other meta page of %llu",
                   (unsigned long long)(first > second ? first : second),
                   (unsigned long long)(first > second ? second : first));
}

static moon_status use_meta(check *c, uint64_t page, const unsigned char *meta) {
    uint64_t last = get(meta + 120, 8);
    c->transaction = get(meta + 128, 8);
    c->free = read_tree(meta + 24, "the free tree", PLACE_FREE);
    c->records = read_tree(meta + 72, "the records", PLACE_RECORDS);
    if (c->free.flags != TREE_INTEGER_KEY || c->records.flags != 0 || get(meta + 72, 4) != 0)
        return damaged(c, page, "describes trees with flags %u and %u, expected %d and 0", c->free.flags,
                       c->records.flags, TREE_INTEGER_KEY);
    /* Each page is in the file or named by eight bytes of a list in it. */
    if (last < 1 || last > c->size / c->page_size + c->size / 8)
        return damaged(c, page, "says that page %llu is the last, which a file of %llu bytes cannot have",
                       (unsigned long long)last, (unsigned long long)c->size);
    c->pages = last + 1;
    return MOON_OK;
}

static moon_status read_metas(check *c) {
    unsigned char bytes[2][HEADER + META];
    if (c->size < sizeof bytes[0])
        return damaged(c, 0, "is missing: the file has %llu bytes", (unsigned long long)c->size);
    MOON_TRY(read_at(c, 0, bytes[0], sizeof bytes[0]));
    MOON_TRY(check_meta(c, 0, bytes[0]));
    c->page_size = get(bytes[0] + HEADER + 24, 4);
    if (c->size < 2 * c->page_size)
        return damaged(c, 1, "is missing: the file has %llu bytes", (unsigned long long)c->size);
    MOON_TRY(read_at(c, c->page_size, bytes[1], sizeof bytes[1]));
    MOON_TRY(check_meta(c, 1, bytes[1]));
    uint64_t first = get(bytes[0] + HEADER + 128, 8), second = get(bytes[1] + HEADER + 128, 8);
    MOON_TRY(check_transactions(c, first, second));
    uint64_t newer = second > first;
    return use_meta(c, newer, bytes[newer] + HEADER);
}

static void mark_metas(const check *c) {
    for (uint64_t page = 0; page < 2; page++) {
        bool newer = page == c->transaction % 2;
        mark(c, page, 0, 8, MOON_PAGES_STRUCTURE);
        mark(c, page, 10, 12, MOON_PAGES_STRUCTURE);
        mark(c, page, HEADER, HEADER + 16, MOON_PAGES_STRUCTURE);
        mark(c, page, HEADER + 24, HEADER + (newer ? META - 8 : 28), MOON_PAGES_STRUCTURE);
        mark(c, page, HEADER + META - 8, HEADER + META, MOON_PAGES_CONTENT);
    }
}

/* ---- pages of a tree ---- */

static moon_status read_sheet(const check *c, uint64_t page, unsigned char *bytes, bool leaf, sheet *out) {
    MOON_TRY(read_at(c, page * c->page_size, bytes, c->page_size));
    MOON_TRY(check_identity(c, page, bytes, leaf ? FLAG_LEAF : FLAG_BRANCH));
    uint64_t lower = get(bytes + 12, 2), upper = get(bytes + 14, 2);
    if (lower < HEADER || lower % 2 || lower > upper || upper > c->page_size || upper % 2)
        return damaged(c, page, "has its free room from %llu to %llu", (unsigned long long)lower,
                       (unsigned long long)upper);
    *out = (sheet){page, bytes, (size_t)(lower - HEADER) / 2, (size_t)upper, leaf};
    if (out->count == 0) return damaged(c, page, "has no entries");
    mark(c, page, 0, 8, MOON_PAGES_STRUCTURE);
    mark(c, page, 10, (size_t)lower, MOON_PAGES_STRUCTURE);
    return MOON_OK;
}

/* Node `i`, inside its page. */
static moon_status read_node(const check *c, const sheet *s, size_t i, node *out) {
    size_t at = (size_t)get(s->bytes + HEADER + 2 * i, 2);
    if (at < s->upper || at % 2 || at + NODE > c->page_size)
        return damaged(c, s->page, "has entry %zu at byte %zu, outside of its entries", i, at);
    const unsigned char *bytes = s->bytes + at;
    uint64_t low = get(bytes, 4);
    size_t key_size = (size_t)get(bytes + 6, 2);
    *out = (node){.at = at,
                  .flags = (unsigned)get(bytes + 4, 2),
                  .key = {(const char *)bytes + NODE, key_size},
                  .size = low,
                  .data = bytes + NODE + key_size};
    size_t inside = s->leaf ? (out->flags & NODE_BIG ? 8 : low) : 0;
    if (!s->leaf)
        out->child = low | (uint64_t)out->flags << 32;
    else if (out->flags & ~(unsigned)NODE_BIG)
        return damaged(c, s->page, "has entry %zu of kind %u", i, out->flags);
    size_t size = NODE + key_size + inside;
    if (size > c->page_size - at)
        return damaged(c, s->page, "has entry %zu of %zu bytes at byte %zu: more than the page holds", i,
                       size, at);
    if (out->flags & NODE_BIG && s->leaf) out->child = get(out->data, 8);
    return MOON_OK;
}

static size_t node_end(const sheet *s, const node *n) {
    size_t inside = !s->leaf ? 0 : n->flags & NODE_BIG ? 8 : (size_t)n->size;
    return n->at + NODE + n->key.len + inside;
}

static void mark_node(const check *c, const tree *t, const sheet *s, const node *n) {
    int lengths = t->place == PLACE_FREE && s->leaf ? MOON_PAGES_STRUCTURE : MOON_PAGES_CONTENT;
    size_t data = n->at + NODE + n->key.len;
    mark(c, s->page, n->at, n->at + 4, s->leaf ? lengths : MOON_PAGES_STRUCTURE);
    mark(c, s->page, n->at + 4, n->at + 6, MOON_PAGES_STRUCTURE);
    mark(c, s->page, n->at + 6, n->at + 8, lengths);
    mark(c, s->page, n->at + NODE, node_end(s, n), MOON_PAGES_CONTENT);
    if (s->leaf && n->flags & NODE_BIG) mark(c, s->page, data, data + 8, MOON_PAGES_STRUCTURE);
}

/* The nodes fill the page from `upper` to its end, each byte once. */
static moon_status check_filling(const check *c, const tree *t, const sheet *s) {
    size_t filled = 0;
    memset(c->covered, 0, c->page_size);
    for (size_t i = 0; i < s->count; i++) {
        node n;
        MOON_TRY(read_node(c, s, i, &n));
        size_t end = node_end(s, &n);
        end += end % 2;
        if (end > c->page_size || memchr(c->covered + n.at, 1, end - n.at))
            return damaged(c, s->page, "has entry %zu at byte %zu over another one", i, n.at);
        memset(c->covered + n.at, 1, end - n.at);
        filled += end - n.at;
        mark_node(c, t, s, &n);
    }
    if (filled != c->page_size - s->upper)
        return damaged(c, s->page, "has entries of %zu bytes, expected %llu", filled,
                       (unsigned long long)c->page_size - s->upper);
    return MOON_OK;
}

static int compare_keys(const tree *t, moon_str a, moon_str b) {
    if (t->place == PLACE_RECORDS) return moon_str_cmp(a, b);
    uint64_t left = get((const unsigned char *)a.ptr, 8), right = get((const unsigned char *)b.ptr, 8);
    return left < right ? -1 : left > right;
}

static moon_status check_key(const check *c, const tree *t, const sheet *s, size_t i, moon_str key) {
    bool good = t->place == PLACE_RECORDS ? key.len >= 1 && key.len <= MOON_KEY_MAX : key.len == 8;
    return good ? MOON_OK : damaged(c, s->page, "has entry %zu with a key of %zu bytes", i, key.len);
}

/* Keys ascend, the first not before `low`, the last before `high`; a bound without bytes is none. The first key
 * of a branch page means nothing. */
static moon_status check_order(const check *c, const tree *t, const sheet *s, moon_str low, moon_str high) {
    moon_str before = low;
    for (size_t i = s->leaf ? 0 : 1; i < s->count; i++) {
        node n;
        MOON_TRY(read_node(c, s, i, &n));
        MOON_TRY(check_key(c, t, s, i, n.key));
        int order = before.len ? compare_keys(t, before, n.key) : -1;
        bool first = i == (s->leaf ? 0 : 1), equal_allowed = first && s->leaf;
        if (order > 0 || (order == 0 && !equal_allowed))
            return damaged(c, s->page, "has entry %zu out of order", i);
        before = n.key;
    }
    if (high.len && before.len && compare_keys(t, before, high) >= 0)
        return damaged(c, s->page, "has its last entry behind the next page's first");
    return MOON_OK;
}

/* ---- data on overflow pages, and the lists of freed pages ---- */

static moon_status check_overflow(const check *c, tree *t, const sheet *s, const node *n) {
    unsigned char header[HEADER];
    uint64_t first = n->child, need = (HEADER - 1 + n->size) / c->page_size + 1;
    MOON_TRY(take_in_file(c, s->page, first, t->place));
    MOON_TRY(read_at(c, first * c->page_size, header, sizeof header));
    MOON_TRY(check_identity(c, first, header, FLAG_OVERFLOW));
    uint64_t run = get(header + 12, 4);
    if (run < need)
        return damaged(c, first, "begins %llu pages for %llu bytes, expected %llu or more",
                       (unsigned long long)run, (unsigned long long)n->size, (unsigned long long)need);
    if (run > c->pages - first)
        return damaged(c, first, "begins %llu pages, more than follow", (unsigned long long)run);
    for (uint64_t i = 1; i < run; i++) MOON_TRY(take_in_file(c, first, first + i, t->place));
    t->found.overflow += run;
    mark(c, first, 0, 8, MOON_PAGES_STRUCTURE);
    mark(c, first, 10, HEADER, MOON_PAGES_STRUCTURE);
    if (c->map) memset(c->map + first * c->page_size + HEADER, MOON_PAGES_CONTENT, n->size);
    return MOON_OK;
}

/* A count, then that many page numbers, the highest first. What is behind them is spare. */
static moon_status check_freed(check *c, const sheet *s, const unsigned char *list, uint64_t size) {
    uint64_t before = NO_PAGE, count = size >= 8 ? get(list, 8) : 0;
    if (size < 8 || size % 8 || count > size / 8 - 1)
        return damaged(c, s->page, "has a list of %llu freed pages in %llu bytes", (unsigned long long)count,
                       (unsigned long long)size);
    for (uint64_t i = 1; i <= count; i++) {
        uint64_t page = get(list + 8 * i, 8);
        if (page >= before) return damaged(c, s->page, "has a list of freed pages out of order");
        MOON_TRY(take(c, s->page, page, PLACE_FREED));
        before = page;
    }
    c->freed += count;
    return MOON_OK;
}

static void mark_freed(const check *c, uint64_t offset, uint64_t size, uint64_t count) {
    if (!c->map) return;
    memset(c->map + offset, MOON_PAGES_UNUSED, size);
    memset(c->map + offset, MOON_PAGES_STRUCTURE, (count + 1) * 8);
}

static moon_status check_free_node(check *c, const sheet *s, const node *n) {
    moon_str key = n->key;
    if (get((const unsigned char *)key.ptr, 8) > c->transaction)
        return damaged(c, s->page, "lists pages as freed by a transaction that is still to come");
    uint64_t offset = n->flags & NODE_BIG ? n->child * c->page_size + HEADER
                                          : s->page * c->page_size + (uint64_t)(n->data - s->bytes);
    const unsigned char *list = n->data;
    unsigned char *copy = NULL;
    moon_status status = MOON_OK;
    if (n->flags & NODE_BIG) {
        list = copy = moon_malloc(n->size + 1);
        status = read_at(c, offset, copy, n->size);
    }
    uint64_t before = c->freed;
    if (status == MOON_OK) status = check_freed(c, s, list, n->size);
    if (status == MOON_OK) mark_freed(c, offset, n->size, c->freed - before);
    free(copy);
    return status;
}

/* ---- walking ---- */

static moon_status check_leaf(check *c, tree *t, const sheet *s) {
    for (size_t i = 0; i < s->count; i++) {
        node n;
        MOON_TRY(read_node(c, s, i, &n));
        if (n.flags & NODE_BIG) MOON_TRY(check_overflow(c, t, s, &n));
        if (t->place == PLACE_FREE) MOON_TRY(check_free_node(c, s, &n));
    }
    t->found.leaf++;
    t->found.entries += s->count;
    return MOON_OK;
}

static moon_status walk(check *c, tree *t, uint64_t from, uint64_t page, size_t level, moon_str low,
                        moon_str high) {
    sheet s;
    MOON_TRY(take_in_file(c, from, page, t->place));
    MOON_TRY(read_sheet(c, page, c->levels[level], level + 1 == t->stated.depth, &s));
    MOON_TRY(check_filling(c, t, &s));
    MOON_TRY(check_order(c, t, &s, low, high));
    if (s.leaf) return check_leaf(c, t, &s);
    if (s.count < 2 && t->place == PLACE_RECORDS)
        return damaged(c, page, "has one page below it, expected two or more");
    t->found.branch++;
    node here, next;
    MOON_TRY(read_node(c, &s, 0, &here));
    for (size_t i = 0; i < s.count; i++, here = next) {
        bool last = i + 1 == s.count;
        if (!last) MOON_TRY(read_node(c, &s, i + 1, &next));
        MOON_TRY(walk(c, t, page, here.child, level + 1, i == 0 ? low : here.key, last ? high : next.key));
    }
    return MOON_OK;
}

static moon_status check_count(const check *c, const tree *t, const char *what, uint64_t stated,
                               uint64_t found) {
    if (stated == found) return MOON_OK;
    return damaged(c, c->transaction % 2, "says that %s have %llu %s, but there are %llu", t->name,
                   (unsigned long long)stated, what, (unsigned long long)found);
}

static moon_status check_tree(check *c, tree *t) {
    uint64_t meta = c->transaction % 2, depth = t->stated.depth;
    if ((t->root == NO_PAGE) != (depth == 0) || depth > DEPTH_MAX)
        return damaged(c, meta, "says that %s are %llu levels deep", t->name, (unsigned long long)depth);
    if (t->root != NO_PAGE) MOON_TRY(walk(c, t, meta, t->root, 0, MOON_STR_NONE, MOON_STR_NONE));
    t->found.depth = depth;
    MOON_TRY(check_count(c, t, "branch pages", t->stated.branch, t->found.branch));
    MOON_TRY(check_count(c, t, "leaf pages", t->stated.leaf, t->found.leaf));
    MOON_TRY(check_count(c, t, "overflow pages", t->stated.overflow, t->found.overflow));
    return check_count(c, t, "entries", t->stated.entries, t->found.entries);
}

static moon_status check_places(const check *c) {
    for (uint64_t page = 0; page < c->pages; page++)
        if (c->places[page] == PLACE_NONE)
            return damaged(c, page, "belongs to nothing: neither to a tree nor to the freed pages");
    return MOON_OK;
}

static moon_status check_file(check *c, moon_arena *map) {
    MOON_TRY(open_file(c));
    MOON_TRY(read_metas(c));
    c->places = moon_malloc(c->pages);
    memset(c->places, PLACE_NONE, c->pages);
    c->covered = moon_malloc(c->page_size);
    size_t levels =
        c->records.stated.depth > c->free.stated.depth ? c->records.stated.depth : c->free.stated.depth;
    for (size_t i = 0; i < levels && i < DEPTH_MAX; i++) c->levels[i] = moon_malloc(c->page_size);
    if (map) c->map = moon_arena_alloc(map, c->size);
    c->places[0] = c->places[1] = PLACE_META;
    mark_metas(c);
    MOON_TRY(check_tree(c, &c->records));
    MOON_TRY(check_tree(c, &c->free));
    return check_places(c);
}

static void close_file(check *c) {
    for (size_t i = 0; i < DEPTH_MAX; i++) free(c->levels[i]);
    free(c->covered);
    free(c->places);
    if (c->fd >= 0) close(c->fd);
}

moon_status moon_pages_check(const char *path, moon_arena *map, moon_pages *out, moon_err *err) {
    check c = {.fd = -1, .path = path, .err = err};
    moon_status status = check_file(&c, map);
    close_file(&c);
    if (status != MOON_OK) return status;
    *out = (moon_pages){.size = c.size,
                        .page_size = c.page_size,
                        .transaction = c.transaction,
                        .pages = c.pages,
                        .freed = c.freed,
                        .records = c.records.found,
                        .free = c.free.found,
                        .map = c.map};
    return MOON_OK;
}

moon_status moon_pages_glance(const char *path, moon_err *err) {
    check c = {.fd = -1, .path = path, .err = err};
    moon_status status = open_file(&c);
    if (status == MOON_OK) status = read_metas(&c);
    if (status == MOON_OK && c.pages > c.size / c.page_size)
        status = damaged(&c, c.size / c.page_size, "is behind the end of the file, which has %llu bytes",
                         (unsigned long long)c.size);
    close_file(&c);
    return status;
}
