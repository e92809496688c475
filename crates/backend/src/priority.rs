//! How important a thread is, when there are more of them than processors.

/// How much all threads stand back behind the one that writes, in steps of `nice`: what was let in
/// is carried out before more is let in. All alike: one that stands back further is starved by the
/// others under overload, and in the end the writer waits for it.
pub const BEHIND_THE_WRITER: i32 = 10;

/// Lowers the priority of the calling thread by `steps` of `nice`. Where that is not possible all
/// have the same.
pub fn stand_back(steps: i32) {
    #[cfg(target_os = "linux")]
    let _ = rustix::process::nice(steps);
    #[cfg(not(target_os = "linux"))]
    let _ = steps;
}
