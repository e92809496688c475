//! The tag track as it stands in a document, before validation.

use serde::{Deserialize, Serialize};

/// A tag track as read, nothing checked: any JSON of roughly the right shape fits.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct RawTrack {}
