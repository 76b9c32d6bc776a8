//! Markers as a standard MIDI file, which every sequencer imports.
//!
//! Where the host told its musical time while it played, markers lie at their quarter notes,
//! with the host's tempi and time signatures. Else they lie at their seconds, at 120 quarter
//! notes a minute, which the file says as well.

use std::path::Path;

use midly::num::{u15, u24, u28};
use midly::{Format, Header, MetaMessage, Smf, Timing, TrackEvent, TrackEventKind};

use super::super::{Entry, HostTime, Session};
use super::markers::markers;
use crate::{Error, Result};

/// Ticks a quarter note: about a millisecond at 120.
const TICKS: u16 = 480;

/// Quarter notes a second where the host tells no tempo.
const USUAL: f64 = 2.0;

/// A message and the tick that it is at.
type Timed<'a> = (u32, MetaMessage<'a>);

pub(super) fn write(session: &Session, folder: &Path) -> Result<()> {
    let of_song = markers(session, in_song);
    let (found, mut timed) = match of_song.is_empty() {
        true => (
            markers(session, |entry| Some(USUAL * entry.t)),
            vec![tempo(0.0, 120.0)],
        ),
        false => (of_song, host_map(session)),
    };
    let texts = found.iter();
    timed.extend(texts.map(|marker| {
        (
            tick(marker.begin),
            MetaMessage::Marker(marker.text.as_bytes()),
        )
    }));
    timed.sort_by_key(|(at, _)| *at);
    let mut track = Vec::with_capacity(timed.len() + 1);
    let mut last = 0;
    for (at, message) in timed {
        let delta = u28::new(at - last);
        last = at;
        let kind = TrackEventKind::Meta(message);
        track.push(TrackEvent { delta, kind });
    }
    track.push(TrackEvent {
        delta: u28::new(0),
        kind: TrackEventKind::Meta(MetaMessage::EndOfTrack),
    });
    let header = Header::new(Format::SingleTrack, Timing::Metrical(u15::new(TICKS)));
    let file = Smf {
        header,
        tracks: vec![track],
    };
    let path = folder.join("markers.mid");
    file.save(&path).map_err(Error::io(&path))
}

/// Where in the song an event is, in quarter notes, if the song moves.
fn in_song(entry: &Entry) -> Option<f64> {
    let host = entry.host.as_ref()?;
    host.quarters.filter(|at| host.playing && *at >= 0.0)
}

/// Tempi and time signatures as they were met; where a song was played more than once, as
/// they were the last time.
fn host_map(session: &Session) -> Vec<Timed<'static>> {
    let mut met: Vec<(f64, HostTime)> = Vec::new();
    for entry in &session.entries {
        if let (Some(at), Some(host)) = (in_song(entry), entry.host) {
            met.push((at, host));
        }
    }
    met.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut map, mut last) = (Vec::new(), HostTime::default());
    for (place, (at, host)) in met.iter().enumerate() {
        // The first holds from the song's beginning.
        let at = if place == 0 { 0.0 } else { *at };
        if let Some(bpm) = host.tempo.filter(|_| host.tempo != last.tempo) {
            map.push(tempo(at, bpm));
        }
        if let Some(signature) = host.signature.filter(|_| host.signature != last.signature) {
            let bar = if place == 0 { None } else { host.bar_start };
            map.extend(time_signature(bar.unwrap_or(at), signature));
        }
        last = *host;
    }
    map
}

fn tick(quarters: f64) -> u32 {
    // What lies beyond the format's range, some days of music, is at its end.
    (quarters.max(0.0) * f64::from(TICKS))
        .round()
        .min(f64::from(0x0fff_ffff)) as u32
}

fn tempo(at: f64, bpm: f64) -> Timed<'static> {
    let microseconds = (60e6 / bpm.clamp(4.0, 60e6)).round() as u32;
    (tick(at), MetaMessage::Tempo(u24::new(microseconds)))
}

/// A signature whose lower number is no power of two has no place in the format.
fn time_signature(at: f64, [over, under]: [u32; 2]) -> Option<Timed<'static>> {
    let over = u8::try_from(over).ok()?;
    let power = under
        .is_power_of_two()
        .then(|| under.trailing_zeros() as u8)?;
    Some((tick(at), MetaMessage::TimeSignature(over, power, 24, 8)))
}
