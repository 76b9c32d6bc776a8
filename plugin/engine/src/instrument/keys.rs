//! Keys, and what tells them from strokes.

/// The stroke of the brush.
pub(super) const STROKE: u32 = 1 << 16;
/// The button.
pub(super) const BUTTON: u32 = STROKE + 1;

/// A key of the host's that goes down or comes up.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum KeyEvent {
    /// It goes down.
    Down {
        /// The sample of the span.
        offset: usize,
        /// Which: channel times 128, and the note.
        key: u32,
        /// 0..=1.
        velocity: f32,
    },
    /// It comes up.
    Up {
        /// The sample of the span.
        offset: usize,
        /// Which.
        key: u32,
    },
}

impl KeyEvent {
    /// Of `note` (0..128) on `channel` (0..16).
    pub fn number(channel: u8, note: u8) -> u32 {
        u32::from(channel) * 128 + u32::from(note)
    }

    /// The sample.
    pub fn offset(&self) -> usize {
        match *self {
            Self::Down { offset, .. } | Self::Up { offset, .. } => offset,
        }
    }

    /// The same within a span that begins `samples` later.
    pub(super) fn earlier(mut self, samples: usize) -> Self {
        let (Self::Down { offset, .. } | Self::Up { offset, .. }) = &mut self;
        *offset = offset.saturating_sub(samples);
        self
    }
}
