// Case folding of UTF-16 units. This table is the product's definition of "case-insensitive": rules, the reference
// interpreter, the engine and the search bar all use it, so they cannot disagree.

const UNITS = 65_536;

/**
 * Lower case of every UTF-16 unit that has a lower case of one unit, else the unit itself. Final sigma folds to sigma,
 * so that both spellings meet. Surrogates do not fold, nothing is locale dependent, nothing is normalised.
 */
export const FOLD: Uint16Array = buildFold();

function buildFold(): Uint16Array {
  const table = new Uint16Array(UNITS);
  for (let unit = 0; unit < UNITS; unit++) {
    table[unit] = unit;
    if (unit >= 0xd800 && unit <= 0xdfff) continue;
    const lower = String.fromCharCode(unit).toLowerCase();
    if (lower.length === 1) table[unit] = lower.charCodeAt(0);
  }
  table[0x03c2] = 0x03c3;
  return table;
}

/** Folds a string unit by unit; the result has the same length. */
export function foldText(text: string): string {
  let plain = true;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (FOLD[unit] !== unit) {
      plain = false;
      break;
    }
  }
  if (plain) return text;
  const units = new Uint16Array(text.length);
  for (let i = 0; i < text.length; i++) units[i] = FOLD[text.charCodeAt(i)] ?? 0;
  return textOfUnits(units, 0, units.length);
}

/** Text of units [start, end); lone surrogates are kept. */
export function textOfUnits(units: Uint16Array, start: number, end: number): string {
  // fromCharCode.apply has an argument limit that differs between browsers; 8,192 is below all of them.
  let text = '';
  for (let at = start; at < end; at += 8_192) {
    text += String.fromCharCode.apply(null, units.subarray(at, Math.min(end, at + 8_192)) as unknown as number[]);
  }
  return text;
}
