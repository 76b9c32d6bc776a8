//! What the audio thread says of the brush, for the editor.

use std::sync::atomic::Ordering;

use super::desk::Desk;
use crate::view::CalibrationState;

impl Desk {
    /// Has the audio thread listen to how somebody paints.
    pub(super) fn calibrate(&mut self) {
        if self.stage.is_none() {
            self.view.calibration = CalibrationState::Failed {
                reason: "the host does not process: switch its audio engine on".to_owned(),
            };
            return;
        }
        self.shared.calibration_progress.set(0.0);
        self.shared.calibrations.fetch_add(1, Ordering::Release);
        self.view.calibration = CalibrationState::Listening { progress: 0.0 };
    }

    /// Takes strokes, pressure and calibration into the view.
    pub(super) fn follow_brush(&mut self) {
        let shared = &self.shared;
        self.view.brush_level_db = shared.brush_peak.get();
        self.view.music_level_db = shared.music_peak.get();
        self.view.strokes = shared.strokes.load(Ordering::Relaxed);
        let down = shared.brush_down.load(Ordering::Relaxed);
        self.view.pressure = down.then(|| shared.pressure.get());
        if matches!(self.view.calibration, CalibrationState::Listening { .. }) {
            self.view.calibration = match &mut self.stage {
                // The host stopped meanwhile, and what was heard is gone.
                None => CalibrationState::None,
                Some(stage) => {
                    let asked = shared.calibrations.load(Ordering::Relaxed);
                    let newest = stage.calibrated().filter(|outcome| outcome.asked == asked);
                    match newest.map(|outcome| outcome.result) {
                        None => CalibrationState::Listening {
                            progress: shared.calibration_progress.get(),
                        },
                        Some(Ok(found)) => CalibrationState::Done { found },
                        Some(Err(error)) => CalibrationState::Failed {
                            reason: error.to_string(),
                        },
                    }
                }
            };
        }
    }
}
