// Values as evtx_dump writes them in JSON, shared by its two dialects: bare integers and booleans, GUIDs in upper case
// without braces, times with six digits, everything else a string. Facts: docs/dialects.md.

import { Mark } from '../../model/event.ts';

/** A lone surrogate: half of a pair without its other half. */
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
const ANY_SURROGATE = /[\ud800-\udfff]/;

// eslint-disable-next-line no-control-regex -- control characters that JSON writes as four hex digits
const HEX_CONTROL = /[\0-\x07\x0b\x0e-\x1f]/;

/**
 * A JSON string. Lone surrogates become U+FFFD: many JSON readers refuse the whole line otherwise. Control characters
 * have upper-case hex digits, as evtx_dump writes them.
 */
export function formatJsonString(text: string): string {
  const json = JSON.stringify(ANY_SURROGATE.test(text) ? text.replace(LONE_SURROGATE, '\ufffd') : text);
  if (!HEX_CONTROL.test(text)) return json;
  return json.replace(/\\(?:u00([01][0-9a-f])|.)/g, (escape, digits: string | undefined) =>
    digits === undefined ? escape : `\\u00${digits.toUpperCase()}`,
  );
}

/** Time text cut or filled to six digits. */
function sixDigits(time: string): string {
  return time.length === 28 ? `${time.slice(0, 26)}Z` : time.length === 24 ? `${time.slice(0, 23)}000Z` : time;
}

/** Canonical text with its marks as evtx_dump spells it. */
export function dialectText(text: string, marks: number | undefined): string {
  if (marks === undefined || marks === 0) return text;
  if ((marks & Mark.Guid) !== 0) return text.slice(1, -1).toUpperCase();
  if ((marks & Mark.Time) !== 0) return sixDigits(text);
  if ((marks & Mark.Real) !== 0 && /^-?\d+$/.test(text)) return `${text}.0`;
  return text;
}

/** A text with its marks as a JSON value: a bare number or boolean, or a string. */
export function formatDialectScalar(text: string, marks: number | undefined): string {
  if (marks !== undefined && (marks & (Mark.Integer | Mark.Boolean)) !== 0) return text;
  return formatJsonString(dialectText(text, marks));
}
