//! Any Arrow array of strings, read without copying a byte of text.

use arrow_array::cast::AsArray;
use arrow_array::{Array, LargeStringArray, StringArray, StringViewArray, downcast_integer_array};
use arrow_schema::DataType;

use crate::error::{Error, Result};

/// A string array of any layout.
pub(crate) enum Strings<'a> {
    /// Nothing but nulls.
    Nulls,
    Utf8(&'a StringArray),
    Large(&'a LargeStringArray),
    View(&'a StringViewArray),
    /// Per row, the place of its value.
    Dictionary(Vec<Option<usize>>, Box<Strings<'a>>),
}

impl<'a> Strings<'a> {
    /// `None` where the array holds something else than strings.
    pub(crate) fn of(array: &'a dyn Array) -> Option<Self> {
        match array.data_type() {
            DataType::Null => Some(Self::Nulls),
            DataType::Utf8 => Some(Self::Utf8(array.as_string())),
            DataType::LargeUtf8 => Some(Self::Large(array.as_string())),
            DataType::Utf8View => Some(Self::View(array.as_string_view())),
            DataType::Dictionary(_, value) if value.is_string() => {
                let dictionary = array.as_any_dictionary_opt()?;
                let keys = dictionary.keys();
                let keys = downcast_integer_array!(
                    keys => keys.iter().map(|k| k.and_then(|k| usize::try_from(i128::from(k)).ok())).collect(),
                    _ => return None
                );
                let values = Self::of(dictionary.values().as_ref())?;
                Some(Self::Dictionary(keys, Box::new(values)))
            }
            _ => None,
        }
    }

    pub(crate) fn get(&self, row: usize) -> Option<&'a str> {
        match self {
            Self::Nulls => None,
            Self::Utf8(a) => a.is_valid(row).then(|| a.value(row)),
            Self::Large(a) => a.is_valid(row).then(|| a.value(row)),
            Self::View(a) => a.is_valid(row).then(|| a.value(row)),
            Self::Dictionary(keys, values) => keys[row].and_then(|k| values.get(k)),
        }
    }
}

/// The strings of an Arrow array, one per row, `None` where null; borrowed, never copied.
///
/// Takes Utf8, LargeUtf8, Utf8View, dictionaries of these with keys of any width, arrays of type Null, and slices.
///
/// # Errors
/// [`Error::NotStrings`] for an array of any other type.
///
/// ```
/// use arrow_array::StringArray;
/// let array = StringArray::from(vec![Some("hola"), None]);
/// assert_eq!(avizor_arrow::texts_from_array(&array)?, [Some("hola"), None]);
/// # Ok::<(), avizor_arrow::Error>(())
/// ```
pub fn texts_from_array(array: &dyn Array) -> Result<Vec<Option<&str>>> {
    let strings = Strings::of(array).ok_or_else(|| Error::NotStrings {
        found: array.data_type().to_string(),
    })?;
    Ok((0..array.len()).map(|row| strings.get(row)).collect())
}
