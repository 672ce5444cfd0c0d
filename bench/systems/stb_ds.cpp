#define STB_DS_IMPLEMENTATION
#include <stb/stb_ds.h>
