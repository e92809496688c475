//! How important a thread is, when there are more of them than processors.

/// Lowers the priority of the calling thread by `steps` of `nice`. Where that is not possible all
/// have the same.
pub fn stand_back(steps: i32) {
    #[cfg(target_os = "linux")]
    let _ = rustix::process::nice(steps);
    #[cfg(not(target_os = "linux"))]
    let _ = steps;
}
