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
    linux::opens_again_and_again()?;
    println!("the editor opens again and again ... ok");
    linux::opens_and_closes_while_processing()?;
    println!("the editor opens and closes while blocks are processed ... ok");
    linux::survives_the_plug_ins_end()?;
    println!("the editor survives the plug-in's end ... ok");
    Ok(())
}

#[cfg(target_os = "linux")]
mod linux {
    use anyhow::{Result, ensure};
    use impasto_tests::bundle::Bundle;
    use impasto_tests::editor::EditorWindow;
    use impasto_tests::host::Activation;
    use impasto_tests::signal::{Clip, render};
    use std::collections::BTreeSet;
    use std::time::Duration;

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

    pub fn opens_again_and_again() -> Result<()> {
        let mut instance = Bundle::load()?.instantiate()?;
        let mut open_files = Vec::new();
        for _ in 0..12 {
            let editor = EditorWindow::open(&mut instance)?;
            editor.settle(&mut instance, Duration::from_millis(150));
            editor.close(&mut instance);
            open_files.push(std::fs::read_dir("/proc/self/fd")?.count());
        }
        // The first openings may load what stays: compare the later ones.
        let (early, late) = (open_files[3], open_files[11]);
        ensure!(
            late <= early + 2,
            "open files grow with the openings: {open_files:?}"
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
