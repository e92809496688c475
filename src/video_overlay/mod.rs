//! The tags over the video.
