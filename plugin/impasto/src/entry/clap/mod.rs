//! CLAP: the framework's plug-in object with some of its functions replaced.
//!
//! The framework's macro always exports `clap_entry` itself, so the factory is
//! written here from its public parts. The host is given a copy of the framework's
//! `clap_plugin` with the same `plugin_data`, which is all that the framework's own
//! functions read, so nothing else has to be delegated.

mod buses;
mod edits;

use std::ffi::{CStr, c_char, c_void};
use std::mem::MaybeUninit;
use std::sync::{Arc, OnceLock};

use clap_sys::entry::clap_plugin_entry;
use clap_sys::events::{clap_input_events, clap_output_events};
use clap_sys::ext::audio_ports::{
    CLAP_EXT_AUDIO_PORTS, clap_audio_port_info, clap_plugin_audio_ports,
};
use clap_sys::ext::params::{CLAP_EXT_PARAMS, clap_param_info, clap_plugin_params};
use clap_sys::ext::render::{
    CLAP_EXT_RENDER, CLAP_RENDER_OFFLINE, clap_plugin_render, clap_plugin_render_mode,
};
use clap_sys::factory::plugin_factory::{CLAP_PLUGIN_FACTORY_ID, clap_plugin_factory};
use clap_sys::host::clap_host;
use clap_sys::plugin::{clap_plugin, clap_plugin_descriptor};
use clap_sys::process::{CLAP_PROCESS_ERROR, clap_process, clap_process_status};
use clap_sys::stream::clap_ostream;
use clap_sys::version::CLAP_VERSION;
use nice_plug::wrapper::clap::{PluginDescriptor, Wrapper};
use nice_plug::wrapper::setup_logger;
use parking_lot::Mutex;

use crate::entry::buses::{CHANNELS, Spare};
use crate::entry::{denormals, take_over};
use buses::Buses;
use edits::{HostParams, Teller, open_door};

use crate::Impasto;
use crate::output::HostLink;
use crate::snapshot;

/// What the host is given. `plugin` comes first, so that a pointer to it is a
/// pointer to the whole.
#[repr(C)]
struct Instance {
    plugin: clap_plugin,
    /// As the framework made them, before any were replaced.
    inner: clap_plugin,
    link: Arc<HostLink>,
    /// Locked by the audio thread while it processes and by the main thread while
    /// the host must not process, so that neither ever waits.
    audio: Mutex<AudioSide>,
    params: clap_plugin_params,
    /// The framework's own, which every block calls: to ask for it each time costs more.
    inner_flush: Option<Flush>,
    render: clap_plugin_render,
    snapshot: SnapshotTable,
    host: Arc<HostParams>,
}

/// As a table of parameters has it.
type Flush =
    unsafe extern "C" fn(*const clap_plugin, *const clap_input_events, *const clap_output_events);

/// The table of [`snapshot::EXTENSION`].
#[repr(C)]
struct SnapshotTable {
    write: unsafe extern "C" fn(*const clap_plugin, *const clap_ostream) -> bool,
}

struct AudioSide {
    spare: Spare,
    teller: Teller,
    /// Of the port configuration that the host chose.
    brush_channels: u32,
}

/// The instance behind a pointer from the host.
///
/// # Safety
/// `plugin` came from [`create`] and was not destroyed.
unsafe fn instance<'a>(plugin: *const clap_plugin) -> &'a Instance {
    // SAFETY: `create` gave out a pointer to the first field of an `Instance`.
    unsafe { &*plugin.cast::<Instance>() }
}

/// A new instance for `host`; null if the framework did not construct one.
fn create(host: *const clap_host) -> *const clap_plugin {
    if host.is_null() {
        return std::ptr::null();
    }
    // SAFETY: the host promises a valid `clap_host` that outlives the plug-in.
    let wrapper = unsafe { Wrapper::<Impasto>::new(host) };
    let Some(link) = take_over() else {
        return std::ptr::null();
    };
    let inner = *wrapper.clap_plugin.borrow();
    // The framework's `destroy` takes this reference back by `plugin_data`.
    std::mem::forget(wrapper);
    let host = Arc::new(HostParams::new(host));
    let edits = open_door(&link, Arc::clone(&host));
    let instance = Box::new(Instance {
        plugin: clap_plugin {
            init: Some(init_plugin),
            destroy: Some(destroy),
            activate: Some(activate),
            deactivate: Some(deactivate),
            process: Some(process),
            get_extension: Some(get_extension),
            ..inner
        },
        inner,
        link,
        audio: Mutex::new(AudioSide {
            spare: Spare::new(0),
            teller: Teller::new(edits),
            brush_channels: CHANNELS as u32,
        }),
        params: inner_params(&inner),
        inner_flush: inner_extension::<clap_plugin_params>(&inner, CLAP_EXT_PARAMS)
            .and_then(|params| params.flush),
        render: clap_plugin_render {
            has_hard_realtime_requirement: Some(no_hard_realtime_requirement),
            set: Some(render_set),
        },
        snapshot: SnapshotTable {
            write: write_snapshot,
        },
        host,
    });
    Box::into_raw(instance).cast::<clap_plugin>()
}

unsafe extern "C" fn init_plugin(plugin: *const clap_plugin) -> bool {
    // SAFETY: the host's promise.
    let instance = unsafe { instance(plugin) };
    instance.host.find();
    match instance.inner.init {
        // SAFETY: as the host called us.
        Some(init) => unsafe { init(&instance.inner) },
        None => false,
    }
}

/// The framework's parameter functions with two replaced.
fn inner_params(inner: &clap_plugin) -> clap_plugin_params {
    let params = inner_extension::<clap_plugin_params>(inner, CLAP_EXT_PARAMS);
    // PANIC: the framework answers this for every plug-in.
    let params = params.expect("the framework has parameters");
    clap_plugin_params {
        get_info: Some(params_get_info),
        flush: Some(params_flush),
        ..*params
    }
}

/// The framework's own table of the extension `id`.
fn inner_extension<'a, T>(inner: &clap_plugin, id: &CStr) -> Option<&'a T> {
    let get = inner.get_extension?;
    // SAFETY: `inner` holds the framework's functions and the `plugin_data` that they
    // read, which is alive until `destroy`; the table lies in the same object.
    let table = unsafe { get(inner, id.as_ptr()) };
    // SAFETY: by the format, a table of extension `id` is a `T` or null.
    unsafe { table.cast::<T>().as_ref() }
}

unsafe extern "C" fn destroy(plugin: *const clap_plugin) {
    // SAFETY: the host gives up the pointer that `create` made from a box.
    let instance = unsafe { Box::from_raw(plugin.cast_mut().cast::<Instance>()) };
    if let Some(destroy) = instance.inner.destroy {
        // SAFETY: called once, with the framework's `plugin_data`.
        unsafe { destroy(&instance.inner) };
    }
}

unsafe extern "C" fn activate(plugin: *const clap_plugin, rate: f64, min: u32, max: u32) -> bool {
    // SAFETY: the host's promise.
    let instance = unsafe { instance(plugin) };
    {
        let mut audio = instance.audio.lock();
        audio.spare = Spare::new(max as usize);
        audio.brush_channels = brush_channels(&instance.inner);
    }
    let Some(activate) = instance.inner.activate else {
        return false;
    };
    // SAFETY: as the host called us.
    unsafe { activate(&instance.inner, rate, min, max) }
}

unsafe extern "C" fn deactivate(plugin: *const clap_plugin) {
    // SAFETY: the host's promise.
    let instance = unsafe { instance(plugin) };
    if let Some(deactivate) = instance.inner.deactivate {
        // SAFETY: as the host called us.
        unsafe { deactivate(&instance.inner) };
    }
    if instance.audio.lock().teller.end_all() {
        instance.host.request_flush();
    }
}

/// The sidechain's channels in the configuration in use.
fn brush_channels(inner: &clap_plugin) -> u32 {
    let ports = inner_extension::<clap_plugin_audio_ports>(inner, CLAP_EXT_AUDIO_PORTS);
    let mut info = MaybeUninit::zeroed();
    let known = ports
        .and_then(|ports| ports.get)
        // SAFETY: the framework's function with its own `plugin_data`; it fills `info`.
        .is_some_and(|get| unsafe { get(inner, 1, true, info.as_mut_ptr()) });
    // SAFETY: `clap_audio_port_info` holds integers, characters and pointers, for all
    // of which zeros are valid.
    let info: clap_audio_port_info = unsafe { info.assume_init() };
    if known {
        info.channel_count
    } else {
        CHANNELS as u32
    }
}

unsafe extern "C" fn process(
    plugin: *const clap_plugin,
    process: *const clap_process,
) -> clap_process_status {
    if plugin.is_null() || process.is_null() {
        return CLAP_PROCESS_ERROR;
    }
    // SAFETY: the host's promise.
    let (instance, process) = unsafe { (instance(plugin), &*process) };
    let Some(mut audio) = instance.audio.try_lock() else {
        return CLAP_PROCESS_ERROR;
    };
    let frames = process.frames_count as usize;
    if frames > audio.spare.frames() {
        return CLAP_PROCESS_ERROR;
    }
    // SAFETY: the host's arrays are as long as it says, for this block.
    let mut buses = unsafe { Buses::new(&mut audio.spare, process) };
    buses.brush_channels = audio.brush_channels;
    instance.link.set_brush_connected(buses.brush_connected);
    // What the editor changed comes at the block's first sample, and so before the notes and
    // controllers that the framework sends; left to itself it would append them.
    if let Some(flush) = instance.inner_flush {
        // SAFETY: the host's queue, and no input.
        unsafe { flush(&instance.inner, std::ptr::null(), process.out_events) };
    }
    let status = buses.with(process, |full| {
        let inner = instance.inner.process?;
        // SAFETY: as the host called us, with buses that are complete.
        Some(denormals::flushed(|| unsafe {
            inner(&instance.inner, full)
        }))
    });
    let status = status.unwrap_or(CLAP_PROCESS_ERROR);
    if status != CLAP_PROCESS_ERROR {
        let last = frames.saturating_sub(1) as u32;
        let told = || instance.link.take_told();
        // SAFETY: the host's queue is valid for this block or null.
        unsafe { audio.teller.tell(process.out_events, last, told) };
    }
    status
}

unsafe extern "C" fn get_extension(plugin: *const clap_plugin, id: *const c_char) -> *const c_void {
    if plugin.is_null() || id.is_null() {
        return std::ptr::null();
    }
    // SAFETY: the host's promise; `id` is a string.
    let (instance, name) = unsafe { (instance(plugin), CStr::from_ptr(id)) };
    if name == CLAP_EXT_PARAMS {
        return (&raw const instance.params).cast();
    }
    if name == snapshot::EXTENSION {
        return (&raw const instance.snapshot).cast();
    }
    if name == CLAP_EXT_RENDER {
        return (&raw const instance.render).cast();
    }
    match instance.inner.get_extension {
        // SAFETY: as the host called us.
        Some(get) => unsafe { get(&instance.inner, id) },
        None => std::ptr::null(),
    }
}

/// The framework panics, across the language border, when asked for the parameter
/// after the last.
unsafe extern "C" fn params_get_info(
    plugin: *const clap_plugin,
    index: u32,
    info: *mut clap_param_info,
) -> bool {
    // SAFETY: the host's promise.
    let instance = unsafe { instance(plugin) };
    let Some(params) = inner_extension::<clap_plugin_params>(&instance.inner, CLAP_EXT_PARAMS)
    else {
        return false;
    };
    let (Some(count), Some(get_info)) = (params.count, params.get_info) else {
        return false;
    };
    // SAFETY: as the host called us.
    unsafe { index < count(plugin) && get_info(plugin, index, info) }
}

/// The framework's, and after it what other threads want the host to be told.
unsafe extern "C" fn params_flush(
    plugin: *const clap_plugin,
    input: *const clap_input_events,
    output: *const clap_output_events,
) {
    // SAFETY: the host's promise.
    let instance = unsafe { instance(plugin) };
    if let Some(flush) = instance.inner_flush {
        // SAFETY: as the host called us.
        unsafe { flush(plugin, input, output) };
    }
    if let Some(mut audio) = instance.audio.try_lock() {
        // SAFETY: the host's queue is valid for this call or null.
        unsafe { audio.teller.tell(output, 0, || None) };
    }
}

unsafe extern "C" fn no_hard_realtime_requirement(_plugin: *const clap_plugin) -> bool {
    false
}

/// The framework tells the plug-in of a new mode at the next activation only, which a
/// host need not do; so it is noted here at once.
unsafe extern "C" fn render_set(plugin: *const clap_plugin, mode: clap_plugin_render_mode) -> bool {
    // SAFETY: the host's promise.
    let instance = unsafe { instance(plugin) };
    instance.link.set_offline(mode == CLAP_RENDER_OFFLINE);
    true
}

/// Writes the snapshot; false if the stream takes no more.
unsafe extern "C" fn write_snapshot(
    plugin: *const clap_plugin,
    stream: *const clap_ostream,
) -> bool {
    // SAFETY: the host's promise.
    let (instance, stream) = unsafe { (instance(plugin), &*stream) };
    let Some(write) = stream.write else {
        return false;
    };
    let bytes = snapshot::json(&instance.link);
    let mut rest = bytes.as_slice();
    while !rest.is_empty() {
        // SAFETY: the host's stream reads no more than it is told.
        let written = unsafe { write(stream, rest.as_ptr().cast(), rest.len() as u64) };
        match usize::try_from(written) {
            Ok(written) if written > 0 => rest = &rest[written.min(rest.len())..],
            _ => return false,
        }
    }
    true
}

// The factory and the entry point.

fn descriptor() -> &'static PluginDescriptor {
    static DESCRIPTOR: OnceLock<PluginDescriptor> = OnceLock::new();
    DESCRIPTOR.get_or_init(PluginDescriptor::for_plugin::<Impasto>)
}

static FACTORY: clap_plugin_factory = clap_plugin_factory {
    get_plugin_count: Some(plugin_count),
    get_plugin_descriptor: Some(plugin_descriptor),
    create_plugin: Some(create_plugin),
};

unsafe extern "C" fn plugin_count(_factory: *const clap_plugin_factory) -> u32 {
    1
}

unsafe extern "C" fn plugin_descriptor(
    _factory: *const clap_plugin_factory,
    index: u32,
) -> *const clap_plugin_descriptor {
    if index == 0 {
        descriptor().clap_plugin_descriptor()
    } else {
        std::ptr::null()
    }
}

unsafe extern "C" fn create_plugin(
    _factory: *const clap_plugin_factory,
    host: *const clap_host,
    id: *const c_char,
) -> *const clap_plugin {
    // SAFETY: the host passes a string or null.
    if id.is_null() || unsafe { CStr::from_ptr(id) } != descriptor().clap_id() {
        return std::ptr::null();
    }
    create(host)
}

unsafe extern "C" fn init(_path: *const c_char) -> bool {
    setup_logger::<Impasto>();
    true
}

unsafe extern "C" fn deinit() {}

unsafe extern "C" fn get_factory(id: *const c_char) -> *const c_void {
    // SAFETY: the host passes a string or null.
    if id.is_null() || unsafe { CStr::from_ptr(id) } != CLAP_PLUGIN_FACTORY_ID {
        return std::ptr::null();
    }
    (&raw const FACTORY).cast()
}

/// The CLAP entry point.
// SAFETY: the name is the one that the format asks for, and no other symbol of this
// library has it, as the framework's macro is not used.
#[unsafe(no_mangle)]
#[allow(non_upper_case_globals)]
pub static clap_entry: clap_plugin_entry = clap_plugin_entry {
    clap_version: CLAP_VERSION,
    init: Some(init),
    deinit: Some(deinit),
    get_factory: Some(get_factory),
};
