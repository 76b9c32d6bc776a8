//! What strict validators do to a plug-in: values, blocks and states that no sane host
//! would send, at times that no sane host would choose.

use std::io::{self, Read, Write};
use std::time::Duration;

use impasto_tests::Result;
use impasto_tests::bundle::Bundle;
use impasto_tests::host::{Activation, Block, Change, parameter_id};
use impasto_tests::signal::{Clip, Noise, render};
use impasto_tests::state::State;
use serde_json::json;

const RATE: f64 = 48_000.0;
const LONGEST: usize = 1024;

/// A stream that gives and takes one to seven bytes at a time.
struct Trickle<T> {
    inner: T,
    noise: Noise,
}

impl<T> Trickle<T> {
    fn new(inner: T) -> Self {
        let noise = Noise::new(0x7121_CC1E);
        Self { inner, noise }
    }

    fn portion(&mut self, length: usize) -> usize {
        length.min(1 + self.noise.bits() as usize % 7)
    }
}

impl Read for Trickle<&[u8]> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let portion = self.portion(buffer.len());
        self.inner.read(&mut buffer[..portion])
    }
}

impl Write for Trickle<Vec<u8>> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let portion = self.portion(bytes.len());
        self.inner.write(&bytes[..portion])
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn any_values_at_any_time_in_any_blocks_leave_finite_sound() -> Result<()> {
    const SEED: u32 = 0xF022_0001;
    let bundle = Bundle::load()?;
    let mut instance = bundle.instantiate()?;
    let parameters = instance.parameters()?;
    let (music, brush) = (Clip::chords(RATE, 4.0), Clip::strokes(RATE, 4.0));
    instance.run(Activation::stereo(RATE, LONGEST), |processor| {
        let mut noise = Noise::new(SEED);
        let mut start = 0;
        while start < music.len() {
            let end = (start + 1 + noise.bits() as usize % LONGEST).min(music.len());
            let mut changes: Vec<Change> = (0..noise.bits() % 12)
                .map(|_| {
                    let parameter = &parameters[noise.bits() as usize % parameters.len()];
                    let [low, high, _] = parameter.range;
                    let place = f64::from(noise.sample()) * 0.5 + 0.5;
                    Change {
                        time: noise.bits() % (end - start) as u32,
                        id: parameter.id,
                        value: low + place * (high - low),
                    }
                })
                .collect();
            changes.sort_by_key(|change| change.time);
            // The host looks for samples that are not finite, and for events out of order.
            processor.process(Block {
                music: music.cut(start..end),
                brush: brush.cut(start..end),
                changes: &changes,
            })?;
            processor.take_events();
            start = end;
        }
        Ok(())
    })
}

#[test]
fn input_that_is_no_number_does_not_stay() -> Result<()> {
    let bundle = Bundle::load()?;
    let mut instance = bundle.instantiate()?;
    let poison = |value: f32| Clip::made(RATE, 0.1, |_| value);
    let silence = Clip::silence(RATE, 0.1);
    instance.run(Activation::stereo(RATE, 256), |processor| {
        for value in [f32::NAN, f32::INFINITY, f32::MIN_POSITIVE / 4.0, 1e30] {
            // By the brush alone: what comes by the music goes out by the music.
            render(processor, &silence, &poison(value), 256, &[], |_| ())?;
        }
        let out = render(processor, &silence, &silence, 256, &[], |_| ())?;
        assert!(out.main.rms() < 1e-6);
        Ok(())
    })
}

#[test]
fn a_state_comes_and_goes_in_small_pieces() -> Result<()> {
    let bundle = Bundle::load()?;
    let mut first = bundle.instantiate()?;
    let outputs = json!({"cc": {"enabled": true}, "osc": {"target": "10.0.0.7:9000"}});
    let state = State::of(&mut first)?
        .with_entry("outputs", outputs)
        .with_parameter("fade", "f32", json!(123.0));
    let bytes = state.to_bytes();
    first.load_state_from(&mut Trickle::new(bytes.as_slice()))?;
    let mut written = Trickle::new(Vec::new());
    first.save_state_to(&mut written)?;
    assert_eq!(written.inner, first.save_state()?);
    let mut second = bundle.instantiate()?;
    second.load_state_from(&mut Trickle::new(written.inner.as_slice()))?;
    assert_eq!(second.save_state()?, written.inner);
    assert_eq!(
        second.value(parameter_id("fade"))?,
        first.value(parameter_id("fade"))?
    );
    Ok(())
}

#[test]
fn a_block_longer_than_promised_is_refused_and_the_next_is_processed() -> Result<()> {
    let bundle = Bundle::load()?;
    let mut instance = bundle.instantiate()?;
    let music = Clip::chords(RATE, 0.1);
    instance.run(Activation::stereo(RATE, 64), |processor| {
        processor.break_promise(4096);
        let block = |length: usize| Block {
            music: music.cut(0..length),
            brush: music.cut(0..length),
            changes: &[],
        };
        assert!(processor.process(block(65)).is_err());
        assert!(processor.process(block(4096)).is_err());
        processor.process(block(64))?;
        assert_eq!(processor.main_out()[0][..64], music.channels[0][..64]);
        Ok(())
    })
}

#[test]
fn states_that_are_garbage_do_no_harm_while_blocks_are_processed() -> Result<()> {
    let bundle = Bundle::load()?;
    let mut instance = bundle.instantiate()?;
    let good = instance.save_state()?;
    let clip = Clip::strokes(RATE, 1.0);
    let mut noise = Noise::new(0x6A12_BA6E);
    instance.run_with(
        Activation::stereo(RATE, 256),
        |processor| {
            render(processor, &clip, &clip, 256, &[], |_| {
                std::thread::sleep(Duration::from_millis(2));
            })
        },
        |instance| {
            let mut damaged = good.clone();
            for _ in 0..1 + noise.bits() % 20 {
                let at = noise.bits() as usize % damaged.len();
                damaged[at] = noise.bits() as u8;
            }
            // Some damage is to a value and is read; what it makes is finite sound.
            let _ = instance.load_state(&damaged);
            instance.load_state(&good)
        },
    )?;
    assert_eq!(instance.save_state()?, good);
    Ok(())
}
