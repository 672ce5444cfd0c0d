#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "process.h"

void run_if_apart(void (*run)(size_t number)) { (void)run; }

bool run_apart(void (*run)(size_t number), size_t number, double seconds, char *end, size_t size) {
    fflush(NULL);
    const pid_t child = fork();
    if (child == 0) {
        alarm((unsigned)seconds);
        run(number);
        exit(EXIT_SUCCESS);
    }
    int status = 0;
    pid_t waited;
    do waited = waitpid(child, &status, 0);
    while (waited < 0 && errno == EINTR);
    if (waited != child)
        snprintf(end, size, "there is no process for it");
    else if (WIFSIGNALED(status))
        snprintf(end, size, "ended by signal %d", WTERMSIG(status));
    else
        snprintf(end, size, "exit status %d", WEXITSTATUS(status));
    return waited == child && WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS;
}
