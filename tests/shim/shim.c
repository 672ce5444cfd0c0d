#include <check.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>

#include "process.h"

/* A program has one suite and ends after it: what is made here is never freed. */

typedef struct scheduled {
    const TTest *test;
    int iteration;
    bool is_loop;
} scheduled;

struct TCase {
    scheduled *tests;
    size_t count, room;
    double seconds;
};

struct Suite {
    const char *name;
    TCase *tests;
};

struct SRunner {
    Suite *suite;
    int failed;
};

static void *allocate(size_t bytes) {
    void *memory = calloc(1, bytes);
    if (memory == NULL) abort();
    return memory;
}

Suite *suite_create(const char *name) {
    Suite *suite = allocate(sizeof *suite);
    suite->name = name;
    return suite;
}

TCase *tcase_create(const char *name) {
    (void)name;
    return allocate(sizeof(TCase));
}

void tcase_set_timeout(TCase *tests, double seconds) { tests->seconds = seconds; }

void suite_add_tcase(Suite *suite, TCase *tests) { suite->tests = tests; }

void tcase_add_loop_test(TCase *tests, const TTest *test, int first, int end) {
    for (int i = first; i < end; i++) {
        if (tests->count == tests->room) {
            tests->room = 2 * tests->room + 64;
            tests->tests = realloc(tests->tests, tests->room * sizeof *tests->tests);
            if (tests->tests == NULL) abort();
        }
        tests->tests[tests->count++] = (scheduled){test, i, end - first > 1};
    }
}

SRunner *srunner_create(Suite *suite) {
    SRunner *runner = allocate(sizeof *runner);
    runner->suite = suite;
    return runner;
}

void srunner_set_fork_status(SRunner *runner, enum fork_status status) {
    (void)runner, (void)status; /* there is only one way */
}

static const TCase *current; /* for run_test(), which gets no more than a number */

static void run_test(size_t number) {
    const scheduled *it = &current->tests[number];
    it->test->run(it->iteration);
}

void srunner_run_all(SRunner *runner, enum print_output output) {
    (void)output;
    const Suite *suite = runner->suite;
    current = suite->tests;
    run_if_apart(run_test);

    const char *path = getenv("CK_TAP_LOG_FILE_NAME");
    FILE *log = path != NULL ? fopen(path, "w") : NULL;
    if (log != NULL) fprintf(log, "1..%lu\n", (unsigned long)current->count);
    for (size_t i = 0; i < current->count; i++) {
        const scheduled *it = &current->tests[i];
        char name[256], end[64];
        int length = snprintf(name, sizeof name, "%s:%s", suite->name, it->test->name);
        if (it->is_loop)
            snprintf(name + length, sizeof name - (size_t)length, ":%d", it->iteration);
        const bool passed = run_apart(run_test, i, current->seconds, end, sizeof end);
        if (!passed) printf("%s: %s\n", name, end);
        if (log != NULL)
            fprintf(log, "%s %lu - %s\n", passed ? "ok" : "not ok", (unsigned long)i + 1, name);
        runner->failed += !passed;
    }
    if (log != NULL) fclose(log);
    printf("%s: %lu tests, %d failed\n", suite->name, (unsigned long)current->count,
           runner->failed);
}

int srunner_ntests_failed(SRunner *runner) { return runner->failed; }

void srunner_free(SRunner *runner) { free(runner); }

void shim_fail(const char *file, int line, const char *format, ...) {
    va_list values;
    va_start(values, format);
    fprintf(stderr, "%s:%d: ", file, line);
    vfprintf(stderr, format, values);
    fputc('\n', stderr);
    va_end(values);
    fflush(NULL);
    _Exit(EXIT_FAILURE);
}
