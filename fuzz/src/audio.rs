//! Files of music: any bytes are samples or a reason, for the index and for playback.

use std::ops::ControlFlow;
use std::path::Path;

use engine::Error;
use engine::library::decode::{Limits, decode_16k_mono, decode_stereo};
use engine::units::{SampleRate, Seconds};

use crate::scratch::Scratch;
use crate::{memory, ogg};

/// Of short files; what a stream's headers ask for must not go beyond it.
const MEMORY: usize = 96 << 20;
/// Packets of silence cost few bytes, so that a short file may be an hour long.
const LIMIT: Limits = Limits {
    duration: Seconds(60.0),
};
/// A decoder's samples may be this high before they are resampled.
const CEILING: f32 = 16.0;

/// Decodes `bytes` as a file. Its name plays no part: only contents are looked at.
pub fn check(scratch: &Scratch, bytes: &[u8]) {
    let choice = bytes.last().copied().unwrap_or(0);
    let mut bytes = bytes.to_vec();
    if choice % 8 != 7 {
        ogg::mend(&mut bytes);
    }
    let path = scratch.write("music.wav", &bytes);
    memory::within(MEMORY, || {
        whole(&path);
        // What playback asks for is the input's choice too. Most ask for the rate that
        // most seeds have: changing it takes longer than all else.
        let rate = if choice < 32 { 48_000 } else { 16_000 };
        clip(&path, f64::from(choice % 8) * 0.01, rate);
    });
}

fn whole(path: &Path) {
    let mut samples = 0;
    let decoded = decode_16k_mono(path, LIMIT, &mut |block| {
        samples += block.len();
        assert_sound(block);
        ControlFlow::Continue(())
    });
    match decoded {
        Ok(decoded) => {
            let seconds = samples as f64 / SampleRate::ANALYSIS.hz();
            assert!((decoded.duration.0 - seconds).abs() < 0.01, "{decoded:?}");
            assert!(decoded.duration <= LIMIT.duration && decoded.channels > 0);
        }
        Err(error) => assert_explained(&error),
    }
}

fn clip(path: &Path, start: f64, rate: u32) {
    let most = rate as usize / 20;
    let rate = SampleRate::new(f64::from(rate)).expect("a rate");
    match decode_stereo(path, Seconds(start), Seconds(0.05), rate) {
        Ok(clip) => {
            assert!(clip.len() <= most && clip.left.len() == clip.right.len());
            assert_sound(&clip.left);
            assert_sound(&clip.right);
        }
        Err(error) => assert_explained(&error),
    }
}

/// Numbers, of which a resampler's ringing may put some above the ceiling.
fn assert_sound(samples: &[f32]) {
    let sound = |sample: &f32| sample.abs() <= 4.0 * CEILING;
    assert!(samples.iter().all(sound), "no sound");
}

fn assert_explained(error: &Error) {
    let Error::Audio { reason, .. } = error else {
        panic!("{error}");
    };
    assert!(reason.to_string().len() > 20 && !reason.code().is_empty());
}
