#include "app/cmd_records.h"

static const moon_option list_options[] = {
    MOON_OPTION_FORMAT,
    {"limit", 0, MOON_OPTION_INT, "N", "at most N rows", false},
    {"as-of", 0, MOON_OPTION_DATE, "DATE",
     "accounts, products, agreements: versions of that day; documents: open amount and status at its end",
     false},
    {"versions", 0, MOON_OPTION_FLAG, NULL, "accounts, products, agreements: all versions", false},
    MOON_OPTION_END};

static const moon_option show_options[] = {
    {"format", 0, MOON_OPTION_CHOICE, "text|json", "how to print it; amounts in json are texts", false},
    {"as-of", 0, MOON_OPTION_DATE, "DATE",
     "the version of an account, product or agreement that holds on that day", false},
    MOON_OPTION_END};

static const moon_option edit_options[] = {
    {"from", 0, MOON_OPTION_DATE, "DATE", "first day on which it holds, today if not given", false},
    MOON_OPTION_DRY_RUN,
    MOON_OPTION_END};

static const moon_command commands[] = {
    {"list", "records of one kind, filtered",
     "list KIND [FIELD=VALUE ...] [--format table|csv|json] [--limit N]",
     "Kinds: accounts, products, agreements, orders, events, usage, grants, burns, invoices, credit-notes,\n"
     "drafts, documents, items, payments, prepaid, applications, adjustments, disputes, promises, holds,\n"
     "reminders, messages, entries, balances, series, gaps, closings, occurrences, claims, closures, "
     "parked,\n"
     "audit.\n"
     "\n"
     "FIELD=VALUE chooses rows; other signs are != < <= > >= and ~ (contains). Quote what has < or > in it. "
     "All must hold.\n"
     "FIELD= asks for rows without a value. csv and json have every field, the table the most useful ones.\n"
     "\n"
     "Status of an invoice on the day: open, part-credited, part-paid, overdue (something is open after the "
     "due date), paid,\n"
     "credited (credit notes alone settled it), written-off (given up, at least in part), void (from the day "
     "of voiding on);\n"
     "of a credit note: open, part-applied, applied, void. A document of a later day is not-yet; with "
     "--as-of, invoices and\n"
     "credit-notes leave it out. Void and not-yet documents are not part of totals. Everything unpaid: "
     "open!=0.\n"
     "\n"
     "csv is exact data by RFC 4180: UTF-8, numbers with a point. A cell that begins with = is written as it "
     "is; have your\n"
     "spreadsheet import columns as text.\n"
     "\n"
     "Examples\n"
     "  moonbill list invoices status=overdue\n"
     "  moonbill list invoices account=ACME 'date>=2026-12-01' --format csv",
     list_options, 1, -1, MOON_NEEDS_BOOK, moon_command_list},
    {"show", "one record with all that belongs to it",
     "show ID [--format text|json]\nshow KIND ID\nshow KIND/ID",
     "Finds documents by number or id, and every other record by its id. Where an id names several "
     "records, say which:\n"
     "show order SO-1001, or show order/SO-1001.\n"
     "\n"
     "Kinds: document, invoice, credit-note, order, account, product, agreement, payment, adjustment, grant, "
     "dispute,\n"
     "promise, hold, message, entry, parked.\n"
     "\n"
     "Examples\n"
     "  moonbill show INV-2026-00001\n"
     "  moonbill show account ACME --as-of 2026-12-01",
     show_options, 1, 2, MOON_NEEDS_BOOK, moon_command_show},
    {"add", "a new account, product, agreement, order or grant",
     "add KIND ID [FIELD=VALUE ...] [--from DATE] [--dry-run]",
     "Fields are those of: moonbill list KIND --format csv --limit 0. Tags are given as tags.NAME=VALUE, "
     "lines of an order as\n"
     "line.1.product=..., line.1.quantity=..., line.1.price=...\n"
     "A grant is money given, not paid: it is used up as a discount before tax, from its first day to the "
     "end "
     "of the day it\n"
     "expires on, the lowest priority first. It needs the role approve, and a reason.\n"
     "\n"
     "Examples\n"
     "  moonbill add account ACME name=\"Acme Ltd\" country=GB terms=14\n"
     "  moonbill add agreement A-7 account=ACME plan=subscription start=2026-12-01 tags.seats=12\n"
     "  moonbill add order 900001 account=ACME line.1.product=22423 line.1.quantity=2 line.1.price=12.75\n"
     "  moonbill add grant G-1 account=ACME amount=100 expires=2027-03-31 text=\"Welcome credit\" "
     "reason=\"offer 7\"",
     edit_options, 2, -1, MOON_NEEDS_BOOK, moon_command_add},
    {"set", "change an account, product, agreement, order, grant or payment",
     "set KIND ID FIELD=VALUE ... [--from DATE] [--dry-run]",
     "Accounts, products and agreements keep their versions: the change holds from --from on, documents of "
     "earlier days keep\n"
     "what held then. An order can be repaired until it is billed; one that is held becomes due once nothing "
     "is missing.\n"
     "FIELD= takes a value away, line.3= a line.\n"
     "Of a payment, account=ID moves what is unapplied of it to the account that it belongs to, where it is "
     "applied; of a\n"
     "refund that waits for approval, state=refused means that it is not paid; of prepaid money, expires= "
     "and "
     "priority= say\n"
     "until when it is used, and before what.\n"
     "\n"
     "Examples\n"
     "  moonbill set account ACME terms=30 --from 2026-12-01\n"
     "  moonbill set order SO-1001 account=ACME line.1.quantity=5\n"
     "  moonbill set payment B-1001 account=ACME",
     edit_options, 2, -1, MOON_NEEDS_BOOK, moon_command_set},
    {0}};

const moon_command_group moon_commands_records = {"Records", commands};
