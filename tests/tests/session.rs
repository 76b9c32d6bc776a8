//! A performance from the first opening of the window to the export, by a hand at pointer
//! and keyboard: nothing is set but through the window. What came of it is read from the
//! plug-in's snapshot, its parameters, and the files that it wrote.
//!
//! `IMPASTO_PICTURES` names a folder for pictures of the window at each step.

use anyhow::Result;

#[cfg(not(target_os = "linux"))]
fn main() -> Result<()> {
    println!("a hand at the editor is tested on Linux only");
    Ok(())
}

#[cfg(target_os = "linux")]
fn main() -> Result<()> {
    linux::main()
}

#[cfg(target_os = "linux")]
mod linux {
    use anyhow::{Context as _, Result, bail, ensure};
    use impasto_tests::bundle::Bundle;
    use impasto_tests::display::VirtualDisplay;
    use impasto_tests::editor::EditorWindow;
    use impasto_tests::fixture;
    use impasto_tests::hand::{Hand, key};
    use impasto_tests::host::{Activation, Instance, parameter_id};
    use impasto_tests::signal::{Clip, render};
    use impasto_tests::snapshot::{Snapshot, Widget};
    use std::cell::Cell;
    use std::path::{Path, PathBuf};
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::time::{Duration, Instant};

    /// The longest that one step may take on a machine that does other things as well.
    const PATIENCE: Duration = Duration::from_secs(120);

    /// A widget that did not move for so long is where it is.
    const STILL: Duration = Duration::from_millis(150);

    /// The music of the library, in three formats.
    const TRACKS: [&str; 3] = [
        "wesnoth/loyalists.ogg",
        "supertux/dark-forest-keep.mp3",
        "planet-blupi/music-9.wav",
    ];

    pub fn main() -> Result<()> {
        // A display of its own: on one that is worked at, keys would go astray.
        let display = VirtualDisplay::start()?;
        let home = tempfile::tempdir()?;
        // SAFETY: no other thread runs yet.
        unsafe { move_in(home.path(), display.name()) }?;
        let bundle = Bundle::load()?;
        let mut instance = bundle.instantiate()?;
        let editor = open(&mut instance)?;
        let stage = Stage {
            hand: Hand::new()?,
            editor,
            home: home.path().to_owned(),
            begin: Instant::now(),
            steps: Cell::new(0),
        };
        let outcome = stage.session(&mut instance);
        if let Err(error) = outcome {
            let picture = std::env::temp_dir().join("impasto-session.png");
            stage.editor.save_picture(&picture)?;
            return Err(error.context(format!("the window: {}", picture.display())));
        }
        stage.editor.close(&mut instance);
        instance.check_conduct()?;
        Ok(())
    }

    /// Opens the window and waits for its first frame. On a machine with many times more
    /// to do than cores, a window under Xvfb now and then never draws: then, as a user
    /// would, closes it and opens it again, and says so.
    fn open(instance: &mut Instance) -> Result<EditorWindow> {
        for _ in 0..4 {
            let editor = EditorWindow::open(instance)?;
            let begin = Instant::now();
            while begin.elapsed() < Duration::from_secs(15) {
                instance.serve_callbacks();
                if !Snapshot::of(instance)?.widgets.is_empty() {
                    return Ok(editor);
                }
                std::thread::sleep(Duration::from_millis(20));
            }
            println!("the window did not draw within 15 s, and is opened again");
            editor.close(instance);
        }
        bail!("four windows did not draw")
    }

    /// Makes `home` the user's, with music, a painting and a folder of documents.
    ///
    /// # Safety
    /// No other thread may run.
    unsafe fn move_in(home: &Path, display: &str) -> Result<()> {
        let config = home.join(".config");
        for folder in ["Documents", "Music/studio", "Pictures", ".config", ".run"] {
            std::fs::create_dir_all(home.join(folder))?;
        }
        let names = ["DOCUMENTS", "MUSIC", "PICTURES"];
        let folders = ["Documents", "Music", "Pictures"];
        let dirs: String = names
            .iter()
            .zip(folders)
            .map(|(name, folder)| format!("XDG_{name}_DIR=\"$HOME/{folder}\"\n"))
            .collect();
        std::fs::write(config.join("user-dirs.dirs"), dirs)?;
        for track in TRACKS {
            let from = fixture::assets().join("library").join(track);
            let name = Path::new(track).file_name().context("a file")?;
            std::fs::copy(from, home.join("Music/studio").join(name))?;
        }
        let painting = fixture::painting(fixture::PAINTING);
        std::fs::copy(painting, home.join("Pictures/Wave.jpg"))?;
        // SAFETY: the caller promises that this is the only thread.
        unsafe {
            std::env::set_var("HOME", home);
            std::env::set_var("XDG_CONFIG_HOME", &config);
            std::env::set_var("XDG_DATA_HOME", home.join(".local/share"));
            std::env::set_var("XDG_CACHE_HOME", home.join(".cache"));
            std::env::set_var("XDG_STATE_HOME", home.join(".local/state"));
            std::env::set_var("XDG_RUNTIME_DIR", home.join(".run"));
            std::env::remove_var("IMPASTO_DATA");
            std::env::set_var("IMPASTO_WIDGETS", "1");
            std::env::set_var("DISPLAY", display);
        }
        Ok(())
    }

    /// The window and who works at it.
    struct Stage {
        hand: Hand,
        editor: EditorWindow,
        home: PathBuf,
        begin: Instant,
        steps: Cell<u32>,
    }

    impl Stage {
        fn session(&self, instance: &mut Instance) -> Result<()> {
            self.declines_the_tour(instance)?;
            self.types_the_painting(instance)?;
            self.browses_to_the_library(instance)?;
            self.performs(instance)
        }

        /// Says what was done, and takes a picture of it if that is wanted.
        fn done(&self, what: &str) -> Result<()> {
            let seconds = self.begin.elapsed().as_secs_f64();
            println!("{what} ... ok ({seconds:.1} s)");
            self.steps.set(self.steps.get() + 1);
            if let Some(folder) = std::env::var_os("IMPASTO_PICTURES") {
                // What is told of a frame is told before it is painted.
                std::thread::sleep(Duration::from_millis(200));
                let name = format!("session-{}.png", self.steps.get());
                self.editor.save_picture(&Path::new(&folder).join(name))?;
            }
            Ok(())
        }

        /// Serves the main thread until `look` finds something.
        fn wait<T>(
            &self,
            instance: &mut Instance,
            what: &str,
            mut look: impl FnMut(&mut Instance, &Snapshot) -> Result<Option<T>>,
        ) -> Result<T> {
            let begin = Instant::now();
            loop {
                instance.serve_callbacks();
                let snapshot = Snapshot::of(instance)?;
                if let Some(reason) = snapshot.failure() {
                    bail!("while waiting for {what}: {reason}");
                }
                if let Some(found) = look(instance, &snapshot)? {
                    return Ok(found);
                }
                if begin.elapsed() > PATIENCE {
                    let names: Vec<_> = snapshot.widgets.iter().map(|w| &w.name).collect();
                    let told = Snapshot {
                        widgets: Vec::new(),
                        ..snapshot.clone()
                    };
                    bail!("waited in vain for {what}; the window shows {names:?}; {told:?}");
                }
                std::thread::sleep(Duration::from_millis(20));
            }
        }

        /// A widget of this role and name that can be used and does not move.
        fn widget(&self, instance: &mut Instance, role: &str, name: &str) -> Result<Widget> {
            let mut since = (Instant::now(), None);
            self.wait(instance, &format!("the {role} {name:?}"), |_, snapshot| {
                let mut widgets = snapshot.widgets.iter();
                let is_it = |w: &&Widget| w.role == role && w.name == name && w.enabled;
                let found = widgets.find(is_it);
                let place = found.map(|widget| widget.rect);
                if place != since.1 {
                    since = (Instant::now(), place);
                }
                Ok(found.filter(|_| since.0.elapsed() > STILL).cloned())
            })
        }

        /// Clicks into the middle of a widget.
        fn click(&self, instance: &mut Instance, role: &str, name: &str) -> Result<()> {
            let [left, top, right, bottom] = self.widget(instance, role, name)?.rect;
            let (x, y) = ((left + right) / 2.0, (top + bottom) / 2.0);
            self.hand.point(&self.editor, x, y)?;
            Ok(self.hand.click()?)
        }

        fn show_page(&self, number: char) -> Result<()> {
            Ok(self.hand.press(&[key::CONTROL], number.into())?)
        }

        fn declines_the_tour(&self, instance: &mut Instance) -> Result<()> {
            self.click(instance, "Button", "No, thanks")?;
            let marker = self.home.join(".config/impasto/tour-seen");
            self.wait(instance, "the tour's marker", |_, _| {
                Ok(marker.exists().then_some(()))
            })?;
            self.done("a click declines the tour")
        }

        fn types_the_painting(&self, instance: &mut Instance) -> Result<()> {
            self.show_page('3')?;
            self.click(instance, "TextInput", "Path")?;
            self.wait(instance, "the keyboard in the field", |_, snapshot| {
                let mut widgets = snapshot.widgets.iter();
                Ok(widgets.find(|w| w.name == "Path" && w.focused).map(|_| ()))
            })?;
            let typed = "~/Pictures/Wave.jpg";
            self.hand.type_text(typed)?;
            self.wait(instance, "the path in the field", |_, snapshot| {
                let mut widgets = snapshot.widgets.iter();
                let there = widgets.any(|w| w.name == "Path" && w.value == typed);
                Ok(there.then_some(()))
            })?;
            self.hand.press(&[], key::RETURN)?;
            let picture = self.home.join("Pictures/Wave.jpg");
            self.wait(instance, "the painting", |_, snapshot| {
                let painting = &snapshot.painting;
                let ready = painting.state == "ready" && painting.path.as_ref() == Some(&picture);
                Ok(ready.then_some(()))
            })?;
            self.done("a path that is typed loads the painting")
        }

        fn browses_to_the_library(&self, instance: &mut Instance) -> Result<()> {
            self.show_page('2')?;
            self.click(instance, "Button", "Choose a folder")?;
            // It opens at the user's music, which holds one folder.
            self.widget(instance, "Button", "Use \u{201c}Music\u{201d}")?;
            self.hand.press(&[], key::DOWN)?;
            self.hand.press(&[], key::RETURN)?;
            self.widget(instance, "Button", "Use \u{201c}studio\u{201d}")?;
            self.done("keys go through the file browser")?;
            self.click(instance, "Button", "Use \u{201c}studio\u{201d}")?;
            self.wait(instance, "the library", |_, snapshot| {
                let library = &snapshot.library;
                let whole = library.state == "ready" && library.tracks == TRACKS.len() as u64;
                Ok(whole.then_some(()))
            })?;
            self.done("the folder is indexed")
        }

        /// Paints, and does the rest meanwhile.
        fn performs(&self, instance: &mut Instance) -> Result<()> {
            let (over, mut acted) = (AtomicBool::new(false), None);
            let (music, brush) = (Clip::chords(48_000.0, 4.0), Clip::strokes(48_000.0, 4.0));
            instance.run_with(
                Activation::stereo(48_000.0, 256),
                |processor| {
                    while !over.load(Ordering::Acquire) {
                        render(processor, &music, &brush, 256, &[], |_| {
                            std::thread::sleep(Duration::from_millis(4));
                        })?;
                    }
                    Ok(())
                },
                |instance| {
                    if acted.is_none() {
                        acted = Some(self.acts(instance));
                        over.store(true, Ordering::Release);
                    }
                    Ok(())
                },
            )?;
            acted.context("the host was idle")?
        }

        fn acts(&self, instance: &mut Instance) -> Result<()> {
            self.show_page('1')?;
            self.hears_a_snippet(instance)?;
            self.freezes(instance)?;
            self.show_page('6')?;
            self.exports_a_table(instance)?;
            self.exports_snippets(instance)
        }

        fn hears_a_snippet(&self, instance: &mut Instance) -> Result<()> {
            let snippet = self.wait(instance, "a snippet", |_, snapshot| {
                Ok(snapshot.snippets.first().cloned())
            })?;
            let folder = self.home.join("Music/studio");
            ensure!(snippet.track.starts_with(&folder), "{snippet:?}");
            let track = snippet.track.file_stem().and_then(|name| name.to_str());
            println!("heard {:?} of {track:?}", snippet.title);
            // The window says what sounds: its words are those of a snippet that was played.
            self.wait(instance, "the snippet's title", |_, snapshot| {
                let played = snapshot.snippets.iter();
                let mut titles = played.map(|played| played.title.as_str());
                let named = titles.any(|title| !title.is_empty() && says(snapshot, &[title]));
                Ok(named.then_some(()))
            })?;
            self.done("strokes play a snippet, and the window names it")
        }

        /// Waits until the host sees `frozen`.
        fn is_frozen(&self, instance: &mut Instance, frozen: bool) -> Result<()> {
            let id = parameter_id("freeze");
            let what = format!("freeze to be {frozen}");
            self.wait(instance, &what, |instance, _| {
                Ok(((instance.value(id)? > 0.5) == frozen).then_some(()))
            })
        }

        fn freezes(&self, instance: &mut Instance) -> Result<()> {
            self.is_frozen(instance, false)?;
            self.hand.press(&[], 'f'.into())?;
            self.is_frozen(instance, true)?;
            self.done("the key F freezes")?;
            self.click(instance, "Button", "Freeze")?;
            self.is_frozen(instance, false)?;
            self.click(instance, "Button", "Freeze")?;
            self.is_frozen(instance, true)?;
            self.done("a click on the big button lets go, another freezes")?;
            self.hand.press(&[key::CONTROL], 'z'.into())?;
            self.is_frozen(instance, false)?;
            self.done("Ctrl+Z takes it back")
        }

        /// The exports that are there.
        fn exports(&self) -> Vec<PathBuf> {
            let folder = self.home.join("Documents/Impasto");
            let Ok(entries) = std::fs::read_dir(folder) else {
                return Vec::new();
            };
            entries.flatten().map(|entry| entry.path()).collect()
        }

        fn exports_a_table(&self, instance: &mut Instance) -> Result<()> {
            self.click(instance, "Button", "Table (CSV)")?;
            let text = self.wait(instance, "the table", |_, snapshot| {
                let mut exports = self.exports().into_iter();
                let table = exports.find(|path| path.extension().is_some_and(|e| e == "csv"));
                let table = table.filter(|_| says(snapshot, &["Written:", "event"]));
                Ok(table.and_then(|path| std::fs::read_to_string(path).ok()))
            })?;
            let snapshot = Snapshot::of(instance)?;
            let first = snapshot.snippets.first().context("a snippet")?;
            let name = first.track.file_name().and_then(|name| name.to_str());
            let name = name.context("a name")?;
            ensure!(text.contains(name), "the table lacks {name}:\n{text}");
            ensure!(text.contains("Wave.jpg"), "it lacks the painting:\n{text}");
            self.done("a click writes the session as a table")
        }

        fn exports_snippets(&self, instance: &mut Instance) -> Result<()> {
            self.click(instance, "Button", "Snippets and markers")?;
            let folder = self.wait(instance, "the snippets", |_, snapshot| {
                // What was said of the table spoke of none.
                let written = says(snapshot, &["Written:", "snippet"]);
                let folder = self.exports().into_iter().find(|path| path.is_dir());
                Ok(folder.filter(|_| written))
            })?;
            let table = std::fs::read_to_string(folder.join("snippets.csv"))?;
            let mut cut = 0;
            for wave in std::fs::read_dir(folder.join("snippets"))? {
                let wave = wave?.path();
                let mut reader = hound::WavReader::open(&wave)?;
                let samples = reader.samples::<f32>();
                let samples = samples.collect::<Result<Vec<f32>, _>>()?;
                let seconds = f64::from(reader.duration()) / f64::from(reader.spec().sample_rate);
                let sounds = samples.iter().any(|sample| sample.abs() > 1e-3);
                let name = wave.file_name().and_then(|name| name.to_str());
                let name = name.context("a name")?;
                ensure!(
                    sounds && (seconds - 4.0).abs() < 0.01 && table.contains(name),
                    "{name} is not 4 s of music: {seconds} s; of:\n{table}"
                );
                cut += 1;
            }
            ensure!(cut > 0, "no snippet was cut");
            self.done("a click cuts its snippets out of the library")
        }
    }

    /// Whether the window shows a text with all of `words`.
    fn says(snapshot: &Snapshot, words: &[&str]) -> bool {
        let has = |text: &str| words.iter().all(|word| text.contains(word));
        let mut widgets = snapshot.widgets.iter();
        widgets.any(|widget| has(&widget.name) || has(&widget.value))
    }
}
