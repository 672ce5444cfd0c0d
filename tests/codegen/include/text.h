/* An element that owns something, for the tiny spec. */
#ifndef TEXT_H
#define TEXT_H

#include <memory_pages/mp_status.h>

MP_EXTERN_C_BEGIN

struct text {
    char *characters;
};

void text_end(struct text *text);
mp_status text_copy(struct text *to, const struct text *from);
bool text_equal(const struct text *a, const struct text *b);

MP_EXTERN_C_END

#endif
