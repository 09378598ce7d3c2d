#include "app/cmd_book.h"

#include "base/file.h"

static const moon_option init_options[] = {
    {"country", 0, MOON_OPTION_TEXT, "CC",
     "ISO 3166-1 code of the country, such as GB; decides which taxes apply", false},
    {"currency", 0, MOON_OPTION_TEXT, "C", "the book's own currency, such as GBP; else that of the country",
     false},
    {"zone", 0, MOON_OPTION_TEXT, "ZONE",
     "time zone, such as Europe/London; else that of the country's capital", false},
    {"terms", 0, MOON_OPTION_INT, "DAYS", "days from invoice to due date, 30 if not given", false},
    {"name", 0, MOON_OPTION_TEXT, "COMPANY", "name of the company that sends the invoices", false},
    {"demo", 0, MOON_OPTION_FLAG, NULL,
     "the demo book instead: a company that exists in it alone, at the end of three months", false},
    MOON_OPTION_END};

static const moon_option verify_options[] = {
    {"digest", 0, MOON_OPTION_FLAG, NULL,
     "print only the digest of all facts: the same for two books that hold the same", false},
    {"expect", 0, MOON_OPTION_TEXT, "HEAD",
     "a head that was printed or lodged earlier, alone or as its whole line: it has to be in the chain",
     false},
    {"format", 0, MOON_OPTION_CHOICE, "text|json", "how to print what was found", false},
    MOON_OPTION_END};

static const moon_option close_options[] = {MOON_OPTION_DRY_RUN, MOON_OPTION_END};
static const moon_option reopen_options[] = {
    {"reason", 0, MOON_OPTION_TEXT, "TEXT", "why; it stays on record", false},
    MOON_OPTION_DRY_RUN,
    MOON_OPTION_END};

static moon_status backup(moon_app *app, moon_err *err) {
    moon_str path = moon_app_arg(app, 0);
    if (moon_file_exists(path.ptr) || moon_folder_exists(path.ptr)) {
        moon_fail(err, MOON_E_IO, "%s exists already", path.ptr);
        err->code = MOON_E_BOOK_EXISTS;
        return moon_err_hint(err, "a backup replaces nothing: choose another name");
    }
    MOON_TRY(moon_store_backup(app->book->store, path.ptr, err));
    moon_app_say(app, "Wrote %s. Copy book.lua and rules/ with it, and keys/ to another place.\n", path.ptr);
    return MOON_OK;
}

static const moon_option series_options[] = {
    {"last", 0, MOON_OPTION_TEXT, "NUMBER", "the last number that was given", false},
    {"reason", 0, MOON_OPTION_TEXT, "TEXT", "why; \"numbers of the system before this book\" if not given",
     false},
    MOON_OPTION_DRY_RUN,
    MOON_OPTION_END};
static const moon_option restore_options[] = {
    {"last", 0, MOON_OPTION_TEXT, "KIND=NUMBER", "the last number that was given of a series", true},
    MOON_OPTION_DRY_RUN,
    MOON_OPTION_END};

static const moon_command commands[] = {
    {"init", "make a new book",
     "init DIR [--country CC] [--currency C] [--zone ZONE] [--terms DAYS] [--name COMPANY]\ninit DIR --demo",
     "Makes the folder DIR with book.lua, starter rules and an empty book. A folder that is not empty is "
     "left alone.\n"
     "Currency and time zone do not change after the first posting; everything else can be edited in "
     "book.lua.\n"
     "--demo makes a book of a few hundred accounts that has lived through three months, with the files that "
     "came in\n"
     "in DIR/in and what it wrote in DIR/out.\n"
     "\n"
     "Examples\n"
     "  moonbill init books/uk --country GB --name \"Example Ltd\"\n"
     "  moonbill init /tmp/demo --demo",
     init_options, 1, 1, MOON_NEEDS_NOTHING, moon_command_init},
    {"verify", "check that the book holds what it should",
     "verify [--digest] [--expect HEAD] [--format json]",
     "Checks the pages of the file, the audit chain, records and indexes, that the ledger balances, that "
     "receivables equal\n"
     "their control account, that numbers have no gap and nothing is billed twice. Nothing is changed. "
     "Problems are printed\n"
     "to standard error, 20 at most; the exit status is then 3.\n"
     "\n"
     "The last line is the head of the audit chain. Lodge it with somebody who does not have access to the "
     "book, for example\n"
     "in the minutes of the month's closing: --expect shows later that nobody rewrote what came before it.\n"
     "\n"
     "Example\n"
     "  moonbill verify --expect 3fa9d1...",
     verify_options, 0, 0, MOON_NEEDS_FOLDER, moon_command_verify},
    {"backup", "write a consistent copy of the data to one file", "backup FILE",
     "Copies data/data.mdb, as of one commit, while others go on working. book.lua and rules/ are ordinary "
     "files: copy them\n"
     "beside it. Keep keys/, which opens personal data, apart from both, so that a person can be erased from "
     "backups too.\n"
     "\n"
     "To restore: make a folder with the saved book.lua, rules/ and keys/, and run moonbill restore there.\n"
     "\n"
     "Example\n"
     "  moonbill backup /backup/uk-2026-11-30.mdb",
     NULL, 1, 1, MOON_NEEDS_BOOK, backup},
    {"restore", "put a backup back into a folder without data",
     "restore FILE --last KIND=NUMBER... [--dry-run]",
     "The folder has book.lua, rules/ and keys/ from their own backup, and no data/. What was issued after "
     "the backup is not\n"
     "in it, but its numbers were given: --last names the last number used of each series, and the next one "
     "follows it. The\n"
     "numbers between are a gap on record: moonbill list gaps\n"
     "\n"
     "Example\n"
     "  moonbill -b books/uk restore /backup/uk.mdb --last invoice=INV-2026-00120 --last "
     "credit-note=CN-2026-00007",
     restore_options, 1, 1, MOON_NEEDS_FOLDER, moon_command_restore},
    {"series", "go on behind the numbers of another system", "series KIND --last NUMBER [--dry-run]",
     "KIND is invoice or credit-note. NUMBER is the last one that was given elsewhere in its year; this book "
     "goes on behind\n"
     "it, and the numbers before are a gap on record, with its reason. Wants the role admin.\n"
     "\n"
     "Example\n"
     "  moonbill series invoice --last INV-2026-00417",
     series_options, 1, 1, MOON_NEEDS_BOOK, moon_command_series},
    {"close", "close the books through a month", "close MONTH|DATE [--dry-run]",
     "Nothing becomes effective on a closed day any more: documents are issued, voided and written off on a "
     "later "
     "one, and\n"
     "a payment that the bank states of a closed day counts from the first open day, and names the day as "
     "stated. "
     "A month\n"
     "closes all days before it too; it has to be over. Wants the role admin.\n"
     "\n"
     "Examples\n"
     "  moonbill close 2026-11\n"
     "  moonbill list closings",
     close_options, 1, 1, MOON_NEEDS_BOOK, moon_command_close},
    {"reopen", "open closed books again", "reopen MONTH|DATE --reason TEXT [--dry-run]",
     "Opens the month, or the day, and all later ones. Who did it and why stays on record. Wants the role "
     "admin.\n"
     "\n"
     "Example\n"
     "  moonbill reopen 2026-11 --reason \"bank statement of the 28th came late\"",
     reopen_options, 1, 1, MOON_NEEDS_BOOK, moon_command_reopen},
    {0}};

const moon_command_group moon_commands_book = {"A book", commands};
