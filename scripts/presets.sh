# What scripts/test and scripts/test-all share. To be sourced after common.sh.

tested= # folders of build/ with the results that count

# test_preset PRESET [CTEST ARGUMENT...]: a failure does not end the run; the summary tells it.
test_preset() {
    preset=$1
    shift
    tested="$tested $preset"
    rm -rf "build/$preset/results"
    say "$preset: building"
    quietly cmake --preset "$preset" -DMEMORY_PAGES_BUILD_TESTS=ON &&
        quietly cmake --build --preset "$preset" || return 0
    say "$preset: testing"
    ctest --preset "$preset" --parallel "$(nproc)" \
        --output-junit results/ctest.xml "$@" || true
}

# Under the sanitizers nothing is repeated that finds the same there; `ctest --preset asan` does so.
test_presets() {
    test_preset release
    test_preset asan -LE text
    test_preset ubsan -LE text
    test_preset tsan -L threads
    test_preset valgrind -L unit
    test_preset libfuzzer -L fuzz
}

# test_platforms TARGET...: of scripts/test-platforms.
test_platforms() {
    for target; do
        tested="$tested platforms/$target"
        rm -rf "build/platforms/$target/results"
    done
    say "other platforms"
    scripts/test-platforms "$@" || true
}

# The last line of a run, and its exit status.
summarize() {
    exec scripts/python -B scripts/summary.py $tested
}
