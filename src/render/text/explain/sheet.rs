//! Lines and columns that fit a terminal: what is too wide goes on in the next line, below where its column began.
//!
//! Elsewhere lines are as long as they are: who reads them there wraps or cuts them.

use unicode_width::UnicodeWidthStr;

/// A column wider than this is not waited for by the others.
const WIDEST_COLUMN: usize = 40;

/// Text is never squeezed into less.
const NARROWEST: usize = 24;

/// A page in the making.
pub(crate) struct Sheet {
    columns: Option<usize>,
    text: String,
}

impl Sheet {
    pub(crate) fn new(columns: Option<usize>) -> Self {
        Self { columns, text: String::new() }
    }

    pub(crate) fn text(self) -> String {
        self.text
    }

    /// Whether it is for a terminal.
    pub(crate) fn is_for_terminal(&self) -> bool {
        self.columns.is_some()
    }

    pub(crate) fn blank(&mut self) {
        self.text.push('\n');
    }

    /// One line, or several where it is too wide; the later ones are indented by two more.
    pub(crate) fn line(&mut self, indent: usize, text: &str) {
        self.hang(&" ".repeat(indent), indent + 2, text);
    }

    /// Rows of which the last column may be wide; the others are aligned.
    pub(crate) fn table(&mut self, indent: usize, rows: &[Vec<String>]) {
        let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
        let widths = (0..columns.saturating_sub(1)).map(|at| width(rows, at)).collect::<Vec<_>>();
        for row in rows {
            let Some((last, heads)) = row.split_last() else { continue };
            let mut head = " ".repeat(indent);
            for (cell, width) in heads.iter().zip(&widths) {
                head.push_str(&padded(cell, *width));
                head.push_str("  ");
            }
            let hang = head.width();
            if self.room().is_some_and(|room| hang > room) {
                self.line(indent, &heads.join("  "));
                self.line(indent + 2, last);
            } else {
                self.hang(&head, hang, last);
            }
        }
    }

    /// A text after its head, with later lines indented.
    fn hang(&mut self, head: &str, indent: usize, text: &str) {
        self.text.push_str(head);
        let mut at = head.width();
        let room = self.room();
        let indent = room.map_or(indent, |room| indent.min(room - NARROWEST));
        let is_cell = !head.trim_start().is_empty();
        for (number, word) in text.split(' ').enumerate() {
            let space = usize::from(number > 0);
            let is_full = room.is_some_and(|room| at + space + word.width() > room);
            // Where a line has nothing but its indent yet, the next one has no more room.
            if is_full && at > indent && (is_cell || number > 0) {
                self.trim();
                self.text.push('\n');
                self.text.push_str(&" ".repeat(indent));
                at = indent;
            } else if number > 0 {
                self.text.push(' ');
                at += 1;
            }
            self.text.push_str(word);
            at += word.width();
        }
        self.trim();
        self.text.push('\n');
    }

    fn room(&self) -> Option<usize> {
        self.columns.map(|columns| columns.max(NARROWEST))
    }

    fn trim(&mut self) {
        let end = self.text.trim_end_matches(' ').len();
        self.text.truncate(end);
    }
}

fn width(rows: &[Vec<String>], at: usize) -> usize {
    let cells = rows.iter().filter(|row| at + 1 < row.len()).map(|row| row[at].width());
    cells.filter(|&width| width <= WIDEST_COLUMN).max().unwrap_or(0)
}

fn padded(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.width())))
}

/// A text at the right end of its column.
pub(crate) fn right(text: &str, width: usize) -> String {
    format!("{}{text}", " ".repeat(width.saturating_sub(text.width())))
}

/// Cells of one column, all at its right end.
pub(crate) fn aligned_right(cells: &[String]) -> Vec<String> {
    let width = cells.iter().map(|cell| cell.width()).max().unwrap_or(0);
    cells.iter().map(|cell| right(cell, width)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wide_goes_on_below_its_column() {
        let row = vec!["rack".to_owned(), "one two three four five six seven".to_owned()];
        let mut sheet = Sheet::new(Some(32));
        sheet.table(2, std::slice::from_ref(&row));
        assert_eq!(sheet.text(), "  rack  one two three four five\n        six seven\n");
        let mut sheet = Sheet::new(None);
        sheet.table(2, &[row]);
        assert_eq!(sheet.text(), "  rack  one two three four five six seven\n");
    }

    #[test]
    fn what_has_no_room_beside_its_head_goes_below_it() {
        let mut sheet = Sheet::new(Some(30));
        sheet.table(2, &[vec!["a-longer-name-of-a-node".to_owned(), "lacks `ssd`".to_owned()]]);
        assert_eq!(sheet.text(), "  a-longer-name-of-a-node\n      lacks `ssd`\n");
        let mut sheet = Sheet::new(Some(30));
        sheet.table(2, &[vec!["as many words as the terminal is wide".to_owned(), "and more".to_owned()]]);
        assert_eq!(sheet.text(), "  as many words as the\n    terminal is wide\n    and more\n");
    }

    #[test]
    fn one_column_is_no_trap() {
        let mut sheet = Sheet::new(Some(1));
        sheet.line(4, "a word and another word");
        assert!(sheet.text().lines().count() <= 2);
    }
}
