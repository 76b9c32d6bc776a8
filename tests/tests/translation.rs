//! The plug-in doing its job in a host: brush and music in, snippets and
//! congruity out, with the demo library and real networks.
//!
//! Rendered offline, where the output is a function of the input.

use impasto_tests::Result;
use impasto_tests::bundle::Bundle;
use impasto_tests::fixture::{self, congruity, painting, ready, ready_with};
use impasto_tests::host::{Activation, Change, Connection, Instance, Wiring, parameter_id};
use impasto_tests::signal::{Clip, Rendered, render};
use impasto_tests::snapshot::Snapshot;
use std::collections::BTreeSet;

const RATE: f64 = 48_000.0;
const BLOCK: usize = 512;
const SECONDS: f64 = 9.0;

/// Renders strokes and chords offline, with the sidechain connected as `brush`.
fn translate(
    instance: &mut Instance,
    rate: f64,
    brush: Connection,
    changes: &[Change],
) -> Result<(Rendered, Snapshot)> {
    translate_in(instance, rate, brush, changes, BLOCK)
}

/// As [`translate`], in blocks of `block` frames.
fn translate_in(
    instance: &mut Instance,
    rate: f64,
    brush: Connection,
    changes: &[Change],
    block: usize,
) -> Result<(Rendered, Snapshot)> {
    instance.set_offline(true)?;
    let music = Clip::chords(rate, SECONDS);
    let strokes = Clip::strokes(rate, SECONDS);
    let activation = Activation {
        rate,
        max_block: block,
        wiring: Wiring::with_brush(brush),
    };
    let mut snapshot = None;
    let rendered = instance.run_with(
        activation,
        |p| render(p, &music, &strokes, block, changes, |_| ()),
        |instance| {
            snapshot = Some(Snapshot::of(instance)?);
            Ok(())
        },
    )?;
    let snapshot = snapshot.map_or_else(|| Snapshot::of(instance), Ok)?;
    Ok((rendered, snapshot))
}

#[test]
fn strokes_play_snippets_on_both_outputs() -> Result<()> {
    let bundle = Bundle::load()?;
    for brush in [Connection::Stereo, Connection::Mono] {
        let mut instance = ready(&bundle)?;
        let mute = [Change {
            time: 0,
            id: parameter_id("dry"),
            value: 0.0,
        }];
        let (out, snapshot) = translate(&mut instance, RATE, brush, &mute)?;
        assert!(
            out.aux.rms() > 1e-3,
            "{brush:?}: nothing on the snippets' own output"
        );
        assert!(
            out.main.rms() > 1e-3,
            "{brush:?}: nothing on the main output"
        );
        assert!(
            snapshot.snippets.len() >= 3,
            "{brush:?}: {:#?}",
            snapshot.snippets
        );
        for snippet in &snapshot.snippets {
            assert!(snippet.track.is_file(), "{snippet:?}");
            assert!(snippet.distance.is_some_and(|d| d >= 0.0), "{snippet:?}");
            assert!(
                snippet.score.is_some_and(|s| (0.0..=1.0).contains(&s)),
                "{snippet:?}"
            );
            assert!((0.0..=SECONDS).contains(&snippet.at), "{snippet:?}");
        }
        let first = snapshot.snippets[0].at;
        assert!(
            first < 0.6,
            "strokes every 0.5 s, the first heard at {first} s"
        );
        // Not by serial: a cue in reserve may start after one that was made later.
        let times: Vec<f64> = snapshot.snippets.iter().map(|s| s.at).collect();
        assert!(times.is_sorted(), "{times:?}");
    }
    Ok(())
}

#[test]
fn snippets_play_at_every_rate_between_activations() -> Result<()> {
    let mut instance = ready(&Bundle::load()?)?;
    for rate in [22_050.0, 192_000.0, 44_100.0, 96_000.0] {
        let (out, snapshot) = translate(&mut instance, rate, Connection::Stereo, &[])?;
        assert!(out.aux.rms() > 1e-3, "{rate} Hz: nothing was played");
        let last = snapshot.snippets.last();
        assert!(
            last.is_some_and(|s| s.at <= SECONDS),
            "{rate} Hz: times must count from this activation: {last:?}"
        );
    }
    Ok(())
}

#[test]
fn without_a_brush_nothing_is_played_and_the_music_passes() -> Result<()> {
    let bundle = Bundle::load()?;
    for brush in [Connection::Silent, Connection::Empty, Connection::Missing] {
        let mut instance = ready(&bundle)?;
        let (out, snapshot) = translate(&mut instance, RATE, brush, &[])?;
        assert_eq!(out.aux.rms(), 0.0, "{brush:?}");
        assert_eq!(snapshot.snippets, [], "{brush:?}");
        let music = Clip::chords(RATE, SECONDS);
        for (got, sent) in out
            .main
            .channels
            .iter()
            .flatten()
            .zip(music.channels.iter().flatten())
        {
            assert!((got - sent).abs() < 1e-6, "{brush:?}: {sent} became {got}");
        }
    }
    Ok(())
}

#[test]
fn congruity_reaches_the_host_as_parameter_values() -> Result<()> {
    let bundle = Bundle::load()?;
    let mut instance = ready(&bundle)?;
    let (out, _) = translate(&mut instance, RATE, Connection::Stereo, &[])?;
    let values = out.values_of(congruity());
    assert!(values.len() >= 5, "only {values:?}");
    for pair in values.windows(2) {
        assert!(pair[0].0 < pair[1].0, "values at the same time: {pair:?}");
        assert!(pair[0].1 != pair[1].1, "the same value twice: {pair:?}");
    }
    assert!(
        values.iter().all(|(_, value)| (0.0..=1.0).contains(value)),
        "{values:?}"
    );
    let last = values.last().map(|(_, value)| *value);
    let shown = instance.value(congruity())?;
    assert!(
        last.is_some_and(|last| (last - shown).abs() < 1e-5),
        "the host was told {last:?}, the parameter is {shown}"
    );
    Ok(())
}

#[test]
fn congruity_stays_in_while_its_output_is_off() -> Result<()> {
    let bundle = Bundle::load()?;
    let mut instance = ready(&bundle)?;
    let off = [Change {
        time: 0,
        id: parameter_id("automation"),
        value: 0.0,
    }];
    let (out, _) = translate(&mut instance, RATE, Connection::Stereo, &off)?;
    assert_eq!(out.values_of(congruity()), []);
    Ok(())
}

#[test]
fn another_painting_makes_another_pool() -> Result<()> {
    let bundle = Bundle::load()?;
    let mut chosen = Vec::new();
    for name in ["hokusai-great-wave.jpg", "van-gogh-night-cafe.jpg"] {
        // Five per cent: a dozen chunks, so that pools of unlike paintings differ.
        let mut instance = ready_with(&bundle, &painting(name), 5.0)?;
        let (_, snapshot) = translate(&mut instance, RATE, Connection::Stereo, &[])?;
        assert!(
            snapshot.pool_size >= 1 && snapshot.pool_size <= 20,
            "{}",
            snapshot.pool_size
        );
        let chunks: BTreeSet<u32> = snapshot.snippets.iter().map(|s| s.chunk).collect();
        assert!(
            chunks.len() <= snapshot.pool_size,
            "{chunks:?} from {}",
            snapshot.pool_size
        );
        assert!(!chunks.is_empty(), "{name}: nothing was played");
        chosen.push(chunks);
    }
    assert_ne!(chosen[0], chosen[1], "the painting makes no difference");
    Ok(())
}

#[test]
fn an_offline_render_repeats_bit_by_bit() -> Result<()> {
    let bundle = Bundle::load()?;
    for rate in [44_100.0, RATE] {
        let mut first = ready(&bundle)?;
        let (one, played) = translate(&mut first, rate, Connection::Stereo, &[])?;
        let mut second = ready(&bundle)?;
        let (two, played_again) = translate(&mut second, rate, Connection::Stereo, &[])?;
        assert!(
            one.aux.rms() > 0.0,
            "{rate} Hz: nothing was played, which proves nothing"
        );
        assert_eq!(played.snippets, played_again.snippets, "{rate} Hz");
        assert!(
            one.main.bits() == two.main.bits(),
            "{rate} Hz: the main outputs differ"
        );
        assert!(
            one.aux.bits() == two.aux.bits(),
            "{rate} Hz: the aux outputs differ"
        );
        assert_eq!(one.events, two.events, "{rate} Hz");
    }
    Ok(())
}

#[test]
fn an_offline_render_does_not_depend_on_the_blocks_or_on_renders_before() -> Result<()> {
    let bundle = Bundle::load()?;
    let mut instance = ready(&bundle)?;
    let mut first: Option<Rendered> = None;
    for block in [BLOCK, BLOCK, 1, 441, 8192] {
        let (out, _) = translate_in(&mut instance, RATE, Connection::Stereo, &[], block)?;
        let first = first.get_or_insert_with(|| out.clone());
        assert!(first.aux.rms() > 0.0, "nothing was played");
        assert!(
            out.aux.bits() == first.aux.bits(),
            "{block}: the snippets differ"
        );
        assert!(
            out.main.bits() == first.main.bits(),
            "{block}: the mixes differ"
        );
    }
    Ok(())
}

#[test]
fn two_ready_instances_render_the_same_side_by_side_as_alone() -> Result<()> {
    let bundle = Bundle::load()?;
    let alone = {
        let mut instance = ready(&bundle)?;
        translate(&mut instance, RATE, Connection::Stereo, &[])?.0
    };
    std::thread::scope(|scope| {
        let both: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(|| -> Result<Rendered> {
                    let mut instance = ready(&bundle)?;
                    Ok(translate(&mut instance, RATE, Connection::Stereo, &[])?.0)
                })
            })
            .collect();
        for one in both {
            let one = one
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
            assert!(one.aux.bits() == alone.aux.bits(), "the snippets differ");
            assert!(
                one.main.bits() == alone.main.bits(),
                "the main outputs differ"
            );
        }
        Ok(())
    })
}

#[test]
fn a_missing_painting_and_library_are_states_with_a_reason() -> Result<()> {
    let bundle = Bundle::load()?;
    let mut instance = bundle.instantiate()?;
    let nowhere = std::path::Path::new("/no/such/place/nothing.jpg");
    let index = tempfile::tempdir().expect("a temporary folder");
    let state =
        fixture::scene(&mut instance, nowhere, index.path(), 10.0)?.with_path("library", nowhere);
    instance.load_state(&state.to_bytes())?;
    let failed = |snapshot: &Snapshot| {
        snapshot.painting.state == "failed" && snapshot.library.state == "failed"
    };
    let begin = std::time::Instant::now();
    let snapshot = loop {
        instance.serve_callbacks();
        let snapshot = Snapshot::of(&mut instance)?;
        if failed(&snapshot) || begin.elapsed() > fixture::PATIENCE {
            break snapshot;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    };
    assert!(failed(&snapshot), "{snapshot:#?}");
    for reason in [&snapshot.painting.reason, &snapshot.library.reason] {
        assert!(
            reason.as_deref().is_some_and(|r| r.contains("nothing.jpg")),
            "a reason must name the file: {reason:?}"
        );
    }
    let (out, _) = translate(&mut instance, RATE, Connection::Stereo, &[])?;
    assert!(out.main.rms() > 0.01, "the music must pass all the same");
    Ok(())
}
