/* Linux as it was, or as another kernel was configured: what the library would like to use is not
 * there, and everything works all the same. */
#include "kernel_view.h"
#include "machine_code.h"
#include "support.h"
#include "system.h"

#include <memory_pages/memory_pages.h>
#include <string.h>

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

/* From the kernel's own headers (include/uapi), where the C library's are older than the kernel. */
enum { POPULATE_WRITE = 23, DONTNEED_LOCKED = 24 };
enum { PIDFD_OPEN = 434, PROCESS_MADVISE = 440 };

static const size_t MiB = (size_t)1 << 20;

static size_t page;

/* ---- What is missing ------------------------------------------------------------------------- */

/* From now on a system call fails with `error` if its argument number `which`, of whose lower half
 * only `mask` counts, compares with `value` in the way of a jump: BPF_JEQ or BPF_JGT. */
static void refuse_by(unsigned jump, long number, unsigned which, uint32_t mask, uint32_t value,
                      int error) {
    const size_t low =
        sizeof(uint64_t) * which + (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? sizeof(uint32_t) : 0);
    struct sock_filter instructions[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)number, 0, 4),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (unsigned)(offsetof(struct seccomp_data, args) + low)),
        BPF_STMT(BPF_ALU | BPF_AND | BPF_K, mask),
        BPF_JUMP(BPF_JMP | jump | BPF_K, value, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)error),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {.len = COUNT_OF(instructions), .filter = instructions};
    ck_assert_int_eq(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
    ck_assert_int_eq(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), 0);
}

static void refuse_if(long number, unsigned which, uint32_t mask, uint32_t value, int error) {
    refuse_by(BPF_JEQ, number, which, mask, value, error);
}

static void refuse_advice(uint32_t advice) { refuse_if(SYS_madvise, 2, ~0u, advice, EINVAL); }

static void without_populate(void) { refuse_advice(POPULATE_WRITE); }
static void without_huge_pages(void) { refuse_advice(MADV_HUGEPAGE); }
static void without_msync(void) { refuse_if(SYS_msync, 0, 0, 0, ENOSYS); }
static void without_locked_decommit(void) { refuse_advice(DONTNEED_LOCKED); }
static void without_pagemap_scan(void) { refuse_if(SYS_ioctl, 0, 0, 0, ENOTTY); }
static void without_pidfd(void) { refuse_if(PIDFD_OPEN, 0, 0, 0, ENOSYS); }
static void without_batches(void) { refuse_if(PROCESS_MADVISE, 0, 0, 0, ENOSYS); }
static void before_own_batches(void) { refuse_if(PROCESS_MADVISE, 0, 0, 0, EPERM); }

static void without_moves(void) { refuse_if(SYS_mremap, 0, 0, 0, ENOSYS); }

/* As if there were a seam in each MiB. */
static void with_seams(void) { refuse_by(BPF_JGT, SYS_mremap, 1, ~0u, (uint32_t)MiB, EFAULT); }

static void without_core_sync(void) {
#if defined(SYS_membarrier)
    refuse_if(SYS_membarrier, 0, 0, 0, EINVAL);
#endif
}

static void without_any(void) {
    without_populate();
    without_huge_pages();
    without_msync();
    with_seams();
    without_locked_decommit();
    without_pagemap_scan();
    without_pidfd();
    without_core_sync();
}

static void (*const lacks[])(void) = {
    without_populate,     without_huge_pages, without_msync,     without_locked_decommit,
    without_pagemap_scan, without_pidfd,      without_batches,   before_own_batches,
    without_moves,        with_seams,         without_core_sync, without_any,
};

/* ---- What works all the same ----------------------------------------------------------------- */

static void check_numbers(const mp_vec_u64_rw *vec, size_t len) {
    ck_assert_uint_eq(mp_vec_u64_rw_len(vec), len);
    const uint64_t *data = mp_vec_u64_rw_data(vec);
    for (size_t i = 0; i < len; i++) {
        if (data[i] != i) ck_abort_msg("element %zu is lost", i);
    }
}

/* Through both tiers and past the reservation, with a seam in the mapping. */
static void check_growth(void) {
    const mp_options options = {.reservation = 4 * MiB};
    const size_t len = 9 * MiB / sizeof(uint64_t);
    for (int i = 0; i < 2; i++) {
        mp_vec_u64_rw vec;
        check_ok(mp_vec_u64_rw_create_with(0, i == 0 ? NULL : &options, &vec));
        for (size_t k = 0; k < len; k++) {
            check_ok(mp_vec_u64_rw_push(&vec, k));
            if (k == len / 3) {
                char *third = (char *)mp_vec_u64_rw_data_mut(&vec) + MiB;
                ck_assert_int_eq(madvise(third, 16 * page, MADV_DONTFORK), 0);
            }
        }
        check_numbers(&vec, len);
        mp_vec_u64_rw_destroy(&vec);
    }
}

static void check_prefault(void) {
    const mp_options prefault = {.prefault = true};
    mp_pages_r_w_nx pages;
    check_ok(mp_pages_r_w_nx_create_with(8 * page, &prefault, &pages));
    ck_assert_uint_eq(kernel_resident_bytes(mp_pages_r_w_nx_data(&pages), 8 * page), 8 * page);
    mp_pages_r_w_nx_destroy(&pages);
}

static void check_decommit(void) {
    mp_pages_r_w_nx pages;
    size_t resident = 0;
    check_ok(mp_pages_r_w_nx_create(8 * page, &pages));
    mp_pages_r_w_nx_fill(&pages, 7);
    check_ok(mp_pages_r_w_nx_resident_bytes(&pages, &resident));
    ck_assert_uint_eq(resident, 8 * page);
    const mp_range ranges[] = {{0, page}, {2 * page, 2 * page}, {6 * page, 2 * page}};
    check_ok(mp_pages_r_w_nx_decommit_ranges(&pages, ranges, COUNT_OF(ranges)));
    ck_assert_uint_eq(kernel_resident_bytes(mp_pages_r_w_nx_data(&pages), 8 * page), 3 * page);
    check_ok(mp_pages_r_w_nx_resident_bytes(&pages, &resident));
    ck_assert_uint_eq(resident, 3 * page);
    ck_assert(bytes_are(mp_pages_r_w_nx_data(&pages) + page, 7, page));
    ck_assert(bytes_are(mp_pages_r_w_nx_data(&pages) + 6 * page, 0, 2 * page));
    mp_pages_r_w_nx_destroy(&pages);
}

static void check_code(void) {
    mp_pages_r_w_nx memory;
    mp_pages_r_nw_x code;
    mp_fn_binary_u64 add;
    uint64_t sum = 0;
    check_ok(mp_pages_r_w_nx_create(page, &memory));
    check_ok(mp_pages_r_w_nx_write(&memory, 0, code_of_add.bytes, code_of_add.size));
    check_ok(mp_pages_r_w_nx_set_protected_exec(&memory, &code));
    check_ok(mp_pages_r_nw_x_fn_binary_u64(&code, 0, &add));
    check_ok(mp_fn_binary_u64_call(&add, 43, 34, &sum));
    ck_assert_uint_eq(sum, 77);
    mp_pages_r_nw_x_destroy(&code);
}

static void (*lack)(void);

static void child_that_lacks(void) {
    lack();
    const mp_error before = mp_last_error();
    check_growth();
    check_prefault();
    check_decommit();
    check_code();
    const mp_error after = mp_last_error();
    ck_assert_mem_eq(&after, &before, sizeof before);
}

START_TEST(what_is_missing_has_a_substitute) {
    if (skips_with_guests()) return;
    lack = lacks[_i];
    in_child(child_that_lacks);
}
END_TEST

/* ---- What has none, and says so -------------------------------------------------------------- */

static void child_without_huge_pages(void) {
    const mp_options always = {.huge_pages = MP_HUGE_PAGES_ALWAYS};
    mp_pages_r_w_nx pages;
    check_ok(mp_pages_r_w_nx_create(page, &pages)); /* takes the table of slots */
    mp_pages_r_w_nx_destroy(&pages);
    const size_t before = kernel_address_space();
    without_huge_pages();
    check_status(MP_ERR_UNSUPPORTED, mp_pages_r_w_nx_create_with(page, &always, &pages));
    check_is_zeroed(pages);
    ck_assert_uint_eq(kernel_address_space(), before);
}

START_TEST(huge_pages_that_must_be_are_refused) {
    if (skips_with_guests()) return;
    in_child(child_without_huge_pages);
}
END_TEST

static void child_without_locked_decommit(void) {
    if (skips_without_mlock()) return;
    const mp_options locked = {.locked = true};
    mp_pages_r_w_nx pages;
    check_ok(mp_pages_r_w_nx_create_with(page, &locked, &pages));
    mp_pages_r_w_nx_fill(&pages, 7);
    without_locked_decommit();
    check_status(MP_ERR_UNSUPPORTED, mp_pages_r_w_nx_decommit(&pages, 0, page));
    ck_assert(bytes_are(mp_pages_r_w_nx_data(&pages), 7, page));
    mp_pages_r_w_nx_destroy(&pages);
}

START_TEST(locked_pages_that_cannot_be_given_back_stay) {
    if (skips_with_guests()) return;
    in_child(child_without_locked_decommit);
}
END_TEST

static void add_tests(TCase *tests) {
    page = mp_page_size();
    tcase_add_loop_test(tests, what_is_missing_has_a_substitute, 0, COUNT_OF(lacks));
    tcase_add_test(tests, huge_pages_that_must_be_are_refused);
    tcase_add_test(tests, locked_pages_that_cannot_be_given_back_stay);
}
int main(void) { return run_tests("fallbacks", add_tests); }
