/** @file
 *  What the tests tell Valgrind, which may not be there.
 */
#ifndef TESTS_UNIT_VALGRIND_POSIX_H
#define TESTS_UNIT_VALGRIND_POSIX_H

#if defined(__has_include)
#if __has_include(<valgrind/valgrind.h>)
#include <valgrind/valgrind.h>
#endif
#endif
#ifndef RUNNING_ON_VALGRIND
#define RUNNING_ON_VALGRIND 0
#define VALGRIND_DISABLE_ERROR_REPORTING ((void)0)
#define VALGRIND_ENABLE_ERROR_REPORTING ((void)0)
#endif

#endif
