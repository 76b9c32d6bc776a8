//! Stands between the plug-in and the C library.
//!
//! The plug-in is a library with its own copy of Rust's allocator, so a counter
//! in a `#[global_allocator]` of ours would see nothing of it. But all its paths
//! to memory, locks, sleep and files end in functions of the C library, and the
//! dynamic linker looks for those in the main program first. This program defines
//! them: each counts, if the calling thread is inside the plug-in's `process`,
//! and goes on to the C library's.
//!
//! What cannot be seen here is a lock that is taken without waiting (Rust's
//! mutexes are one atomic instruction then). The test `realtime` counts system calls
//! as well, among which is every wait, and makes other threads fight for the locks.
//!
//! Linux with the GNU C library on x86-64; elsewhere nothing is counted.

use std::cell::Cell;
use std::ffi::{c_char, c_int, c_long, c_uint, c_void};
use std::sync::atomic::{AtomicPtr, AtomicU64, Ordering};

thread_local! {
    /// Whether this thread is inside `process`. Plain thread-local storage of the
    /// main program: reading it neither allocates nor locks.
    static WATCHED: Cell<bool> = const { Cell::new(false) };
}

/// The kinds of calls, as they are reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Memory was asked for.
    Allocation,
    /// Memory was given back.
    Free,
    /// A lock of the C library was taken or given back.
    Lock,
    /// The kernel was asked.
    SystemCall,
}

const KINDS: [Kind; 4] = [Kind::Allocation, Kind::Free, Kind::Lock, Kind::SystemCall];

static COUNTS: [AtomicU64; 4] = [const { AtomicU64::new(0) }; 4];

/// The first function of each kind that was called where it must not be.
static FIRST: [AtomicPtr<c_char>; 4] = [const { AtomicPtr::new(std::ptr::null_mut()) }; 4];

/// Starts or ends the watch of the calling thread.
pub fn watch(on: bool) {
    WATCHED.set(on);
}

/// Calls counted so far, by kind, with the name of each kind's first.
pub fn counts() -> Vec<(Kind, u64, String)> {
    KINDS
        .into_iter()
        .enumerate()
        .map(|(i, kind)| {
            let first = FIRST[i].load(Ordering::Acquire);
            let name = if first.is_null() {
                String::new()
            } else {
                // SAFETY: only `note` writes here, and only addresses of literals.
                unsafe { std::ffi::CStr::from_ptr(first) }
                    .to_string_lossy()
                    .into_owned()
            };
            (kind, COUNTS[i].load(Ordering::Acquire), name)
        })
        .collect()
}

/// The sum of [`counts`].
pub fn total() -> u64 {
    COUNTS
        .iter()
        .map(|count| count.load(Ordering::Acquire))
        .sum()
}

/// Forgets what was counted.
pub fn clear() {
    COUNTS
        .iter()
        .for_each(|count| count.store(0, Ordering::Release));
    FIRST
        .iter()
        .for_each(|first| first.store(std::ptr::null_mut(), Ordering::Release));
}

fn note(kind: Kind, name: &'static std::ffi::CStr) {
    if WATCHED.get() {
        let i = kind as usize;
        if COUNTS[i].fetch_add(1, Ordering::AcqRel) == 0 {
            FIRST[i].store(name.as_ptr().cast_mut(), Ordering::Release);
        }
    }
}

/// The C library's own `name`. `dlsym` may allocate, so the address is kept.
fn real(slot: &AtomicPtr<c_void>, name: &'static std::ffi::CStr) -> *mut c_void {
    let known = slot.load(Ordering::Acquire);
    if !known.is_null() {
        return known;
    }
    // What the search itself does is not the plug-in's doing.
    let watched = WATCHED.replace(false);
    // SAFETY: `name` ends with a NUL; RTLD_NEXT is valid in any program.
    let found = unsafe { libc::dlsym(libc::RTLD_NEXT, name.as_ptr()) };
    WATCHED.set(watched);
    assert!(!found.is_null(), "the C library has no {name:?}");
    slot.store(found, Ordering::Release);
    found
}

/// Defines functions that count and then call the C library's of the same name.
macro_rules! interpose {
    ($($kind:ident $name:ident($($argument:ident: $type:ty),*) $(-> $result:ty)?;)*) => {
        $(
            /// Counts, then does what the C library's function of this name does.
            ///
            /// # Safety
            /// As the C library's.
            #[unsafe(no_mangle)]
            pub unsafe extern "C" fn $name($($argument: $type),*) $(-> $result)? {
                static REAL: AtomicPtr<c_void> = AtomicPtr::new(std::ptr::null_mut());
                const NAME: &std::ffi::CStr = match std::ffi::CStr::from_bytes_with_nul(
                    concat!(stringify!($name), "\0").as_bytes(),
                ) {
                    Ok(name) => name,
                    Err(_) => panic!("a name with a NUL"),
                };
                note(Kind::$kind, NAME);
                type Function = unsafe extern "C" fn($($type),*) $(-> $result)?;
                let address = real(&REAL, NAME);
                // SAFETY: the address is that of the function which has this
                // name in the C library, and hence this type.
                let real = unsafe { std::mem::transmute::<*mut c_void, Function>(address) };
                // SAFETY: the caller's promise is passed on.
                unsafe { real($($argument),*) }
            }
        )*

        /// Keeps the linker from leaving out functions that nothing here calls.
        #[used]
        static KEEP: &[Kept] = &[
            $(Kept($name as *const c_void),)*
            Kept(malloc as *const c_void),
            Kept(calloc as *const c_void),
            Kept(realloc as *const c_void),
            Kept(free as *const c_void),
            Kept(posix_memalign as *const c_void),
            Kept(aligned_alloc as *const c_void),
        ];
    };
}

/// The address of a function, for [`KEEP`].
struct Kept(#[allow(dead_code, reason = "its being there is its use")] *const c_void);

// SAFETY: addresses of functions are the same on every thread and never read.
unsafe impl Sync for Kept {}

interpose! {
    Lock pthread_mutex_lock(mutex: *mut c_void) -> c_int;
    Lock pthread_mutex_trylock(mutex: *mut c_void) -> c_int;
    Lock pthread_mutex_unlock(mutex: *mut c_void) -> c_int;
    Lock pthread_rwlock_rdlock(lock: *mut c_void) -> c_int;
    Lock pthread_rwlock_wrlock(lock: *mut c_void) -> c_int;
    Lock pthread_rwlock_unlock(lock: *mut c_void) -> c_int;
    Lock pthread_cond_signal(condition: *mut c_void) -> c_int;
    Lock pthread_cond_broadcast(condition: *mut c_void) -> c_int;
    Lock pthread_cond_wait(condition: *mut c_void, mutex: *mut c_void) -> c_int;
    Lock sem_wait(semaphore: *mut c_void) -> c_int;
    Lock sem_post(semaphore: *mut c_void) -> c_int;
    SystemCall write(file: c_int, bytes: *const c_void, count: usize) -> isize;
    SystemCall read(file: c_int, bytes: *mut c_void, count: usize) -> isize;
    SystemCall writev(file: c_int, parts: *const c_void, count: c_int) -> isize;
    SystemCall close(file: c_int) -> c_int;
    SystemCall nanosleep(wanted: *const c_void, left: *mut c_void) -> c_int;
    SystemCall clock_nanosleep(
        clock: c_int, flags: c_int, wanted: *const c_void, left: *mut c_void
    ) -> c_int;
    SystemCall usleep(microseconds: c_uint) -> c_int;
    SystemCall sched_yield() -> c_int;
    SystemCall poll(files: *mut c_void, count: u64, milliseconds: c_int) -> c_int;
    SystemCall mmap(
        address: *mut c_void, length: usize, protection: c_int, flags: c_int, file: c_int,
        offset: i64
    ) -> *mut c_void;
    SystemCall munmap(address: *mut c_void, length: usize) -> c_int;
    // Variadic in C, where a call passes its arguments as if there were none of
    // the dots (x86-64 and AArch64 Linux); no call has more than six.
    SystemCall syscall(
        number: c_long, a: c_long, b: c_long, c: c_long, d: c_long, e: c_long, f: c_long
    ) -> c_long;
}

// The allocator's functions cannot be looked up with `dlsym`, which allocates;
// glibc exports them under second names for exactly this use.
unsafe extern "C" {
    fn __libc_malloc(size: usize) -> *mut c_void;
    fn __libc_calloc(count: usize, size: usize) -> *mut c_void;
    fn __libc_realloc(old: *mut c_void, size: usize) -> *mut c_void;
    fn __libc_free(old: *mut c_void);
    fn __libc_memalign(alignment: usize, size: usize) -> *mut c_void;
}

/// Counts, then does what the C library's function of this name does.
///
/// # Safety
/// As the C library's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn malloc(size: usize) -> *mut c_void {
    note(Kind::Allocation, c"malloc");
    // SAFETY: the caller's promise is passed on.
    unsafe { __libc_malloc(size) }
}

/// Counts, then does what the C library's function of this name does.
///
/// # Safety
/// As the C library's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn calloc(count: usize, size: usize) -> *mut c_void {
    note(Kind::Allocation, c"calloc");
    // SAFETY: the caller's promise is passed on.
    unsafe { __libc_calloc(count, size) }
}

/// Counts, then does what the C library's function of this name does.
///
/// # Safety
/// As the C library's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn realloc(old: *mut c_void, size: usize) -> *mut c_void {
    note(Kind::Allocation, c"realloc");
    // SAFETY: the caller's promise is passed on.
    unsafe { __libc_realloc(old, size) }
}

/// Counts, then does what the C library's function of this name does.
///
/// # Safety
/// As the C library's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn free(old: *mut c_void) {
    if !old.is_null() {
        note(Kind::Free, c"free");
    }
    // SAFETY: the caller's promise is passed on.
    unsafe { __libc_free(old) }
}

/// Counts, then does what the C library's function of this name does.
///
/// # Safety
/// As the C library's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aligned_alloc(alignment: usize, size: usize) -> *mut c_void {
    note(Kind::Allocation, c"aligned_alloc");
    // SAFETY: the caller's promise is passed on.
    unsafe { __libc_memalign(alignment, size) }
}

/// Counts, then does what the C library's function of this name does.
///
/// # Safety
/// As the C library's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn posix_memalign(
    memory: *mut *mut c_void,
    alignment: usize,
    size: usize,
) -> c_int {
    note(Kind::Allocation, c"posix_memalign");
    // SAFETY: the caller's promise is passed on.
    let got = unsafe { __libc_memalign(alignment, size) };
    if got.is_null() && size > 0 {
        return libc::ENOMEM;
    }
    // SAFETY: the caller promises that `memory` can be written.
    unsafe { *memory = got };
    0
}
