/* What the seam plays, done by the kernel: seccomp filters that forbid code, a kernel that knows
 * nothing new, and one that has no huge pages. */
#define _GNU_SOURCE
#include "kernel_view.h"
#include "seam.h"
#include "support.h"
#include "system.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <memory_pages/memory_pages.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

static size_t page;

enum { ANY = -1, ELEMENTS = 600000 };

/* From now on a system call fails, if the lower half of its argument `index` has all of `bits`. */
static void refuse_call(long number, int index, unsigned bits, int error) {
    const unsigned at =
        index == ANY
            ? offsetof(struct seccomp_data, nr)
            : (unsigned)(offsetof(struct seccomp_data, args) + (size_t)index * sizeof(uint64_t));
    struct sock_filter instructions[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)number, 0, 4),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, at),
        BPF_STMT(BPF_ALU | BPF_AND | BPF_K, index == ANY ? 0 : bits),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, index == ANY ? 0 : bits, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)error),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {.len = COUNT_OF(instructions), .filter = instructions};
    ck_assert_int_eq(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
    ck_assert_int_eq(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), 0);
}

START_TEST(a_sandbox_without_code_denies_code_and_nothing_else) {
    if (skips_with_guests()) return;
    mp_pages_r_w_nx pages;
    mp_pages_r_nw_x code;
    check_ok(mp_pages_r_w_nx_create(4 * page, &pages));
    mp_pages_r_w_nx_fill(&pages, 7);
    const mp_pages_r_w_nx before = pages;
    refuse_call(SYS_mprotect, 2, PROT_EXEC, EACCES);
    refuse_call(SYS_mmap, 2, PROT_EXEC, EACCES);

    make_garbage(code);
    check_status(MP_ERR_DENIED, mp_pages_r_w_nx_set_protected_exec(&pages, &code));
    check_is_zeroed(code);
    ck_assert_mem_eq(&pages, &before, sizeof pages);
    ck_assert(bytes_are(mp_pages_r_w_nx_data(&pages), 7, 4 * page));
    ck_assert_uint_eq(kernel_access(mp_pages_r_w_nx_data(&pages), 4 * page),
                      MP_ACCESS_READ | MP_ACCESS_WRITE);
    check_status(MP_ERR_DENIED, mp_pages_r_nw_x_create(page, &code));

    mp_pages_r_nw_nx readable;
    check_ok(mp_pages_r_w_nx_deny_write(&pages, &readable));
    check_ok(mp_pages_r_nw_nx_allow_write(&readable, &pages));
    check_ok(mp_pages_r_w_nx_resize(&pages, 8 * page));
    mp_pages_r_w_nx_destroy(&pages);
}
END_TEST

START_TEST(an_old_kernel_serves_as_well) {
    if (skips_with_guests()) return;
    refuse_call(SYS_pidfd_open, ANY, 0, ENOSYS);
    refuse_call(SYS_process_madvise, ANY, 0, ENOSYS);
    refuse_call(SYS_ioctl, ANY, 0, ENOTTY); /* PAGEMAP_SCAN */
    refuse_call(SYS_msync, ANY, 0, ENOSYS);

    mp_pages_r_w_nx pages;
    const mp_options prefault = {.prefault = true};
    check_ok(mp_pages_r_w_nx_create_with(8 * page, &prefault, &pages));
    size_t resident = 0;
    check_ok(mp_pages_r_w_nx_resident_bytes(&pages, &resident));
    ck_assert_uint_eq(resident, 8 * page);
    const mp_range ranges[] = {{0, page}, {4 * page, 2 * page}};
    mp_pages_r_w_nx_fill(&pages, 7);
    check_ok(mp_pages_r_w_nx_decommit_ranges(&pages, ranges, COUNT_OF(ranges)));
    ck_assert_uint_eq(kernel_resident_bytes(mp_pages_r_w_nx_data(&pages), 8 * page), 5 * page);
    mp_pages_r_w_nx_destroy(&pages);

    mp_vec_u64_rw vec;
    const mp_options narrow = {.reservation = (size_t)2 << 20};
    check_ok(mp_vec_u64_rw_create_with(0, &narrow, &vec));
    for (uint64_t i = 0; i < ELEMENTS; i++) check_ok(mp_vec_u64_rw_push(&vec, i));
    for (uint64_t i = 0; i < ELEMENTS; i++)
        if (mp_vec_u64_rw_get_unchecked(&vec, i) != i) ck_abort_msg("an element is lost");
    mp_vec_u64_rw_destroy(&vec);
}
END_TEST

START_TEST(a_kernel_without_huge_pages_serves_as_well) {
    seam_shrink_huge_pages(0);
    ck_assert_uint_eq(mp_huge_page_size(), 0);
    mp_pages_r_w_nx pages;
    const mp_options always = {.huge_pages = MP_HUGE_PAGES_ALWAYS};
    check_status(MP_ERR_UNSUPPORTED, mp_pages_r_w_nx_create_with(page, &always, &pages));
    check_is_zeroed(pages);
    const mp_options automatic = {.huge_pages = MP_HUGE_PAGES_AUTO};
    check_ok(mp_pages_r_w_nx_create_with((size_t)4 << 20, &automatic, &pages));
    mp_pages_r_w_nx_destroy(&pages);

    mp_vec_u64_rw vec;
    check_ok(mp_vec_u64_rw_create(0, &vec));
    for (uint64_t i = 0; i < ELEMENTS; i++) check_ok(mp_vec_u64_rw_push(&vec, i));
    ck_assert_uint_eq(*mp_vec_u64_rw_last(&vec), ELEMENTS - 1);
    mp_vec_u64_rw_destroy(&vec);
}
END_TEST

static void add_tests(TCase *tests) {
    page = mp_page_size();
    tcase_add_test(tests, a_sandbox_without_code_denies_code_and_nothing_else);
    tcase_add_test(tests, an_old_kernel_serves_as_well);
    tcase_add_test(tests, a_kernel_without_huge_pages_serves_as_well);
}

int main(void) { return run_tests("sandbox", add_tests); }
