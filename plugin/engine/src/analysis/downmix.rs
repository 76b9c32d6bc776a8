//! Many channels to one.

/// Writes the mean of `channels` into `out`.
///
/// No channels at all give silence. A channel shorter than `out` counts as
/// silent past its end: a host hands over a bus that it does not connect with
/// slices of any length.
pub fn downmix(channels: &[&[f32]], out: &mut [f32]) {
    out.fill(0.0);
    for channel in channels {
        for (sum, sample) in out.iter_mut().zip(*channel) {
            *sum += sample;
        }
    }
    if channels.len() > 1 {
        let gain = 1.0 / channels.len() as f32;
        for sum in out {
            *sum *= gain;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::downmix;

    #[track_caller]
    fn check(channels: &[&[f32]], expected: [f32; 3]) {
        let mut out = [9.0; 3];
        downmix(channels, &mut out);
        assert_eq!(out, expected);
    }

    #[test]
    fn any_number_of_channels_of_any_length() {
        check(&[], [0.0; 3]);
        check(&[&[1.0, 2.0, 3.0]], [1.0, 2.0, 3.0]);
        check(&[&[1.0, 2.0, 3.0], &[3.0, 0.0, -3.0]], [2.0, 1.0, 0.0]);
        check(&[&[1.0, 2.0, 3.0], &[3.0]], [2.0, 1.0, 1.5]);
        check(&[&[1.0, 2.0, 3.0, 4.0], &[]], [0.5, 1.0, 1.5]);
    }
}
