/* Loads numbers from stdin, sorts them and freezes them. From then on nothing can change the table,
 * not even a stray pointer, and whatever reads it takes a slice.
 *
 *     seq 1 1000 | frozen_table */
#include <memory_pages/mp_slice_f64.h>
#include <memory_pages/mp_vec_f64_ro.h>
#include <memory_pages/mp_vec_f64_rw.h>

#include <stdio.h>
#include <stdlib.h>

static int compare(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static mp_status load(FILE *file, mp_vec_f64_ro *table) {
    MP_AUTO(mp_vec_f64_rw) numbers = MP_INIT;
    MP_TRY(mp_vec_f64_rw_create(0, &numbers));
    double number;
    while (fscanf(file, "%lf", &number) == 1) MP_TRY(mp_vec_f64_rw_push(&numbers, number));
    qsort(mp_vec_f64_rw_data_mut(&numbers), mp_vec_f64_rw_len(&numbers), sizeof number, compare);
    return mp_vec_f64_rw_freeze(&numbers, table);
}

/* The smallest number that at least `percent` of a table, which is not empty, do not exceed. */
static double percentile(mp_slice_f64 table, size_t percent) {
    const size_t rank = (mp_slice_f64_len(table) * percent + 99) / 100;
    return *mp_slice_f64_at(table, rank == 0 ? 0 : rank - 1);
}

int main(void) {
    MP_AUTO(mp_vec_f64_ro) table = MP_INIT;
    mp_expect(load(stdin, &table));
    if (!feof(stdin) || mp_vec_f64_ro_is_empty(&table)) {
        fprintf(stderr, "frozen_table: expects numbers on stdin\n");
        return EXIT_FAILURE;
    }
    const mp_slice_f64 numbers = mp_vec_f64_ro_slice(&table);
    printf("%zu numbers: median %g, 90%% up to %g, 99%% up to %g, all up to %g\n",
           mp_slice_f64_len(numbers), percentile(numbers, 50), percentile(numbers, 90),
           percentile(numbers, 99), *mp_slice_f64_last(numbers));
    return EXIT_SUCCESS;
}
