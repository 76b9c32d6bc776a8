//! Signals as light: Streaming ACN (ANSI E1.31-2018).
//!
//! Packets are packed by `sacn`, and sent by our own socket: that crate's source has a
//! thread of its own that takes up to a second to end, announces its universes to a
//! multicast group unless told otherwise, and ends its streams there even if it never
//! sent there.

use std::time::{Duration, Instant};

use sacn::packet::{
    AcnRootLayerProtocol, DataPacketDmpLayer, DataPacketFramingLayer,
    E131_TERMINATE_STREAM_PACKET_COUNT, E131RootLayer, E131RootLayerData, NO_SYNC_UNIVERSE,
};
use uuid::Uuid;

use super::pace::Pace;
use crate::settings::{LightSettings, SlotResolution};
use crate::signal::Values;

/// As receivers show it.
pub const SOURCE_NAME: &str = "Impasto";

/// Slots of a universe. All are sent, as receivers differ in what they make of fewer.
const SLOTS: usize = 512;
/// Before a source falls silent it sends what no longer changes so often (section
/// 6.6.2), the first time included.
const REPEATED: u8 = 3;
/// What does not change is sent this often (section 6.6.2: each 800 to 1000 ms).
const KEEP_ALIVE: Duration = Duration::from_millis(900);

/// One universe's stream of packets.
#[derive(Debug)]
pub struct LightStream {
    cid: Uuid,
    sequence: u8,
    /// What was sent last: DMX512's start code 0, and the slots.
    sent: [u8; 1 + SLOTS],
    /// How often that was sent, up to [`REPEATED`].
    times: u8,
    pace: Pace,
    last: Option<Instant>,
}

impl LightStream {
    /// A stream of the component `cid`, of which no two send to one universe.
    pub fn new(cid: Uuid) -> Self {
        Self {
            cid,
            sequence: 0,
            sent: [0; 1 + SLOTS],
            times: 0,
            pace: Pace::default(),
            last: None,
        }
    }

    /// The same at the pace of the stream before it.
    pub(super) fn after(self, pace: Pace) -> Self {
        Self { pace, ..self }
    }

    /// For the stream after it.
    pub(super) fn pace(&self) -> Pace {
        self.pace
    }

    /// The packet that is due at `now`, if one is: the shaped `values` in their slots, or
    /// darkness in a `blackout`. `settings` are checked.
    pub fn next(
        &mut self,
        values: &Values,
        blackout: bool,
        settings: &LightSettings,
        now: Instant,
    ) -> Option<Vec<u8>> {
        let slots = if blackout {
            [0; 1 + SLOTS]
        } else {
            place(values, settings)
        };
        let differs = slots != self.sent;
        let overdue = |last: Instant| now.saturating_duration_since(last) >= KEEP_ALIVE;
        let due = differs || self.times < REPEATED || self.last.is_none_or(overdue);
        if !due || !self.pace.is_open(now) {
            return None;
        }
        self.times = if differs {
            1
        } else {
            (self.times + 1).min(REPEATED)
        };
        self.sent = slots;
        self.last = Some(now);
        self.pace.shut(now, settings.rate);
        self.packet(settings, false)
    }

    /// When the next packet may be due, if the rate holds it back now.
    pub(super) fn opens(&self, now: Instant) -> Option<Instant> {
        self.pace.opens(now)
    }

    /// What a stream ends with: darkness, as receivers may hold what they had last, and
    /// the word that it ends (section 6.2.6), each three times as packets get lost.
    /// Nothing if nothing was sent.
    pub fn end(&mut self, settings: &LightSettings) -> Vec<Vec<u8>> {
        if self.last.take().is_none() {
            return Vec::new();
        }
        self.sent = [0; 1 + SLOTS];
        let flags = [false, true];
        let times = E131_TERMINATE_STREAM_PACKET_COUNT;
        let packets = flags
            .iter()
            .flat_map(|end| std::iter::repeat_n(*end, times));
        packets
            .filter_map(|end| self.packet(settings, end))
            .collect()
    }

    fn packet(&mut self, settings: &LightSettings, stream_terminated: bool) -> Option<Vec<u8>> {
        let data = DataPacketFramingLayer {
            source_name: SOURCE_NAME.into(),
            priority: settings.priority,
            synchronization_address: NO_SYNC_UNIVERSE,
            sequence_number: self.sequence,
            preview_data: false,
            stream_terminated,
            force_synchronization: false,
            universe: settings.universe,
            data: DataPacketDmpLayer {
                property_values: self.sent.as_slice().into(),
            },
        };
        let packet = AcnRootLayerProtocol {
            pdu: E131RootLayer {
                cid: self.cid,
                data: E131RootLayerData::DataPacket(data),
            },
        };
        let packed = packet.pack_alloc().ok()?;
        self.sequence = self.sequence.wrapping_add(1);
        Some(packed)
    }
}

/// The start code and the slots; what is unknown is dark.
fn place(values: &Values, settings: &LightSettings) -> [u8; 1 + SLOTS] {
    let mut slots = [0; 1 + SLOTS];
    for (signal, slot) in settings.slots.iter() {
        let (Some(slot), Some(value)) = (slot.map(usize::from), values[signal]) else {
            continue;
        };
        match settings.resolution {
            SlotResolution::Coarse => slots[slot] = (value * 255.0).round() as u8,
            SlotResolution::Fine => {
                let number = (value * 65_535.0).round() as u16;
                slots[slot..slot + 2].copy_from_slice(&number.to_be_bytes());
            }
        }
    }
    slots
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signal::Signal;

    /// Sequence number, whether it ends the stream, and the slots with the start code.
    fn read(packet: &[u8]) -> (u8, bool, Vec<u8>) {
        let packet = AcnRootLayerProtocol::parse(packet).expect("E1.31");
        let E131RootLayerData::DataPacket(data) = packet.pdu.data else {
            panic!("no data");
        };
        assert_eq!((data.source_name.as_ref(), data.universe), (SOURCE_NAME, 7));
        assert_eq!((data.priority, data.preview_data), (120, false));
        let slots = data.data.property_values.into_owned();
        assert_eq!((slots.len(), slots[0]), (513, 0));
        (data.sequence_number, data.stream_terminated, slots)
    }

    fn settings() -> LightSettings {
        LightSettings {
            universe: 7,
            priority: 120,
            ..LightSettings::default()
        }
    }

    fn values(congruity: f32) -> Values {
        let mut values = Values::default();
        values[Signal::Congruity] = Some(congruity);
        values
    }

    #[test]
    fn what_stands_still_is_sent_three_times_and_then_kept_alive() {
        let mut stream = LightStream::new(Uuid::new_v4());
        let start = Instant::now();
        let mut sent = Vec::new();
        for ms in (0..5000).step_by(5) {
            let now = start + Duration::from_millis(ms);
            if let Some(packet) = stream.next(&values(0.5), false, &settings(), now) {
                assert_eq!(read(&packet).2[1], 128);
                sent.push(ms);
            }
        }
        assert_eq!(sent, [0, 25, 50, 950, 1850, 2750, 3650, 4550]);
    }

    #[test]
    fn sequence_numbers_go_round_and_the_rate_is_kept() {
        let mut stream = LightStream::new(Uuid::new_v4());
        let start = Instant::now();
        let mut count = 0;
        for ms in 0..10_000 {
            let now = start + Duration::from_millis(ms);
            let value = values((ms % 256) as f32 / 255.0);
            if let Some(packet) = stream.next(&value, false, &settings(), now) {
                assert_eq!(read(&packet).0, (count % 256) as u8);
                count += 1;
            }
        }
        assert_eq!(count, 400);
    }

    #[test]
    fn a_stream_keeps_the_pace_of_the_one_before_it() {
        let start = Instant::now();
        let mut first = LightStream::new(Uuid::new_v4());
        assert!(
            first
                .next(&values(0.5), false, &settings(), start)
                .is_some()
        );
        let mut second = LightStream::new(Uuid::new_v4()).after(first.pace());
        let mut goes = |ms| {
            let now = start + Duration::from_millis(ms);
            second.next(&values(0.5), false, &settings(), now).is_some()
        };
        assert!(!goes(24) && goes(25), "40 packets a second");
    }

    #[test]
    fn fine_slots_are_two_and_a_blackout_is_dark() {
        let mut fine = LightSettings {
            resolution: SlotResolution::Fine,
            ..settings()
        };
        fine.slots[Signal::Congruity] = Some(511);
        let mut stream = LightStream::new(Uuid::new_v4());
        let now = Instant::now();
        let packet = stream.next(&values(0.75), false, &fine, now).expect("due");
        // 0.75 · 65535 = 49151.25, rounded 191 · 256 + 255.
        assert_eq!(read(&packet).2[511..], [191, 255]);
        let later = now + Duration::from_secs(1);
        let dark = stream.next(&values(0.75), true, &fine, later).expect("due");
        assert!(read(&dark).2.iter().all(|slot| *slot == 0));
    }

    #[test]
    fn a_stream_ends_dark_and_says_so() {
        let mut stream = LightStream::new(Uuid::new_v4());
        assert!(stream.end(&settings()).is_empty(), "nothing was begun");
        let begun = stream.next(&values(1.0), false, &settings(), Instant::now());
        assert!(begun.is_some());
        let end: Vec<_> = stream.end(&settings()).iter().map(|p| read(p)).collect();
        assert!(
            end.iter()
                .all(|(_, _, slots)| slots.iter().all(|slot| *slot == 0))
        );
        let flags: Vec<_> = end
            .iter()
            .map(|(sequence, end, _)| (*sequence, *end))
            .collect();
        let expected = [
            (1, false),
            (2, false),
            (3, false),
            (4, true),
            (5, true),
            (6, true),
        ];
        assert_eq!(flags, expected);
        assert!(stream.end(&settings()).is_empty());
    }
}
