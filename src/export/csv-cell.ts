// One cell of a CSV file: RFC 4180 quoting, and the guard against formulas. Spreadsheets run a cell that starts with
// one of = + - @ (also full width, also after blanks), and events are full of text that attackers chose.
//
// The guard: such a cell gets one apostrophe in front. So does a cell that already starts with apostrophes before such
// a character; therefore one rule reads it back: strip one apostrophe where apostrophes stand before such a character.
// Plain numbers (-5, -1.5) are left alone.

const FORMULA = /^'*[\s\0\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]|^'*[\t\r\n]/;
const NUMBER = /^-?\d+(\.\d+)?$/;

/** The text as a spreadsheet can show it without running it. */
export function guardCell(text: string): string {
  return FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text;
}

/** The text behind guardCell. */
export function unguardCell(cell: string): string {
  return cell.startsWith("'") && FORMULA.test(cell) ? cell.slice(1) : cell;
}

/** Formats a cell: guarded, in quotes where it holds a separator, a quote, a line end or outer blanks. */
export function formatCsvCell(value: string | number): string {
  if (typeof value === 'number') return String(value);
  const guarded = guardCell(value);
  // Semicolon and tab are separators of other dialects: a reader that guesses must not be led to guess them.
  return /[",;\t\r\n]|^\s|\s$/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
}

/** Formats a row without the line end. */
export function formatCsvCells(values: readonly (string | number)[]): string {
  return values.map(formatCsvCell).join(',');
}
