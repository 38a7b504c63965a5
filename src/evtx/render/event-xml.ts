// An event as XML the way Windows writes it: attributes in single quotes, empty elements as one tag. One event is one
// line: line ends inside values are character references, which readers turn back into the same text. What XML cannot
// carry becomes U+FFFD in values and `_` in names.

import { Mark, type EventElement } from '../../model/event.ts';

/** Characters that no XML 1.0 document may hold, lone surrogates included (F45). */
const INVALID =
  // eslint-disable-next-line no-control-regex -- these are the characters to be found
  /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
// eslint-disable-next-line no-control-regex -- as above
const NEEDS_CARE = /[\0-\x1f&<>'"\ud800-\udfff\ufffe\uffff]/;
const ESCAPES = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ["'", '&apos;'],
  ['"', '&quot;'],
  ['\t', '&#9;'],
  ['\n', '&#10;'],
  ['\r', '&#13;'],
]);

/** The event on one line, without an XML declaration. Depth is bounded by the renderer. */
export function formatEventXml(event: EventElement): string {
  const [name, attributes, text, children] = event;
  const tag = xmlName(name);
  let out = `<${tag}`;
  const used = new Set<string>();
  for (const [key, value] of attributes) {
    const attribute = xmlName(key);
    // A second attribute of the same name would make the whole document unreadable.
    if (used.has(attribute)) continue;
    used.add(attribute);
    out += ` ${attribute}='${escapeXml(value, true)}'`;
  }
  const inside = children.filter((child) => ((child[4] ?? 0) & Mark.Omitted) === 0);
  if (text === '' && inside.length === 0) return `${out}/>`;
  out += `>${escapeXml(text, false)}`;
  for (const child of inside) out += formatEventXml(child);
  return `${out}</${tag}>`;
}

/** Character data of an element or of an attribute in single quotes. */
export function escapeXml(text: string, inAttribute: boolean): string {
  if (!NEEDS_CARE.test(text)) return text;
  return text
    .replace(INVALID, '\ufffd')
    .replace(inAttribute ? /[&<>'"\t\n\r]/g : /[&<>\n\r]/g, (unit) => ESCAPES.get(unit) ?? unit);
}

const NAME_START =
  ':A-Z_a-z\\u00c0-\\u00d6\\u00d8-\\u00f6\\u00f8-\\u02ff\\u0370-\\u037d\\u037f-\\u1fff\\u200c\\u200d\\u2070-\\u218f\\u2c00-\\u2fef\\u3001-\\ud7ff\\uf900-\\ufdcf\\ufdf0-\\ufffd';
// The ranges of the XML grammar hold joiners and combining marks on purpose.
/* eslint-disable no-misleading-character-class */
const VALID_NAME = new RegExp(`^[${NAME_START}][${NAME_START}\\-.0-9\\u00b7\\u0300-\\u036f\\u203f\\u2040]*$`);
const NOT_IN_NAME = new RegExp(`[^${NAME_START}\\-.0-9\\u00b7\\u0300-\\u036f\\u203f\\u2040]`, 'g');
/* eslint-enable no-misleading-character-class */

/** An XML name: characters that no name may hold become `_`. */
export function xmlName(name: string): string {
  if (VALID_NAME.test(name)) return name;
  const safe = name.replace(NOT_IN_NAME, '_');
  return VALID_NAME.test(safe) ? safe : `_${safe}`;
}
