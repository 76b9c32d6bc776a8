//! The plug-in's state, given to a real instance as a host gives it.

use std::ffi::{CString, c_void};
use std::ptr;

use clap_sys::ext::state::{CLAP_EXT_STATE, clap_plugin_state};
use clap_sys::factory::plugin_factory::{CLAP_PLUGIN_FACTORY_ID, clap_plugin_factory};
use clap_sys::host::clap_host;
use clap_sys::plugin::clap_plugin;
use clap_sys::stream::{clap_istream, clap_ostream};
use clap_sys::version::CLAP_VERSION;
use impasto::entry::clap::clap_entry;
use impasto::params::ImpastoParams;
use impasto::state::{FIELD, Remembered};
use nice_plug::plugin::{ParamValue, PluginState};
use nice_plug::prelude::Params;

use crate::memory;

/// The framework takes a state of up to 256 MiB and reserves what its head announces.
const MEMORY: usize = (256 << 20) + (32 << 20);
/// The length that stands before a state.
const HEAD: usize = size_of::<u64>();

/// One instance, on the thread that made it.
pub struct Instance {
    plugin: *const clap_plugin,
    state: clap_plugin_state,
    // The plug-in keeps a pointer to it.
    _host: Box<clap_host>,
}

impl Instance {
    /// As a host makes one that offers nothing.
    pub fn new() -> Self {
        let host = Box::new(bare_host());
        let id = CLAP_PLUGIN_FACTORY_ID.as_ptr();
        let path = CString::default();
        // SAFETY: in the order that the format asks for; the host outlives the plug-in.
        unsafe {
            assert!(clap_entry.init.expect("an entry")(path.as_ptr()));
            let factory = clap_entry.get_factory.expect("an entry")(id);
            let factory = &*factory.cast::<clap_plugin_factory>();
            let about = factory.get_plugin_descriptor.expect("a factory")(factory, 0);
            let plugin = factory.create_plugin.expect("a factory")(factory, &*host, (*about).id);
            assert!((*plugin).init.expect("a plug-in")(plugin));
            let id = CLAP_EXT_STATE.as_ptr();
            let state = (*plugin).get_extension.expect("a plug-in")(plugin, id);
            let state = *state.cast::<clap_plugin_state>();
            Self {
                plugin,
                state,
                _host: host,
            }
        }
    }

    fn load(&self, stream: &[u8]) -> bool {
        let mut left = stream;
        let stream = clap_istream {
            ctx: ptr::from_mut(&mut left).cast(),
            read: Some(read),
        };
        // SAFETY: a live plug-in and a live stream, on the plug-in's main thread.
        unsafe { self.state.load.expect("a state")(self.plugin, &stream) }
    }

    fn save(&self) -> Vec<u8> {
        let mut saved = Vec::<u8>::new();
        let stream = clap_ostream {
            ctx: ptr::from_mut(&mut saved).cast(),
            write: Some(write),
        };
        // SAFETY: as in `load`.
        let done = unsafe { self.state.save.expect("a state")(self.plugin, &stream) };
        assert!(done, "a state can always be saved");
        saved
    }
}

impl Default for Instance {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        // SAFETY: not used after it.
        unsafe { (*self.plugin).destroy.expect("a plug-in")(self.plugin) }
    }
}

/// Restores `bytes`: a document, or, where they do not begin like one, all that the
/// stream gives, with whatever length stands before it.
pub fn check(instance: &Instance, bytes: &[u8]) {
    memory::within(MEMORY, || {
        let before = instance.save();
        let document = bytes.first() == Some(&b'{');
        let stream = if document {
            with_length(bytes)
        } else {
            bytes.to_vec()
        };
        let loaded = instance.load(&stream);
        let after = instance.save();
        if loaded {
            assert_in_range(&after[HEAD..]);
            assert!(instance.load(&after));
            assert_eq!(instance.save(), after, "what was saved is what is restored");
            // The next input finds what the last one of these found.
            assert!(instance.load(&before));
        } else {
            assert_eq!(after, before, "what is refused changes nothing");
        }
    });
}

/// As the framework writes a state.
pub fn with_length(document: &[u8]) -> Vec<u8> {
    let length = document.len() as u64;
    [&length.to_le_bytes(), document].concat()
}

fn assert_in_range(saved: &[u8]) {
    let state: PluginState = serde_json::from_slice(saved).expect("our own");
    let _: Remembered = serde_json::from_str(&state.fields[FIELD]).expect("our own");
    let params = ImpastoParams::default();
    for (id, param, _) in params.param_map() {
        // SAFETY: `params`, which the parameter is of, lives longer.
        let [low, high] = [0.0, 1.0].map(|end| unsafe { param.preview_plain(end) });
        let value = match &state.params[&id] {
            ParamValue::F32(value) => *value,
            ParamValue::I32(value) => *value as f32,
            ParamValue::Bool(_) | ParamValue::String(_) => continue,
        };
        assert!((low..=high).contains(&value), "{id} is {value}");
    }
}

fn bare_host() -> clap_host {
    clap_host {
        clap_version: CLAP_VERSION,
        host_data: ptr::null_mut(),
        name: c"fuzz".as_ptr(),
        vendor: c"".as_ptr(),
        url: c"".as_ptr(),
        version: c"".as_ptr(),
        get_extension: Some(no_extension),
        request_restart: Some(nothing),
        request_process: Some(nothing),
        request_callback: Some(nothing),
    }
}

unsafe extern "C" fn no_extension(_: *const clap_host, _: *const i8) -> *const c_void {
    ptr::null()
}

unsafe extern "C" fn nothing(_: *const clap_host) {}

/// Gives the stream in pieces, as hosts may.
unsafe extern "C" fn read(stream: *const clap_istream, buffer: *mut c_void, size: u64) -> i64 {
    // SAFETY: `load` put a live slice there.
    let left = unsafe { &mut *(*stream).ctx.cast::<&[u8]>() };
    let piece = left.len().min(size as usize).min(97);
    // SAFETY: the plug-in's buffer holds `size` bytes.
    unsafe { ptr::copy_nonoverlapping(left.as_ptr(), buffer.cast(), piece) };
    *left = &left[piece..];
    piece as i64
}

unsafe extern "C" fn write(stream: *const clap_ostream, bytes: *const c_void, size: u64) -> i64 {
    // SAFETY: `save` put a live vector there.
    let saved = unsafe { &mut *(*stream).ctx.cast::<Vec<u8>>() };
    // SAFETY: the plug-in's buffer holds `size` bytes.
    saved.extend_from_slice(unsafe { std::slice::from_raw_parts(bytes.cast(), size as usize) });
    size as i64
}
