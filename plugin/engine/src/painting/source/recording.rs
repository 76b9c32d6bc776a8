//! Frames that were recorded, as a time lapse of a painting: one a look, from the first
//! to the last by their names, which then stays.

use std::fs;
use std::path::PathBuf;
use std::time::Instant;

use super::file::{missing, name_of, shown};
use super::{Frame, FrameSource, Glance};
use crate::inference::{Picture, PictureLimits};
use crate::retrieval::PICTURE_EXTENSIONS;

/// A folder whose pictures are shown one after the other, as a camera would: to rehearse
/// without canvas and paint, and to test what is behind a camera without one.
pub struct Recording {
    folder: PathBuf,
    /// Names in order; `None` before the folder was read.
    frames: Option<Vec<PathBuf>>,
    next: usize,
}

impl Recording {
    /// Nothing is read before the first glance.
    pub fn new(folder: PathBuf) -> Self {
        Self {
            folder,
            frames: None,
            next: 0,
        }
    }
}

impl FrameSource for Recording {
    fn glance(&mut self, _: Instant) -> Glance {
        if self.frames.is_none() {
            let entries = match fs::read_dir(&self.folder) {
                Ok(entries) => entries,
                Err(error) => return Glance::Failed(missing(&self.folder, &error)),
            };
            let mut frames: Vec<PathBuf> = (entries.flatten().map(|entry| entry.path()))
                .filter(|path| {
                    let ending = path.extension().map(|e| e.to_string_lossy().to_lowercase());
                    ending.is_some_and(|ending| PICTURE_EXTENSIONS.contains(&ending.as_str()))
                })
                .collect();
            frames.sort();
            self.frames = (!frames.is_empty()).then_some(frames);
        }
        let Some(frames) = &self.frames else {
            let name = shown(&self.folder);
            return Glance::Failed(format!(
                "{name} holds no recorded frames: choose another folder"
            ));
        };
        let Some(path) = frames.get(self.next) else {
            return Glance::Nothing;
        };
        // As before a camera, whoever looks on sees the canvas as it is.
        self.next = (self.next + 1).min(frames.len() - 1);
        match Picture::decode(path, PictureLimits::default()) {
            Ok(picture) => Glance::Frame(Box::new(Frame {
                picture,
                name: name_of(path),
                path: Some(path.clone()),
            })),
            Err(error) => Glance::Failed(error.to_string()),
        }
    }

    fn may_move(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use image::{Rgb, RgbImage};

    use super::*;

    #[test]
    fn frames_come_in_their_order_and_the_last_stays() {
        let folder = tempfile::tempdir().expect("a folder");
        for nth in [2u8, 0, 1] {
            let frame = RgbImage::from_pixel(8, 8, Rgb([nth, 0, 0]));
            let path = folder.path().join(format!("frame-{nth}.png"));
            frame.save(path).expect("saved");
        }
        let mut recording = Recording::new(folder.path().to_owned());
        let now = Instant::now();
        for nth in [0u8, 1, 2, 2, 2] {
            let Glance::Frame(frame) = recording.glance(now) else {
                panic!("frame {nth}");
            };
            assert_eq!(frame.picture.to_rgb8().get_pixel(0, 0).0[0], nth);
        }
        assert!(recording.may_move());
        let mut empty = Recording::new(tempfile::tempdir().expect("a folder").path().join("x"));
        assert!(matches!(empty.glance(now), Glance::Failed(_)));
    }
}
