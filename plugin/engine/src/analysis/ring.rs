//! Frames from the audio thread to the worker, without waiting.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::MelFrame;

/// The audio thread's end of a ring of frames.
pub struct MelSender {
    producer: rtrb::Producer<MelFrame>,
    /// Written here, read by the worker, so that the loss can be shown.
    dropped: Arc<AtomicU64>,
}

/// The worker's end of a ring of frames.
pub struct MelReceiver {
    consumer: rtrb::Consumer<MelFrame>,
    dropped: Arc<AtomicU64>,
}

/// Both ends of a ring that holds `capacity` frames of 12.5 ms.
pub fn mel_ring(capacity: usize) -> (MelSender, MelReceiver) {
    let (producer, consumer) = rtrb::RingBuffer::new(capacity);
    let dropped = Arc::new(AtomicU64::new(0));
    let sender = MelSender {
        producer,
        dropped: Arc::clone(&dropped),
    };
    (sender, MelReceiver { consumer, dropped })
}

impl MelSender {
    /// Sends a frame; drops it and counts it if the ring is full.
    pub fn push(&mut self, frame: &MelFrame) {
        if self.producer.push(*frame).is_err() {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl MelReceiver {
    /// The oldest frame not yet taken.
    pub fn pop(&mut self) -> Option<MelFrame> {
        self.consumer.pop().ok()
    }

    /// How many frames are waiting.
    pub fn len(&self) -> usize {
        self.consumer.slots()
    }

    /// Whether no frame is waiting.
    pub fn is_empty(&self) -> bool {
        self.consumer.is_empty()
    }

    /// Frames lost so far because the ring was full.
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::mel_ring;

    #[test]
    fn full_ring_drops_and_counts() {
        let (mut sender, mut receiver) = mel_ring(2);
        for level in 0..5 {
            sender.push(&[level as f32; 100]);
        }
        assert_eq!((receiver.len(), receiver.dropped()), (2, 3));
        assert_eq!(receiver.pop().map(|f| f[0]), Some(0.0));
        assert_eq!(receiver.pop().map(|f| f[99]), Some(1.0));
        assert_eq!(receiver.pop(), None);
        sender.push(&[7.0; 100]);
        assert!(!receiver.is_empty());
        assert_eq!(receiver.pop().map(|f| f[0]), Some(7.0));
    }
}
