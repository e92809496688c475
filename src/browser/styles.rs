//! Style sheets as constructable sheets: allowed under `style-src 'self'`, shared by all elements.
