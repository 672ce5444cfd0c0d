#include "raw.hpp"

#include <fstream>
#include <string>

namespace bench {

bool huge_pages_by_default() {
    static const bool always = [] {
        std::string line;
        std::getline(std::ifstream("/sys/kernel/mm/transparent_hugepage/enabled"), line);
        return line.find("[always]") != std::string::npos;
    }();
    return always;
}

} // namespace bench
