/* Where a marked copy of the library notes which of its statements were reached: a byte each, in
 * the file that MUTANT_REACHED names, for tests run in processes of their own. A shared library,
 * so that no suite comes between its calls and the system. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static unsigned char nowhere[MARKS];
unsigned char *mutant_reached = nowhere;

__attribute__((constructor)) static void open_file(void) {
    const char *path = getenv("MUTANT_REACHED");
    const int file = path != NULL ? open(path, O_RDWR | O_CLOEXEC) : -1;
    if (file < 0) return;
    void *bytes = mmap(NULL, MARKS, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (bytes != MAP_FAILED) mutant_reached = (unsigned char *)bytes;
    close(file);
}
