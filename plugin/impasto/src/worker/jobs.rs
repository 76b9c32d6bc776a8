//! Long scans on threads of their own, at low priority, so that the worker goes on
//! translating.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crossbeam::channel::{Receiver, Sender, unbounded};
use engine::inference::Models;
use engine::library::{
    Activity, Contract, Control, Indexer, Library, MapOptions, Pace, Progress, ScanReport, Watcher,
    default_threads, lower_priority,
};
use engine::retrieval::Gallery;
use engine::units::Seconds;

/// How often a scan says how far it is.
const PERIOD: Duration = Duration::from_millis(100);

/// How often a library that grows is looked at again, at most.
const GROWN: Duration = Duration::from_secs(2);

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
        /// Whether it runs, is slowed or rests.
        activity: Activity,
    },
    /// The library as far as its scan has come.
    Grown(Library),
    /// The library's scan ended; what it reached is in the index.
    Indexed(engine::Result<ScanReport>),
    /// How much of the library's map is laid out, 0..=1.
    Mapping(f32),
    /// The library's map is up to date, or a sentence says why it is not.
    Mapped(Option<String>),
    /// Something in the watched folder is not as it was.
    Changed,
    /// The gallery's scan ended.
    Gallery(engine::Result<Gallery>),
}

/// What of the files that failed a scan tries again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Retry {
    /// Only those that have changed since.
    No,
    /// All.
    All,
    /// These.
    These(Vec<PathBuf>),
}

/// A scan that can be steered.
struct Job {
    control: Arc<Control>,
    thread: JoinHandle<()>,
}

impl Job {
    /// Stops it and waits until it has ended.
    fn end(self) {
        self.control.cancel();
        // A panic was reported by the panic hook.
        let _ = self.thread.join();
    }
}

/// Watches a folder until it is dropped.
struct Watch {
    folder: PathBuf,
    /// Closed to end it.
    end: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Watch {
    /// On a thread of its own: a large folder takes a while to begin with.
    fn start(folder: &Path, reports: Sender<Report>) -> Option<Self> {
        let (end, ended) = unbounded::<()>();
        let path = folder.to_owned();
        let work = move || {
            let tell = move || drop(reports.send(Report::Changed));
            if let Ok(_watcher) = Watcher::new(&path, tell) {
                let _ = ended.recv();
            }
        };
        let name = "impasto-watch".to_owned();
        Some(Self {
            folder: folder.to_owned(),
            end: Some(end),
            thread: Some(thread::Builder::new().name(name).spawn(work).ok()?),
        })
    }
}

impl Drop for Watch {
    /// Waits: a thread must not outlive the library that its code is in.
    fn drop(&mut self) {
        self.end = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// The scans of one instance: at most one of its library and one of its gallery.
pub struct Jobs {
    index: Option<Job>,
    gallery: Option<Job>,
    watched: Option<Watch>,
    pace: Pace,
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
            watched: None,
            pace: Pace::Full,
            sender,
            reports,
        }
    }

    /// Scans `folder` into the index in `dir`; a scan that runs is ended first.
    pub fn index(&mut self, models: &Arc<Models>, dir: &Path, folder: &Path, retry: Retry) {
        self.cancel_index();
        self.forget_index();
        let (models, dir, folder) = (Arc::clone(models), dir.to_owned(), folder.to_owned());
        let reports = self.sender.clone();
        self.index = start("impasto-indexer", move |control| {
            index(&models, &dir, &folder, &retry, control, &reports);
        });
        self.steer();
    }

    /// Says when something in `folder` changes, until another folder is watched. One that
    /// cannot be watched is scanned when it is chosen, and when the user asks.
    pub fn watch(&mut self, folder: Option<&Path>) {
        let watched = self.watched.as_ref().map(|watch| watch.folder.as_path());
        if watched == folder {
            return;
        }
        self.watched = folder.and_then(|folder| Watch::start(folder, self.sender.clone()));
    }

    /// Slows the library's scans while the host plays.
    pub fn set_playing(&mut self, playing: bool) {
        let pace = match playing {
            true => Pace::WHILE_PLAYING,
            false => Pace::Full,
        };
        if pace != self.pace {
            self.pace = pace;
            self.steer();
        }
    }

    fn steer(&self) {
        if let Some(job) = &self.index {
            job.control.set_pace(self.pace);
        }
    }

    /// Lets the library's scan rest, or go on.
    pub fn pause(&self, pause: bool) {
        match &self.index {
            Some(job) if pause => job.control.pause(),
            Some(job) => job.control.resume(),
            None => {}
        }
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
        self.gallery = start("impasto-gallery", move |control| {
            let result = models.picture_embedder().and_then(|mut embedder| {
                Gallery::scan(&folder, embedder.as_mut(), &mut |_| go_on(control))
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
            job.control.cancel();
        }
        self.cancel_index();
        self.cancel_gallery();
    }
}

/// Starts `work` on a thread; `None` if the system gives no more threads.
fn start(name: &str, work: impl FnOnce(&Control) + Send + 'static) -> Option<Job> {
    let control = Arc::new(Control::new());
    let seen = Arc::clone(&control);
    let thread = thread::Builder::new()
        .name(name.to_owned())
        .spawn(move || {
            lower_priority();
            work(&seen);
        })
        .ok()?;
    Some(Job { control, thread })
}

fn go_on(control: &Control) -> ControlFlow<()> {
    if control.is_cancelled() {
        ControlFlow::Break(())
    } else {
        ControlFlow::Continue(())
    }
}

/// Scans, says how that ended, and brings the map up to date.
fn index(
    models: &Models,
    dir: &Path,
    folder: &Path,
    retry: &Retry,
    control: &Control,
    reports: &Sender<Report>,
) {
    let opened = Indexer::with_contract(dir, Contract::of_models(models));
    let scanned = opened.and_then(|mut indexer| {
        match retry {
            Retry::No => {}
            Retry::All => _ = indexer.retry(folder, None)?,
            Retry::These(files) => _ = indexer.retry(folder, Some(files))?,
        }
        let report = scan(models, dir, folder, &mut indexer, control, reports)?;
        Ok((indexer, report))
    });
    match scanned {
        Err(error) => drop(reports.send(Report::Indexed(Err(error)))),
        Ok((mut indexer, report)) => {
            let stopped = report.stopped;
            let _ = reports.send(Report::Indexed(Ok(report)));
            if !stopped {
                map(&mut indexer, control, reports);
            }
        }
    }
}

/// Brings the library's map up to date. Without it all works but its picture.
fn map(indexer: &mut Indexer, control: &Control, reports: &Sender<Report>) {
    let mut said = Instant::now();
    let made = indexer.map(&MapOptions::default(), control, &mut |share| {
        if said.elapsed() >= PERIOD {
            said = Instant::now();
            let _ = reports.send(Report::Mapping(share));
        }
    });
    let warning = made
        .err()
        .map(|error| format!("The library's map: {error}"));
    let _ = reports.send(Report::Mapped(warning));
}

fn scan(
    models: &Models,
    dir: &Path,
    folder: &Path,
    indexer: &mut Indexer,
    control: &Control,
    reports: &Sender<Report>,
) -> engine::Result<ScanReport> {
    let mut embedders = models.audio_embedders(default_threads())?;
    let mut said: Option<Instant> = None;
    let mut growth = Growth::new(dir, Contract::of_models(models));
    indexer.scan(
        folder,
        &mut embedders,
        control,
        &mut |progress: Progress| {
            if let Some(library) = growth.next(progress.chunks) {
                let _ = reports.send(Report::Grown(library));
            }
            if said.is_none_or(|at| at.elapsed() >= PERIOD) {
                said = Some(Instant::now());
                let _ = reports.send(indexing(&progress, folder));
            }
            ControlFlow::Continue(())
        },
    )
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
        activity: progress.activity,
    }
}

/// Opens the library now and then while it grows. Here, not on the worker's thread: a
/// large one takes tenths of a second.
struct Growth<'a> {
    dir: &'a Path,
    contract: Contract,
    /// Chunks of the scan that the last view had.
    chunks: usize,
    due: Instant,
}

impl<'a> Growth<'a> {
    fn new(dir: &'a Path, contract: Contract) -> Self {
        Self {
            dir,
            contract,
            chunks: 0,
            due: Instant::now(),
        }
    }

    /// A view with more than the last one, when it is time for one.
    fn next(&mut self, chunks: usize) -> Option<Library> {
        let began = Instant::now();
        if chunks == self.chunks || began < self.due {
            return None;
        }
        let library = Library::open_of(self.dir, &self.contract).ok();
        self.chunks = chunks;
        // A large library takes no more than a twentieth of the scan's time.
        self.due = began + GROWN.max(20 * began.elapsed());
        library
    }
}
