//! The CLAP plug-in in a host: its face, its state, its life cycle, and every
//! way a host may connect it.

use impasto_tests::Result;
use impasto_tests::bundle::Bundle;
use impasto_tests::fixture;
use impasto_tests::host::{
    Activation, Block, Change, Connection, Instance, Port, Wiring, parameter_id,
};
use impasto_tests::signal::{Clip, Noise, render};
use impasto_tests::state::State;
use serde_json::json;
use std::path::Path;
use std::time::{Duration, Instant};

/// The string ids that saved projects depend on.
const PARAMETERS: [&str; 38] = [
    "filter",
    "mode",
    "sensitivity",
    "hold",
    "softest",
    "hardest",
    "touch-level",
    "touch-tone",
    "voices",
    "sync",
    "freeze",
    "trigger",
    "interval",
    "fade",
    "variety",
    "continuity",
    "fit",
    "snippets",
    "dry",
    "notes-out",
    "note-channel",
    "note",
    "note-range",
    "bypass",
    "smoothing",
    "weight-network",
    "weight-valence",
    "weight-arousal",
    "weight-crossmodal",
    "weight-gesture",
    "automation",
    "congruity",
    "out-network",
    "out-valence",
    "out-arousal",
    "out-crossmodal",
    "out-gesture",
    "out-brush",
];

const RATES: [f64; 7] = [
    22_050.0, 44_100.0, 48_000.0, 88_200.0, 96_000.0, 176_400.0, 192_000.0,
];
const BLOCKS: [usize; 10] = [1, 2, 7, 16, 64, 127, 512, 1024, 4096, 8192];

/// The music must come through as it is while there is nothing to play.
fn assert_same_music(got: &Clip, music: &Clip, case: &str) {
    for (channel, (got, sent)) in got.channels.iter().zip(&music.channels).enumerate() {
        assert_eq!(got.len(), sent.len(), "{case}");
        for (i, (got, sent)) in got.iter().zip(sent).enumerate() {
            assert!(
                (got - sent).abs() < 1e-6,
                "{case}: channel {channel} frame {i}: {sent} became {got}"
            );
        }
    }
}

#[test]
fn the_bundle_shows_its_ports_and_parameters() -> Result<()> {
    let bundle = Bundle::load()?;
    let mut instance = bundle.instantiate()?;
    let ports = instance.ports()?;
    let channels = |ports: &[Port]| ports.iter().map(|p| p.channels).collect::<Vec<_>>();
    assert_eq!(channels(&ports.inputs), [2, 2], "{ports:?}");
    assert_eq!(channels(&ports.outputs), [2, 2, 2], "{ports:?}");

    let parameters = instance.parameters()?;
    for string_id in PARAMETERS {
        let id = parameter_id(string_id);
        let parameter = parameters
            .iter()
            .find(|p| p.id == id)
            .unwrap_or_else(|| panic!("no parameter \"{string_id}\" ({id}) in {parameters:#?}"));
        let [min, max, default] = parameter.range;
        assert!(min <= default && default <= max, "{parameter:?}");
        assert_eq!(instance.value(id)?, default, "{parameter:?}");
    }
    let congruity = parameters.iter().find(|p| p.id == fixture::congruity());
    assert!(
        congruity.is_some_and(|p| p.automatable && !p.read_only),
        "hosts record automatable parameters only: {congruity:?}"
    );
    Ok(())
}

#[test]
fn the_state_comes_back_byte_for_byte() -> Result<()> {
    let bundle = Bundle::load()?;
    let mut first = bundle.instantiate()?;
    let written = State::of(&mut first)?
        .with_path(
            "painting",
            Path::new("/no/such/painting, with ü and \"quotes\".jpg"),
        )
        .with_path("library", Path::new("/no/such/library"))
        .with_parameter("filter", "f32", json!(12.5))
        .with_parameter("variety", "i32", json!(3))
        .with_parameter("automation", "string", json!("native"));
    first.load_state(&written.to_bytes())?;
    let saved = first.save_state()?;

    let mut second = bundle.instantiate()?;
    assert_ne!(
        saved,
        second.save_state()?,
        "the state does not hold what was set"
    );
    second.load_state(&saved)?;
    assert_eq!(saved, second.save_state()?);
    let back = State::parse(&saved)?;
    assert_eq!(back.entry("library"), Some(&json!("/no/such/library")));

    // The same while processing, through the audio thread's parameters.
    let seen = second.run_with(
        Activation::stereo(48_000.0, 256),
        |processor| {
            let clip = Clip::silence(48_000.0, 0.5);
            render(processor, &clip, &clip, 256, &[], |_| {
                std::thread::sleep(Duration::from_millis(1));
            })
        },
        |instance| {
            assert_eq!(saved, instance.save_state()?);
            instance.load_state(&saved)
        },
    )?;
    assert_eq!(seen.main.len(), 24_000);
    assert_eq!(saved, second.save_state()?);
    Ok(())
}

#[test]
fn a_damaged_state_is_refused_and_changes_nothing() -> Result<()> {
    let mut instance = Bundle::load()?.instantiate()?;
    let before = instance.save_state()?;
    let mut noise = Noise::new(0x5EED_0001);
    let garbage: Vec<u8> = (0..5000).map(|_| noise.bits() as u8).collect();
    let wrong = [&9u64.to_le_bytes()[..], b"{\"a\": 1}"].concat();
    for damaged in [
        &wrong,
        &b""[..],
        b"{",
        b"null",
        b"[1,2,3]",
        &before[..before.len() / 2],
        &garbage,
    ] {
        assert!(
            instance.load_state(damaged).is_err(),
            "accepted {} bytes",
            damaged.len()
        );
        assert_eq!(before, instance.save_state()?);
    }
    Ok(())
}

#[test]
fn parameters_set_by_events_are_kept() -> Result<()> {
    let mut instance = Bundle::load()?.instantiate()?;
    let parameters = instance.parameters()?;
    let settable: Vec<_> = parameters
        .iter()
        .filter(|p| p.id != fixture::congruity() && !p.read_only)
        .collect();
    let changes: Vec<Change> = settable
        .iter()
        .map(|p| Change {
            time: 17,
            id: p.id,
            value: if p.range[2] == p.range[1] {
                p.range[0]
            } else {
                p.range[1]
            },
        })
        .collect();
    instance.run(Activation::stereo(48_000.0, 64), |processor| {
        let clip = Clip::silence(48_000.0, 0.05);
        render(processor, &clip, &clip, 64, &changes, |_| ())
    })?;
    for change in changes {
        let value = instance.value(change.id)?;
        assert!((value - change.value).abs() < 1e-6, "{change:?} is {value}");
    }
    Ok(())
}

#[test]
fn music_passes_at_every_rate_and_block_size() -> Result<()> {
    let mut instance = Bundle::load()?.instantiate()?;
    let mut brushes = [Connection::Stereo, Connection::Mono, Connection::Silent]
        .into_iter()
        .cycle();
    for rate in RATES {
        for block in BLOCKS {
            let wiring = Wiring::with_brush(brushes.next().unwrap_or(Connection::Stereo));
            let case = format!("{rate} Hz, blocks of {block}, {wiring:?}");
            // Blocks of one frame take long: fewer frames there, but never less than two blocks.
            let seconds = (3.0 * block as f64 / rate).max(0.02);
            let music = Clip::chords(rate, seconds);
            let brush = Clip::strokes(rate, seconds);
            let activation = Activation {
                rate,
                max_block: block,
                wiring,
            };
            let out = instance
                .run(activation, |p| {
                    render(p, &music, &brush, block, &[], |_| ())
                })
                .unwrap_or_else(|e| panic!("{case}: {e}"));
            assert_same_music(&out.main, &music, &case);
        }
    }
    Ok(())
}

#[test]
fn block_sizes_may_change_from_block_to_block() -> Result<()> {
    const SEED: u32 = 0x0B10_C5EE;
    let mut instance = Bundle::load()?.instantiate()?;
    let music = Clip::chords(44_100.0, 2.0);
    let brush = Clip::strokes(44_100.0, 2.0);
    let got = instance.run(Activation::stereo(44_100.0, 2048), |processor| {
        let mut noise = Noise::new(SEED);
        let mut got: [Vec<f32>; 2] = Default::default();
        let mut start = 0;
        while start < music.len() {
            let end = (start + 1 + noise.bits() as usize % 2048).min(music.len());
            processor.process(Block {
                music: music.cut(start..end),
                brush: brush.cut(start..end),
                changes: &[],
            })?;
            for (got, out) in got.iter_mut().zip(processor.main_out()) {
                got.extend_from_slice(&out[..end - start]);
            }
            start = end;
        }
        Ok(Clip {
            rate: 44_100.0,
            channels: got,
        })
    })?;
    assert_same_music(&got, &music, &format!("seed {SEED:#x}"));
    Ok(())
}

#[test]
fn buses_may_be_missing_or_switched_off() -> Result<()> {
    use Connection::{Empty, Missing, Mono, Silent, Stereo};
    let mut instance = Bundle::load()?.instantiate()?;
    let music = Clip::chords(48_000.0, 0.3);
    let brush = Clip::strokes(48_000.0, 0.3);
    for brush_is in [Missing, Empty, Silent, Mono, Stereo] {
        for aux in [Missing, Empty, Mono, Stereo] {
            for music_is in [Stereo, Silent] {
                let wiring = Wiring {
                    music: music_is,
                    brush: brush_is,
                    main: Stereo,
                    aux,
                    control: aux,
                };
                let activation = Activation {
                    rate: 48_000.0,
                    max_block: 256,
                    wiring,
                };
                let case = format!("{wiring:?}");
                let out = instance
                    .run(activation, |p| render(p, &music, &brush, 256, &[], |_| ()))
                    .unwrap_or_else(|e| panic!("{case}: {e}"));
                match music_is {
                    Silent => assert_eq!(out.main.rms(), 0.0, "{case}"),
                    _ => assert_same_music(&out.main, &music, &case),
                }
            }
        }
    }
    Ok(())
}

#[test]
fn reset_is_allowed_between_blocks() -> Result<()> {
    let mut instance = Bundle::load()?.instantiate()?;
    let music = Clip::chords(48_000.0, 0.2);
    let out = instance.run(Activation::stereo(48_000.0, 480), |processor| {
        render(processor, &music, &music, 480, &[], |_| ())?;
        processor.reset();
        render(processor, &music, &music, 480, &[], |_| ())
    })?;
    assert_same_music(&out.main, &music, "after a reset");
    Ok(())
}

#[test]
fn instances_do_not_disturb_each_other() -> Result<()> {
    let bundle = Bundle::load()?;
    let dry = parameter_id("dry");
    std::thread::scope(|scope| {
        let others: Vec<_> = (0..4)
            .map(|i| {
                let bundle = &bundle;
                scope.spawn(move || -> Result<()> {
                    let mut instance = bundle.instantiate()?;
                    let rate = RATES[i];
                    let music = Clip::chords(rate, 0.5);
                    // Every other instance is silent: a shared parameter would show.
                    let quiet = [Change {
                        time: 0,
                        id: dry,
                        value: 0.0,
                    }];
                    let changes: &[Change] = if i % 2 == 0 { &[] } else { &quiet };
                    for round in 0..5 {
                        let out = instance.run(Activation::stereo(rate, 128), |processor| {
                            render(processor, &music, &music, 128, changes, |_| ())?;
                            render(processor, &music, &music, 128, &[], |_| ())
                        })?;
                        let case = format!("instance {i}, round {round}");
                        if i % 2 == 0 {
                            assert_same_music(&out.main, &music, &case);
                        } else {
                            assert!(out.main.rms() < 1e-6, "{case}: {}", out.main.rms());
                        }
                    }
                    Ok(())
                })
            })
            .collect();
        others.into_iter().try_for_each(|other| match other.join() {
            Ok(outcome) => outcome,
            Err(panic) => std::panic::resume_unwind(panic),
        })
    })
}

/// Drops an instance `after` its worker was given the whole library to index.
fn destroy_while_indexing(bundle: &Bundle, after: Duration, processing: bool) -> Result<Duration> {
    let index = tempfile::tempdir().expect("a temporary folder");
    let mut instance: Instance = bundle.instantiate()?;
    let painting = fixture::painting(fixture::PAINTING);
    let state = fixture::scene(&mut instance, &painting, index.path(), 10.0)?;
    instance.load_state(&state.to_bytes())?;
    if processing {
        let clip = Clip::strokes(48_000.0, after.as_secs_f64().max(0.01));
        instance.run(Activation::stereo(48_000.0, 64), |processor| {
            render(processor, &clip, &clip, 64, &[], |_| {
                std::thread::sleep(Duration::from_micros(1300));
            })
        })?;
    } else {
        std::thread::sleep(after);
    }
    let begin = Instant::now();
    drop(instance);
    Ok(begin.elapsed())
}

#[test]
fn an_instance_may_be_destroyed_while_its_worker_is_busy() -> Result<()> {
    let bundle = Bundle::load()?;
    for milliseconds in [0, 1, 20, 150, 700, 1500] {
        for processing in [false, true] {
            let after = Duration::from_millis(milliseconds);
            let took = destroy_while_indexing(&bundle, after, processing)?;
            assert!(
                took < Duration::from_secs(5),
                "destroyed {after:?} after the start (processing: {processing}), it took {took:?}"
            );
        }
    }
    Ok(())
}
