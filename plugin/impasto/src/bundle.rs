//! Where the plug-in's own file lies, and with it the models and the runtime.

use std::path::{Path, PathBuf};

/// The file that this code was loaded from: the plug-in's library inside a host, the
/// program itself in a test. `None` if the system does not say.
///
/// A host's executable says nothing about where a plug-in lies, and the current
/// folder less, so the system is asked which file holds an address of this library.
#[cfg(unix)]
pub fn own_path() -> Option<PathBuf> {
    use std::ffi::{CStr, OsStr};
    use std::mem::MaybeUninit;
    use std::os::unix::ffi::OsStrExt;

    let address = own_path as *const std::ffi::c_void;
    let mut info = MaybeUninit::<libc::Dl_info>::zeroed();
    // SAFETY: `address` lies in this library; `info` has room for the answer.
    let found = unsafe { libc::dladdr(address, info.as_mut_ptr()) } != 0;
    // SAFETY: zeros are valid for the pointers of `Dl_info`, and the call fills them.
    let info = unsafe { info.assume_init() };
    if !found || info.dli_fname.is_null() {
        return None;
    }
    // SAFETY: a string that lives as long as the library is loaded.
    let name = unsafe { CStr::from_ptr(info.dli_fname) };
    let path = PathBuf::from(OsStr::from_bytes(name.to_bytes()));
    // Links are followed, so that one in a folder of plug-ins finds the bundle.
    path.canonicalize().ok()
}

/// As on Unix.
#[cfg(windows)]
pub fn own_path() -> Option<PathBuf> {
    use std::ffi::OsString;
    use std::os::windows::ffi::OsStringExt;

    use windows_sys::Win32::Foundation::HMODULE;
    use windows_sys::Win32::System::LibraryLoader::{
        GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS, GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
        GetModuleFileNameW, GetModuleHandleExW,
    };

    /// The longest path that the system gives.
    const LONGEST: usize = 32_768;

    let address = own_path as *const u16;
    let flags =
        GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT;
    let mut module: HMODULE = std::ptr::null_mut();
    // SAFETY: with this flag the name is an address, which lies in this library.
    if unsafe { GetModuleHandleExW(flags, address, &mut module) } == 0 {
        return None;
    }
    let mut name = vec![0u16; LONGEST];
    // SAFETY: the buffer is as long as is said.
    let length = unsafe { GetModuleFileNameW(module, name.as_mut_ptr(), LONGEST as u32) } as usize;
    (length > 0 && length < LONGEST).then(|| PathBuf::from(OsString::from_wide(&name[..length])))
}

/// The folder `tour` that a bundle carries: music and paintings to begin with. `None` where
/// there is none, as beside a program that is no bundle. [`TOUR_VARIABLE`] names another.
pub fn tour() -> Option<PathBuf> {
    let named = std::env::var_os(TOUR_VARIABLE).map(PathBuf::from);
    let own = || own_path().map_or_else(Vec::new, |own| tour_candidates(&own));
    let places = named.map_or_else(own, |named| vec![named]);
    places
        .into_iter()
        .find(|place| place.join("library").is_dir())
}

/// The environment variable that names the tour's folder, for development and tests.
pub const TOUR_VARIABLE: &str = "IMPASTO_TOUR";

fn tour_candidates(own: &Path) -> Vec<PathBuf> {
    let folder = own.parent().unwrap_or(own);
    vec![
        folder.join("tour"),
        // `Contents/x86_64-linux/` or `Contents/MacOS/` beside `Contents/Resources/`.
        folder.with_file_name("Resources").join("tour"),
    ]
}

/// Keeps this code in memory until the process ends, though the host unloads the
/// plug-in: for when the system still holds a thread of it, which would come back to
/// nothing.
#[cfg(unix)]
pub fn stay_loaded() {
    use std::ffi::CString;
    use std::os::unix::ffi::OsStrExt;

    let name = own_path().and_then(|path| CString::new(path.as_os_str().as_bytes()).ok());
    if let Some(name) = name {
        let flags = libc::RTLD_NOW | libc::RTLD_NOLOAD | libc::RTLD_NODELETE;
        // SAFETY: a string that ends in zero; the file is loaded, so no code of it runs.
        // What it gives is not closed, on purpose.
        unsafe { libc::dlopen(name.as_ptr(), flags) };
    }
}

/// As on Unix.
#[cfg(windows)]
pub fn stay_loaded() {
    use windows_sys::Win32::Foundation::HMODULE;
    use windows_sys::Win32::System::LibraryLoader::{
        GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS, GET_MODULE_HANDLE_EX_FLAG_PIN, GetModuleHandleExW,
    };

    let address = stay_loaded as *const u16;
    let flags = GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_PIN;
    let mut module: HMODULE = std::ptr::null_mut();
    // SAFETY: with this flag the name is an address, which lies in this library.
    unsafe { GetModuleHandleExW(flags, address, &mut module) };
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_tour_lies_beside_the_plug_in_or_in_its_resources() {
        use std::path::{Path, PathBuf};
        let of = |own: &str| super::tour_candidates(Path::new(own));
        let clap = of("/plugins/Impasto/Impasto.clap");
        assert!(clap.contains(&PathBuf::from("/plugins/Impasto/tour")));
        let vst3 = of("/plugins/Impasto.vst3/Contents/x86_64-linux/Impasto.so");
        assert!(vst3.contains(&PathBuf::from(
            "/plugins/Impasto.vst3/Contents/Resources/tour"
        )));
    }

    #[test]
    fn the_test_itself_is_found() {
        let found = super::own_path().expect("the system says");
        let program = std::env::current_exe().expect("the system says");
        assert_eq!(found, program.canonicalize().expect("exists"));
    }
}
