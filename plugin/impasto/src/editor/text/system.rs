//! Fonts of this computer, for letters that the editor's own typefaces lack.
//!
//! The editor opens with its own typefaces and looks for no other. The first letter that
//! they lack starts a thread that asks the system which of its fonts has it; until that
//! is known a box stands in its place. The thread ends when nothing more is wanted, and
//! is joined when the window goes. Font files are mapped, not read: what they take is the
//! pages of the glyphs that are drawn, which all programs share.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;

use egui::{Context, FontProvider, Id};
use epaint::text::{FallbackRequest, FontData, FontInsert, FontPriority, InsertFontFamily};
use fontique::{
    Collection, CollectionOptions, FallbackKey, GenericFamily, Language, Query, QueryFamily,
    QueryFont, QueryStatus, Script, SourceCache, SourceCacheOptions,
};
use parking_lot::Mutex;
use unicode_script::UnicodeScript as _;

/// Letters that no font has are remembered up to this many: a name may hold any.
const REMEMBERED: usize = 4096;

/// The fonts of this computer, as one window uses them.
pub struct SystemFonts {
    shared: Arc<Shared>,
    seeker: Mutex<Option<JoinHandle<()>>>,
    /// The news that the window has taken over.
    taken: AtomicU64,
}

struct Shared {
    state: Mutex<State>,
    /// Counts what was found.
    news: AtomicU64,
    /// The window is going: nothing more is worth looking for.
    closing: AtomicBool,
    /// Has the window drawn.
    wake: Box<dyn Fn() + Send + Sync>,
}

#[derive(Default)]
struct State {
    found: Vec<Found>,
    wanted: Vec<char>,
    lacking: HashSet<char>,
    /// By name, for the user.
    scripts: BTreeSet<&'static str>,
    /// What the system has, once it was asked.
    library: Option<Library>,
    seeking: bool,
}

/// A font that has something that was wanted.
#[derive(Clone)]
struct Found {
    name: String,
    font: QueryFont,
}

impl Found {
    fn has(&self, letter: char) -> bool {
        has(&self.font, letter)
    }
}

fn has(font: &QueryFont, letter: char) -> bool {
    let glyph = font.charmap().and_then(|charmap| charmap.map(letter));
    glyph.is_some_and(|glyph| glyph != 0)
}

impl SystemFonts {
    /// Nothing is looked for yet; `wake` is called from a thread when something was found.
    pub fn new(wake: impl Fn() + Send + Sync + 'static) -> Self {
        Self {
            shared: Arc::new(Shared {
                state: Mutex::default(),
                news: AtomicU64::new(0),
                closing: AtomicBool::new(false),
                wake: Box::new(wake),
            }),
            seeker: Mutex::new(None),
            taken: AtomicU64::new(0),
        }
    }

    /// Has `ctx` draw with these fonts. To be called once for each window.
    pub fn install(self, ctx: &Context) {
        let fonts = Arc::new(self);
        ctx.data_mut(|data| data.insert_temp(Id::unique("system fonts"), Arc::clone(&fonts)));
        ctx.add_font_provider(fonts);
    }

    /// Those of `ctx`, if it has any.
    pub fn of(ctx: &Context) -> Option<Arc<Self>> {
        ctx.data(|data| data.get_temp(Id::unique("system fonts")))
    }

    /// Takes over what was found since the last frame. To be called before a frame is
    /// drawn: what was drawn as a box is drawn anew.
    pub fn attend(ctx: &Context) {
        let Some(fonts) = Self::of(ctx) else { return };
        let news = fonts.shared.news.load(Ordering::Acquire);
        if fonts.taken.swap(news, Ordering::AcqRel) != news {
            ctx.set_font_providers(vec![fonts]);
        }
    }

    /// Grows with each font that is taken over: what was measured before is no longer so.
    pub fn generation(&self) -> u64 {
        self.taken.load(Ordering::Relaxed)
    }

    /// Whether something is being looked for.
    pub fn is_seeking(&self) -> bool {
        self.shared.state.lock().seeking
    }

    /// The scripts that no font of this computer has, by name.
    pub fn lacking(&self) -> Vec<&'static str> {
        self.shared.state.lock().scripts.iter().copied().collect()
    }

    /// The fonts in use, by name.
    pub fn in_use(&self) -> Vec<String> {
        let state = self.shared.state.lock();
        state.found.iter().map(|found| found.name.clone()).collect()
    }

    fn seek(&self) {
        let mut seeker = self.seeker.lock();
        // The last one has ended, or is about to.
        if let Some(last) = seeker.take() {
            _ = last.join();
        }
        let shared = Arc::clone(&self.shared);
        let thread = std::thread::Builder::new()
            .name("impasto-fonts".to_owned())
            .spawn(move || shared.seek());
        match thread {
            Ok(thread) => *seeker = Some(thread),
            // Boxes are drawn until the next letter is missing.
            Err(_) => self.shared.state.lock().seeking = false,
        }
    }
}

impl FontProvider for SystemFonts {
    fn font_for(&self, request: &FallbackRequest<'_>) -> Option<FontInsert> {
        let letter = request.cluster.chars().next()?;
        {
            let mut state = self.shared.state.lock();
            if let Some(found) = state.found.iter().find(|found| found.has(letter)) {
                return Some(insert(found, request));
            }
            if state.lacking.contains(&letter) || self.shared.closing.load(Ordering::Relaxed) {
                return None;
            }
            state.wanted.push(letter);
            if std::mem::replace(&mut state.seeking, true) {
                return None;
            }
        }
        self.seek();
        None
    }
}

fn insert(found: &Found, request: &FallbackRequest<'_>) -> FontInsert {
    let (blob, _) = found.font.blob.clone().into_raw_parts();
    FontInsert::new(
        &found.name,
        FontData::from_blob(blob, found.font.index),
        vec![InsertFontFamily {
            family: request.family.clone(),
            priority: FontPriority::Lowest,
        }],
    )
}

impl Drop for SystemFonts {
    /// Waits for the thread: it must not outlive the plug-in's library.
    fn drop(&mut self) {
        self.shared.closing.store(true, Ordering::Relaxed);
        if let Some(seeker) = self.seeker.lock().take() {
            _ = seeker.join();
        }
    }
}

impl Shared {
    /// Looks for all that is wanted, and ends.
    fn seek(&self) {
        let library = self.state.lock().library.take();
        let mut library = library.unwrap_or_else(Library::of_this_computer);
        loop {
            let letter = {
                let mut state = self.state.lock();
                let wanted = state.wanted.pop();
                let Some(letter) = wanted.filter(|_| !self.closing.load(Ordering::Relaxed)) else {
                    state.library = Some(library);
                    state.seeking = false;
                    break;
                };
                if state.found.iter().any(|found| found.has(letter)) {
                    continue;
                }
                letter
            };
            let found = library.find(letter);
            self.take(letter, found);
        }
        self.news.fetch_add(1, Ordering::Release);
        (self.wake)();
    }

    fn take(&self, letter: char, found: Option<Found>) {
        let mut state = self.state.lock();
        match found {
            Some(found) => state.found.push(found),
            None => {
                if state.lacking.len() < REMEMBERED {
                    state.lacking.insert(letter);
                }
                state.scripts.extend(name_of(letter));
            }
        }
    }
}

/// What the script of `letter` is called; `None` for what no font is expected to have.
fn name_of(letter: char) -> Option<&'static str> {
    use unicode_script::Script as Of;
    match letter.script() {
        Of::Unknown => None,
        Of::Common | Of::Inherited => Some("symbols and emoji"),
        Of::Han => Some("Chinese characters"),
        Of::Hangul => Some("Korean"),
        Of::Hiragana | Of::Katakana => Some("Japanese"),
        script => Some(script.full_name()),
    }
}

/// The system's fonts, and which of them it prefers.
struct Library {
    collection: Collection,
    sources: SourceCache,
    locale: Option<Language>,
}

impl Library {
    /// Takes up to some hundred milliseconds on a computer with many fonts.
    fn of_this_computer() -> Self {
        let options = CollectionOptions {
            shared: false,
            system_fonts: true,
        };
        Self {
            collection: Collection::new(options),
            sources: SourceCache::new(SourceCacheOptions::default()),
            locale: sys_locale::get_locale().and_then(|locale| Language::parse(&locale).ok()),
        }
    }

    fn find(&mut self, letter: char) -> Option<Found> {
        let by_script = script_of(letter).and_then(|script| self.by_script(letter, script));
        let font = by_script
            .or_else(|| self.by_use(letter))
            .or_else(|| self.by_trying(letter))?;
        let family = self.collection.family_name(font.family.0);
        let family = family.unwrap_or("unnamed");
        let name = format!("system:{family}:{}:{}", font.family.1, font.index);
        Some(Found { name, font })
    }

    /// What the system itself would take. Of Chinese characters no font for one language
    /// has all, so the others are asked too.
    fn by_script(&mut self, letter: char, script: Script) -> Option<QueryFont> {
        let others: &[&str] = match letter.script() {
            unicode_script::Script::Han => &["ja", "zh-SG", "zh-TW", "ko"],
            _ => &[],
        };
        let others = others.iter().filter_map(|name| Language::parse(name).ok());
        let locales = std::iter::once(self.locale).chain(others.map(Some));
        for locale in locales {
            let mut query = self.collection.query(&mut self.sources);
            query.set_families([QueryFamily::Generic(GenericFamily::SansSerif)]);
            query.set_fallbacks(FallbackKey::new(script, locale.as_ref()));
            if let Some(font) = first_with(&mut query, letter) {
                return Some(font);
            }
        }
        None
    }

    /// Symbols, emoji and what else belongs to no script.
    fn by_use(&mut self, letter: char) -> Option<QueryFont> {
        let mut query = self.collection.query(&mut self.sources);
        let uses = [
            GenericFamily::SansSerif,
            GenericFamily::SystemUi,
            GenericFamily::Emoji,
            GenericFamily::Math,
            GenericFamily::Serif,
        ];
        query.set_families(uses.map(QueryFamily::Generic));
        first_with(&mut query, letter)
    }

    /// Any font at all that has it: the system's answers leave some out.
    fn by_trying(&mut self, letter: char) -> Option<QueryFont> {
        let families: Vec<_> = self.collection.family_ids().collect();
        families.into_iter().find_map(|family| {
            let mut query = self.collection.query(&mut self.sources);
            query.set_families([QueryFamily::Id(family)]);
            first_with(&mut query, letter)
        })
    }
}

fn first_with(query: &mut Query<'_>, letter: char) -> Option<QueryFont> {
    let mut first = None;
    query.matches_with(|font| {
        if has(font, letter) {
            first = Some(font.clone());
            return QueryStatus::Stop;
        }
        QueryStatus::Continue
    });
    first
}

fn script_of(letter: char) -> Option<Script> {
    use unicode_script::Script as Of;
    match letter.script() {
        Of::Common | Of::Inherited | Of::Unknown => None,
        script => Script::parse(script.short_name()).ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_are_called_what_people_call_them() {
        for (letter, name) in [
            ('\u{97f3}', Some("Chinese characters")),
            ('\u{306e}', Some("Japanese")),
            ('\u{d55c}', Some("Korean")),
            ('\u{e14}', Some("Thai")),
            ('\u{1f3b5}', Some("symbols and emoji")),
            ('\u{378}', None),
        ] {
            assert_eq!(name_of(letter), name);
        }
    }
}
