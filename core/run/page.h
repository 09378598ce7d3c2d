/* run/page: documents and statements set by a layout.                        Floor 5. */
#ifndef MOON_RUN_PAGE_H
#define MOON_RUN_PAGE_H

#include "books/receivable.h"
#include "doc/terminal.h"
#include "run/book.h"

/* A filled layout: a document tree with its title and language, in the arena it was made in. */
typedef struct moon_page {
    moon_doc *doc;
    moon_str title, lang;
} moon_page;

/* The page of an invoice or credit note: rules/layouts/invoice.md or credit-note.md, in the locale of its
 * account. */
MOON_CHECK moon_status moon_page_of_document(moon_book *book, const moon_document *document, moon_arena *keep,
                                             moon_page *out, moon_err *err);
/* The page of a message: rules/layouts/<its layout>.md, in a locale ("" for the book's). */
MOON_CHECK moon_status moon_page_of_message(moon_book *book, const moon_message *message, moon_str locale,
                                            moon_arena *keep, moon_page *out, moon_err *err);
/* The page of a statement: rules/layouts/statement.md. */
MOON_CHECK moon_status moon_page_of_statement(moon_book *book, const moon_account *account,
                                              const moon_statement *statement, const moon_ageing_row *ageing,
                                              moon_date from, moon_date to, moon_arena *keep, moon_page *out,
                                              moon_err *err);

/* As a self-contained HTML page, with rules/layouts/page.css; as text for a terminal. */
void moon_page_html(const moon_book *book, const moon_page *page, moon_buf *out);
void moon_page_text(const moon_page *page, const moon_terminal_style *style, moon_buf *out);

#endif
