/* Every typed function, compiled once into the library: what programs that define MP_LINKED call, and
 * bindings from other languages. */
#define MP_BUILDING_INSTANCES 1
#define MP_ALLOW_EXEC 1

#include <memory_pages/memory_pages.h>
#include <memory_pages/mp_unsafe.h>
