//! Whether there is anything new to see since the last frame.

use std::sync::Arc;

use nice_plug::prelude::{ParamPtr, Params as _};

use crate::params::ImpastoParams;
use crate::view::{View, ViewHandle};

/// Remembers what a frame was drawn from.
pub struct Watch {
    /// Keeps alive what `pointers` point to.
    _params: Arc<ImpastoParams>,
    pointers: Vec<ParamPtr>,
    /// Normalized, in the order of `pointers`; hosts change them without telling.
    values: Vec<f32>,
    view: Option<Arc<View>>,
}

impl Watch {
    /// Before the first frame.
    pub fn new(params: Arc<ImpastoParams>) -> Self {
        let pointers: Vec<ParamPtr> = params
            .param_map()
            .into_iter()
            .map(|(_, pointer, _)| pointer)
            .collect();
        Self {
            _params: params,
            values: vec![f32::NAN; pointers.len()],
            pointers,
            view: None,
        }
    }

    /// A frame is drawn from the parameters as they are, and from `view`.
    pub fn shown(&mut self, view: &Arc<View>) {
        self.take_values();
        self.view = Some(Arc::clone(view));
    }

    /// Whether a frame would now be drawn from something else.
    pub fn has_changed(&mut self, newest: &ViewHandle) -> bool {
        let moved = self.take_values();
        let newest = newest.snapshot();
        let differs = match &self.view {
            // The worker publishes on though nothing happens.
            Some(shown) => !Arc::ptr_eq(shown, &newest) && **shown != *newest,
            None => true,
        };
        if !differs {
            // So that the same two are not compared again.
            self.view = Some(newest);
        }
        moved || differs
    }

    /// Takes the parameters' values. Whether any has moved.
    fn take_values(&mut self) -> bool {
        let mut moved = false;
        for (pointer, value) in self.pointers.iter().zip(&mut self.values) {
            // SAFETY: the parameters that it points to are kept alive.
            let newest = unsafe { pointer.unmodulated_normalized_value() };
            moved |= newest != *value;
            *value = newest;
        }
        moved
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::channel;

    #[test]
    fn what_looks_the_same_is_not_new() {
        let params: Arc<ImpastoParams> = Arc::default();
        let (publisher, handle) = channel();
        let mut watch = Watch::new(Arc::clone(&params));
        assert!(watch.has_changed(&handle), "nothing was shown yet");
        watch.shown(&handle.snapshot());
        assert!(!watch.has_changed(&handle));

        publisher.publish(View::default());
        assert!(!watch.has_changed(&handle), "published, but the same");
        publisher.publish(View {
            pool: 1,
            ..View::default()
        });
        assert!(watch.has_changed(&handle));
        assert!(watch.has_changed(&handle), "until it is shown");
        watch.shown(&handle.snapshot());
        assert!(!watch.has_changed(&handle));

        use nice_plug::prelude::Param as _;
        // SAFETY: the parameters are alive.
        unsafe { params.filter.as_ptr()._internal_set_normalized_value(0.9) };
        assert!(watch.has_changed(&handle));
        watch.shown(&handle.snapshot());
        assert!(!watch.has_changed(&handle));
    }
}
