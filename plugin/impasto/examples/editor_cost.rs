//! What the editor's window costs: how soon it opens, what a frame takes while everything
//! moves, and what it takes while nothing does.
//!
//! ```text
//! xvfb-run -a cargo run --release -p impasto --example editor_cost [-- SECONDS]
//! ```
//!
//! Times are computing times, so that other programs do not count; the opening is by the
//! clock. Where no graphics card draws, the driver does (llvmpipe): partly in threads of its
//! own, which are what is left of the whole, partly within *upload* and *present*.

#[cfg(not(target_os = "linux"))]
fn main() {
    println!("measured on Linux only");
}

#[cfg(target_os = "linux")]
#[path = "../tests/support/mod.rs"]
mod support;

#[cfg(target_os = "linux")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    linux::run()
}

#[cfg(target_os = "linux")]
mod linux {
    use std::error::Error;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::time::{Duration, Instant};

    use engine::units::Congruity;
    use impasto::editor::window::meter::Reading;
    use impasto::editor::{self, ImpastoEditor};
    use impasto::params::ImpastoParams;
    use impasto::view::{Publisher, View, channel};
    use nice_plug::context::PluginApi;
    use nice_plug::context::gui::{GuiContext, GuiContextInner};
    use nice_plug::editor::{Editor as _, EditorHandle as _};
    use nice_plug::plugin::PluginState;
    use nice_plug::prelude::ParamPtr;

    use super::support::states;

    /// How often the worker publishes.
    const PUBLISHED: Duration = Duration::from_millis(33);

    struct Host;

    impl GuiContextInner for Host {
        fn plugin_api(&self) -> PluginApi {
            PluginApi::Clap
        }
        unsafe fn raw_begin_set_parameter(&self, _: ParamPtr) {}
        unsafe fn raw_set_parameter_normalized(&self, _: ParamPtr, _: f32) {}
        unsafe fn raw_end_set_parameter(&self, _: ParamPtr) {}
        fn get_state(&self) -> PluginState {
            unreachable!("the editor does not read the host's state")
        }
        fn set_state(&self, _: PluginState) {}
        fn request_restart(&self) {}
    }

    pub fn run() -> Result<(), Box<dyn Error>> {
        let seconds = std::env::args().nth(1).map(|text| text.parse::<f64>());
        let time = Duration::from_secs_f64(seconds.transpose()?.unwrap_or(10.0));
        let params: Arc<ImpastoParams> = Arc::default();
        let (publisher, handle) = channel();
        publisher.publish(states::playing());
        let editor = editor::create(Arc::clone(&params), handle);
        openings(&editor)?;

        let moving = states::playing();
        let step = |n| publisher.publish(moved(&moving, n));
        measure("everything moves", &editor, time, step)?;
        let still = states::playing();
        measure("published, but the same", &editor, time, |_| {
            publisher.publish(still.clone());
        })?;
        nothing(&publisher, &editor, time)
    }

    fn host() -> GuiContext {
        GuiContext::new(Arc::new(Host))
    }

    /// How long it takes from the host's call to the first frame, first and later.
    fn openings(editor: &ImpastoEditor) -> Result<(), Box<dyn Error>> {
        print!("opens in");
        for _ in 0..6 {
            let begin = Instant::now();
            let spawned = editor.spawn(None, false, None, host(), None)?;
            spawned.handle.show(&spawned.window)?;
            let meter = editor.meter();
            let first = loop {
                if let Some(first) = meter.first_frame() {
                    break first;
                }
                std::thread::sleep(Duration::from_millis(1));
            };
            print!(" {:.0}", first.duration_since(begin).as_secs_f64() * 1e3);
        }
        println!(" ms (the first time, then again)");
        Ok(())
    }

    fn nothing(
        publisher: &Publisher,
        editor: &ImpastoEditor,
        time: Duration,
    ) -> Result<(), Box<dyn Error>> {
        publisher.publish(View::default());
        measure("nothing is loaded", editor, time, |_| {
            publisher.publish(View::default());
        })
    }

    /// Opens the editor, calls `step` as often as the worker publishes, and tells what it
    /// took.
    fn measure(
        name: &str,
        editor: &ImpastoEditor,
        time: Duration,
        step: impl Fn(usize) + Sync,
    ) -> Result<(), Box<dyn Error>> {
        let spawned = editor.spawn(None, false, None, host(), None)?;
        spawned.handle.show(&spawned.window)?;
        let stop = AtomicBool::new(false);
        let (took, whole, reading) = std::thread::scope(|scope| {
            let publishing = scope.spawn(|| {
                let mut n = 0;
                while !stop.load(Ordering::Relaxed) {
                    step(n);
                    n += 1;
                    std::thread::sleep(PUBLISHED);
                }
                cpu(libc::CLOCK_THREAD_CPUTIME_ID)
            });
            std::thread::sleep(Duration::from_secs(2));
            let meter = editor.meter();
            let (begin, before, read) = (
                Instant::now(),
                cpu(libc::CLOCK_PROCESS_CPUTIME_ID),
                meter.read(),
            );
            std::thread::sleep(time);
            let reading = meter.read().since(&read);
            let whole = cpu(libc::CLOCK_PROCESS_CPUTIME_ID) - before;
            let took = begin.elapsed();
            stop.store(true, Ordering::Relaxed);
            let published = publishing.join().unwrap_or_default();
            // The publisher's own work is the worker's, not the window's.
            let share = took.as_secs_f64() / (took + Duration::from_secs(2)).as_secs_f64();
            (
                took,
                whole.saturating_sub(published.mul_f64(share)),
                reading,
            )
        });
        tell(name, took, whole, &reading);
        Ok(())
    }

    fn tell(name: &str, took: Duration, whole: Duration, reading: &Reading) {
        let seconds = took.as_secs_f64();
        let share = |time: Duration| 100.0 * time.as_secs_f64() / seconds;
        let [watch, layout, tessellate, upload, present] = reading.cost.map(share);
        let window = watch + layout + tessellate + upload + present;
        println!("{name}:");
        println!(
            "  {:.1} frames a second painted, {:.1} laid out and the same; {:.2} of the window a frame",
            reading.drawn as f64 / seconds,
            reading.unchanged as f64 / seconds,
            reading.pixels as f64 / (1080.0 * 720.0) / reading.drawn.max(1) as f64,
        );
        println!("  of a core, in %: whole process {:.2}", share(whole));
        println!(
            "    watch {watch:.2}, layout {layout:.2}, tessellation {tessellate:.2}: egui {:.2}",
            watch + layout + tessellate
        );
        println!("    upload {upload:.2}, present {present:.2} (with a software driver's part)");
        println!(
            "    elsewhere (driver's threads, X) {:.2}",
            share(whole) - window
        );
    }

    fn cpu(clock: libc::clockid_t) -> Duration {
        let mut time = libc::timespec {
            tv_sec: 0,
            tv_nsec: 0,
        };
        // SAFETY: `time` is ours.
        unsafe { libc::clock_gettime(clock, &mut time) };
        Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
    }

    /// `view` with all that moves in a performance a step further.
    fn moved(view: &View, step: usize) -> View {
        let wave = |speed: f32| 0.5 + 0.45 * (step as f32 * speed).sin();
        let mut mel = view.brush_mel.as_ref().clone();
        let frames = mel.len().max(1);
        mel.rotate_left(step * 3 % frames);
        let mut signals = view.signals;
        for (n, signal) in signals.0.iter_mut().enumerate() {
            *signal = Some(wave(0.05 + 0.01 * n as f32));
        }
        View {
            brush_mel: Arc::new(mel),
            brush_level_db: -60.0 * wave(0.31),
            music_level_db: -60.0 * wave(0.17),
            strokes: view.strokes + step as u64 / 15,
            pressure: Some(wave(0.21)),
            congruity: Congruity::new(wave(0.05)),
            signals,
            ..view.clone()
        }
    }
}
