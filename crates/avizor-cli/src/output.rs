//! Where results go: standard output in blocks, or a file that appears whole or not at all.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde::Serialize;

/// A message for people. A standard error that is closed stops nothing.
pub(crate) fn say(message: &str) {
    let _ = writeln!(io::stderr().lock(), "{message}");
}

/// Standard output in blocks: flush where somebody waits for a line.
pub(crate) fn stdout() -> BufWriter<io::StdoutLock<'static>> {
    BufWriter::with_capacity(1 << 16, io::stdout().lock())
}

/// Text for people on standard output.
pub(crate) fn print(text: &str) -> Result<()> {
    let mut out = stdout();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(())
}

/// One value as a line of JSON.
pub(crate) fn line(value: &impl Serialize) -> Result<Vec<u8>> {
    let mut line = serde_json::to_vec(value).context("this result cannot be written as JSON")?;
    line.push(b'\n');
    Ok(line)
}

/// A file under another name until it is whole: readers see the old one or the new one, never half.
pub(crate) struct WholeFile {
    out: BufWriter<File>,
    path: PathBuf,
    /// None where the path is a pipe or a device, which must not be replaced.
    temporary: Option<PathBuf>,
}

impl WholeFile {
    pub(crate) fn create(path: &Path) -> Result<Self> {
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let is_special = fs::metadata(&path).is_ok_and(|m| !m.is_file());
        let temporary = (!is_special).then(|| {
            let mut name = path.file_name().unwrap_or_default().to_owned();
            name.push(format!(".{}.tmp", std::process::id()));
            path.with_file_name(name)
        });
        let file = File::create(temporary.as_ref().unwrap_or(&path)).with_context(|| {
            format!(
                "cannot write `{}`: check that its folder exists and that you may write there",
                path.display()
            )
        })?;
        Ok(Self {
            out: BufWriter::with_capacity(1 << 16, file),
            path,
            temporary,
        })
    }

    /// Everything is written: the file takes its name.
    pub(crate) fn commit(mut self) -> Result<()> {
        let written = self.out.flush().and_then(|()| match self.temporary.take() {
            None => Ok(()),
            Some(temporary) => self
                .out
                .get_ref()
                .sync_all()
                .and_then(|()| fs::rename(&temporary, &self.path))
                .inspect_err(|_| {
                    let _ = fs::remove_file(&temporary);
                }),
        });
        written.with_context(|| {
            format!(
                "cannot finish `{}`: check the space on the disk",
                self.path.display()
            )
        })
    }
}

impl Write for WholeFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl Drop for WholeFile {
    fn drop(&mut self) {
        if let Some(temporary) = &self.temporary {
            let _ = fs::remove_file(temporary);
        }
    }
}

/// Refuses a path whose folder does not exist, before the work of a run is spent on it.
pub(crate) fn check_folder(path: &Path) -> Result<()> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty());
    if folder.is_some_and(|f| !f.is_dir()) {
        bail!(
            "cannot write `{}`: its folder does not exist; make it first",
            path.display()
        );
    }
    Ok(())
}

/// Writes a whole file at once.
pub(crate) fn write_file(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut file = WholeFile::create(path)?;
    file.write_all(bytes)
        .with_context(|| format!("cannot write `{}`", path.display()))?;
    file.commit()
}
