//! The Shoptag widget.
