/* doc/flow: text with faces, laid into lines of a terminal.                 Floor 3, includes base/ only.
 *
 * Unit: columns of a terminal, as moon_text_width counts them. What a flow holds is fit for a terminal:
 * controls are gone (moon_doc_clean), tabs are spaces, a line feed ends a line. Flows belong to the arena they
 * were begun in. */
#ifndef MOON_DOC_FLOW_H
#define MOON_DOC_FLOW_H

#include "base/arena.h"
#include "base/buf.h"

typedef struct moon_terminal_style {
    size_t width; /* columns; 0: as many as are needed */
    bool colour;  /* bold and dim faces, by ANSI escapes */
    bool utf8;    /* lines and bullets drawn with Unicode instead of ASCII; text is UTF-8 in any case */
} moon_terminal_style;

/* May be combined. */
enum { MOON_FACE_PLAIN = 0, MOON_FACE_BOLD = 1, MOON_FACE_DIM = 2 };

typedef struct moon_flow {
    moon_arena *keep;
    char *text;
    size_t len, room;
    struct moon_flow_face {
        size_t end; /* the face holds up to this byte of `text` */
        unsigned face;
    } * faces;
    size_t face_count, face_room;
} moon_flow;

/* A piece of a flow: bytes from..to, without the spaces at which it was broken. */
typedef struct moon_flow_line {
    size_t from, to, width;
} moon_flow_line;

void moon_flow_begin(moon_flow *flow, moon_arena *keep);
void moon_flow_add(moon_flow *flow, moon_str text, unsigned face);

/* Width of the widest line if none is broken, of the widest word, and of the widest word that has a digit. */
size_t moon_flow_width(const moon_flow *flow);
size_t moon_flow_word(const moon_flow *flow);
size_t moon_flow_number(const moon_flow *flow);

/* Break a flow into lines of at most `width` columns (0: only where it has line feeds), at spaces if there are
 * any, else within the word; a no-break space is no space. Returns how many, at least 1. The lines are in
 * `scratch`. */
size_t moon_flow_lay(const moon_flow *flow, size_t width, moon_arena *scratch, moon_flow_line **lines);
void moon_flow_write(const moon_flow *flow, moon_flow_line line, const moon_terminal_style *style,
                     moon_buf *out);

/* `width` columns of a thin line. */
void moon_flow_rule(size_t width, const moon_terminal_style *style, moon_buf *out);

#endif
