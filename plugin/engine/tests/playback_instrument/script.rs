//! Random performances that can be played in any blocks.

use std::sync::Arc;

use engine::playback::{Mode, PackedClip, PlayerSettings, Role, WholeSlot};

use super::support::*;

/// Of a performance, in samples.
pub const LENGTH: usize = 3 * RATE;

/// What happens at a sample. Of these the player can be told the starts, ends and lines
/// within a block; blocks are cut at the others.
#[derive(Clone, Copy, Debug)]
pub enum Act {
    Start(u32, f32),
    End(u32),
    Line,
    Press(u32, f32),
    Freeze(bool),
    Active(bool),
    Settings(PlayerSettings),
    Cue(Role, usize),
    Head(usize),
    Rest,
    Clear,
}

/// Acts at random samples, in order.
pub fn script(seed: u64, acts: usize) -> Vec<(usize, Act)> {
    let mut chance = Chance::new(seed);
    let mut wanted = PlayerSettings {
        polyphony: [1, 1, 2, 4, 8][chance.below(5)],
        ..settings(Mode::Gated)
    };
    let mut script: Vec<(usize, Act)> = vec![
        (0, Act::Settings(wanted)),
        (0, Act::Cue(Role::Best, 0)),
        (0, Act::Start(0, 0.7)),
    ];
    let mut times: Vec<usize> = (0..acts).map(|_| chance.below(LENGTH)).collect();
    times.sort_unstable();
    for at in times {
        let (key, unit) = (chance.below(4) as u32, chance.unit() as f32);
        let act = match chance.below(100) {
            0..30 => Act::Start(key, unit),
            30..45 => Act::End(key),
            45..50 => Act::Line,
            50..60 => Act::Press([key, u32::MAX][chance.below(2)], unit),
            60..66 => Act::Freeze(unit < 0.4),
            66..70 => Act::Active(unit < 0.7),
            70..76 => {
                wanted = change(wanted, &mut chance);
                Act::Settings(wanted)
            }
            76..88 => Act::Cue(
                [Role::Best, Role::Reserve][chance.below(2)],
                chance.below(3),
            ),
            88..92 => Act::Head(chance.below(3)),
            92..98 => Act::Rest,
            _ => Act::Clear,
        };
        script.push((at, act));
    }
    script
}

fn change(mut settings: PlayerSettings, chance: &mut Chance) -> PlayerSettings {
    match chance.below(5) {
        0 => {
            let modes = [
                Mode::Gated,
                Mode::Gated,
                Mode::Triggered,
                Mode::Continuous,
                Mode::Off,
            ];
            settings.mode = modes[chance.below(5)];
        }
        1 => settings.polyphony = 1 + chance.below(8),
        2 => settings.touch_level = chance.unit() as f32,
        3 => settings.touch_tone = chance.unit() as f32,
        _ => settings.on_grid = !settings.on_grid,
    }
    settings
}

/// The rig after a performance, with what was heard and how many voices there were at
/// most by the settings.
pub struct Performance {
    pub rig: Rig,
    pub heard: Vec<f32>,
}

/// Plays `script` with `clips` in blocks of at most `block` samples.
pub fn perform(script: &[(usize, Act)], clips: &[Arc<PackedClip>], block: usize) -> Performance {
    let mut rig = Rig::new(settings(Mode::Gated));
    let mut rests: Vec<(Arc<WholeSlot>, usize)> = Vec::new();
    let mut heard: Vec<f32> = Vec::new();
    let mut next = 0;
    let mut serial = 0;
    while heard.len() < LENGTH {
        let from = heard.len();
        // What belongs to this sample and can't be told ahead comes first; then what
        // can be, until the next of the others.
        let mut end = (from + block).min(LENGTH);
        while let Some((at, act)) = script.get(next).filter(|(at, _)| *at < end) {
            let offset = at - from;
            match *act {
                Act::Start(key, strength) => rig.player.start(offset, touch(key, strength)),
                Act::End(key) => rig.player.end(offset, key),
                Act::Line => rig.player.advance(offset),
                _ if offset > 0 => {
                    end = *at;
                    break;
                }
                Act::Press(key, strength) => rig.player.set_pressure(0, key, strength),
                Act::Freeze(frozen) => rig.player.set_frozen(frozen),
                Act::Active(active) => rig.player.set_active(active),
                Act::Settings(settings) => rig.player.set_settings(settings),
                Act::Cue(role, clip) => {
                    serial += 1;
                    rig.cue(serial, role, &clips[clip]);
                }
                Act::Head(clip) => {
                    serial += 1;
                    let head = clips[clip].len() / 3;
                    rests.push((rig.head(serial, &clips[clip], head), clip));
                }
                Act::Rest => {
                    if let Some((slot, clip)) = rests.pop() {
                        let _ = slot.set(Arc::clone(&clips[clip]));
                    }
                }
                Act::Clear => rig.sender.clear(),
            }
            next += 1;
        }
        heard.extend(rig.render_in(end - from, block));
        while rig.sender.spent().is_some() {}
    }
    Performance { rig, heard }
}
