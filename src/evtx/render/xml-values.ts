// Single values of a log as XML character data, as UTF-8 bytes without a string in between: the canonical text of
// model/value-text.ts, escaped as event-xml.ts does. Knows nothing of shapes; xml-lines-writer.ts drives it.

import { ValueType } from '../../model/shape.ts';
import { writeValueAscii } from '../../model/value-text.ts';
import { escapeRules, replace, writeAnsi, writeUnits } from './escape-bytes.ts';

const REPLACEMENT = '\ufffd';
const controls = Array.from({ length: 0x1f }, (_, i): [number, string] => [i + 1, REPLACEMENT]);
const CONTENT = new Map([
  ...controls,
  [9, '\t'],
  [10, '&#10;'],
  [13, '&#13;'],
  [38, '&amp;'],
  [60, '&lt;'],
  [62, '&gt;'],
] as const);
const CONTENT_ESCAPES = escapeRules(CONTENT, true);
const ATTRIBUTE_ESCAPES = escapeRules(
  new Map([...CONTENT, [9, '&#9;'], [34, '&quot;'], [39, '&apos;']] as const),
  true,
);

/**
 * Writes a value as element content or, with `inAttribute`, between single quotes. Gives the end position, which is `at`
 * for an empty text, -1 for arrays and fragments.
 */
export function writeXmlValue(
  bytes: Uint8Array,
  view: DataView,
  type: number,
  offset: number,
  length: number,
  inAttribute: boolean,
  out: Uint8Array,
  outView: DataView,
  at: number,
): number {
  switch (type) {
    case ValueType.String:
      return writeXmlText(view, offset, offset + (length & ~1), inAttribute, out, outView, at);
    case ValueType.AnsiString:
      return writeAnsi(view, offset, offset + length, out, at, inAttribute ? ATTRIBUTE_ESCAPES : CONTENT_ESCAPES);
    case ValueType.BinXml:
      return -1;
    default:
      if ((type & ValueType.Array) !== 0) return -1;
      // None of these texts holds a character that needs an escape.
      return writeValueAscii(bytes, view, type, offset, length, outView, at);
  }
}

/** Writes UTF-16LE bytes [start, end) up to the first NUL; see writeJsonText. */
export function writeXmlText(
  view: DataView,
  start: number,
  end: number,
  inAttribute: boolean,
  out: Uint8Array,
  outView: DataView,
  at: number,
): number {
  if (inAttribute) return writeUnits(view, start, end, out, at, ATTRIBUTE_ESCAPES);
  const lastFour = end - 8;
  let place = at | 0;
  let i = start | 0;
  while (i <= lastFour) {
    const low = view.getInt32(i, true);
    const high = view.getInt32(i + 4, true);
    if (((low | high) & 0xff80_ff80) !== 0) break;
    const four = ((low | (low >>> 8)) & 0xffff) | ((high | (high >>> 8)) << 16);
    // Controls, `&` (with `'` beside it, which needs nothing), `<` and `>`.
    const found =
      ((four - 0x2020_2020) |
        (((four | 0x0101_0101) ^ 0x2727_2727) - 0x0101_0101) |
        (((four | 0x0202_0202) ^ 0x3e3e_3e3e) - 0x0101_0101)) &
      0x8080_8080;
    outView.setInt32(place, four, true);
    if (found === 0) {
      place = (place + 4) | 0;
      i = (i + 8) | 0;
      continue;
    }
    const plain = (31 - Math.clz32(found & -found)) >> 3;
    const unit = (four >>> (8 * plain)) & 0x7f;
    if (unit === 0) return place + plain;
    place = replace(CONTENT_ESCAPES, unit, out, place + plain) | 0;
    i = (i + 2 * plain + 2) | 0;
  }
  return i < end ? writeUnits(view, i, end, out, place, CONTENT_ESCAPES) : place;
}
