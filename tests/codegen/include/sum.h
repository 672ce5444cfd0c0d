/* A header that a signature of the tiny spec names. */
#ifndef SUM_H
#define SUM_H

#include <stddef.h>

#endif
