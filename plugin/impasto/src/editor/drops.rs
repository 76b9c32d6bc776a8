//! Files that are dropped on the window: what they would do while they hover, what they do
//! when they are let go, and what else can be dropped where they do nothing.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use egui::{Align2, Area, Context, Id, Label, Order, RichText, Ui, vec2};
use engine::library::decode;
use engine::retrieval::PICTURE_EXTENSIONS;
use engine::teach::HEAD_EXTENSION;

use super::browser::listing;
use super::pages::Page;
use super::request::Request;
use super::theme;
use crate::looking::LookSource;
use crate::view::{Action, LookAction, TeachAction};

/// How long a sentence about a drop stays.
const SAID: Duration = Duration::from_secs(8);

/// What was dropped, or hovers.
#[derive(Default)]
pub struct Drops {
    /// Files that hover, and what they would do; found once, not at every frame.
    hovered: Option<(Vec<PathBuf>, Offer)>,
    /// What the last drop could not do.
    said: Option<(String, Instant)>,
}

/// What a drop would do.
#[derive(Clone, Debug, PartialEq)]
pub struct Offer {
    /// None: nothing.
    pub action: Option<Action>,
    /// For the user, while it hovers.
    pub sentence: String,
    /// For the user, when it was let go; none if what happens can be seen.
    pub afterwards: Option<String>,
}

/// What one path is, by its name; a folder by a look at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Folder,
    Picture,
    Head,
    Music,
    Other,
}

/// The kind of `path`. The system has resolved it a moment ago when it is handed to us, so
/// that the one look at the disk waits for nothing.
fn kind(path: &Path) -> Kind {
    if path.is_dir() {
        Kind::Folder
    } else if listing::ends_in(path, &PICTURE_EXTENSIONS) {
        Kind::Picture
    } else if listing::ends_in(path, &[HEAD_EXTENSION]) {
        Kind::Head
    } else if listing::ends_in(path, &decode::EXTENSIONS) {
        Kind::Music
    } else {
        Kind::Other
    }
}

/// What dropping `paths` on `page` does: the first that is of use counts, pictures before
/// folders before heads.
pub fn offer(paths: &[PathBuf], page: Page) -> Offer {
    let kinds: Vec<Kind> = paths.iter().map(|path| kind(path)).collect();
    let first = |wanted| {
        let place = kinds.iter().position(|kind| *kind == wanted)?;
        Some(paths[place].clone())
    };
    let (action, what, path) = if let Some(path) = first(Kind::Picture) {
        (Action::LoadPainting(path.clone()), "is the painting", path)
    } else if let Some(path) = first(Kind::Folder) {
        folder(path, page)
    } else if let Some(path) = first(Kind::Head) {
        let action = Action::SetHead(path.clone());
        (action, "judges what goes together", path)
    } else {
        return refusal(&kinds);
    };
    let name = name(&path);
    let others = paths.len() - 1;
    Offer {
        action: Some(action),
        sentence: format!("Let go, and \u{201c}{name}\u{201d} {what}."),
        afterwards: (others > 0).then(|| match others {
            1 => format!("\u{201c}{name}\u{201d} was taken, one other file was not."),
            more => format!("\u{201c}{name}\u{201d} was taken, {more} others were not."),
        }),
    }
}

/// What a folder is good for on `page`.
fn folder(path: PathBuf, page: Page) -> (Action, &'static str, PathBuf) {
    match page {
        Page::Painting => (
            Action::Look(LookAction::SetSource(LookSource::Folder(path.clone()))),
            "is watched for pictures of the painting",
            path,
        ),
        Page::Teach => (
            Action::Teach(TeachAction::SetFolder(path.clone())),
            "is the folder of your pairs",
            path,
        ),
        Page::Perform | Page::Library | Page::Outputs | Page::Session => (
            Action::SetLibrary(path.clone()),
            "is the library of your music",
            path,
        ),
    }
}

fn refusal(kinds: &[Kind]) -> Offer {
    let sentence = match kinds {
        [] => "What was dropped is no file. Drop a picture, or a folder of music.",
        _ if kinds.contains(&Kind::Music) => {
            "A piece of music cannot be dropped by itself. Drop the folder that it is in."
        }
        _ => "That is of no use here. Drop a picture, a folder of music or a taught head (.head).",
    };
    Offer {
        action: None,
        sentence: sentence.to_owned(),
        afterwards: Some(sentence.to_owned()),
    }
}

fn name(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str());
    name.to_string_lossy().into_owned()
}

impl Drops {
    /// Shows what hovers over `page` and what the last drop came to, over all else, and
    /// returns what a drop asks for.
    pub fn drops_ui(&mut self, ui: &Ui, page: Page, now: Instant) -> Vec<Request> {
        let (hovered, dropped) = ui.input(|input| {
            let raw = &input.raw;
            let hovered = raw
                .hovered_files
                .iter()
                .filter_map(|file| file.path.clone());
            let dropped = raw.dropped_files.iter().map(|file| file.path().to_owned());
            (hovered.collect(), dropped.collect())
        });
        self.hover(hovered, page);
        let asked = self.drop(dropped, page, now);
        if let Some((_, offer)) = &self.hovered {
            sentence_ui(ui.ctx(), &offer.sentence, Align2::CENTER_CENTER, 0.0);
        } else if let Some((sentence, at)) = &self.said {
            match SAID.checked_sub(now.saturating_duration_since(*at)) {
                Some(left) => {
                    sentence_ui(ui.ctx(), sentence, Align2::CENTER_BOTTOM, -40.0);
                    ui.ctx().request_repaint_after(left);
                }
                None => self.said = None,
            }
        }
        asked
    }

    fn hover(&mut self, paths: Vec<PathBuf>, page: Page) {
        if paths.is_empty() {
            self.hovered = None;
        } else if self
            .hovered
            .as_ref()
            .is_none_or(|(known, _)| *known != paths)
        {
            let offer = offer(&paths, page);
            self.hovered = Some((paths, offer));
        }
    }

    fn drop(&mut self, paths: Vec<PathBuf>, page: Page, now: Instant) -> Vec<Request> {
        if paths.is_empty() {
            return Vec::new();
        }
        let offer = offer(&paths, page);
        self.said = offer.afterwards.map(|sentence| (sentence, now));
        offer.action.map(Request::Act).into_iter().collect()
    }
}

/// A sentence on a card of its own, which the pointer does not feel.
fn sentence_ui(ctx: &Context, sentence: &str, place: Align2, up: f32) {
    let width = (ctx.content_rect().width() - 80.0).min(520.0);
    Area::new(Id::unique("dropped files"))
        .order(Order::Tooltip)
        .anchor(place, vec2(0.0, up))
        .interactable(false)
        .show(ctx, |ui| {
            let card = theme::card()
                .fill(theme::RAISED)
                .stroke((2.0, theme::AMBER))
                .inner_margin(20.0);
            card.show(ui, |ui| {
                ui.set_max_width(width);
                let text = RichText::new(sentence).font(theme::display_font(20.0));
                ui.add(Label::new(text.color(theme::TEXT)).wrap());
            });
        });
}
