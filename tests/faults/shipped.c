/* A program that uses the shared library and can bear that the system refuses anything at any time.
 * Exit status: 0, or 1 if something was lost. It writes a line when the library is about to begin,
 * for whoever counts system calls. */
#define MP_ALLOW_EXEC 1
#include <memory_pages/memory_pages.h>
#include <string.h>
#include <unistd.h>

enum { ELEMENTS = 400000, PIECE = 1000 };

static bool is_filled(const mp_pages_r_w_nx *pages, uint8_t value) {
    for (size_t i = 0; i < mp_pages_r_w_nx_len(pages); i++)
        if (*mp_pages_r_w_nx_at(pages, i) != value) return false;
    return true;
}

static bool use_pages(void) {
    mp_pages_r_w_nx pages;
    mp_pages_r_nw_x code;
    if (mp_pages_r_w_nx_create(5 * mp_page_size(), &pages) != MP_OK)
        return mp_pages_r_w_nx_is_empty(&pages);
    mp_pages_r_w_nx_fill(&pages, 7);
    bool kept = true;
    if (mp_pages_r_w_nx_resize(&pages, 2 * mp_page_size()) != MP_OK)
        kept = mp_pages_r_w_nx_len(&pages) == 5 * mp_page_size();
    if (mp_pages_r_w_nx_set_protected_exec(&pages, &code) == MP_OK) {
        kept = kept && *mp_pages_r_nw_x_first(&code) == 7 && *mp_pages_r_nw_x_last(&code) == 7;
        if (mp_pages_r_nw_x_allow_write_no_exec(&code, &pages) != MP_OK)
            kept = kept && *mp_pages_r_nw_x_last(&code) == 7;
    }
    kept = kept && is_filled(&pages, 7);
    mp_pages_r_w_nx_destroy(&pages);
    mp_pages_r_nw_x_destroy(&code);
    return kept;
}

static bool is_counting(mp_slice_u64 numbers) {
    for (size_t i = 0; i < numbers.len; i++)
        if (numbers.data[i] != i) return false;
    return true;
}

static bool use_vector(void) {
    static uint64_t piece[PIECE];
    mp_vec_u64_rw vec;
    mp_vec_u64_ro frozen;
    if (mp_vec_u64_rw_create(0, &vec) != MP_OK) return mp_vec_u64_rw_len(&vec) == 0;
    size_t len = 0;
    while (len < ELEMENTS) {
        for (size_t i = 0; i < PIECE; i++) piece[i] = len + i;
        const mp_status status = mp_vec_u64_rw_append(&vec, piece, PIECE);
        if (status == MP_OK) len += PIECE;
        if (mp_vec_u64_rw_len(&vec) != len) return false;
        if (status != MP_OK) break;
    }
    bool kept = is_counting(mp_vec_u64_rw_slice(&vec));
    if (mp_vec_u64_rw_freeze(&vec, &frozen) == MP_OK) {
        kept =
            kept && mp_vec_u64_ro_len(&frozen) == len && is_counting(mp_vec_u64_ro_slice(&frozen));
        if (mp_vec_u64_ro_thaw(&frozen, &vec) != MP_OK)
            kept = kept && is_counting(mp_vec_u64_ro_slice(&frozen));
    } else {
        kept = kept && mp_vec_u64_rw_len(&vec) == len && is_counting(mp_vec_u64_rw_slice(&vec));
    }
    if (mp_vec_u64_rw_clear_decommit(&vec) != MP_OK) kept = kept && mp_vec_u64_rw_len(&vec) <= len;
    mp_vec_u64_rw_destroy(&vec);
    mp_vec_u64_ro_destroy(&frozen);
    return kept;
}

int main(void) {
    static const char line[] = "the library begins\n";
    if (write(STDERR_FILENO, line, sizeof line - 1) < 0) return 2;
    const bool pages_kept = use_pages();
    return pages_kept && use_vector() ? 0 : 1;
}
