//! The operating system's priority of threads that index.

/// Lets everything else go before the calling thread: a scan may take hours beside a
/// performance. Refused, the thread goes on at the usual priority. On Linux the disk's
/// scheduler takes its priority from this one (`ioprio_set(2)`), so that is lowered with it.
#[cfg(target_os = "linux")]
pub fn lower_priority() {
    // SAFETY: without pointers. On Linux 0 stands for the calling thread alone.
    unsafe { libc::setpriority(libc::PRIO_PROCESS, 0, 10) };
}

/// As on Linux.
#[cfg(target_os = "macos")]
pub fn lower_priority() {
    // SAFETY: without pointers; it concerns the calling thread alone.
    unsafe { libc::pthread_set_qos_class_self_np(libc::qos_class_t::QOS_CLASS_UTILITY, 0) };
}

/// As on Linux.
#[cfg(windows)]
pub fn lower_priority() {
    use windows_sys::Win32::System::Threading::{
        GetCurrentThread, SetThreadPriority, THREAD_PRIORITY_BELOW_NORMAL,
    };
    // SAFETY: the pseudo-handle of the calling thread needs no closing.
    unsafe { SetThreadPriority(GetCurrentThread(), THREAD_PRIORITY_BELOW_NORMAL) };
}

/// Where no way is known, a scan runs at the usual priority.
#[cfg(not(any(target_os = "linux", target_os = "macos", windows)))]
pub fn lower_priority() {}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn only_the_calling_thread_is_lowered() {
        // SAFETY: without pointers.
        let nice = || unsafe { libc::getpriority(libc::PRIO_PROCESS, 0) };
        let before = nice();
        let lowered = std::thread::spawn(move || {
            lower_priority();
            nice()
        });
        assert_eq!(lowered.join().unwrap(), 10.max(before));
        assert_eq!(nice(), before);
    }
}
