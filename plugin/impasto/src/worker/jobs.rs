//! Long scans on threads of their own, at low priority, so that the worker goes on
//! translating.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crossbeam::channel::{Receiver, Sender, unbounded};
use engine::inference::Models;
use engine::library::{Contract, Indexer, Progress, ScanReport};
use engine::retrieval::Gallery;
use engine::units::Seconds;

/// How often a scan says how far it is.
const PERIOD: Duration = Duration::from_millis(100);

/// What a scan has to say.
pub enum Report {
    /// The library's scan is under way.
    Indexing {
        /// Files dealt with.
        done: usize,
        /// Files found.
        total: usize,
        /// The file being dealt with.
        current: String,
        /// An estimate of the time left.
        eta: Option<Seconds>,
    },
    /// The library's scan ended; what it reached is in the index.
    Indexed(engine::Result<ScanReport>),
    /// The gallery's scan ended.
    Gallery(engine::Result<Gallery>),
}

/// A scan that can be stopped.
struct Job {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl Job {
    /// Stops it and waits until it has ended.
    fn end(self) {
        self.stop.store(true, Ordering::Relaxed);
        // A panic was reported by the panic hook.
        let _ = self.thread.join();
    }
}

/// The scans of one instance: at most one of its library and one of its gallery.
pub struct Jobs {
    index: Option<Job>,
    gallery: Option<Job>,
    sender: Sender<Report>,
    /// What they report, in order.
    pub reports: Receiver<Report>,
}

impl Jobs {
    pub fn new() -> Self {
        let (sender, reports) = unbounded();
        Self {
            index: None,
            gallery: None,
            sender,
            reports,
        }
    }

    /// Scans `folder` into the index in `dir`; a scan that runs is ended first.
    pub fn index(&mut self, models: &Arc<Models>, dir: &Path, folder: &Path) {
        self.cancel_index();
        self.forget_index();
        let (models, dir, folder) = (Arc::clone(models), dir.to_owned(), folder.to_owned());
        let reports = self.sender.clone();
        self.index = start("impasto-indexer", move |stop| {
            let result = index(&models, &dir, &folder, stop, &reports);
            let _ = reports.send(Report::Indexed(result));
        });
    }

    /// Whether a library is being scanned.
    pub fn is_indexing(&self) -> bool {
        self.index
            .as_ref()
            .is_some_and(|job| !job.thread.is_finished())
    }

    /// Ends the library's scan; what it reached stays in the index.
    pub fn cancel_index(&mut self) {
        if let Some(job) = self.index.take() {
            job.end();
        }
    }

    /// Forgets what the library's last scan said: it was of another library.
    pub fn forget_index(&self) {
        self.forget(|report| !matches!(report, Report::Gallery(_)));
    }

    /// Looks at the paintings in `folder`; a scan that runs is ended first.
    pub fn gallery(&mut self, models: &Arc<Models>, folder: PathBuf) {
        self.cancel_gallery();
        let (models, reports) = (Arc::clone(models), self.sender.clone());
        self.gallery = start("impasto-gallery", move |stop| {
            let result = models.picture_embedder().and_then(|mut embedder| {
                Gallery::scan(&folder, embedder.as_mut(), &mut |_| go_on(stop))
            });
            let _ = reports.send(Report::Gallery(result));
        });
    }

    /// Ends the gallery's scan; what it said is forgotten.
    pub fn cancel_gallery(&mut self) {
        if let Some(job) = self.gallery.take() {
            job.end();
        }
        self.forget(|report| matches!(report, Report::Gallery(_)));
    }

    /// Takes the reports that are `stale` out of the queue; the order of the others
    /// among each kind stays.
    fn forget(&self, stale: impl Fn(&Report) -> bool) {
        let kept: Vec<_> = self.reports.try_iter().filter(|r| !stale(r)).collect();
        for report in kept {
            let _ = self.sender.send(report);
        }
    }
}

impl Drop for Jobs {
    /// Asks both to end, then waits for them, also when the worker panicked: a thread
    /// must not outlive the library that its code is in.
    fn drop(&mut self) {
        for job in [&self.index, &self.gallery].into_iter().flatten() {
            job.stop.store(true, Ordering::Relaxed);
        }
        self.cancel_index();
        self.cancel_gallery();
    }
}

/// Starts `work` on a thread; `None` if the system gives no more threads.
fn start(name: &str, work: impl FnOnce(&AtomicBool) + Send + 'static) -> Option<Job> {
    let stop = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&stop);
    let thread = thread::Builder::new()
        .name(name.to_owned())
        .spawn(move || {
            lower_priority();
            work(&seen);
        })
        .ok()?;
    Some(Job { stop, thread })
}

fn go_on(stop: &AtomicBool) -> ControlFlow<()> {
    if stop.load(Ordering::Relaxed) {
        ControlFlow::Break(())
    } else {
        ControlFlow::Continue(())
    }
}

fn index(
    models: &Models,
    dir: &Path,
    folder: &Path,
    stop: &AtomicBool,
    reports: &Sender<Report>,
) -> engine::Result<ScanReport> {
    let mut embedder = models.audio_embedder()?;
    let mut indexer = Indexer::with_contract(dir, Contract::of_models(models))?;
    let mut said: Option<Instant> = None;
    indexer.scan(folder, embedder.as_mut(), &mut |progress: Progress| {
        if said.is_none_or(|at| at.elapsed() >= PERIOD) {
            said = Some(Instant::now());
            let _ = reports.send(indexing(&progress, folder));
        }
        go_on(stop)
    })
}

fn indexing(progress: &Progress<'_>, folder: &Path) -> Report {
    let current = progress
        .current
        .strip_prefix(folder)
        .unwrap_or(progress.current);
    Report::Indexing {
        done: progress.done,
        total: progress.total,
        current: current.display().to_string(),
        eta: progress.eta,
    }
}

/// Lets everything else go first: a scan may take minutes beside a performance.
#[cfg(target_os = "linux")]
fn lower_priority() {
    // SAFETY: without pointers. On Linux 0 stands for the calling thread alone. Refused,
    // the scan runs at the usual priority.
    unsafe { libc::setpriority(libc::PRIO_PROCESS, 0, 10) };
}

/// As on Linux.
#[cfg(target_os = "macos")]
fn lower_priority() {
    // SAFETY: without pointers; it concerns the calling thread alone.
    unsafe { libc::pthread_set_qos_class_self_np(libc::qos_class_t::QOS_CLASS_UTILITY, 0) };
}

/// As on Linux.
#[cfg(windows)]
fn lower_priority() {
    use windows_sys::Win32::System::Threading::{
        GetCurrentThread, SetThreadPriority, THREAD_PRIORITY_BELOW_NORMAL,
    };
    // SAFETY: the pseudo-handle of the calling thread needs no closing.
    unsafe { SetThreadPriority(GetCurrentThread(), THREAD_PRIORITY_BELOW_NORMAL) };
}

/// Where no way is known, the scan runs at the usual priority.
#[cfg(not(any(target_os = "linux", target_os = "macos", windows)))]
fn lower_priority() {}
