//! Undo for edits of parameters, as long as the window is open.
//!
//! A change is what was done in one go: one hand on one control from beginning to end, or
//! all that a preset or a calibration sets at once. What the host's automation does is not
//! undone here: it is the host's own.

use std::collections::VecDeque;

use nice_plug::prelude::ParamPtr;

use super::request::{Edit, Request, Step};

/// Changes that are remembered at most.
const KEPT: usize = 100;

/// One parameter's way, in normalized values.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Move {
    param: ParamPtr,
    from: f32,
    to: f32,
}

/// What was done, and what was undone of it.
#[derive(Debug, Default)]
pub struct Undo {
    /// Parameters under a hand: the end that is reached so far.
    held: Vec<Move>,
    past: VecDeque<Vec<Move>>,
    future: Vec<Vec<Move>>,
}

impl Undo {
    /// Takes what is asked of the host in one frame, before the host is told.
    pub fn note(&mut self, requests: &[Request]) {
        let mut done = Vec::new();
        for request in requests {
            let Request::Edit(Edit { param, step }) = *request else {
                continue;
            };
            match step {
                Step::Begin => {
                    let from = value(param);
                    let to = from;
                    self.held.push(Move { param, from, to });
                }
                Step::Set(to) => {
                    let mut held = self.held.iter_mut();
                    if let Some(held) = held.find(|held| held.param == param) {
                        held.to = to;
                    }
                }
                Step::End => {
                    let place = self.held.iter().position(|held| held.param == param);
                    done.extend(place.map(|place| self.held.remove(place)));
                }
            }
        }
        done.retain(|done| done.from != done.to);
        if done.is_empty() {
            return;
        }
        self.future.clear();
        self.past.push_back(done);
        if self.past.len() > KEPT {
            self.past.pop_front();
        }
    }

    /// The edits that take the last change back; none if there is none.
    pub fn undo(&mut self) -> Vec<Request> {
        let Some(change) = self.past.pop_back() else {
            return Vec::new();
        };
        let edits = edits(
            change
                .iter()
                .rev()
                .map(|change| (change.param, change.from)),
        );
        self.future.push(change);
        edits
    }

    /// The edits that do again what was taken back last; none if there is none.
    pub fn redo(&mut self) -> Vec<Request> {
        let Some(change) = self.future.pop() else {
            return Vec::new();
        };
        let edits = edits(change.iter().map(|change| (change.param, change.to)));
        self.past.push_back(change);
        edits
    }

    /// What would be undone, in words.
    pub fn undone(&self) -> Option<String> {
        self.past.back().map(|change| named(change))
    }

    /// What would be done again, in words.
    pub fn redone(&self) -> Option<String> {
        self.future.last().map(|change| named(change))
    }
}

fn named(change: &[Move]) -> String {
    match change {
        // SAFETY: as in `value`.
        [one] => unsafe { one.param.name() }.to_owned(),
        several => format!("{} parameters", several.len()),
    }
}

/// A parameter's value as the host last set it, normalized.
fn value(param: ParamPtr) -> f32 {
    // SAFETY: pointers come from this window's panels, which saw only this instance's
    // parameters; those outlive the window.
    unsafe { param.unmodulated_normalized_value() }
}

fn edits(moves: impl Iterator<Item = (ParamPtr, f32)>) -> Vec<Request> {
    let steps = |to| [Step::Begin, Step::Set(to), Step::End];
    let edits = moves.flat_map(|(param, to)| steps(to).map(|step| Edit { param, step }));
    edits.map(Request::Edit).collect()
}

#[cfg(test)]
mod tests {
    use nice_plug::prelude::Param;

    use super::*;
    use crate::editor::request::tests::apply;
    use crate::editor::request::whole_change;
    use crate::params::ImpastoParams;

    fn change(undo: &mut Undo, requests: &[Request]) {
        undo.note(requests);
        apply(requests);
    }

    #[test]
    fn what_was_done_in_one_go_is_undone_in_one_go() {
        let params = ImpastoParams::default();
        let before = [&params.fit, &params.continuity].map(|p| p.unmodulated_normalized_value());
        let mut undo = Undo::default();
        let both: Vec<Request> = [
            whole_change(&params.fit, 0.75),
            whole_change(&params.continuity, 0.5),
        ]
        .concat();
        change(&mut undo, &both);
        change(&mut undo, &whole_change(&params.voices, 1.0));
        assert_eq!(undo.undone().as_deref(), Some("Voices"));

        apply(&undo.undo());
        assert_eq!(undo.undone().as_deref(), Some("2 parameters"));
        apply(&undo.undo());
        let now = || [&params.fit, &params.continuity].map(|p| p.unmodulated_normalized_value());
        assert_eq!(now(), before);
        assert_eq!(undo.undo(), []);

        apply(&undo.redo());
        assert_eq!(now(), [0.75, 0.5]);
        change(&mut undo, &whole_change(&params.fit, 0.0));
        assert_eq!(undo.redo(), [], "another way was taken");
    }

    #[test]
    fn a_drag_over_many_frames_is_one_change_and_one_that_ends_where_it_began_is_none() {
        let params = ImpastoParams::default();
        let param = params.fit.as_ptr();
        let edit = |step| [Request::Edit(Edit { param, step })];
        let mut undo = Undo::default();
        for step in [Step::Begin, Step::Set(0.2), Step::Set(0.9), Step::End] {
            change(&mut undo, &edit(step));
        }
        for step in [Step::Begin, Step::Set(0.2), Step::Set(0.9), Step::End] {
            change(&mut undo, &edit(step));
        }
        apply(&undo.undo());
        assert_eq!(params.fit.unmodulated_normalized_value(), 0.0);
        assert_eq!(undo.undone(), None);
    }

    #[test]
    fn only_so_much_is_remembered() {
        let params = ImpastoParams::default();
        let mut undo = Undo::default();
        for step in 0..3 * KEPT {
            let to = step as f32 / (3 * KEPT) as f32 + 0.001;
            change(&mut undo, &whole_change(&params.fit, to));
        }
        assert_eq!(undo.past.len(), KEPT);
    }
}
