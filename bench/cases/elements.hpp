/* What vectors are filled with: about as many bytes of each type. */
#ifndef BENCH_CASES_ELEMENTS_HPP
#define BENCH_CASES_ELEMENTS_HPP

#include "../record.h"
#include "../harness.hpp"

namespace bench {

template <class T> struct Element;

template <> struct Element<std::uint8_t> {
    static constexpr const char *name = "u8";
    static constexpr std::size_t many = 100'000'000;
    static constexpr std::uint8_t sample = 77;
};

template <> struct Element<std::uint64_t> {
    static constexpr const char *name = "u64";
    static constexpr std::size_t many = 10'000'000;
    static constexpr std::uint64_t sample = 77;
};

template <> struct Element<double> {
    static constexpr const char *name = "f64";
    static constexpr std::size_t many = 10'000'000;
    static constexpr double sample = 77.5;
};

template <> struct Element<record> {
    static constexpr const char *name = "record";
    static constexpr std::size_t many = 2'500'000;
    static constexpr record sample = {1, 2, 3.0, 4.0};
};

} // namespace bench

#endif
