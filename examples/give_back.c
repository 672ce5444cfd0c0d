/* Serves requests of different sizes from one scratch vector. Its memory is kept after a small one,
 * which makes the next one cheap, and given back after a large one, which may never come again.
 *
 *     give_back 1000 2000000 1000 */
#include <memory_pages/mp_vec_u64_rw.h>

#include <stdio.h>
#include <stdlib.h>

enum { KEPT_BYTES = 4 << 20 };

static mp_status serve(mp_vec_u64_rw *scratch, size_t n) {
    for (size_t i = 0; i < n; i++) MP_TRY(mp_vec_u64_rw_push(scratch, (uint64_t)i * i));

    size_t used, kept;
    MP_TRY(mp_vec_u64_rw_resident_bytes(scratch, &used));
    if (used > KEPT_BYTES)
        MP_TRY(mp_vec_u64_rw_clear_decommit(scratch));
    else
        mp_vec_u64_rw_clear(scratch);
    MP_TRY(mp_vec_u64_rw_resident_bytes(scratch, &kept));
    printf("%12zu %15zu %15zu\n", n, used, kept);
    return MP_OK;
}

int main(int argc, char **argv) {
    MP_AUTO(mp_vec_u64_rw) scratch = MP_INIT;
    mp_expect(mp_vec_u64_rw_create(0, &scratch));
    printf("%12s %15s %15s\n", "elements", "resident bytes", "bytes kept");
    for (int i = 1; i < argc; i++) mp_expect(serve(&scratch, strtoul(argv[i], NULL, 10)));
    return EXIT_SUCCESS;
}
