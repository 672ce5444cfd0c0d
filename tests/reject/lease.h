/** @file
 *  The C type behind own_types.yml.
 */
#ifndef TESTS_REJECT_LEASE_H
#define TESTS_REJECT_LEASE_H

struct lease {
    int number;
};

#ifdef __cplusplus
extern "C"
#endif
void lease_end(struct lease *lease);

#endif
