//! The plug-in as an instrument in a host: strokes sound at once whatever the block,
//! become notes, wait for the song; keys play; freeze and bypass hold what they say.
//!
//! Rendered offline, where the output is a function of the input.

use impasto_tests::Result;
use impasto_tests::bundle::Bundle;
use impasto_tests::fixture::ready;
use impasto_tests::host::{
    Activation, Change, Instance, Key, OutputEvent, Processor, Song, parameter_id,
};
use impasto_tests::signal::{Clip, Noise, Rendered, render};

const RATE: f64 = 48_000.0;
/// Contacts, in seconds, and how long each stroke lasts.
const CONTACTS: [f64; 4] = [1.0, 1.7, 2.303, 3.1];
const STROKE: f64 = 0.15;
const SECONDS: f64 = 4.0;

/// Strokes that land at once, on nearly nothing.
fn strokes() -> Clip {
    let mut noise = Noise::new(0x0B5E_55ED);
    Clip::made(RATE, SECONDS, |t| {
        let painted = CONTACTS.iter().any(|at| (*at..at + STROKE).contains(&t));
        noise.sample() * if painted { 0.2 } else { 1e-5 }
    })
}

fn sample(seconds: f64) -> usize {
    (seconds * RATE).round() as usize
}

fn set(id: &str, value: f64) -> Change {
    Change {
        time: 0,
        id: parameter_id(id),
        value,
    }
}

/// Renders `brush` with silent music, prepared by `before`.
fn perform(
    instance: &mut Instance,
    brush: &Clip,
    block: usize,
    changes: &[Change],
    before: impl FnOnce(&mut Processor) + Send,
) -> Result<Rendered> {
    instance.set_offline(true)?;
    let music = Clip::silence(RATE, brush.len() as f64 / RATE);
    instance.run(Activation::stereo(RATE, block), |processor| {
        before(processor);
        render(processor, &music, brush, block, changes, |_| ())
    })
}

/// The first sample from `from` on that is not silent.
fn first_sound(out: &Rendered, from: usize) -> Option<usize> {
    let heard = out.aux.channels[0][from..].iter().position(|x| *x != 0.0);
    heard.map(|at| from + at)
}

#[test]
fn a_stroke_sounds_within_5_ms_and_at_the_same_sample_in_blocks_of_any_size() -> Result<()> {
    let bundle = Bundle::load()?;
    let mut instance = ready(&bundle)?;
    let brush = strokes();
    let mut first: Option<Vec<usize>> = None;
    for block in [32, 64, 128, 256, 512, 441] {
        let out = perform(&mut instance, &brush, block, &[], |_| ())?;
        let sounds: Vec<usize> = CONTACTS
            .iter()
            .map(|contact| {
                let contact = sample(*contact);
                let before = &out.aux.channels[0][contact - 480..contact];
                assert!(before.iter().all(|x| *x == 0.0), "{block}: sounds before");
                let heard = first_sound(&out, contact).expect("a sound");
                let late = (heard - contact) as f64 / RATE;
                assert!(late <= 0.005, "{block}: {late} s after the contact");
                heard
            })
            .collect();
        // Were it heard a block later than it is found, the block would show.
        assert_eq!(
            *first.get_or_insert(sounds.clone()),
            sounds,
            "blocks of {block}"
        );
    }
    Ok(())
}

#[test]
fn strokes_go_out_as_notes_if_they_shall() -> Result<()> {
    let bundle = Bundle::load()?;
    let mut instance = ready(&bundle)?;
    let brush = strokes();
    let notes = |out: &Rendered| -> Vec<(u64, u16, u16, bool)> {
        let all = out.events.iter().filter_map(|event| match event {
            OutputEvent::Note {
                frame,
                channel,
                key,
                velocity,
            } => Some((*frame, *channel, *key, velocity.is_some())),
            _ => None,
        });
        all.collect()
    };
    let silent = perform(&mut instance, &brush, 256, &[], |_| ())?;
    assert_eq!(notes(&silent), [], "off unless it is wanted");
    let changes = [
        set("notes-out", 1.0),
        set("note-channel", 4.0),
        set("note", 48.0),
    ];
    let out = perform(&mut instance, &brush, 256, &changes, |_| ())?;
    let sent = notes(&out);
    assert_eq!(sent.len(), 2 * CONTACTS.len(), "{sent:?}");
    for (pair, contact) in sent.chunks_exact(2).zip(CONTACTS) {
        assert!(pair[0].3 && !pair[1].3, "{sent:?}");
        assert!(
            pair.iter().all(|note| (note.1, note.2) == (4, 48)),
            "{sent:?}"
        );
        let contact = sample(contact) as u64;
        let (on, off) = (pair[0].0, pair[1].0);
        assert!((contact..contact + 480).contains(&on), "{on}, {contact}");
        let lift = contact + sample(STROKE) as u64;
        assert!(
            (lift..lift + sample(0.15) as u64).contains(&off),
            "{off}, {lift}"
        );
    }
    Ok(())
}

#[test]
fn keys_play_while_the_brush_only_chooses() -> Result<()> {
    let bundle = Bundle::load()?;
    let mut instance = ready(&bundle)?;
    let brush = strokes();
    // Of four modes, the last.
    let changes = [set("mode", 3.0)];
    let out = perform(&mut instance, &brush, 64, &changes, |_| ())?;
    assert_eq!(first_sound(&out, 0), None, "without a key");
    let changes = [set("mode", 3.0), set("fade", 0.0)];
    // After the first cue came, which takes as long as the first refresh.
    let (press, hold) = (sample(0.4) + 100, sample(0.5));
    let out = perform(&mut instance, &brush, 48_000, &changes, |processor| {
        for (time, velocity) in [(press, Some(0.8)), (press + hold, None)] {
            processor.press(Key {
                time: time as u32,
                key: 60,
                velocity,
            });
        }
    })?;
    let begun = first_sound(&out, 0).expect("a sound");
    assert!((press..press + 16).contains(&begun), "{begun}");
    let ended = press + hold + sample(0.001) + 2;
    assert_eq!(first_sound(&out, ended), None, "it ends with its key");
    Ok(())
}

#[test]
fn strokes_wait_for_the_song_s_grid() -> Result<()> {
    let bundle = Bundle::load()?;
    let mut instance = ready(&bundle)?;
    let brush = strokes();
    let song = Song {
        playing: true,
        tempo: 120.0,
        beats: 0.0,
        beats_a_bar: 4,
    };
    // Off, 1/16, 1/8, 1/4.
    let changes = [set("sync", 3.0)];
    for block in [64, 512] {
        let out = perform(&mut instance, &brush, block, &changes, |processor| {
            processor.set_song(Some(song));
        })?;
        for (contact, line) in [(1.7, 2.0), (2.303, 2.5)] {
            let heard = first_sound(&out, sample(contact)).expect("a sound");
            let line = sample(line);
            assert!((line..line + 16).contains(&heard), "{heard}, {line}");
        }
        let still = Song {
            playing: false,
            ..song
        };
        let out = perform(&mut instance, &brush, block, &changes, |processor| {
            processor.set_song(Some(still));
        })?;
        let heard = first_sound(&out, sample(1.7)).expect("a sound");
        assert!(heard < sample(1.705), "at once while the song stands still");
    }
    Ok(())
}

#[test]
fn bypassed_the_music_is_untouched_and_nothing_is_played() -> Result<()> {
    let bundle = Bundle::load()?;
    let mut instance = ready(&bundle)?;
    instance.set_offline(true)?;
    let (music, brush) = (Clip::chords(RATE, SECONDS), strokes());
    let changes = [set("bypass", 1.0), set("dry", 0.25)];
    let out = instance.run(Activation::stereo(RATE, 256), |processor| {
        render(processor, &music, &brush, 256, &changes, |_| ())
    })?;
    let settled = sample(0.05);
    for channel in 0..2 {
        let (got, sent) = (&out.main.channels[channel], &music.channels[channel]);
        assert!(got[settled..] == sent[settled..], "channel {channel}");
        assert!(
            out.aux.channels[channel][settled..]
                .iter()
                .all(|x| *x == 0.0)
        );
    }
    Ok(())
}

#[test]
fn it_adds_no_latency_and_tells_how_long_it_sounds_on() -> Result<()> {
    let bundle = Bundle::load()?;
    let mut instance = ready(&bundle)?;
    assert_eq!(instance.latency()?, 0);
    let (brush, music) = (strokes(), Clip::silence(RATE, SECONDS));
    let mut tail_of = |changes: &[Change]| {
        instance.run(Activation::stereo(RATE, 512), |processor| {
            render(processor, &music, &brush, 512, changes, |_| ())?;
            processor.tail()
        })
    };
    let tail = tail_of(&[])?.expect("an end");
    let seconds = f64::from(tail) / RATE;
    assert!((4.0..5.1).contains(&seconds), "{seconds} s");
    assert_eq!(
        tail_of(&[set("freeze", 1.0)])?,
        None,
        "frozen, it never ends"
    );
    Ok(())
}
