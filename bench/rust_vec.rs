//! Rust's own vector in the cases that the other systems are measured in, and the raw loop beside it,
//! so that the two can be compared within one process. Needs nothing but std.
//!
//! Writes to stdout what Google Benchmark would: {"benchmarks": [{"name": "case|system", ...}]}.

use std::arch::asm;
use std::ffi::c_void;
use std::hint::black_box;
use std::time::Instant;

// ---- Memory without an allocator -------------------------------------------------------------------

extern "C" {
    fn mmap(at: *mut c_void, len: usize, prot: i32, flags: i32, file: i32, offset: i64)
        -> *mut c_void;
    fn munmap(at: *mut c_void, len: usize) -> i32;
    fn madvise(at: *mut c_void, len: usize, advice: i32) -> i32;
}

const PROT_READ_WRITE: i32 = 1 | 2;
const MAP_PRIVATE_ANONYMOUS_NORESERVE: i32 = 0x02 | 0x20 | 0x4000;
const MADV_HUGEPAGE: i32 = 14;
const HUGE_PAGE: usize = 2 << 20;

/// Huge pages, unmapped at the end.
struct Mapping {
    base: *mut c_void,
    mapped: usize,
    data: *mut c_void,
}

impl Mapping {
    fn new(bytes: usize) -> Mapping {
        let whole = bytes.next_multiple_of(HUGE_PAGE);
        let mapped = whole + HUGE_PAGE; // room to align
        let null = std::ptr::null_mut();
        unsafe {
            let base = mmap(null, mapped, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS_NORESERVE, -1, 0);
            assert!(base as isize != -1, "mmap failed");
            let data = ((base as usize).next_multiple_of(HUGE_PAGE)) as *mut c_void;
            assert_eq!(madvise(data, whole, MADV_HUGEPAGE), 0, "madvise failed");
            Mapping { base, mapped, data }
        }
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        unsafe { munmap(self.base, self.mapped) };
    }
}

/// Anonymous memory of this process, in bytes.
fn anonymous_bytes() -> f64 {
    let text = std::fs::read_to_string("/proc/self/smaps_rollup").expect("no smaps_rollup");
    let line = text.lines().find(|line| line.starts_with("Anonymous:")).expect("no Anonymous");
    line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() * 1024.0
}

// ---- What is measured ------------------------------------------------------------------------------

/// Told when the most memory is in use; looks only in the pass that is about memory.
type Peak<'a> = &'a mut dyn FnMut();

trait Element: Copy + 'static {
    const NAME: &'static str;
    const MANY: usize;
    const SAMPLE: Self;
}

#[derive(Clone, Copy)]
#[repr(C)]
#[allow(dead_code)]
struct Record {
    key: u64,
    time: u64,
    low: f64,
    high: f64,
}

impl Element for u8 {
    const NAME: &'static str = "u8";
    const MANY: usize = 100_000_000;
    const SAMPLE: u8 = 77;
}
impl Element for u64 {
    const NAME: &'static str = "u64";
    const MANY: usize = 10_000_000;
    const SAMPLE: u64 = 77;
}
impl Element for f64 {
    const NAME: &'static str = "f64";
    const MANY: usize = 10_000_000;
    const SAMPLE: f64 = 77.5;
}
impl Element for Record {
    const NAME: &'static str = "record";
    const MANY: usize = 2_500_000;
    const SAMPLE: Record = Record { key: 1, time: 2, low: 3.0, high: 4.0 };
}

#[inline(never)]
fn push_all<T: Element>(vec: &mut Vec<T>, value: T) {
    for _ in 0..T::MANY {
        vec.push(value);
    }
}

/// One store for each element, as in the C++ part.
#[inline(never)]
fn store_one_by_one<T: Element>(mut at: *mut T, value: T) {
    unsafe {
        let end = at.add(T::MANY);
        while at != end {
            asm!("/* {0} */", inout(reg) at, options(nomem, nostack, preserves_flags));
            at.write(value);
            at = at.add(1);
        }
    }
}

fn raw_fresh<T: Element>(peak: Peak) -> f64 {
    let value = black_box(T::SAMPLE);
    let start = Instant::now();
    {
        let memory = Mapping::new(T::MANY * size_of::<T>());
        store_one_by_one(memory.data as *mut T, value);
        black_box(memory.data);
        peak();
    }
    start.elapsed().as_secs_f64()
}

fn raw_again<T: Element>(peak: Peak) -> f64 {
    let value = black_box(T::SAMPLE);
    let memory = Mapping::new(T::MANY * size_of::<T>());
    store_one_by_one(memory.data as *mut T, value);
    store_one_by_one(memory.data as *mut T, value);
    let start = Instant::now();
    store_one_by_one(memory.data as *mut T, value);
    black_box(memory.data);
    let took = start.elapsed().as_secs_f64();
    peak();
    took
}

fn vec_fresh<T: Element>(peak: Peak, capacity: usize) -> f64 {
    let value = black_box(T::SAMPLE);
    let start = Instant::now();
    {
        let mut vec = Vec::with_capacity(capacity);
        push_all(&mut vec, value);
        black_box(vec.as_ptr());
        peak();
    }
    start.elapsed().as_secs_f64()
}

fn vec_again<T: Element>(peak: Peak, capacity: usize) -> f64 {
    let value = black_box(T::SAMPLE);
    let mut vec = Vec::with_capacity(capacity);
    push_all(&mut vec, value);
    vec.clear();
    push_all(&mut vec, value);
    let start = Instant::now();
    vec.clear();
    push_all(&mut vec, value);
    black_box(vec.as_ptr());
    let took = start.elapsed().as_secs_f64();
    peak();
    took
}

// ---- The run ---------------------------------------------------------------------------------------

struct Case {
    name: String,
    operations: usize,
    body: Box<dyn Fn(Peak) -> f64>,
    memory_peak: f64,
    memory_released: f64,
    seconds: Vec<f64>,
}

fn add<T: Element>(cases: &mut Vec<Case>) {
    let mut add_one = |case: &str, system: &str, body: Box<dyn Fn(Peak) -> f64>| {
        cases.push(Case {
            name: format!("{case}.{}|{system}", T::NAME),
            operations: T::MANY,
            body,
            memory_peak: 0.0,
            memory_released: 0.0,
            seconds: Vec::new(),
        })
    };
    add_one("fill_fresh", "raw loop, huge pages", Box::new(raw_fresh::<T>));
    add_one("fill_fresh", "Rust Vec", Box::new(|peak| vec_fresh::<T>(peak, 0)));
    add_one("fill_fresh", "Rust Vec, reserved", Box::new(|peak| vec_fresh::<T>(peak, T::MANY)));
    add_one("refill", "raw loop, huge pages", Box::new(raw_again::<T>));
    add_one("refill", "Rust Vec", Box::new(|peak| vec_again::<T>(peak, 0)));
    add_one("refill", "Rust Vec, reserved", Box::new(|peak| vec_again::<T>(peak, T::MANY)));
}

/// Enough to put the cases in another order each time (Marsaglia's xorshift).
fn shuffle<T>(items: &mut [T], state: &mut u64) {
    for i in (1..items.len()).rev() {
        *state ^= *state << 13;
        *state ^= *state >> 7;
        *state ^= *state << 17;
        items.swap(i, (*state % (i as u64 + 1)) as usize);
    }
}

/// Fewer repetitions have no median worth the name.
const LEAST: usize = 3;
const MOST: usize = 15;

/// Takes the seconds that all of it may take.
fn main() {
    let start = Instant::now();
    let seconds: f64 = std::env::args().nth(1).map_or(60.0, |text| text.parse().expect("seconds"));
    let mut cases = Vec::new();
    add::<f64>(&mut cases);
    add::<u64>(&mut cases);
    add::<Record>(&mut cases);
    add::<u8>(&mut cases);

    let mut promised = 0.0; // seconds, for the repetitions of those that are kept
    let mut left_out = Vec::new();
    cases.retain_mut(|case| {
        let began = Instant::now();
        let before = anonymous_bytes();
        let mut peak = 0.0;
        (case.body)(&mut || peak = anonymous_bytes());
        case.memory_peak = peak - before;
        case.memory_released = anonymous_bytes() - before;
        let needed = LEAST as f64 * began.elapsed().as_secs_f64();
        let fits = start.elapsed().as_secs_f64() + promised + needed <= seconds;
        if fits {
            promised += needed;
        } else {
            left_out.push(case.name.clone());
        }
        fits
    });

    let mut state = 88172645463325252;
    let mut order: Vec<usize> = (0..cases.len()).collect();
    let mut turn = 0.0;
    for done in 0..MOST {
        if done >= LEAST && start.elapsed().as_secs_f64() + turn > seconds {
            break;
        }
        let began = Instant::now();
        shuffle(&mut order, &mut state);
        for &index in &order {
            let took = (cases[index].body)(&mut || ());
            cases[index].seconds.push(took);
        }
        turn = began.elapsed().as_secs_f64();
        eprintln!("   time: turn {} of at most {MOST}", done + 1);
    }

    let lines: Vec<String> = cases
        .iter()
        .flat_map(|case| case.seconds.iter().map(move |seconds| (case, seconds)))
        .map(|(case, seconds)| {
            format!(
                "  {{\"name\": \"{}\", \"real_time\": {}, \"operations\": {}, \
                 \"memory_peak\": {}, \"memory_released\": {}}}",
                case.name,
                seconds * 1e9,
                case.operations,
                case.memory_peak,
                case.memory_released
            )
        })
        .collect();
    println!(
        "{{\"context\": {{\"left_out\": \"{}\"}}, \"benchmarks\": [\n{}\n]}}",
        left_out.join("; "),
        lines.join(",\n")
    );
}
