/* Regions as src/mp_region_internal.h promises them to vectors, and no better: each call may fail
 * and then changes nothing; a success may move. That src/mp_region.c keeps this is proved in
 * regions.c. Their memory is real, so that what vectors write to it is checked.
 */
#ifndef MODEL_VECTORS_H
#define MODEL_VECTORS_H

#include "seam.h"

#include "memory_pages/mp_vec_raw.h"

/* Real sizes; nobody looks at the content. */
void machine_of_any_size(void);

/* How often the calls of a proof may fail. */
extern unsigned refusals_left;

/* Pages of 8 bytes, steps of 16: all that a vector does happens within a few elements. */
void tiny_machine(void);

/* Any vector that keeps the invariant below, of up to `most` bytes of address space. */
mp_vec_raw any_vector(size_t most);

/* What holds of each vector between two calls. */
bool is_vector(const mp_vec_raw *vec);

/* Whether nothing but what a program cannot see is different. */
bool is_unchanged(const mp_vec_raw *vec, const mp_vec_raw *before);

extern const mp_element element;

#endif
