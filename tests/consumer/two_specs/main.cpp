#include "both.h"
#include "part.h"

int main() { return c_part_works() && both_work() ? 0 : 1; }
