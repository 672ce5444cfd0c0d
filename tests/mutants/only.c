/* Linked to each test program in which mutants are tried: takes only those tests that MUTANT_TESTS
 * names, as ":one:another#3:", where the number is a round of a test that repeats. Without it,
 * prints the tests and their rounds, and takes none. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void __real__tcase_add_test(TCase *, const TTest *, int, int, int, int);
void __wrap__tcase_add_test(TCase *, const TTest *, int, int, int, int);

void __wrap__tcase_add_test(TCase *tests, const TTest *test, int signal, int exit_value, int start,
                            int end) {
    const char *taken = getenv("MUTANT_TESTS");
    if (taken == NULL) {
        printf("%s %d %d\n", test->name, start, end);
        return;
    }
    for (int round = start; round < end; round++) {
        char name[256];
        snprintf(name, sizeof name, end - start > 1 ? ":%s#%d:" : ":%s:", test->name, round);
        if (strstr(taken, name) != NULL)
            __real__tcase_add_test(tests, test, signal, exit_value, round, round + 1);
    }
}
