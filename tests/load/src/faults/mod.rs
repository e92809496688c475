//! Faults: what the backend promises is checked after each of them.

pub(crate) mod backup;
pub(crate) mod clock;
pub(crate) mod cut_off;
pub(crate) mod dump;
pub(crate) mod failing_sync;
pub(crate) mod failover;
pub(crate) mod full_disk;
pub(crate) mod idle;
pub(crate) mod keys;
pub(crate) mod kill;
pub(crate) mod overload;
pub(crate) mod shutdown;
pub(crate) mod sync_order;

mod crowd;
