//! The editor in a host's window: it draws, it can be opened again and again
//! without losing file descriptors, and it survives the plug-in's end.

use anyhow::Result;

#[cfg(not(target_os = "linux"))]
fn main() -> Result<()> {
    println!("the editor's pictures are taken on Linux only");
    Ok(())
}

#[cfg(target_os = "linux")]
fn main() -> Result<()> {
    // SAFETY: no other thread runs yet.
    let _display = unsafe { impasto_tests::display::provide() }?;
    linux::draws_something()?;
    println!("the editor draws ... ok");
    linux::resizes_and_zooms()?;
    println!("the editor is resized and zoomed, and is then as it was ... ok");
    linux::opens_again_and_again()?;
    println!("the editor opens a hundred times, looks the same and leaves nothing ... ok");
    linux::opens_and_closes_while_processing()?;
    println!("the editor opens and closes while blocks are processed ... ok");
    linux::survives_the_plug_ins_end()?;
    println!("the editor survives the plug-in's end ... ok");
    Ok(())
}

#[cfg(target_os = "linux")]
mod linux {
    use anyhow::{Context as _, Result, bail, ensure};
    use image::{Rgb, RgbImage};
    use impasto_tests::bundle::Bundle;
    use impasto_tests::editor::{EditorWindow, KeyButMask};
    use impasto_tests::host::Activation;
    use impasto_tests::signal::{Clip, render};
    use std::collections::BTreeSet;
    use std::time::{Duration, Instant};

    pub fn draws_something() -> Result<()> {
        let mut instance = Bundle::load()?.instantiate()?;
        let editor = EditorWindow::open(&mut instance)?;
        editor.settle(&mut instance, Duration::from_secs(2));
        let picture = editor.picture()?;
        let colours: BTreeSet<[u8; 3]> = picture.pixels().map(|p| p.0).collect();
        ensure!(
            colours.len() > 16,
            "the editor shows {} colours only",
            colours.len()
        );
        ensure!(
            picture.dimensions() == editor.size(),
            "{:?}",
            picture.dimensions()
        );
        editor.close(&mut instance);
        Ok(())
    }

    /// Codes of the usual keyboard: the keys that are plus and nought.
    const PLUS: u8 = 21;
    const NOUGHT: u8 = 19;

    /// Long enough for a size to go to the host and back, and to be drawn.
    const DRAWN: Duration = Duration::from_millis(700);

    /// Fails if more than a few pixels differ by more than a little.
    fn same(what: &str, first: &RgbImage, second: &RgbImage) -> Result<()> {
        ensure!(
            first.dimensions() == second.dimensions(),
            "{what}: {:?} is not {:?}",
            first.dimensions(),
            second.dimensions()
        );
        let far =
            |(a, b): (&Rgb<u8>, &Rgb<u8>)| a.0.iter().zip(b.0).any(|(a, b)| a.abs_diff(b) > 12);
        let differing = first
            .pixels()
            .zip(second.pixels())
            .filter(|pair| far(*pair))
            .count();
        let share = differing as f64 / first.pixels().len() as f64;
        if share >= 0.01 {
            let folder = std::env::temp_dir();
            first.save(folder.join("impasto-first.png"))?;
            second.save(folder.join("impasto-second.png"))?;
            bail!("{what}: {share} of the pixels differ; pictures in {folder:?}");
        }
        Ok(())
    }

    pub fn resizes_and_zooms() -> Result<()> {
        let mut instance = Bundle::load()?.instantiate()?;
        let editor = EditorWindow::open(&mut instance)?;
        editor.settle(&mut instance, Duration::from_secs(3));
        let first = editor.picture()?;
        ensure!(first.dimensions() == editor.size());
        let (width, height) = editor.size();

        editor.resize(&mut instance, width + 220, height + 140)?;
        editor.settle(&mut instance, DRAWN);
        let larger = editor.picture()?;
        ensure!(larger.dimensions() == (width + 220, height + 140));
        editor.resize(&mut instance, 100, 100)?;
        editor.settle(&mut instance, DRAWN);
        let smallest = editor.picture()?.dimensions();
        ensure!(smallest == (570, 390), "{smallest:?}");
        editor.resize(&mut instance, width, height)?;
        editor.settle(&mut instance, DRAWN);
        same("resized and back", &first, &editor.picture()?)?;

        editor.key(PLUS, KeyButMask::CONTROL)?;
        editor.settle(&mut instance, DRAWN);
        let zoomed = editor.picture()?.dimensions();
        ensure!(zoomed == (width * 5 / 4, height * 5 / 4), "{zoomed:?}");
        // The size that a host asks for next is the zoomed one.
        editor.close(&mut instance);
        let editor = EditorWindow::open(&mut instance)?;
        ensure!(editor.size() == (width * 5 / 4, height * 5 / 4));
        editor.settle(&mut instance, DRAWN);
        editor.key(NOUGHT, KeyButMask::CONTROL)?;
        editor.settle(&mut instance, DRAWN);
        same("zoomed and back", &first, &editor.picture()?)?;
        editor.close(&mut instance);
        Ok(())
    }

    /// Whether nothing is drawn yet.
    fn is_blank(picture: &RgbImage) -> bool {
        picture.pixels().all(|pixel| *pixel == Rgb([0, 0, 0]))
    }

    /// Threads, open files, and KiB of memory without what the allocator keeps for later.
    fn held() -> Result<(usize, usize, u64)> {
        // SAFETY: gives free memory back, and touches none that is in use.
        unsafe { libc::malloc_trim(0) };
        let count = |folder| Ok::<_, std::io::Error>(std::fs::read_dir(folder)?.count());
        let memory = impasto_tests::soak::Memory::now()?.anonymous / 1024;
        Ok((count("/proc/self/task")?, count("/proc/self/fd")?, memory))
    }

    pub fn opens_again_and_again() -> Result<()> {
        let mut instance = Bundle::load()?.instantiate()?;
        let (mut first, mut early) = (None, None);
        for opening in 0..100 {
            let editor = EditorWindow::open(&mut instance)?;
            editor.settle(&mut instance, Duration::from_millis(60));
            if opening % 25 == 0 {
                // A busy machine draws late; one that never draws fails.
                let begin = Instant::now();
                let mut picture = editor.picture()?;
                while begin.elapsed() < Duration::from_secs(2)
                    || (begin.elapsed() < Duration::from_secs(15) && is_blank(&picture))
                {
                    editor.settle(&mut instance, Duration::from_millis(250));
                    picture = editor.picture()?;
                }
                let first = first.get_or_insert_with(|| picture.clone());
                same("opened again", first, &picture)?;
            }
            editor.close(&mut instance);
            // The first openings may load what stays: compare the later ones.
            if opening == 9 {
                early = Some(held()?);
            }
        }
        let early = early.context("opened often enough")?;
        let late = held()?;
        println!("threads, files, KiB after 10 openings {early:?}, after 100 {late:?}");
        ensure!(
            late.0 <= early.0 && late.1 <= early.1 && late.2 < early.2 + 32 * 1024,
            "what is held grows with the openings: {early:?}, then {late:?}"
        );
        Ok(())
    }

    pub fn opens_and_closes_while_processing() -> Result<()> {
        let mut instance = Bundle::load()?.instantiate()?;
        let clip = Clip::strokes(48_000.0, 2.0);
        let (mut editor, mut openings) = (None::<EditorWindow>, 0);
        instance.run_with(
            Activation::stereo(48_000.0, 256),
            |processor| {
                render(processor, &clip, &clip, 256, &[], |_| {
                    std::thread::sleep(Duration::from_millis(3));
                })
            },
            |instance| {
                match editor.take() {
                    Some(open) => open.close(instance),
                    None => {
                        let open = EditorWindow::open(instance)?;
                        open.settle(instance, Duration::from_millis(60));
                        openings += 1;
                        editor = Some(open);
                    }
                }
                Ok(())
            },
        )?;
        if let Some(open) = editor {
            open.close(&mut instance);
        }
        ensure!(openings >= 3, "it was opened {openings} times only");
        Ok(())
    }

    pub fn survives_the_plug_ins_end() -> Result<()> {
        let bundle = Bundle::load()?;
        for _ in 0..3 {
            let mut instance = bundle.instantiate()?;
            let editor = EditorWindow::open(&mut instance)?;
            let clip = Clip::strokes(48_000.0, 0.3);
            instance.run(Activation::stereo(48_000.0, 256), |processor| {
                render(processor, &clip, &clip, 256, &[], |_| {
                    std::thread::sleep(Duration::from_millis(2));
                })
            })?;
            editor.close(&mut instance);
            drop(instance);
        }
        Ok(())
    }
}
