/* An element that can't be copied, for the tiny spec. */
#ifndef FILE_H
#define FILE_H

#include <memory_pages/mp_config.h>

MP_EXTERN_C_BEGIN

struct file {
    int descriptor;
};

void file_close(struct file *file);

MP_EXTERN_C_END

#endif
