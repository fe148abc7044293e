//! Enumerations that have a name on the wire and a small number in the database.

/// An enumeration that has names on the wire.
pub trait WireEnum: Copy + 'static {
    /// All values.
    const VALUES: &'static [Self];

    /// The name on the wire.
    fn name(self) -> &'static str;
}

/// Defines an enumeration whose values are written as an API of AWS writes them. The crate it is used in has `serde`.
///
/// The numbers are the positions in the list, and databases hold them: append, never reorder.
#[macro_export]
macro_rules! wire_enum {
    ($(#[$meta:meta])* $name:ident { $($(#[$value_meta:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name {
            $($(#[$value_meta])* #[serde(rename = $text)] $variant),+
        }

        impl $name {
            /// All values, in the order of their numbers.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The name on the wire.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            /// The value of a name on the wire.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$variant),)+ _ => None }
            }

            /// The number databases hold.
            #[must_use]
            pub const fn code(self) -> i16 {
                self as i16
            }

            /// The value of a number in a database.
            #[must_use]
            pub fn from_code(code: i16) -> Option<Self> {
                usize::try_from(code).ok().and_then(|at| Self::ALL.get(at)).copied()
            }
        }

        impl $crate::WireEnum for $name {
            const VALUES: &'static [Self] = Self::ALL;

            fn name(self) -> &'static str {
                self.as_str()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}
