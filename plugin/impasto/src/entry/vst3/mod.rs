//! VST3: the factory, and the functions that a module exports.

mod buses;
mod changes;
mod class;
mod gestures;
#[cfg(test)]
mod host;
mod passed_on;
mod settle;
#[cfg(test)]
mod tests;
mod view;

use std::ffi::c_void;

use nice_plug::wrapper::setup_logger;
use nice_plug::wrapper::vst3::PluginInfo;
use parking_lot::Mutex;
use vst3::Steinberg::{
    FIDString, FUnknown, IPluginFactory, IPluginFactory2, IPluginFactory2Trait, IPluginFactory3,
    IPluginFactory3Trait, IPluginFactoryTrait, PClassInfo, PClassInfo2, PClassInfoW, PFactoryInfo,
    TUID, int32, kInvalidArgument, kResultOk, tresult,
};
use vst3::{Class, ComPtr, ComRef, ComWrapper};

pub use class::ImpastoClass;

use crate::Impasto;

/// The class list of one class.
struct Factory {
    info: PluginInfo,
    /// What the host says it is, for the instances made from here on.
    context: Mutex<Option<ComPtr<FUnknown>>>,
}

impl Class for Factory {
    type Interfaces = (IPluginFactory, IPluginFactory2, IPluginFactory3);
}

impl Factory {
    fn new() -> Self {
        Self {
            info: PluginInfo::for_plugin::<Impasto>(),
            context: Mutex::new(None),
        }
    }
}

/// Writes `value` to `place`; refuses null and any class but the first.
///
/// # Safety
/// `place` is null or valid for a write.
unsafe fn fill<T>(index: int32, place: *mut T, value: impl FnOnce() -> T) -> tresult {
    if index != 0 || place.is_null() {
        return kInvalidArgument;
    }
    // SAFETY: the caller's promise.
    unsafe { place.write(value()) };
    kResultOk
}

impl IPluginFactoryTrait for Factory {
    unsafe fn getFactoryInfo(&self, info: *mut PFactoryInfo) -> tresult {
        // SAFETY: the host's promise.
        unsafe { fill(0, info, || self.info.create_factory_info()) }
    }

    unsafe fn countClasses(&self) -> int32 {
        1
    }

    unsafe fn getClassInfo(&self, index: int32, info: *mut PClassInfo) -> tresult {
        // SAFETY: the host's promise.
        unsafe { fill(index, info, || self.info.create_class_info()) }
    }

    unsafe fn createInstance(
        &self,
        cid: FIDString,
        iid: FIDString,
        object: *mut *mut c_void,
    ) -> tresult {
        if cid.is_null() || iid.is_null() || object.is_null() {
            return kInvalidArgument;
        }
        // SAFETY: the host passes 16 bytes.
        if unsafe { *cid.cast::<[u8; 16]>() } != *self.info.cid {
            return kInvalidArgument;
        }
        let Some(class) = ImpastoClass::new() else {
            return kInvalidArgument;
        };
        let context = self.context.lock().clone();
        class
            .gestures()
            .offer(context.as_ref().map(ComPtr::as_com_ref));
        let wrapper = ComWrapper::new(class);
        let Some(unknown) = wrapper.as_com_ref::<FUnknown>() else {
            return kInvalidArgument;
        };
        let pointer = unknown.as_ptr();
        // SAFETY: a live object's own table; the call adds the reference that the host
        // gets, and `wrapper` gives up its own.
        unsafe { ((*(*pointer).vtbl).queryInterface)(pointer, iid.cast::<TUID>(), object) }
    }
}

impl IPluginFactory2Trait for Factory {
    unsafe fn getClassInfo2(&self, index: int32, info: *mut PClassInfo2) -> tresult {
        // SAFETY: the host's promise.
        unsafe { fill(index, info, || self.info.create_class_info_2()) }
    }
}

impl IPluginFactory3Trait for Factory {
    unsafe fn getClassInfoUnicode(&self, index: int32, info: *mut PClassInfoW) -> tresult {
        // SAFETY: the host's promise.
        unsafe { fill(index, info, || self.info.create_class_info_unicode()) }
    }

    unsafe fn setHostContext(&self, context: *mut FUnknown) -> tresult {
        // SAFETY: null or the host's context.
        let context = unsafe { ComRef::from_raw(context) };
        let _old = std::mem::replace(
            &mut *self.context.lock(),
            context.map(|context| context.to_com_ptr()),
        );
        kResultOk
    }
}

/// The factory, with a reference that the host gives up.
// SAFETY: the name that the format asks for; the framework's macro, which would export
// it too, is not used.
#[unsafe(no_mangle)]
pub extern "system" fn GetPluginFactory() -> *mut c_void {
    let factory = ComWrapper::new(Factory::new()).to_com_ptr::<IPluginFactory>();
    factory.map_or(std::ptr::null_mut(), |factory| factory.into_raw().cast())
}

/// What a module exports on Linux besides the factory.
#[cfg(all(unix, not(target_os = "macos")))]
mod module {
    use super::*;

    /// Called once, after loading.
    // SAFETY: as for `GetPluginFactory`.
    #[unsafe(no_mangle)]
    pub extern "C" fn ModuleEntry(_library: *mut c_void) -> bool {
        setup_logger::<Impasto>();
        true
    }

    /// Called once, before unloading.
    // SAFETY: as for `GetPluginFactory`.
    #[unsafe(no_mangle)]
    pub extern "C" fn ModuleExit() -> bool {
        true
    }
}

/// What a module exports on macOS besides the factory.
#[cfg(target_os = "macos")]
mod module {
    use super::*;

    /// Called once, after loading.
    // SAFETY: as for `GetPluginFactory`.
    #[unsafe(no_mangle)]
    pub extern "C" fn bundleEntry(_bundle: *mut c_void) -> bool {
        setup_logger::<Impasto>();
        true
    }

    /// Called once, before unloading.
    // SAFETY: as for `GetPluginFactory`.
    #[unsafe(no_mangle)]
    pub extern "C" fn bundleExit() -> bool {
        true
    }
}

/// What a module exports on Windows besides the factory.
#[cfg(windows)]
mod module {
    use super::*;

    /// Called once, after loading.
    // SAFETY: as for `GetPluginFactory`.
    #[unsafe(no_mangle)]
    pub extern "system" fn InitDll() -> bool {
        setup_logger::<Impasto>();
        true
    }

    /// Called once, before unloading.
    // SAFETY: as for `GetPluginFactory`.
    #[unsafe(no_mangle)]
    pub extern "system" fn ExitDll() -> bool {
        true
    }
}
