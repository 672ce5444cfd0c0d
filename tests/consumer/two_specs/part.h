/* The part of the program that is compiled as C. */
#pragma once

#ifdef __cplusplus
extern "C" int c_part_works(void);
#else
int c_part_works(void);
#endif
