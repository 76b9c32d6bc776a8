//! Strokes that go on while there is nothing to play for them.

use super::settings::MAX_POLYPHONY;
use super::touch::Touch;

/// The latest strokes that found no cue, oldest first.
#[derive(Clone, Copy, Debug)]
pub(super) struct Waiting {
    touches: [Touch; MAX_POLYPHONY],
    len: usize,
}

impl Waiting {
    pub(super) fn new() -> Self {
        let nobody = Touch {
            key: 0,
            strength: 0.0,
        };
        Self {
            touches: [nobody; MAX_POLYPHONY],
            len: 0,
        }
    }

    /// Adds `touch`; where `limit` wait already, the oldest gives way.
    pub(super) fn push(&mut self, touch: Touch, limit: usize) {
        self.remove(touch.key);
        while self.len >= limit.clamp(1, MAX_POLYPHONY) {
            self.remove(self.touches[0].key);
        }
        self.touches[self.len] = touch;
        self.len += 1;
    }

    /// Takes the oldest.
    pub(super) fn pop(&mut self) -> Option<Touch> {
        let oldest = self.touches[..self.len].first().copied()?;
        self.remove(oldest.key);
        Some(oldest)
    }

    /// The stroke of `key` has ended.
    pub(super) fn remove(&mut self, key: u32) {
        let waiting = &self.touches[..self.len];
        if let Some(place) = waiting.iter().position(|touch| touch.key == key) {
            self.touches.copy_within(place + 1..self.len, place);
            self.len -= 1;
        }
    }

    /// The strength of `key` has changed.
    pub(super) fn press(&mut self, key: u32, strength: f32) {
        for touch in &mut self.touches[..self.len] {
            if touch.key == key {
                touch.strength = strength;
            }
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub(super) fn clear(&mut self) {
        self.len = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_wait_and_the_oldest_goes_first() {
        let mut waiting = Waiting::new();
        for key in [1, 2, 3, 2, 4] {
            waiting.push(Touch { key, strength: 0.5 }, 3);
        }
        waiting.press(2, 0.7);
        waiting.remove(9);
        let order: Vec<_> = std::iter::from_fn(|| waiting.pop())
            .map(|touch| (touch.key, touch.strength))
            .collect();
        assert_eq!(order, [(3, 0.5), (2, 0.7), (4, 0.5)]);
        assert!(waiting.is_empty());
    }
}
