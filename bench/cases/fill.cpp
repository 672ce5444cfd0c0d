/* Filling a vector element by element: into fresh memory, into memory that it holds, and into
 * memory that it gave back. */
#include "../systems/all.hpp"
#include "elements.hpp"

namespace bench {

namespace {

/* From nothing to full to nothing. */
template <class System, class T> void fill_fresh(Run &run) {
    const T value = unknown(Element<T>::sample);
    constexpr std::size_t n = Element<T>::many;
    while (run.again()) {
        run.start();
        {
            System system(n);
            system.fill(value, n);
            consume(system.data());
            run.peak();
        }
        run.stop();
    }
}

template <class System, class T> void refill(Run &run) {
    const T value = unknown(Element<T>::sample);
    constexpr std::size_t n = Element<T>::many;
    System system(n);
    system.fill(value, n);
    /* Once more before time counts: what growth has just moved is slow at its next use. */
    system.clear();
    system.fill(value, n);
    while (run.again()) {
        run.start();
        system.clear();
        system.fill(value, n);
        consume(system.data());
        run.stop();
    }
    run.peak();
    system.clear();
    run.released();
}

/* One turn of a program that gives its memory back each time: as much work as filling fresh memory,
 * except that a vector may keep its address space. */
template <class System, class T> void refill_given_back(Run &run) {
    const T value = unknown(Element<T>::sample);
    constexpr std::size_t n = Element<T>::many;
    System system(n);
    while (run.again()) {
        run.start();
        system.fill(value, n);
        consume(system.data());
        run.peak();
        system.give_back();
        run.stop();
    }
    run.released();
}

template <class T> void add_fill_of() {
    const auto add_system = [](auto tag) {
        using System = typename decltype(tag)::type;
        const std::string type = Element<T>::name;
        constexpr double n = Element<T>::many;
        add("fill_fresh." + type, System::name, {15, 1}, n, fill_fresh<System, T>);
        add("refill." + type, System::name, {15, 2}, n, refill<System, T>);
        if (type == "f64")
            add("refill_given_back.f64", System::name, {15, 1}, n, refill_given_back<System, T>);
    };
    for_each(Limits<T>{}, add_system);
    for_each(Ours<T>{}, add_system);
    for_each(Peers<T>{}, add_system);
}

} // namespace

void add_fill() {
    add_fill_of<double>();
    add_fill_of<std::uint64_t>();
    add_fill_of<record>();
    add_fill_of<std::uint8_t>();
}

} // namespace bench
