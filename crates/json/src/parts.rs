//! Texts, numbers, lists and what may be missing.

use crate::reader::{Readable, Reader, Value};

impl Readable for String {
    fn read<V: Value>(from: &Reader<'_, V>) -> Self {
        from.text()
    }
}

impl Readable for i64 {
    fn read<V: Value>(from: &Reader<'_, V>) -> Self {
        from.whole()
    }
}

macro_rules! whole_numbers {
    ($($type:ty),+) => {
        $(impl Readable for $type {
            fn read<V: Value>(from: &Reader<'_, V>) -> Self {
                Self::try_from(from.whole()).unwrap_or_else(|_| {
                    from.refuse();
                    0
                })
            }
        })+
    };
}

whole_numbers!(u16, u32, u64);

impl Readable for bool {
    fn read<V: Value>(from: &Reader<'_, V>) -> Self {
        from.value().truth().unwrap_or_else(|| {
            from.refuse();
            false
        })
    }
}

impl<T: Readable> Readable for Option<T> {
    fn read<V: Value>(from: &Reader<'_, V>) -> Self {
        (!from.value().is_null()).then(|| T::read(from))
    }
}

impl<T: Readable> Readable for Box<T> {
    fn read<V: Value>(from: &Reader<'_, V>) -> Self {
        Self::new(T::read(from))
    }
}

impl<T: Readable> Readable for Vec<T> {
    fn read<V: Value>(from: &Reader<'_, V>) -> Self {
        from.items(from.length())
    }
}

impl<A: Readable, B: Readable> Readable for (A, B) {
    fn read<V: Value>(from: &Reader<'_, V>) -> Self {
        (from.item(0), from.item(1))
    }
}
