//! What the plug-in may ask of its host, and on which thread.

use clack_extensions::audio_ports::{AudioPortRescanFlags, HostAudioPorts, HostAudioPortsImpl};
use clack_extensions::gui::{GuiSize, HostGui, HostGuiImpl};
use clack_extensions::latency::{HostLatency, HostLatencyImpl};
use clack_extensions::log::{HostLog, HostLogImpl, LogSeverity};
use clack_extensions::params::{
    HostParams, HostParamsImplMainThread, HostParamsImplShared, ParamClearFlags, ParamRescanFlags,
};
use clack_extensions::state::{HostState, HostStateImpl};
use clack_extensions::tail::{HostTail, HostTailImpl};
use clack_extensions::thread_check::{HostThreadCheck, HostThreadCheckImpl};
use clack_host::prelude::*;
use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

/// What a thread is to a plug-in, in CLAP's terms.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Role {
    Main,
    Audio,
    Other,
}

thread_local! {
    static ROLE: Cell<Role> = const { Cell::new(Role::Other) };
}

/// Names the calling thread's role, for `clap.thread-check` and for the host's own checks.
pub(crate) fn set_role(role: Role) {
    ROLE.set(role);
}

/// The calling thread's role.
pub(crate) fn role() -> Role {
    ROLE.get()
}

/// The part of the host that every thread of the plug-in may call.
#[derive(Default)]
pub struct HostShared {
    /// Set by any thread, cleared by the main thread when it has called back.
    pub(crate) callback: AtomicBool,
    /// Set when the plug-in asks for deactivation and activation.
    pub(crate) restart: AtomicBool,
    /// Set when the plug-in asks for a parameter flush.
    pub(crate) flush: AtomicBool,
    /// Times the plug-in told that its state changed.
    pub(crate) dirty: AtomicU32,
    /// The size that the editor asked its window to have.
    pub(crate) resize: Mutex<Option<GuiSize>>,
    /// Calls made from a thread that CLAP does not allow them on, and messages
    /// in which the plug-in admits misbehaviour.
    misbehaviour: Mutex<Vec<String>>,
    /// What the plug-in logged, for a failing test to show.
    log: Mutex<Vec<String>>,
}

impl HostShared {
    /// Calls made from a wrong thread and admissions of misbehaviour, so far.
    pub fn misbehaviour(&self) -> Vec<String> {
        self.misbehaviour
            .lock()
            .map(|list| list.clone())
            .unwrap_or_default()
    }

    /// What the plug-in logged through `clap.log`, so far.
    pub fn log_lines(&self) -> Vec<String> {
        self.log.lock().map(|list| list.clone()).unwrap_or_default()
    }

    fn expect_main(&self, call: &str) {
        if role() != Role::Main {
            self.record(format!(
                "{call} was called from a thread that is {:?}",
                role()
            ));
        }
    }

    fn record(&self, fault: String) {
        if let Ok(mut list) = self.misbehaviour.lock() {
            list.push(fault);
        }
    }
}

impl SharedHandler<'_> for HostShared {
    fn request_restart(&self) {
        self.restart.store(true, Ordering::Release);
    }

    fn request_process(&self) {}

    fn request_callback(&self) {
        self.callback.store(true, Ordering::Release);
    }
}

impl HostLogImpl for HostShared {
    fn log(&self, severity: LogSeverity, message: &str) {
        if matches!(
            severity,
            LogSeverity::HostMisbehaving | LogSeverity::PluginMisbehaving
        ) {
            self.record(format!("{severity:?}: {message}"));
        }
        if let Ok(mut log) = self.log.lock() {
            log.push(format!("{severity:?}: {message}"));
        }
    }
}

impl HostThreadCheckImpl for HostShared {
    fn is_main_thread(&self) -> bool {
        role() == Role::Main
    }

    fn is_audio_thread(&self) -> bool {
        role() == Role::Audio
    }
}

impl HostParamsImplShared for HostShared {
    fn request_flush(&self) {
        self.flush.store(true, Ordering::Release);
    }
}

impl HostGuiImpl for HostShared {
    fn resize_hints_changed(&self) {}

    fn request_resize(&self, new_size: GuiSize) -> Result<(), HostError> {
        *self.resize.lock().unwrap_or_else(PoisonError::into_inner) = Some(new_size);
        Ok(())
    }

    fn request_show(&self) -> Result<(), HostError> {
        Ok(())
    }

    fn request_hide(&self) -> Result<(), HostError> {
        Ok(())
    }

    fn closed(&self, _was_destroyed: bool) {}
}

/// The part of the host that only the plug-in's main thread may call.
pub struct HostMainThread<'a> {
    shared: &'a HostShared,
}

impl<'a> HostMainThread<'a> {
    pub(crate) fn new(shared: &'a HostShared) -> HostMainThread<'a> {
        HostMainThread { shared }
    }
}

impl<'a> MainThreadHandler<'a> for HostMainThread<'a> {}

impl HostParamsImplMainThread for HostMainThread<'_> {
    fn rescan(&self, _flags: ParamRescanFlags) {
        self.shared.expect_main("params.rescan");
    }

    fn clear(&self, _param_id: ClapId, _flags: ParamClearFlags) {
        self.shared.expect_main("params.clear");
    }
}

impl HostStateImpl for HostMainThread<'_> {
    fn mark_dirty(&self) {
        self.shared.expect_main("state.mark_dirty");
        self.shared.dirty.fetch_add(1, Ordering::AcqRel);
    }
}

impl HostLatencyImpl for HostMainThread<'_> {
    fn changed(&self) {
        self.shared.expect_main("latency.changed");
    }
}

impl HostAudioPortsImpl for HostMainThread<'_> {
    fn is_rescan_flag_supported(&self, _flag: AudioPortRescanFlags) -> bool {
        true
    }

    fn rescan(&self, _flags: AudioPortRescanFlags) {
        self.shared.expect_main("audio_ports.rescan");
    }
}

/// The part of the host that belongs to the audio thread.
pub struct HostAudioThread;

impl AudioProcessorHandler<'_> for HostAudioThread {}

impl HostTailImpl for HostAudioThread {
    fn changed(&mut self) {}
}

/// Ties the three parts together for clack.
pub struct TestHost;

impl HostHandlers for TestHost {
    type Shared<'a> = HostShared;
    type MainThread<'a> = HostMainThread<'a>;
    type AudioProcessor<'a> = HostAudioThread;

    fn declare_extensions(builder: &mut HostExtensions<Self>, _shared: &Self::Shared<'_>) {
        builder
            .register::<HostLog>()
            .register::<HostThreadCheck>()
            .register::<HostParams>()
            .register::<HostState>()
            .register::<HostLatency>()
            .register::<HostTail>()
            .register::<HostAudioPorts>()
            .register::<HostGui>();
    }
}
