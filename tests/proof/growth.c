/* How vectors grow (src/mp_vec_raw.c), for all lengths, capacities, page sizes and options. */
#include "model/vectors.h"

#include "mp_compiler.h"
#include "mp_region_internal.h"
#include "mp_ticket.h"

size_t STATIC(mp_vec_raw, step)(void);

void steps_are_whole_pages(void) {
    machine_of_any_size();
    const size_t step = STATIC(mp_vec_raw, step)();
    CLAIM(step != 0 && mp_is_power_of_two_or_zero(step) && step <= (size_t)32 << 20);
    CLAIM(step % seam.page == 0);
    CLAIM(seam.huge == 0 || seam.huge > (size_t)32 << 20 || step == seam.huge);
}
