//! Signals as OSC: which messages are sent, and the packets they make.
//!
//! Each packet is one bundle (OSC 1.0, "OSC Bundles") with the time at which its values
//! were looked at, so that whoever records them can put them in place.

use std::collections::VecDeque;
use std::time::SystemTime;

use rosc::{OscBundle, OscMessage, OscPacket, OscTime, OscType, encoder};

use crate::signal::{PerSignal, Signal, Values};

/// What every address begins with.
pub const ROOT: &str = "/impasto";

/// A signal is sent when it differs in its first 16 bits: less is not heard or seen, and
/// a smoothed signal would else creep towards its end for a minute.
const STEPS: f32 = 65_535.0;
/// As much of a name as is sent, in bytes: a bundle fits one Ethernet frame.
const LONGEST_NAME: usize = 250;
/// As many strokes as one bundle carries; the next has the others.
const STROKES_AT_ONCE: usize = 8;
/// As many strokes as wait. At the slowest rate that is 8 s of fast brushwork.
const STROKES_WAITING: usize = 64;

/// What happened, for [`Network::announce`](super::Network::announce).
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A painting is loaded, by its file's name; `None` when there is none.
    Painting(Option<String>),
    /// A snippet begins: its track, and the seconds into it.
    Snippet {
        /// The track's name.
        track: String,
        /// Seconds from the track's start.
        start: f32,
    },
    /// A stroke begins, with its strength in 0..=1.
    Stroke(f32),
}

/// What is to be told besides the signals. Of paintings and snippets only the newest
/// matters, of strokes every one.
#[derive(Debug, Default)]
pub struct News {
    painting: Option<String>,
    snippet: Option<(String, f32)>,
    untold: Untold,
    strokes: VecDeque<f32>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Untold {
    painting: bool,
    snippet: bool,
}

impl News {
    /// Keeps `event`; strokes only `while_on`. False if a stroke had no room.
    pub fn add(&mut self, event: Event, while_on: bool) -> bool {
        match event {
            Event::Painting(name) => {
                self.painting = Some(cut(name.unwrap_or_default()));
                self.untold.painting = true;
            }
            Event::Snippet { track, start } => {
                self.snippet = Some((cut(track), start));
                self.untold.snippet = true;
            }
            Event::Stroke(_) if !while_on => {}
            Event::Stroke(_) if self.strokes.len() == STROKES_WAITING => return false,
            Event::Stroke(strength) => self.strokes.push_back(strength),
        }
        true
    }

    /// Everything that still holds is told again.
    pub fn refresh(&mut self) {
        self.untold.painting = self.painting.is_some();
        self.untold.snippet = self.snippet.is_some();
    }

    /// Strokes are of the moment.
    pub fn forget_strokes(&mut self) {
        self.strokes.clear();
    }

    fn tell(&mut self, messages: &mut Vec<OscPacket>) {
        let untold = std::mem::take(&mut self.untold);
        if let Some(name) = self.painting.as_ref().filter(|_| untold.painting) {
            messages.push(message("painting", vec![OscType::String(name.clone())]));
        }
        if let Some((track, start)) = self.snippet.as_ref().filter(|_| untold.snippet) {
            let args = vec![OscType::String(track.clone()), OscType::Float(*start)];
            messages.push(message("snippet", args));
        }
        let strokes = self.strokes.len().min(STROKES_AT_ONCE);
        for strength in self.strokes.drain(..strokes) {
            messages.push(message("stroke", vec![OscType::Float(strength)]));
        }
    }
}

/// A name without what OSC's strings cannot hold, and not too long.
fn cut(mut name: String) -> String {
    name.retain(|c| c != '\0');
    let mut end = name.len().min(LONGEST_NAME);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    name.truncate(end);
    name
}

/// Finds what differs from what was sent.
#[derive(Debug, Default)]
pub struct OscStream {
    values: PerSignal<Option<f32>>,
    known: PerSignal<Option<bool>>,
}

impl OscStream {
    /// The next bundle, looked at `time`: the `shaped` values that differ from the last
    /// sent, whether signals are known where that differs, and `news`. `None` where there
    /// is nothing to say.
    pub fn next(
        &mut self,
        raw: &Values,
        shaped: &Values,
        news: &mut News,
        time: SystemTime,
    ) -> Option<Vec<u8>> {
        let mut content = Vec::new();
        for signal in Signal::ALL {
            let known = raw[signal].is_some();
            if self.known[signal].replace(known) != Some(known) {
                let args = vec![OscType::Int(known.into())];
                content.push(message(&format!("known/{}", signal.id()), args));
            }
            let rounded = shaped[signal].map(|value| (value * STEPS).round());
            if let (Some(value), true) = (shaped[signal], rounded != self.values[signal]) {
                self.values[signal] = rounded;
                content.push(message(signal.id(), vec![OscType::Float(value)]));
            }
        }
        news.tell(&mut content);
        if content.is_empty() {
            return None;
        }
        let timetag = OscTime::try_from(time).unwrap_or(IMMEDIATELY);
        encoder::encode(&OscPacket::Bundle(OscBundle { timetag, content })).ok()
    }

    /// Everything is sent anew.
    pub fn refresh(&mut self) {
        *self = Self::default();
    }
}

/// The time tag of what has no time (OSC 1.0, "OSC Bundles").
const IMMEDIATELY: OscTime = OscTime {
    seconds: 0,
    fractional: 1,
};

fn message(address: &str, args: Vec<OscType>) -> OscPacket {
    OscPacket::Message(OscMessage {
        addr: format!("{ROOT}/{address}"),
        args,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The messages of a bundle, as people write them.
    fn read(packet: &[u8]) -> Vec<String> {
        let (rest, packet) = rosc::decoder::decode_udp(packet).expect("OSC");
        assert!(rest.is_empty());
        let OscPacket::Bundle(bundle) = packet else {
            panic!("no bundle");
        };
        bundle.content.iter().map(ToString::to_string).collect()
    }

    fn values(congruity: Option<f32>) -> Values {
        let mut values = Values::default();
        values[Signal::Congruity] = congruity;
        values
    }

    #[test]
    fn what_differs_is_sent_once() {
        let (mut stream, mut news) = (OscStream::default(), News::default());
        let mut look = |congruity, shaped| {
            let now = SystemTime::now();
            let bundle = stream.next(&values(congruity), &values(shaped), &mut news, now);
            bundle.map(|packet| read(&packet)).unwrap_or_default()
        };
        let first = look(None, None);
        assert_eq!(first.len(), Signal::COUNT);
        assert_eq!(first[0], "/impasto/known/congruity, (i) 0");
        assert!(look(None, None).is_empty());
        assert_eq!(
            look(Some(0.25), Some(0.5)),
            [
                "/impasto/known/congruity, (i) 1",
                "/impasto/congruity, (f) 0.5"
            ]
        );
        assert!(look(Some(0.25), Some(0.500_001)).is_empty());
        assert_eq!(
            look(None, Some(0.500_001)),
            ["/impasto/known/congruity, (i) 0"]
        );
        assert_eq!(look(None, Some(0.6)), ["/impasto/congruity, (f) 0.6"]);
    }

    #[test]
    fn of_news_the_newest_is_told_and_of_strokes_all_that_wait() {
        let (mut stream, mut news) = (OscStream::default(), News::default());
        let mut look = |news: &mut News| {
            let all = &Values::default();
            let bundle = stream.next(all, all, news, SystemTime::now());
            bundle.map(|packet| read(&packet)).unwrap_or_default()
        };
        look(&mut news);
        news.add(Event::Painting(Some("old.png".to_owned())), true);
        news.add(Event::Painting(Some("sea\0.png".to_owned())), true);
        assert!(news.add(Event::Stroke(0.1), false));
        for n in 0..STROKES_WAITING + 3 {
            assert_eq!(news.add(Event::Stroke(0.5), true), n < STROKES_WAITING);
        }
        let told = look(&mut news);
        assert_eq!(told[0], "/impasto/painting, (s) sea.png");
        assert_eq!(told[1..], vec!["/impasto/stroke, (f) 0.5"; STROKES_AT_ONCE]);
        news.forget_strokes();
        assert!(look(&mut news).is_empty());
        news.refresh();
        assert_eq!(look(&mut news), ["/impasto/painting, (s) sea.png"]);
    }

    #[test]
    fn the_largest_bundle_fits_a_frame() {
        let (mut stream, mut news) = (OscStream::default(), News::default());
        let long = "ü".repeat(1000);
        news.add(Event::Painting(Some(long.clone())), true);
        news.add(
            Event::Snippet {
                track: long,
                start: 1.0,
            },
            true,
        );
        for _ in 0..STROKES_WAITING {
            news.add(Event::Stroke(1.0), true);
        }
        let all = PerSignal([Some(1.0); Signal::COUNT]);
        let bundle = stream.next(&all, &all, &mut news, SystemTime::now());
        let bytes = bundle.expect("a bundle").len();
        assert!(bytes <= 1452, "{bytes}: what IPv6 leaves of 1500");
    }
}
