/* Linux's, and what macOS adds, as far as src/os/ needs it. */
#pragma once
#include_next <pthread.h>
#include <fake_macos.h>

typedef int (*pthread_jit_write_callback_t)(void *argument);

int pthread_jit_write_protect_supported_np(void);
void pthread_jit_write_protect_np(int enabled);
int pthread_jit_write_with_callback_np(pthread_jit_write_callback_t callback, void *argument);

/* On macOS, the list lies in a section that the system finds. */
extern const pthread_jit_write_callback_t fake_macos_allowed[];
#define PTHREAD_JIT_WRITE_ALLOW_CALLBACKS_NP(...)                                                  \
    const pthread_jit_write_callback_t fake_macos_allowed[] = {__VA_ARGS__, 0}

#define __builtin_available(...) fake_macos_is_at_least(#__VA_ARGS__)
