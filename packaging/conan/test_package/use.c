#include <memory_pages/memory_pages.h>
#include <stdio.h>
#include <string.h>

int main(void) {
    MP_AUTO(mp_vec_f64_rw) samples = MP_INIT;
    mp_expect(mp_vec_f64_rw_create(0, &samples));
    for (int i = 0; i < 1000; i++) mp_expect(mp_vec_f64_rw_push(&samples, i / 8.0));
    printf("memory_pages %s: %zu samples\n", mp_version(), mp_vec_f64_rw_len(&samples));
    return strcmp(mp_version(), MP_VERSION) != 0;
}
