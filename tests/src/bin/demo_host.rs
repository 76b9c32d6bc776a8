//! Hosts the real plug-in without a screen: a painting and a brush play the demo
//! library. Writes the mix, its tables, a page that shows them and a picture of
//! the editor; fails if what the plug-in did does not stand up to the engine.

use anyhow::{Context, Result, ensure};
use clap::Parser;
use impasto_tests::bundle::Bundle;
use impasto_tests::demo::check::Checker;
use impasto_tests::demo::report::{Act, Report};
use impasto_tests::demo::stage::{Performance, Scene, recordings};
use impasto_tests::demo::tables;
use impasto_tests::host::Instance;
use impasto_tests::snapshot::Snapshot;
use std::path::{Path, PathBuf};
use std::time::Instant;

#[derive(Parser)]
#[command(about = "Hosts the plug-in for the demonstration")]
struct Arguments {
    /// The folder that holds Impasto/Impasto.clap
    #[arg(long)]
    bundles: PathBuf,
    /// The folder with library/, paintings/, music/ and brush/
    #[arg(long)]
    assets: PathBuf,
    /// The library's index; made or brought up to date if need be
    #[arg(long)]
    index_dir: PathBuf,
    /// Where the results go
    #[arg(long)]
    out: PathBuf,
    /// The painting [default: one of the demonstration's]
    #[arg(long)]
    painting: Option<PathBuf>,
    /// A painting to compare with [default: one of the demonstration's]
    #[arg(long)]
    second_painting: Option<PathBuf>,
    /// The music [default: the demonstration's]
    #[arg(long)]
    music: Option<PathBuf>,
    /// The brush [default: the demonstration's]
    #[arg(long)]
    brush: Option<PathBuf>,
    /// The share of the library that a painting lets through, in percent
    #[arg(long, default_value_t = 10.0)]
    percent: f64,
    /// Seconds of real time that the editor is shown for; 0 leaves it closed
    #[arg(long, default_value_t = 14.0)]
    editor_seconds: f64,
}

impl Arguments {
    fn clap(&self) -> PathBuf {
        let inner = if cfg!(target_os = "macos") {
            "Impasto/Impasto.clap/Contents/MacOS/Impasto"
        } else {
            "Impasto/Impasto.clap"
        };
        self.bundles.join(inner)
    }

    fn asset(&self, given: &Option<PathBuf>, default: &str) -> PathBuf {
        given.clone().unwrap_or_else(|| self.assets.join(default))
    }
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    std::fs::create_dir_all(&arguments.out)?;
    #[cfg(target_os = "linux")]
    // SAFETY: this is the first thing that the program does, on its only thread.
    let _display = match unsafe { impasto_tests::display::provide() } {
        Ok(display) => display,
        Err(reason) => {
            println!("no picture of the editor: {reason}");
            None
        }
    };
    run(&arguments)
}

fn run(arguments: &Arguments) -> Result<()> {
    let (music, brush) = recordings(
        &arguments.asset(&arguments.music, "music/calm-wild-calm.flac"),
        &arguments.asset(&arguments.brush, "brush/brush.wav"),
    )?;
    let scene = Scene {
        library: std::path::absolute(arguments.assets.join("library"))?,
        gallery: std::path::absolute(arguments.assets.join("paintings"))?,
        index: std::path::absolute(&arguments.index_dir)?,
        percent: arguments.percent,
        music,
        brush,
    };
    let bundle = Bundle::load_from(&arguments.clap())?;
    println!("hosting {} ({})", bundle.path().display(), bundle.id());
    let paintings = [
        arguments.asset(&arguments.painting, "paintings/hokusai-great-wave.jpg"),
        arguments.asset(
            &arguments.second_painting,
            "paintings/van-gogh-night-cafe.jpg",
        ),
    ];
    let checker = {
        // The plug-in first: it brings the index up to date.
        drop(set(&scene, &bundle, &paintings[0])?);
        Checker::open(bundle.path(), &scene.index, arguments.percent)?
    };
    let [first, second] = paintings;
    let acts = [
        act(&scene, &bundle, &checker, &first)?,
        act(&scene, &bundle, &checker, &second)?,
    ];
    write_results(&arguments.out, &acts[0])?;
    let editor = show_editor(arguments, &scene, &bundle, &first)?;
    Report {
        scene: &scene,
        library_chunks: checker.chunks(),
        acts: &acts,
        editor,
    }
    .write(&arguments.out.join("report.html"))?;
    judge(&acts)
}

/// A plug-in that is ready, with what it waits for on the terminal.
fn set(scene: &Scene, bundle: &Bundle, painting: &Path) -> Result<Instance> {
    let mut shown = (String::new(), 0);
    let instance = scene.set(bundle, painting, |snapshot: &Snapshot| {
        let library = &snapshot.library;
        if shown.0 != library.state || shown.1 != library.done {
            shown = (library.state.clone(), library.done);
            match library.state.as_str() {
                "indexing" => println!("  library: {} of {} files", library.done, library.total),
                "ready" => {
                    println!(
                        "  library: {} tracks, {} chunks",
                        library.tracks, library.chunks
                    );
                }
                _ => (),
            }
        }
    })?;
    Ok(instance)
}

/// Lets `painting` play the whole scene, and checks it.
fn act(scene: &Scene, bundle: &Bundle, checker: &Checker, painting: &Path) -> Result<Act> {
    let mut instance = set(scene, bundle, painting)?;
    let begin = Instant::now();
    let performance = scene.perform(&mut instance, painting)?;
    let seconds = performance.rendered.main.len() as f64 / performance.rendered.main.rate;
    let took = begin.elapsed().as_secs_f64();
    println!(
        "  rendered {seconds:.0} s in {took:.1} s ({:.1} × real time)",
        seconds / took
    );
    let check = checker.check(&performance, &scene.brush)?;
    tables::print_snippets(&tables::file_name(painting), &check);
    Ok(Act { performance, check })
}

fn write_results(out: &Path, act: &Act) -> Result<()> {
    let Performance { rendered, .. } = &act.performance;
    rendered.main.write_wav(&out.join("mix.wav"))?;
    rendered.aux.write_wav(&out.join("snippets.wav"))?;
    tables::write_snippets(&out.join("snippets.csv"), &act.check.snippets)?;
    tables::write_congruity(&out.join("congruity.csv"), &act.performance.congruity())
}

/// Plays in real time with the editor open, and takes its picture near the end.
#[cfg(target_os = "linux")]
fn show_editor(
    arguments: &Arguments,
    scene: &Scene,
    bundle: &Bundle,
    painting: &Path,
) -> Result<Option<image::RgbImage>> {
    use impasto_tests::editor::EditorWindow;

    if arguments.editor_seconds <= 0.0 || std::env::var_os("DISPLAY").is_none() {
        return Ok(None);
    }
    let mut instance = set(scene, bundle, painting)?;
    let editor = EditorWindow::open(&mut instance)?;
    let begin = Instant::now();
    let mut picture = None;
    scene.perform_live(&mut instance, arguments.editor_seconds, |_| {
        if picture.is_none() && begin.elapsed().as_secs_f64() > 0.9 * arguments.editor_seconds {
            picture = Some(editor.picture()?);
        }
        Ok(())
    })?;
    let dropped = Snapshot::of(&mut instance)?.dropped_frames;
    editor.close(&mut instance);
    println!(
        "\nplayed {:.0} s in real time with the editor open; {dropped} analysis frames lost",
        arguments.editor_seconds
    );
    let picture = picture.context("the editor was not drawn")?;
    picture.save(arguments.out.join("editor.png"))?;
    Ok(Some(picture))
}

#[cfg(not(target_os = "linux"))]
fn show_editor(_: &Arguments, _: &Scene, _: &Bundle, _: &Path) -> Result<Option<image::RgbImage>> {
    Ok(None)
}

/// What must hold of the demonstration.
fn judge(acts: &[Act; 2]) -> Result<()> {
    let [one, two] = acts;
    let shared = one.check.chunks.intersection(&two.check.chunks).count();
    let [chosen, random, library] = tables::mean_distances(&one.check.snippets);
    println!(
        "\nof {} and {} chunks in the two paintings' pools, {shared} are in both",
        one.check.chunks.len(),
        two.check.chunks.len()
    );
    println!(
        "mean distance to the brush: {chosen:.4} chosen, {random:.4} drawn at random from the \
         pool, {library:.4} from the library"
    );
    for act in acts {
        let name = tables::file_name(&act.performance.painting);
        ensure!(
            !act.check.snippets.is_empty(),
            "{name}: no snippet was played"
        );
        let outside = act.check.snippets.iter().filter(|s| !s.in_pool).count();
        ensure!(
            outside == 0,
            "{name}: {outside} snippets lie outside the painting's pool"
        );
    }
    ensure!(
        one.check.chunks != two.check.chunks,
        "both paintings have the same pool"
    );
    ensure!(
        chosen < random,
        "the chosen snippets are no nearer to the brush than a random draw from the pool"
    );
    Ok(())
}
