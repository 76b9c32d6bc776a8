//! The floor: reading bytes once, as fast as this machine's registers take them.

use half::f16;

/// Reads all of `values`, and answers what keeps the reading from being left out.
pub fn read(values: &[f16]) {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx512f") {
        // SAFETY: the machine has AVX-512F.
        std::hint::black_box(unsafe { read_wide(values) });
        return;
    }
    let sum = values
        .iter()
        .fold(0u32, |sum, value| sum ^ u32::from(value.to_bits()));
    std::hint::black_box(sum);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
fn read_wide(values: &[f16]) -> i64 {
    use std::arch::x86_64::*;

    /// Numbers in a register, and registers read before they are waited for.
    const WIDTH: usize = 32;
    const AHEAD: usize = 8;
    let mut sums = [_mm512_setzero_si512(); AHEAD];
    let (blocks, rest) = values.as_chunks::<{ WIDTH * AHEAD }>();
    for block in blocks {
        let (registers, _) = block.as_chunks::<WIDTH>();
        for (sum, register) in sums.iter_mut().zip(registers) {
            // SAFETY: the block holds the 64 bytes that are read.
            let read = unsafe { _mm512_loadu_si512(register.as_ptr().cast()) };
            *sum = _mm512_xor_si512(*sum, read);
        }
    }
    let rest = rest
        .iter()
        .fold(0, |sum, value| sum ^ i64::from(value.to_bits()));
    let sum = sums.into_iter().reduce(|a, b| _mm512_xor_si512(a, b));
    sum.map_or(rest, |sum| rest ^ _mm512_reduce_add_epi64(sum))
}

/// Pushes everything else out of the caches.
pub struct Eviction(Vec<u64>);

impl Eviction {
    /// Several times the largest cache of such a machine.
    const BYTES: usize = 256 << 20;

    pub fn new() -> Self {
        Self(vec![1; Self::BYTES / size_of::<u64>()])
    }

    pub fn run(&mut self) {
        // One number a cache line.
        for number in self.0.iter_mut().step_by(8) {
            *number = number.wrapping_add(1);
        }
        std::hint::black_box(&self.0);
    }
}

/// Bytes in memory that are this process's own, if the system says so.
pub fn private() -> Option<u64> {
    status("RssAnon:")
}

/// Bytes in memory that are mapped from files.
pub fn mapped() -> Option<u64> {
    status("RssFile:")
}

fn status(name: &str) -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with(name))?;
    let kilobytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes * 1024)
}
