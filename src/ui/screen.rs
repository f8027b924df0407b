//! The terminal that the spinner draws on.

use std::io;

use console::Term;
use indicatif::TermLike;

/// The columns that are left free at the right edge, for the `^C` that the terminal writes at
/// the cursor when the user types Ctrl-C, twice. If it went beyond the edge, it would begin a
/// new line, and half of the spinner's line would stay.
const ECHO: u16 = 4;

/// A terminal that reports a little less than its width.
#[derive(Debug)]
pub(super) struct Screen(Term);

impl Screen {
    pub(super) fn new(term: Term) -> Self {
        Self(term)
    }
}

impl TermLike for Screen {
    fn width(&self) -> u16 {
        self.0.size().1.saturating_sub(ECHO).max(1)
    }

    fn height(&self) -> u16 {
        self.0.size().0
    }

    fn move_cursor_up(&self, n: usize) -> io::Result<()> {
        self.0.move_cursor_up(n)
    }

    fn move_cursor_down(&self, n: usize) -> io::Result<()> {
        self.0.move_cursor_down(n)
    }

    fn move_cursor_right(&self, n: usize) -> io::Result<()> {
        self.0.move_cursor_right(n)
    }

    fn move_cursor_left(&self, n: usize) -> io::Result<()> {
        self.0.move_cursor_left(n)
    }

    fn write_line(&self, s: &str) -> io::Result<()> {
        self.0.write_line(s)
    }

    fn write_str(&self, s: &str) -> io::Result<()> {
        self.0.write_str(s)
    }

    fn clear_line(&self) -> io::Result<()> {
        self.0.clear_line()
    }

    fn flush(&self) -> io::Result<()> {
        self.0.flush()
    }
}
