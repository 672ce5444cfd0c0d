/** @file
 *  As much of Check's interface as the unit tests use, for targets that have no Check.
 *
 *  As with Check, each test has a process of its own, and CK_TAP_LOG_FILE_NAME names a file for the
 *  outcome of each. A failed assertion says where and why on stderr and ends the test's process,
 *  from whichever thread.
 */
#ifndef TESTS_SHIM_CHECK_H
#define TESTS_SHIM_CHECK_H

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

typedef void (*TFun)(int);

typedef struct TTest {
    const char *name;
    TFun run;
} TTest;

typedef struct Suite Suite;
typedef struct TCase TCase;
typedef struct SRunner SRunner;

/* Check has more of both; these are what the tests ask for. */
enum fork_status { CK_FORK };
enum print_output { CK_ENV };

/* ---- Suites ---------------------------------------------------------------------------------- */

Suite *suite_create(const char *name);
TCase *tcase_create(const char *name);
void tcase_set_timeout(TCase *tests, double seconds);
void suite_add_tcase(Suite *suite, TCase *tests);

#define tcase_add_test(tests, test) tcase_add_loop_test(tests, test, 0, 1)
void tcase_add_loop_test(TCase *tests, const TTest *test, int first, int end);

SRunner *srunner_create(Suite *suite);
void srunner_set_fork_status(SRunner *runner, enum fork_status status);
void srunner_run_all(SRunner *runner, enum print_output output);
int srunner_ntests_failed(SRunner *runner);
void srunner_free(SRunner *runner);

/* ---- Tests ----------------------------------------------------------------------------------- */

#define START_TEST(test)                                                                           \
    static void test##_run(int _i);                                                                \
    static const TTest test##_test = {#test, test##_run};                                          \
    static const TTest *const test = &test##_test;                                                 \
    static void test##_run(int _i __attribute__((unused)))
#define END_TEST

/* ---- Assertions ------------------------------------------------------------------------------ */

#ifdef __MINGW_PRINTF_FORMAT
#define SHIM_PRINTF __MINGW_PRINTF_FORMAT
#else
#define SHIM_PRINTF printf
#endif

__attribute__((noreturn, format(SHIM_PRINTF, 3, 4))) void shim_fail(const char *file, int line,
                                                                    const char *format, ...);

#define ck_abort_msg(...) shim_fail(__FILE__, __LINE__, __VA_ARGS__)
#define ck_assert_msg(condition, ...) ((condition) ? (void)0 : ck_abort_msg(__VA_ARGS__))
#define ck_assert(condition) ck_assert_msg(condition, "%s", #condition)

#define SHIM_COMPARE(type, format, a, relation, b)                                                 \
    do {                                                                                           \
        const type shim_a_ = (a);                                                                  \
        const type shim_b_ = (b);                                                                  \
        ck_assert_msg(shim_a_ relation shim_b_, "%s %s %s: %" format " and %" format, #a,          \
                      #relation, #b, shim_a_, shim_b_);                                            \
    } while (0)

#define ck_assert_int_eq(a, b) SHIM_COMPARE(intmax_t, PRIdMAX, a, ==, b)
#define ck_assert_int_ne(a, b) SHIM_COMPARE(intmax_t, PRIdMAX, a, !=, b)
#define ck_assert_int_ge(a, b) SHIM_COMPARE(intmax_t, PRIdMAX, a, >=, b)
#define ck_assert_int_gt(a, b) SHIM_COMPARE(intmax_t, PRIdMAX, a, >, b)
#define ck_assert_int_le(a, b) SHIM_COMPARE(intmax_t, PRIdMAX, a, <=, b)
#define ck_assert_int_lt(a, b) SHIM_COMPARE(intmax_t, PRIdMAX, a, <, b)

#define ck_assert_uint_eq(a, b) SHIM_COMPARE(uintmax_t, PRIuMAX, a, ==, b)
#define ck_assert_uint_ne(a, b) SHIM_COMPARE(uintmax_t, PRIuMAX, a, !=, b)
#define ck_assert_uint_ge(a, b) SHIM_COMPARE(uintmax_t, PRIuMAX, a, >=, b)
#define ck_assert_uint_gt(a, b) SHIM_COMPARE(uintmax_t, PRIuMAX, a, >, b)
#define ck_assert_uint_le(a, b) SHIM_COMPARE(uintmax_t, PRIuMAX, a, <=, b)
#define ck_assert_uint_lt(a, b) SHIM_COMPARE(uintmax_t, PRIuMAX, a, <, b)

#define ck_assert_ptr_eq(a, b) SHIM_COMPARE(void *, "p", a, ==, b)
#define ck_assert_ptr_ne(a, b) SHIM_COMPARE(void *, "p", a, !=, b)
#define ck_assert_ptr_null(a) ck_assert_ptr_eq(a, NULL)
#define ck_assert_ptr_nonnull(a) ck_assert_ptr_ne(a, NULL)

#define SHIM_COMPARE_TEXTS(a, relation, b)                                                         \
    do {                                                                                           \
        const char *const shim_a_ = (a), *const shim_b_ = (b);                                     \
        ck_assert_msg(strcmp(shim_a_, shim_b_) relation 0, "%s %s %s: \"%s\" and \"%s\"", #a,      \
                      #relation, #b, shim_a_, shim_b_);                                            \
    } while (0)

#define ck_assert_str_eq(a, b) SHIM_COMPARE_TEXTS(a, ==, b)
#define ck_assert_str_ne(a, b) SHIM_COMPARE_TEXTS(a, !=, b)

#define ck_assert_mem_eq(a, b, bytes) ck_assert(memcmp(a, b, bytes) == 0)

#endif
