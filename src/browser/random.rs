//! The browser's random generator.

use crate::event::Entropy;

/// 48 fresh random bytes.
#[must_use]
pub fn entropy() -> Entropy {
    let mut bytes = [0_u8; 48];
    let filled = web_sys::window()
        .and_then(|window| window.crypto().ok())
        .is_some_and(|crypto| crypto.get_random_values_with_u8_array(&mut bytes).is_ok());
    if !filled {
        // No browser that runs wasm lacks the generator; should a page have broken it, a key that
        // is merely unlikely to repeat is better than no order.
        for byte in &mut bytes {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a number from 0 to below 256"
            )]
            let random = (js_sys::Math::random() * 256.0) as u8;
            *byte = random;
        }
    }
    Entropy(bytes)
}
