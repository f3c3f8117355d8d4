//! The Python extension of avizor; it must not know how anything is computed.
