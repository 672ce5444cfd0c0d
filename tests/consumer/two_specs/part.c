#include "part.h"

#include "both.h"

int c_part_works(void) { return both_work(); }
