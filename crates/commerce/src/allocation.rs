//! Splitting an amount so that no minor unit is lost or made up.

/// Why an amount could not be split.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AllocationError {
    /// No weights, or all of them zero: there is nobody to give the amount to.
    #[error("the weights sum to zero")]
    NoWeight,
}

/// Splits `amount_minor` over `weights` by largest remainder; ties go to the lower index.
///
/// The parts sum exactly to the amount, and the parts of the opposite amount are the exact
/// opposites, so that a refund mirrors its sale.
///
/// # Errors
/// [`AllocationError::NoWeight`] when the weights sum to zero.
///
/// ```
/// use shoptag_commerce::allocate;
/// assert_eq!(allocate(11, &[6, 1, 1]).unwrap(), [8, 2, 1]);
/// assert_eq!(allocate(-11, &[6, 1, 1]).unwrap(), [-8, -2, -1]);
/// assert!(allocate(11, &[0, 0]).is_err());
/// ```
pub fn allocate(amount_minor: i64, weights: &[u64]) -> Result<Vec<i64>, AllocationError> {
    let sum: u128 = weights.iter().copied().map(u128::from).sum();
    if sum == 0 {
        return Err(AllocationError::NoWeight);
    }
    let magnitude = u128::from(amount_minor.unsigned_abs());
    // (index, floor, remainder); u64 * u64 fits u128.
    let mut parts: Vec<(usize, u128, u128)> = weights
        .iter()
        .enumerate()
        .map(|(index, &weight)| {
            let product = magnitude * u128::from(weight);
            (index, product / sum, product % sum)
        })
        .collect();
    let given: u128 = parts.iter().map(|&(_, floor, _)| floor).sum();
    let left = usize::try_from(magnitude - given).unwrap_or(usize::MAX);
    parts.sort_by(|a, b| b.2.cmp(&a.2).then(a.0.cmp(&b.0)));
    for part in parts.iter_mut().take(left) {
        part.1 += 1;
    }
    parts.sort_by_key(|&(index, _, _)| index);
    Ok(parts
        .into_iter()
        .map(|(_, share, _)| {
            let share = i128::try_from(share).unwrap_or(i128::MAX);
            let signed = if amount_minor < 0 { -share } else { share };
            // No part is larger than the amount, which is an i64.
            i64::try_from(signed).unwrap_or(amount_minor)
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn one_minor_unit_over_fifty_goes_to_the_first() {
        let parts = allocate(1, &[1; 50]).unwrap();
        assert_eq!(parts.iter().sum::<i64>(), 1);
        assert_eq!(parts[0], 1);
    }

    proptest! {
        #[test]
        fn parts_sum_to_the_amount_and_mirror_its_sign(
            amount in i64::MIN + 1..=i64::MAX,
            weights in prop::collection::vec(any::<u64>(), 1..20),
        ) {
            prop_assume!(weights.iter().any(|&weight| weight > 0));
            let parts = allocate(amount, &weights).unwrap();
            let sum: i128 = parts.iter().copied().map(i128::from).sum();
            prop_assert_eq!(sum, i128::from(amount));
            let mirrored: Vec<i64> = allocate(-amount, &weights).unwrap();
            prop_assert!(parts.iter().zip(&mirrored).all(|(a, b)| *a == -*b));
        }

        #[test]
        fn no_part_has_the_wrong_sign_or_is_a_whole_unit_off(
            amount in 0_i64..=i64::MAX,
            weights in prop::collection::vec(0_u64..=999_999_999_999_999_999, 1..60),
        ) {
            prop_assume!(weights.iter().any(|&weight| weight > 0));
            let sum: u128 = weights.iter().copied().map(u128::from).sum();
            for (part, weight) in allocate(amount, &weights).unwrap().iter().zip(&weights) {
                let exact = u128::from(amount.unsigned_abs()) * u128::from(*weight);
                let part = u128::try_from(*part).unwrap();
                prop_assert!((part * sum).abs_diff(exact) < sum, "{part} of {weight}");
            }
        }

        #[test]
        fn parts_sorted_by_a_fixed_key_do_not_depend_on_the_order_of_arrival(
            amount in -1_000_000_i64..1_000_000,
            (shares, shuffled) in prop::collection::btree_map("[a-z]{1,3}", 1_u64..100, 1..12)
                .prop_map(|shares| shares.into_iter().collect::<Vec<_>>())
                .prop_flat_map(|shares| (Just(shares.clone()), Just(shares).prop_shuffle())),
        ) {
            let by_name = |mut shares: Vec<(String, u64)>| {
                shares.sort();
                let weights: Vec<u64> = shares.iter().map(|(_, weight)| *weight).collect();
                let names = shares.into_iter().map(|(name, _)| name);
                names.zip(allocate(amount, &weights).unwrap()).collect::<Vec<_>>()
            };
            prop_assert_eq!(by_name(shares), by_name(shuffled));
        }
    }
}
