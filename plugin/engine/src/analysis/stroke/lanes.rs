//! Arithmetic on eight numbers side by side, in loops that the compiler turns into
//! vector instructions.

/// Numbers side by side.
pub(super) const LANES: usize = 8;

/// One number a band.
pub(super) type Lanes = [f32; LANES];

/// A value for each lane.
pub(super) fn each(value: impl FnMut(usize) -> f32) -> Lanes {
    std::array::from_fn(value)
}

/// Moves each of `now` towards `target` by the share `step`.
pub(super) fn follow(now: &mut Lanes, target: &Lanes, step: f32) {
    for lane in 0..LANES {
        now[lane] += (target[lane] - now[lane]) * step;
    }
}

/// What is too small to be heard becomes zero, so that nothing ends in denormals,
/// which are slow.
pub(super) fn flush(values: &mut Lanes) {
    for value in values {
        *value = if value.abs() < 1e-20 { 0.0 } else { *value };
    }
}

/// Base-2 logarithm of a normal number above zero, within 0.001: exponent, and a
/// polynomial for the mantissa.
pub(super) fn log2(x: f32) -> f32 {
    let bits = x.to_bits();
    let exponent = (bits >> 23) as i32 - 127;
    let m = f32::from_bits((bits & 0x007f_ffff) | 0x3f80_0000) - 1.0;
    let poly = m * (1.438_73 + m * (-0.677_78 + m * (0.321_18 + m * -0.082_13)));
    exponent as f32 + poly
}

/// A power as a level in dB; -200 dB where there is nothing.
pub(super) fn decibels(power: f32) -> f32 {
    std::f32::consts::LOG10_2 * 10.0 * log2(power.max(1e-20))
}

/// A level in dB as a power.
pub(super) fn power(db: f32) -> f32 {
    10f32.powf(db / 10.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logarithm_is_close() {
        for n in 1..4000 {
            let x = 1.01f32.powi(n - 2000);
            assert!((log2(x) - x.log2()).abs() < 0.001, "{x}: {}", log2(x));
        }
        assert!((decibels(0.01) + 20.0).abs() < 0.01);
        assert!((decibels(power(-37.0)) + 37.0).abs() < 0.01);
        assert!((decibels(0.0) + 200.0).abs() < 0.1);
    }
}
