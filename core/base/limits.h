/* base/limits: every bound that a person or a file can run into, in one place.   Floor 0.
 *
 * The test build (-DMOON_SMALL_LIMITS) shrinks some of them, so that rare paths become common ones. */
#ifndef MOON_BASE_LIMITS_H
#define MOON_BASE_LIMITS_H

#ifdef MOON_SMALL_LIMITS
#define MOON_ARENA_BLOCK 256    /* bytes */
#define MOON_COMMIT_ACCOUNTS 2  /* accounts billed or issued in one commit */
#define MOON_COMMIT_DOCUMENTS 3 /* documents approved in one commit */
#define MOON_COMMIT_IMPORTS 2   /* records imported in one commit */
#define MOON_COMMIT_EVENTS 3    /* usage events imported in one commit */
#define MOON_EVENTS_READ 2      /* usage events that rules get at once */
#define MOON_COMMIT_LETTERS 2   /* letters written in one commit, and files open at once for them */
#else
#define MOON_ARENA_BLOCK (64 * 1024) /* bytes */
#define MOON_COMMIT_ACCOUNTS 200
#define MOON_COMMIT_DOCUMENTS 500
#define MOON_COMMIT_IMPORTS 256
#define MOON_COMMIT_EVENTS 8192
#define MOON_EVENTS_READ 512
#define MOON_COMMIT_LETTERS 100
#endif

#define MOON_ID_MAX 128           /* bytes of an identifier; LMDB keys end at 511 */
#define MOON_KEY_MAX 511          /* bytes of a key in the store */
#define MOON_TEXT_MAX (64 * 1024) /* bytes of one text field of a record */
#define MOON_LIST_MAX 100000      /* parts of one list in a record, such as lines of an invoice */
#define MOON_NEST_MAX 32    /* depth of lists in records, of tables in scripts, of blocks in documents */
#define MOON_TERMS_MAX 3650 /* days from issue to due date */
#define MOON_FILE_MAX (1024L * 1024 * 1024)  /* bytes of a file that is read whole */
#define MOON_RULE_FILE_MAX (4 * 1024 * 1024) /* bytes of one rule file or layout */
#define MOON_DOC_MAX (16 * 1024 * 1024)      /* bytes of Markdown that make one document */
#define MOON_DOC_TEXT_MAX (64 * 1024 * 1024) /* bytes that values add to one document */
#define MOON_DOC_NODES_MAX 2000000 /* nodes of one document: an invoice of MOON_LIST_MAX lines fits */
#define MOON_TABLE_COLUMNS_MAX 64

#endif
