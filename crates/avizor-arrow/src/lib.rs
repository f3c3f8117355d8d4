//! Columns and files on one side, [`avizor`]'s types on the other. Must not know what the columns mean to a protocol, nor print anything.
