//! The command `avizor` as a library, so that the Python package offers the same command.
