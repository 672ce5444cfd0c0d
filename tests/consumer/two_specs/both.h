/* What one program does with the types of both specs. It is compiled as C and as C++. */
#include "jit_trace_types.h"
#include "jit_types.h"

#include <memory_pages/memory_pages.h>

/* Makes pages of the one spec's from the library's, and gives them back. */
static mp_status through_own_pages(void) {
    mp_pages_r_w_nx plain = MP_INIT;
    jit_pages_r_w_x both = MP_INIT;
    mp_pages_r_nw_x code = MP_INIT;
    MP_TRY(mp_pages_r_w_nx_create(1, &plain));
    MP_TRY(mp_pages_r_w_nx_set(&plain, 0, 0xc3));
    MP_TRY(mp_pages_r_w_nx_jit_allow_exec(&plain, &both));
    jit_fn_entry entry;
    MP_TRY(jit_pages_r_w_x_fn_jit_entry(&both, 0, &entry));
    MP_TRY(jit_pages_r_w_x_set(&both, 1, 0xc3));
    MP_TRY(jit_pages_r_w_x_sync_code(&both, 1, 1));
    if (!jit_fn_entry_is_current(&entry)) return MP_ERR_STALE;
    MP_TRY(jit_pages_r_w_x_deny_write(&both, &code));
    if (jit_fn_entry_is_current(&entry)) return MP_ERR_INVALID;
    if (*mp_pages_r_nw_x_at(&code, 1) != 0xc3) return MP_ERR_INVALID;
    mp_pages_r_nw_x_destroy(&code);
    return MP_OK;
}

/* Between pages of one spec; what that has no type for are the library's. */
static mp_status within_own_pages(void) {
    jit_trace_pages_r_w_nx open = MP_INIT;
    jit_trace_pages_r_nw_nx over = MP_INIT;
    mp_pages_nr_nw_nx closed = MP_INIT;
    MP_TRY(jit_trace_pages_r_w_nx_create(1, &open));
    MP_TRY(jit_trace_pages_r_w_nx_set(&open, 0, 7));
    MP_TRY(jit_trace_pages_r_w_nx_deny_write(&open, &over));
    if (*jit_trace_pages_r_nw_nx_at(&over, 0) != 7) return MP_ERR_INVALID;
    MP_TRY(jit_trace_pages_r_nw_nx_deny_read(&over, &closed));
    MP_TRY(mp_pages_nr_nw_nx_jit_trace_allow_read(&closed, &over));
    jit_trace_pages_r_nw_nx_destroy(&over);
    return MP_OK;
}

static mp_status vectors_of_both(size_t *out) {
    jit_vec_entry_rw starts = MP_INIT;
    jit_trace_vec_entry_rw bytes = MP_INIT;
    MP_TRY(jit_vec_entry_rw_create(0, &starts));
    MP_TRY(jit_trace_vec_entry_rw_create(0, &bytes));
    MP_TRY(jit_vec_entry_rw_push(&starts, 300));
    MP_TRY(jit_trace_vec_entry_rw_push(&bytes, 44));
    *out = *jit_vec_entry_rw_at(&starts, 0) + *jit_trace_vec_entry_rw_at(&bytes, 0);
    jit_vec_entry_rw_destroy(&starts);
    jit_trace_vec_entry_rw_destroy(&bytes);
    return MP_OK;
}

static int both_work(void) {
    size_t sum = 0;
    return through_own_pages() == MP_OK && within_own_pages() == MP_OK &&
           vectors_of_both(&sum) == MP_OK && sum == 344;
}
