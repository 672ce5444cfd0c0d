/* Runs sequences that are written as text, such as those in corpus/; and turns one form into the
 * other.
 *
 *     replay FILE.txt...               runs each
 *     replay --to-bytes FILE.txt       writes what a fuzzer starts from to stdout
 *     replay --to-text FILE            writes what a fuzzer found as text
 *
 * A line is the name of an operation and its arguments, numbers below 256; `#` begins a comment. */
#include "counter.h"
#include "sequence.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BYTES_MAX = 1 << 20 };
static uint8_t bytes[BYTES_MAX];

_Noreturn static void fail(const char *path, int line, const char *what) {
    fprintf(stderr, "%s:%d: %s\n", path, line, what);
    exit(EXIT_FAILURE);
}

static FILE *open_file(const char *path) {
    FILE *file = fopen(path, "rb");
    if (file == NULL) fail(path, 0, "cannot be read");
    return file;
}

/* ---- Text ------------------------------------------------------------------------------------ */

static size_t opcode_of(const char *name) {
    size_t i = 0;
    while (i < OPERATION_COUNT && strcmp(operations[i].name, name) != 0) i++;
    return i;
}

/* Returns how many bytes the line makes. */
static size_t compile_line(char *line, uint8_t *out, const char *path, int number) {
    line[strcspn(line, "#\n")] = '\0';
    char *rest = NULL;
    const char *name = strtok_r(line, " ", &rest);
    if (name == NULL) return 0;
    const size_t opcode = opcode_of(name);
    if (opcode == OPERATION_COUNT) fail(path, number, "there is no such operation");
    size_t n = 0;
    out[n++] = (uint8_t)opcode;
    for (const char *word; (word = strtok_r(NULL, " ", &rest)) != NULL;) {
        char *end;
        const unsigned long value = strtoul(word, &end, 10);
        if (*end != '\0' || value > UINT8_MAX) fail(path, number, "not a number below 256");
        if (n > operations[opcode].arguments) fail(path, number, "too many arguments");
        out[n++] = (uint8_t)value;
    }
    if (n != operations[opcode].arguments + 1) fail(path, number, "too few arguments");
    return n;
}

static size_t compile(const char *path) {
    FILE *file = open_file(path);
    char line[256];
    size_t n = 0;
    for (int number = 1; fgets(line, sizeof line, file) != NULL; number++) {
        if (n + ARGUMENTS_MAX + 1 > BYTES_MAX) fail(path, number, "too long");
        n += compile_line(line, bytes + n, path, number);
    }
    fclose(file);
    return n;
}

static void print_as_text(size_t n) {
    for (size_t i = 0; i < n;) {
        const struct operation *operation = &operations[bytes[i++] % OPERATION_COUNT];
        printf("%s", operation->name);
        for (size_t k = 0; k < operation->arguments; k++, i++) printf(" %d", i < n ? bytes[i] : 0);
        putchar('\n');
    }
}

/* ---- What is asked for ----------------------------------------------------------------------- */

int main(int count, char **arguments) {
    if (count == 3 && strcmp(arguments[1], "--to-bytes") == 0) {
        const size_t n = compile(arguments[2]);
        return fwrite(bytes, 1, n, stdout) == n ? EXIT_SUCCESS : EXIT_FAILURE;
    }
    if (count == 3 && strcmp(arguments[1], "--to-text") == 0) {
        FILE *file = open_file(arguments[2]);
        print_as_text(fread(bytes, 1, BYTES_MAX, file));
        fclose(file);
        return EXIT_SUCCESS;
    }
    for (int i = 1; i < count; i++) {
        printf("%s\n", arguments[i]);
        fflush(stdout);
        run_sequence(bytes, compile(arguments[i]));
    }
    return EXIT_SUCCESS;
}
