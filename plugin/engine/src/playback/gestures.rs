//! What is to happen within the next block, and when.

use super::touch::Touch;

/// Starts that fit into one call of [`Player::render`](super::Player::render).
const STARTS: usize = 16;

/// All gestures that do.
const GESTURES: usize = 64;

/// What the player is told.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Gesture {
    Start(Touch),
    End {
        key: u32,
    },
    Press {
        key: u32,
        strength: f32,
        /// Whether what was only struck follows.
        struck: bool,
    },
    Advance,
}

impl Gesture {
    fn key(&self) -> Option<u32> {
        match self {
            Self::Start(touch) => Some(touch.key),
            Self::End { key } | Self::Press { key, .. } => Some(*key),
            Self::Advance => None,
        }
    }
}

/// No room for a gesture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Full;

/// Gestures at samples of the next block, in order; those of one sample in the order
/// in which they came.
#[derive(Clone, Copy, Debug)]
pub(super) struct Gestures {
    queue: [(usize, Gesture); GESTURES],
    len: usize,
    starts: usize,
}

impl Gestures {
    pub(super) fn new() -> Self {
        Self {
            queue: [(0, Gesture::Advance); GESTURES],
            len: 0,
            starts: 0,
        }
    }

    /// Adds `gesture` at sample `offset`.
    pub(super) fn push(&mut self, offset: usize, gesture: Gesture) -> Result<(), Full> {
        let is_start = matches!(gesture, Gesture::Start(_));
        if self.len == GESTURES || (is_start && self.starts == STARTS) {
            return Err(Full);
        }
        let place = self.queue[..self.len].partition_point(|(other, _)| *other <= offset);
        self.queue.copy_within(place..self.len, place + 1);
        self.queue[place] = (offset, gesture);
        self.len += 1;
        self.starts += usize::from(is_start);
        Ok(())
    }

    /// Forgets what is known of `key`; how many starts that were.
    pub(super) fn forget(&mut self, key: u32) -> usize {
        let (mut kept, starts) = (0, self.starts);
        for place in 0..self.len {
            let gesture = self.queue[place];
            if gesture.1.key() == Some(key) {
                self.starts -= usize::from(matches!(gesture.1, Gesture::Start(_)));
            } else {
                self.queue[kept] = gesture;
                kept += 1;
            }
        }
        self.len = kept;
        starts - self.starts
    }

    /// The gestures and their samples.
    pub(super) fn get(&self, place: usize) -> Option<(usize, Gesture)> {
        self.queue[..self.len].get(place).copied()
    }

    pub(super) fn clear(&mut self) {
        (self.len, self.starts) = (0, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start(key: u32) -> Gesture {
        Gesture::Start(Touch { key, strength: 1.0 })
    }

    fn all(gestures: &Gestures) -> Vec<(usize, Gesture)> {
        (0..).map_while(|place| gestures.get(place)).collect()
    }

    #[test]
    fn gestures_come_in_order() {
        let mut gestures = Gestures::new();
        let end = Gesture::End { key: 1 };
        for (offset, gesture) in [
            (7, start(1)),
            (3, start(2)),
            (7, end),
            (5, Gesture::Advance),
        ] {
            gestures.push(offset, gesture).expect("room");
        }
        let expected = [
            (3, start(2)),
            (5, Gesture::Advance),
            (7, start(1)),
            (7, end),
        ];
        assert_eq!(all(&gestures), expected);
    }

    #[test]
    fn starts_leave_room_for_their_ends() {
        let mut gestures = Gestures::new();
        for key in 0..STARTS as u32 {
            gestures.push(0, start(key)).expect("room");
        }
        assert_eq!(gestures.push(0, start(99)), Err(Full));
        for key in 0..(GESTURES - STARTS) as u32 {
            gestures.push(1, Gesture::End { key }).expect("room");
        }
        assert_eq!(gestures.push(1, Gesture::End { key: 99 }), Err(Full));
        assert_eq!(gestures.forget(3), 1);
        assert_eq!(all(&gestures).len(), GESTURES - 2);
        gestures.push(0, start(99)).expect("room");
    }
}
