//! What is frozen stays.

use engine::playback::{CUES, Mode, PlayerSettings, Role};

use super::support::*;

#[test]
fn a_frozen_stroke_lasts_until_it_thaws() {
    let clip = packed(&noise(1, RATE));
    let mut rig = Rig::new(settings(Mode::Gated));
    rig.cue(1, Role::Best, &clip);
    rig.player.start(0, touch(1, 1.0));
    let mut heard = rig.render(RATE / 2);
    rig.player.set_frozen(true);
    rig.player.end(0, 1);
    rig.cue(2, Role::Best, &packed(&vec![0.0; RATE]));
    rig.player.start(9, touch(2, 1.0));
    heard.extend(rig.render(5 * RATE));
    steady(&heard[RATE / 20..], -4.77, 0.5);
    assert_eq!(rig.playing(), Some(1));
    let counts = rig.sender.counts();
    assert_eq!((counts.ignored_frozen(), counts.started()), (1, 1));
    assert!(counts.repeated() >= 5, "{}", counts.repeated());
    rig.player.set_frozen(false);
    let heard = rig.render(RATE);
    assert!(heard[RATE / 10 + 2..].iter().all(|s| *s == 0.0));
    rig.player.start(0, touch(3, 1.0));
    rig.render(64);
    assert_eq!(rig.playing(), Some(2), "what came meanwhile is ready");
}

#[test]
fn a_stroke_that_goes_on_outlives_the_thaw() {
    let mut rig = Rig::new(settings(Mode::Gated));
    rig.cue(1, Role::Best, &packed(&vec![1.0; RATE]));
    rig.player.start(0, touch(1, 1.0));
    rig.render(6_400);
    rig.player.set_frozen(true);
    rig.render(3 * RATE);
    rig.player.set_frozen(false);
    let heard = rig.render(3 * RATE);
    assert!(heard.iter().all(|s| *s >= 0.99));
}

#[test]
fn all_modes_freeze_what_sounds() {
    let clip = packed(&noise(2, RATE));
    for mode in [Mode::Triggered, Mode::Continuous] {
        let mut rig = Rig::new(settings(mode));
        rig.cue(1, Role::Best, &clip);
        rig.player.start(0, touch(1, 1.0));
        let mut heard = rig.render(RATE / 2);
        rig.player.set_frozen(true);
        rig.player.set_active(false);
        rig.cue(2, Role::Best, &packed(&vec![0.0; RATE]));
        heard.extend(rig.render(4 * RATE));
        assert_eq!(rig.playing(), Some(1), "{mode:?}");
        steady(&heard[RATE / 20..], -4.77, 0.5);
        rig.player.set_frozen(false);
        rig.render(2 * RATE);
        assert_eq!(rig.playing(), None, "{mode:?}");
    }
}

#[test]
fn a_frozen_chord_stays_a_chord() {
    let mut rig = Rig::new(PlayerSettings {
        polyphony: 4,
        ..settings(Mode::Gated)
    });
    for key in 0..4 {
        rig.cue(
            u64::from(key),
            Role::Best,
            &packed(&noise(u64::from(key), RATE)),
        );
        rig.player.start(0, touch(key, 1.0));
        rig.render(4_800);
    }
    rig.player.set_frozen(true);
    for key in 0..4 {
        rig.player.end(0, key);
    }
    let heard = rig.render(5 * RATE);
    steady(&heard, -4.77 + 6.02, 0.8);
    rig.player.set_frozen(false);
    rig.render(RATE);
    assert_eq!(rig.playing(), None);
    assert_eq!(rig.sender.counts().stolen(), 0);
}

#[test]
fn out_of_silence_the_armed_cue_is_held() {
    for mode in [Mode::Gated, Mode::Triggered] {
        let mut rig = Rig::new(settings(mode));
        rig.cue(1, Role::Best, &packed(&noise(3, RATE)));
        rig.render(64);
        rig.player.set_frozen(true);
        for serial in 2..6 {
            rig.cue(serial, Role::Best, &packed(&vec![0.0; RATE]));
            assert!(rig.render(640).iter().all(|s| *s == 0.0));
        }
        rig.player.start(0, touch(1, 1.0));
        rig.player.end(600, 1);
        let heard = rig.render(4 * RATE);
        assert_eq!(rig.playing(), Some(1), "{mode:?}");
        steady(&heard[RATE / 20..], -4.77, 0.5);
        rig.player.set_frozen(false);
        rig.render(2 * RATE);
        rig.player.start(0, touch(2, 1.0));
        rig.render(64);
        assert_eq!(rig.playing(), Some(5), "{mode:?}");
    }
}

#[test]
fn frozen_right_before_its_end_it_still_lasts() {
    let clip = packed(&noise(4, RATE));
    // The fade at the end begins at 0.8 s.
    for at in [38_000, 38_400, 40_000, 44_000, 47_900] {
        let mut rig = Rig::new(settings(Mode::Continuous));
        rig.cue(1, Role::Best, &clip);
        rig.player.set_settings(settings(Mode::Triggered));
        rig.player.start(0, touch(1, 1.0));
        rig.render(at);
        rig.player.set_frozen(true);
        let heard = rig.render(3 * RATE);
        steady(&heard[RATE / 4..], -4.77, 0.5);
    }
}

#[test]
fn cues_come_back_from_a_long_freeze() {
    let clip = packed(&noise(5, RATE / 2));
    let mut rig = Rig::new(settings(Mode::Gated));
    rig.cue(0, Role::Best, &clip);
    rig.player.start(0, touch(1, 1.0));
    rig.render(64);
    rig.player.set_frozen(true);
    for serial in 1..500 {
        let role = [Role::Best, Role::Reserve][serial as usize % 2];
        rig.cue(serial, role, &clip);
        rig.render(640);
        while rig.sender.spent().is_some() {}
        assert!(rig.sender.away() < CUES / 2, "{}", rig.sender.away());
    }
    assert_eq!(rig.sender.counts().refused(), 0);
    // The painting changes: what sounds is still held, all else comes back.
    rig.sender.clear();
    rig.render(RATE);
    while rig.sender.spent().is_some() {}
    assert_eq!((rig.playing(), rig.sender.away()), (Some(0), 1));
    rig.player.end(0, 1);
    rig.player.set_frozen(false);
    rig.render(RATE);
    while rig.sender.spent().is_some() {}
    assert_eq!((rig.playing(), rig.sender.away()), (None, 0));
}
