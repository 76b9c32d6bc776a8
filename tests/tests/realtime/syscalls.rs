//! Asks the kernel itself: every system call that a thread makes inside
//! `process` raises a signal, whoever made it and however.
//!
//! This is Linux's *syscall user dispatch* (since 5.11): while a byte of the
//! thread says so, a system call is not carried out but reported by `SIGSYS`.
//! The handler counts it, lifts the ban for the rest of the block, and makes the
//! call itself, so that the thread goes on as if nothing had happened.

use std::cell::UnsafeCell;
use std::ffi::c_void;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

const PR_SET_SYSCALL_USER_DISPATCH: i32 = 59;
const PR_SYS_DISPATCH_OFF: u64 = 0;
const PR_SYS_DISPATCH_ON: u64 = 1;
const ALLOW: u8 = 0;
const BLOCK: u8 = 1;

/// Blocks of audio in which a system call was made.
static CAUGHT: AtomicU64 = AtomicU64::new(0);
/// The number of the first one.
static FIRST: AtomicI64 = AtomicI64::new(-1);

thread_local! {
    /// What the kernel reads at every system call of this thread.
    static SELECTOR: UnsafeCell<u8> = const { UnsafeCell::new(ALLOW) };
}

fn select(value: u8) {
    SELECTOR.with(|selector| {
        // SAFETY: only this thread and the kernel on its behalf touch the byte.
        unsafe { selector.get().write_volatile(value) }
    });
}

/// Blocks in which system calls were caught, and the number of the first call.
pub fn caught() -> (u64, i64) {
    (
        CAUGHT.load(Ordering::Acquire),
        FIRST.load(Ordering::Acquire),
    )
}

/// Forgets what was caught.
pub fn clear() {
    CAUGHT.store(0, Ordering::Release);
    FIRST.store(-1, Ordering::Release);
}

/// Prepares the calling thread. False if this kernel cannot do it.
pub fn arm() -> bool {
    // SAFETY: a zeroed sigaction is a valid one; the handler has the type that
    // SA_SIGINFO asks for and calls only what a signal handler may.
    let handled = unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = on_system_call as *const () as usize;
        action.sa_flags = libc::SA_SIGINFO;
        libc::sigaction(libc::SIGSYS, &action, std::ptr::null_mut())
    };
    let selector = SELECTOR.with(|selector| selector.get());
    // SAFETY: the byte lives as long as the thread, and the setting ends with it.
    let set = unsafe {
        libc::prctl(
            PR_SET_SYSCALL_USER_DISPATCH,
            PR_SYS_DISPATCH_ON,
            0u64,
            0u64,
            selector,
        )
    };
    handled == 0 && set == 0
}

/// Ends what [`arm`] began.
pub fn disarm() {
    // SAFETY: the arguments are those that the kernel documents for "off".
    unsafe {
        libc::prctl(
            PR_SET_SYSCALL_USER_DISPATCH,
            PR_SYS_DISPATCH_OFF,
            0u64,
            0u64,
            0u64,
        )
    };
}

/// From here to [`allow`], the thread's first system call is caught.
pub fn forbid() {
    select(BLOCK);
}

/// Lifts the ban.
pub fn allow() {
    select(ALLOW);
}

#[cfg(target_arch = "x86_64")]
extern "C" fn on_system_call(_: i32, _: *mut libc::siginfo_t, context: *mut c_void) {
    // First of all: the return from this handler is itself a system call.
    allow();
    CAUGHT.fetch_add(1, Ordering::AcqRel);
    // SAFETY: the kernel passes a ucontext to a handler that asked for it.
    let registers = unsafe { &mut (*context.cast::<libc::ucontext_t>()).uc_mcontext.gregs };
    let register = |index: i32| registers[index as usize];
    let number = register(libc::REG_RAX);
    let _ = FIRST.compare_exchange(-1, number, Ordering::AcqRel, Ordering::Acquire);
    let result: i64;
    // SAFETY: this is the very call that the thread was about to make.
    unsafe {
        std::arch::asm!(
            "syscall",
            inlateout("rax") number => result,
            in("rdi") register(libc::REG_RDI),
            in("rsi") register(libc::REG_RSI),
            in("rdx") register(libc::REG_RDX),
            in("r10") register(libc::REG_R10),
            in("r8") register(libc::REG_R8),
            in("r9") register(libc::REG_R9),
            lateout("rcx") _,
            lateout("r11") _,
        );
    }
    registers[libc::REG_RAX as usize] = result;
}
