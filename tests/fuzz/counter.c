#define _GNU_SOURCE
#include "counter.h"

#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static uint64_t *open_counter(void) {
    const char *path = getenv("MEMORY_PAGES_FUZZ_COUNTER");
    const int file = path != NULL ? open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666) : -1;
    if (file < 0) return NULL;
    void *counter = MAP_FAILED;
    if (ftruncate(file, sizeof(uint64_t)) == 0)
        counter = mmap(NULL, sizeof(uint64_t), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    return counter != MAP_FAILED ? counter : NULL;
}

void count_operations(uint64_t n) {
    static uint64_t *counter;
    static int is_open;
    if (!is_open) counter = open_counter();
    is_open = 1;
    if (counter != NULL) __atomic_add_fetch(counter, n, __ATOMIC_RELAXED);
}
