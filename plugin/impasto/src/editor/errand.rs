//! Work on files for the editor, which must not wait for a disk: a thread with one answer.

use std::thread::JoinHandle;

use crossbeam::channel::{Receiver, bounded};

/// Work under way. Dropped, it is waited for: a plug-in must not leave threads behind in
/// code that the host may unload.
pub struct Errand<T> {
    answer: Receiver<T>,
    thread: Option<JoinHandle<()>>,
}

impl<T: Send + 'static> Errand<T> {
    /// Begins `work`; `wake` is called when the answer is there. `None` if the system
    /// gives no thread.
    pub fn start(
        work: impl FnOnce() -> T + Send + 'static,
        wake: impl FnOnce() + Send + 'static,
    ) -> Option<Self> {
        let (sender, answer) = bounded(1);
        let thread = std::thread::Builder::new()
            .name("impasto-errand".to_owned())
            .spawn(move || {
                // The channel holds one answer and this is the only one.
                let _ = sender.try_send(work());
                wake();
            });
        Some(Self {
            answer,
            thread: Some(thread.ok()?),
        })
    }

    /// The answer, once it is there.
    pub fn poll(&self) -> Option<T> {
        self.answer.try_recv().ok()
    }
}

impl<T> Drop for Errand<T> {
    fn drop(&mut self) {
        if let Some(thread) = self.thread.take() {
            // A panic was reported by the panic hook.
            let _ = thread.join();
        }
    }
}
