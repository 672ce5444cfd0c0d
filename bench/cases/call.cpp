/* Calling machine code that was written at run time. */
#define MP_ALLOW_EXEC 1
#include "../systems/memory_pages.hpp"

namespace bench {

namespace {

#if defined(__x86_64__)
const std::uint8_t add_code[] = {0x48, 0x8d, 0x04, 0x37, 0xc3}; /* lea rax, [rdi + rsi]; ret */
#elif defined(__aarch64__)
const std::uint8_t add_code[] = {0x00, 0x00, 0x01, 0x8b, 0xc0, 0x03, 0x5f, 0xd6};
#endif

constexpr std::size_t calls = 1'000'000;

class Code {
  public:
    Code() {
        mp_pages_r_w_nx memory;
        must(mp_pages_r_w_nx_create(1, &memory));
        must(mp_pages_r_w_nx_write(&memory, 0, add_code, sizeof add_code));
        must(mp_pages_r_w_nx_set_protected_exec(&memory, &pages));
        must(mp_pages_r_nw_x_fn_binary_u64(&pages, 0, &add));
    }
    ~Code() { mp_pages_r_nw_x_destroy(&pages); }

    mp_pages_r_nw_x pages;
    mp_fn_binary_u64 add;
};

using Function = std::uint64_t (*)(std::uint64_t, std::uint64_t);

[[gnu::noinline]] std::uint64_t call_pointer(const Function *function) {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < calls; i++) sum = (*function)(sum, i);
    return sum;
}

[[gnu::noinline]] std::uint64_t call_reference(const mp_fn_binary_u64 *function) {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < calls; i++) must(mp_fn_binary_u64_call(function, sum, i, &sum));
    return sum;
}

template <class Function> void call(Run &run, Function function) {
    while (run.again()) {
        run.start();
        std::uint64_t sum = function();
        run.stop();
        require(sum == std::uint64_t{calls} * (calls - 1) / 2, "the sum is wrong");
    }
}

void through_pointer(Run &run) {
    const Code code;
    const Function function = reinterpret_cast<Function>(mp_pages_r_nw_x_data(&code.pages));
    call(run, [&] { return call_pointer(&function); });
}

void through_reference(Run &run) {
    const Code code;
    call(run, [&] { return call_reference(&code.add); });
}

} // namespace

void add_call() {
    add("call", "function pointer", {15, 5}, calls, through_pointer);
    add("call", "memory_pages, mp_fn_binary_u64_call", {15, 5}, calls, through_reference);
}

} // namespace bench
