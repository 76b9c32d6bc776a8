//! The signals: their names, their values, and their values between threads.

use std::fmt;
use std::marker::PhantomData;
use std::ops::{Index, IndexMut};
use std::sync::atomic::{AtomicU32, Ordering};

use crate::probe::Probe;
use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A number in 0..=1 that Impasto finds anew many times a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Signal {
    /// How well music and painting go together: the weighted mean of its parts.
    Congruity,
    /// The part that the correspondence network finds.
    Network,
    /// The part of agreement in valence.
    Valence,
    /// The part of agreement in arousal.
    Arousal,
    /// The part of all other correspondences between hearing and seeing.
    Crossmodal,
    /// The part of agreement between the music and the brush's sound.
    Gesture,
    /// How loud the brush is: 0 at -60 dB of full scale and below, 1 at 0 dB.
    Brush,
}

impl Signal {
    /// How many there are.
    pub const COUNT: usize = 7;

    /// All, in the order of their numbers.
    pub const ALL: [Self; Self::COUNT] = [
        Self::Congruity,
        Self::Network,
        Self::Valence,
        Self::Arousal,
        Self::Crossmodal,
        Self::Gesture,
        Self::Brush,
    ];

    /// The signals of which congruity is the weighted mean.
    pub const PARTS: [Self; 5] = [
        Self::Network,
        Self::Valence,
        Self::Arousal,
        Self::Crossmodal,
        Self::Gesture,
    ];

    /// Short and stable: in saved projects, addresses and tables.
    pub fn id(self) -> &'static str {
        match self {
            Self::Congruity => "congruity",
            Self::Network => "network",
            Self::Valence => "valence",
            Self::Arousal => "arousal",
            Self::Crossmodal => "crossmodal",
            Self::Gesture => "gesture",
            Self::Brush => "brush",
        }
    }

    /// As people read it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Congruity => "Congruity",
            Self::Network => "Network",
            Self::Valence => "Valence",
            Self::Arousal => "Arousal",
            Self::Crossmodal => "Cross-modal",
            Self::Gesture => "Gesture",
            Self::Brush => "Brush",
        }
    }

    /// The signal of this [`id`](Self::id).
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|signal| signal.id() == id)
    }
}

/// One `T` for each signal; saved as a map by [`Signal::id`], of which unknown entries
/// are ignored and missing ones take their default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PerSignal<T>(pub [T; Signal::COUNT]);

impl<T> PerSignal<T> {
    /// Each signal with its own.
    pub fn iter(&self) -> impl Iterator<Item = (Signal, &T)> {
        Signal::ALL.into_iter().zip(&self.0)
    }
}

impl<T> Index<Signal> for PerSignal<T> {
    type Output = T;

    fn index(&self, signal: Signal) -> &T {
        &self.0[signal as usize]
    }
}

impl<T> IndexMut<Signal> for PerSignal<T> {
    fn index_mut(&mut self, signal: Signal) -> &mut T {
        &mut self.0[signal as usize]
    }
}

impl<T: Serialize> Serialize for PerSignal<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(Signal::COUNT))?;
        for (signal, value) in self.iter() {
            map.serialize_entry(signal.id(), value)?;
        }
        map.end()
    }
}

impl<'de, T: Deserialize<'de> + Default> Deserialize<'de> for PerSignal<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(PerSignalVisitor(PhantomData))
    }
}

struct PerSignalVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de> + Default> Visitor<'de> for PerSignalVisitor<T> {
    type Value = PerSignal<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a map by signal")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = PerSignal::default();
        while let Some(id) = map.next_key::<String>()? {
            match Signal::from_id(&id) {
                Some(signal) => found[signal] = map.next_value()?,
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(found)
    }
}

/// The signals at one moment: each in 0..=1, or `None` while it is unknown.
pub type Values = PerSignal<Option<f32>>;

/// The signals as one thread writes them and others read them, without waiting.
///
/// Each signal is atomic for itself; a reader may see two of different moments, which
/// are at most one refresh apart.
#[derive(Debug)]
pub struct SharedValues {
    signals: [AtomicU32; Signal::COUNT],
    /// What goes out in their place by one of the ways, if that is tested.
    pub probe: Probe,
}

impl Default for SharedValues {
    /// All unknown.
    fn default() -> Self {
        Self {
            signals: std::array::from_fn(|_| AtomicU32::new(f32::NAN.to_bits())),
            probe: Probe::default(),
        }
    }
}

impl SharedValues {
    /// As it is now.
    pub fn get(&self, signal: Signal) -> Option<f32> {
        let value = f32::from_bits(self.signals[signal as usize].load(Ordering::Relaxed));
        (!value.is_nan()).then_some(value)
    }

    /// Sets it, brought into 0..=1; what is no number is unknown.
    pub fn set(&self, signal: Signal, value: Option<f32>) {
        let value = value.map_or(f32::NAN, |value| value.clamp(0.0, 1.0));
        self.signals[signal as usize].store(value.to_bits(), Ordering::Relaxed);
    }

    /// All of them.
    pub fn values(&self) -> Values {
        PerSignal(Signal::ALL.map(|signal| self.get(signal)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_distinct_and_found_again() {
        for (at, signal) in Signal::ALL.into_iter().enumerate() {
            assert_eq!(signal as usize, at);
            assert_eq!(Signal::from_id(signal.id()), Some(signal));
        }
        assert_eq!(Signal::from_id("loudness"), None);
    }

    #[test]
    fn a_map_is_read_whatever_it_lacks_or_has_too_much() {
        let read: PerSignal<Option<u8>> =
            serde_json::from_str(r#"{"brush": 7, "smell": {"a": [1]}}"#).expect("a map");
        assert_eq!(read[Signal::Brush], Some(7));
        assert_eq!(read[Signal::Congruity], None);
        let written = serde_json::to_string(&read).expect("written");
        let again: PerSignal<Option<u8>> = serde_json::from_str(&written).expect("a map");
        assert_eq!(again, read);
    }

    #[test]
    fn shared_values_are_known_or_unknown_and_in_range() {
        let shared = SharedValues::default();
        assert_eq!(shared.values(), Values::default());
        shared.set(Signal::Valence, Some(1.5));
        shared.set(Signal::Brush, Some(f32::NAN));
        assert_eq!(shared.get(Signal::Valence), Some(1.0));
        assert_eq!(shared.get(Signal::Brush), None);
        shared.set(Signal::Valence, None);
        assert_eq!(shared.get(Signal::Valence), None);
    }
}
