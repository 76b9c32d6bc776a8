//! Small pictures beside the browser's rows, read on a thread of their own: a folder of
//! photographs takes seconds to decode, and a network drive may not answer.
//!
//! The thread begins with the first picture that is wanted, and is waited for when the
//! window goes. What is wanted is said anew whenever the list moves, so that what was
//! scrolled past, or lies in a folder that was left, is not read.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

use crossbeam::channel::{Receiver, Sender, unbounded};
use egui::{ColorImage, Context, TextureHandle, TextureOptions};
use engine::inference::{Picture, PictureLimits};
use engine::library::lower_priority;
use engine::painting::shrink;

use crate::editor::window::RepaintNotifier;

/// The longer side of a thumbnail, in pixels.
const SIDE: u32 = 96;

/// More are not kept; a thumbnail takes 36 KiB.
const MOST: usize = 256;

/// Files beyond these are not read for a thumbnail.
const LIMITS: PictureLimits = PictureLimits {
    side: 12_000,
    bytes: 256 << 20,
};

/// A thumbnail of a file, if it is a picture.
type Answer = (PathBuf, Option<ColorImage>);

/// The thumbnails of one window.
pub struct Thumbnails {
    /// Those shown last at the end; `None` where there is no picture in the file.
    kept: VecDeque<(PathBuf, Option<TextureHandle>)>,
    /// What is asked of the thread.
    asked: Vec<PathBuf>,
    /// What the rows drawn in this frame lack.
    lacking: Vec<PathBuf>,
    reader: Option<Reader>,
    repaint: RepaintNotifier,
}

impl Thumbnails {
    /// None yet; `repaint` is told when one has been read.
    pub fn new(repaint: RepaintNotifier) -> Self {
        Self {
            kept: VecDeque::new(),
            asked: Vec::new(),
            lacking: Vec::new(),
            reader: None,
            repaint,
        }
    }

    /// The thumbnail of the picture at `path`, once it has been read.
    pub fn get(&mut self, path: &Path) -> Option<TextureHandle> {
        match self.kept.iter().position(|(known, _)| known == path) {
            Some(at) => {
                let entry = self.kept.remove(at)?;
                let texture = entry.1.clone();
                self.kept.push_back(entry);
                texture
            }
            None => {
                self.lacking.push(path.to_owned());
                None
            }
        }
    }

    /// Takes what was read, and asks for what the rows lacked since the last call.
    pub fn follow(&mut self, ctx: &Context) {
        if let Some(reader) = &self.reader {
            for (path, picture) in reader.answers.try_iter() {
                self.asked.retain(|asked| *asked != path);
                let load = |image| ctx.load_texture("thumbnail", image, TextureOptions::LINEAR);
                self.kept.push_back((path, picture.map(load)));
                if self.kept.len() > MOST {
                    drop(self.kept.pop_front());
                }
            }
        }
        let mut lacking = std::mem::take(&mut self.lacking);
        lacking.retain(|path| self.kept.iter().all(|(known, _)| known != path));
        if lacking == self.asked {
            return;
        }
        if self.reader.is_none() && !lacking.is_empty() {
            self.reader = Reader::start(self.repaint.clone());
        }
        if let Some(reader) = &self.reader {
            let _ = reader.wanted.send(lacking.clone());
        }
        self.asked = lacking;
    }

    /// Nobody looks any more: nothing more is read.
    pub fn rest(&mut self) {
        self.lacking.clear();
        if self.asked.is_empty() {
            return;
        }
        self.asked.clear();
        if let Some(reader) = &self.reader {
            let _ = reader.wanted.send(Vec::new());
        }
    }

    /// How many pictures are still to be read.
    pub fn awaited(&self) -> usize {
        self.asked.len()
    }
}

/// The thread.
struct Reader {
    wanted: Sender<Vec<PathBuf>>,
    answers: Receiver<Answer>,
    cancelled: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Reader {
    /// `None` if the system gives no more threads: then there are no thumbnails.
    fn start(repaint: RepaintNotifier) -> Option<Self> {
        let (wanted, lists) = unbounded();
        let (sender, answers) = unbounded();
        let cancelled = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&cancelled);
        let thread = thread::Builder::new()
            .name("impasto-thumbs".to_owned())
            .spawn(move || {
                lower_priority();
                read_on(&lists, &sender, &flag, &repaint);
            })
            .ok()?;
        Some(Self {
            wanted,
            answers,
            cancelled,
            thread: Some(thread),
        })
    }
}

impl Drop for Reader {
    /// Waits: a thread must not outlive the library that its code is in.
    fn drop(&mut self) {
        self.cancelled.store(true, Ordering::Relaxed);
        // The thread waits for a list no longer once nobody can send one.
        self.wanted = unbounded().0;
        if let Some(thread) = self.thread.take() {
            // A panic was reported by the panic hook.
            let _ = thread.join();
        }
    }
}

/// Reads what the newest list names, first to last, until nobody asks any more.
fn read_on(
    lists: &Receiver<Vec<PathBuf>>,
    answers: &Sender<Answer>,
    cancelled: &AtomicBool,
    repaint: &RepaintNotifier,
) {
    let mut last: Option<PathBuf> = None;
    while let Ok(list) = lists.recv() {
        let mut wanted = VecDeque::from(list);
        loop {
            if let Some(newer) = lists.try_iter().last() {
                wanted = newer.into();
            }
            let Some(path) = wanted.pop_front() else {
                break;
            };
            if cancelled.load(Ordering::Relaxed) {
                return;
            }
            // The newer list may have been made while it was read.
            if last.as_ref() == Some(&path) {
                continue;
            }
            let picture = Picture::decode(&path, LIMITS).ok().map(|picture| {
                let small = shrink(&picture, SIDE);
                let size = [small.width() as usize, small.height() as usize];
                ColorImage::from_rgb(size, small.as_raw())
            });
            last = Some(path.clone());
            if answers.send((path, picture)).is_err() {
                return;
            }
            repaint.request_repaint();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use image::{Rgb, RgbImage};

    use super::*;

    /// Draws until nothing is awaited.
    fn settle(thumbnails: &mut Thumbnails, ctx: &Context, paths: &[PathBuf]) -> usize {
        let begin = Instant::now();
        loop {
            let found = paths
                .iter()
                .filter(|path| thumbnails.get(path).is_some())
                .count();
            thumbnails.follow(ctx);
            if thumbnails.awaited() == 0 {
                return found;
            }
            assert!(begin.elapsed() < Duration::from_secs(20), "never read");
            thread::sleep(Duration::from_millis(5));
        }
    }

    #[test]
    fn pictures_are_read_and_what_is_none_is_left_out() {
        let folder = tempfile::tempdir().expect("a folder");
        let paths = ["a.png", "b.png", "none.png"].map(|name| folder.path().join(name));
        for path in &paths[..2] {
            let picture = RgbImage::from_pixel(300, 200, Rgb([200, 20, 20]));
            picture.save(path).expect("saved");
        }
        std::fs::write(&paths[2], "no picture").expect("written");
        let ctx = Context::default();
        let mut thumbnails = Thumbnails::new(RepaintNotifier::new());
        settle(&mut thumbnails, &ctx, &paths);
        assert_eq!(settle(&mut thumbnails, &ctx, &paths), 2);
        let texture = thumbnails.get(&paths[0]).expect("read");
        assert_eq!(texture.size(), [96, 64]);
        // Nothing is read twice.
        std::fs::remove_file(&paths[0]).expect("removed");
        assert_eq!(settle(&mut thumbnails, &ctx, &paths), 2);
    }

    #[test]
    fn no_more_are_kept_than_are_bounded_and_what_is_left_is_not_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |nth: usize| folder.path().join(format!("{nth}.png"));
        let picture = RgbImage::from_pixel(4, 4, Rgb([1, 2, 3]));
        picture.save(path(0)).expect("saved");
        for nth in 1..MOST + 20 {
            std::fs::copy(path(0), path(nth)).expect("copied");
        }
        let ctx = Context::default();
        let mut thumbnails = Thumbnails::new(RepaintNotifier::new());
        let all: Vec<PathBuf> = (0..MOST + 20).map(path).collect();
        for part in all.chunks(30) {
            settle(&mut thumbnails, &ctx, part);
        }
        assert_eq!(thumbnails.kept.len(), MOST);
        // A folder that is left is not waited for.
        for path in &all[..20] {
            assert!(thumbnails.get(path).is_none());
        }
        thumbnails.follow(&ctx);
        assert_eq!(thumbnails.awaited(), 20);
        thumbnails.rest();
        assert_eq!(thumbnails.awaited(), 0);
    }
}
