//! Sessions of the audio network for what is heard live, shared by all instances of a
//! process.
//!
//! A session takes some megabytes and an inference about a millisecond, so that a few
//! serve many instances. There are as many as there are users, cores, or [`MOST`],
//! whichever is least; who comes first is served first, so that under an overload all
//! instances get slower alike. Indexing has sessions of its own.

use std::collections::VecDeque;
use std::sync::Arc;

use parking_lot::{Condvar, Mutex};

use super::network::Network;
use crate::Result;

/// Sessions at most: with more, the audio threads would have no core left.
const MOST: usize = 4;

/// The sessions, and who waits for one.
#[derive(Default)]
pub(super) struct LiveSessions {
    state: Mutex<State>,
    /// A session came back, or the first in line changed.
    news: Condvar,
}

#[derive(Default)]
struct State {
    idle: Vec<Network>,
    /// Sessions in all.
    made: usize,
    users: usize,
    line: VecDeque<u64>,
    tickets: u64,
}

/// As many as `users` can make use of.
fn wanted(users: usize) -> usize {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    users.min(cores).min(MOST)
}

impl LiveSessions {
    /// One more user, for whom `make` makes another session if there is use for it.
    ///
    /// # Errors
    /// If it can't be made.
    pub fn join(self: &Arc<Self>, make: impl FnOnce() -> Result<Network>) -> Result<LiveAudio> {
        // Held meanwhile, so that no more than are wanted are made at once.
        let mut state = self.state.lock();
        if state.made < wanted(state.users + 1) {
            let network = make()?;
            state.idle.push(network);
            state.made += 1;
            self.news.notify_all();
        }
        state.users += 1;
        Ok(LiveAudio(Arc::clone(self)))
    }

    /// Waits in line for a session.
    fn take(&self) -> Taken<'_> {
        let mut state = self.state.lock();
        let ticket = state.tickets;
        state.tickets += 1;
        state.line.push_back(ticket);
        loop {
            if state.line.front() == Some(&ticket)
                && let Some(network) = state.idle.pop()
            {
                state.line.pop_front();
                if !state.line.is_empty() && !state.idle.is_empty() {
                    self.news.notify_all();
                }
                return Taken {
                    network: Some(network),
                    sessions: self,
                };
            }
            self.news.wait(&mut state);
        }
    }

    /// What nobody has use for any more goes.
    fn trim(state: &mut State) {
        while state.made > wanted(state.users) && state.idle.pop().is_some() {
            state.made -= 1;
        }
    }
}

/// A session until it is given back, be it by a panic.
struct Taken<'a> {
    network: Option<Network>,
    sessions: &'a LiveSessions,
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        let mut state = self.sessions.state.lock();
        state.idle.extend(self.network.take());
        LiveSessions::trim(&mut state);
        self.sessions.news.notify_all();
    }
}

/// A user of the sessions.
pub(super) struct LiveAudio(Arc<LiveSessions>);

impl LiveAudio {
    /// As [`Network::run_batch`], once a session is free.
    ///
    /// # Errors
    /// As there.
    pub fn run_batch(&self, inputs: &[f32], n: usize) -> Result<Vec<Vec<f32>>> {
        let mut taken = self.0.take();
        // PANIC: it is there until the drop.
        let network = taken.network.as_mut().expect("a session");
        network.run_batch(inputs, n)
    }
}

impl Drop for LiveAudio {
    fn drop(&mut self) {
        let mut state = self.0.state.lock();
        state.users -= 1;
        LiveSessions::trim(&mut state);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_sessions_serve_many_users() {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        assert_eq!(wanted(0), 0);
        assert_eq!(wanted(1), 1);
        assert_eq!(wanted(16), cores.min(MOST));
    }
}
