// Whether a recovered event can be one (F63): an Event with a System part that states an id and a time of our days. And
// whether its texts are clean; some real events have control characters too (F45), so that alone refuses nothing.
// Works on the finished tree.

import type { EventElement } from '../../model/event.ts';

const FIRST_YEAR = 2000;
const LAST_YEAR = 2100;

const SUSPICIOUS =
  // Control characters, noncharacters and lone surrogates; and ASCII read one byte off, which gives units like U+6500.
  // eslint-disable-next-line no-control-regex -- control characters are the first sign of misread bytes
  /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]|[\u2000\u2d00-\u2f00\u3000-\u3a00\u4100-\u5a00\u6100-\u7a00]/g;
const ONE_BYTE_OFF = 0xff;

/** True when the tree is an event that Windows could have written. */
export function isPlausibleEvent(event: EventElement): boolean {
  if (event[0] !== 'Event') return false;
  const system = event[3].find((child) => child[0] === 'System');
  if (system === undefined) return false;
  const part = (name: string): EventElement | undefined => system[3].find((child) => child[0] === name);
  const time = part('TimeCreated')?.[1].find((attribute) => attribute[0] === 'SystemTime')?.[1] ?? '';
  const year = /^(\d{4})-\d\d-\d\dT/.exec(time)?.[1];
  if (year === undefined || Number(year) < FIRST_YEAR || Number(year) > LAST_YEAR) return false;
  return /^\d{1,5}$/.test(part('EventID')?.[2] ?? '');
}

/**
 * Number of characters in the event that Windows hardly ever writes, as a sign of bytes that are not its own. Depth is
 * bounded by the renderer.
 */
export function countSuspicious(element: EventElement): number {
  const [, attributes, text, children] = element;
  let count = suspiciousIn(text);
  for (const attribute of attributes) count += suspiciousIn(attribute[1]);
  for (const child of children) count += countSuspicious(child);
  return count;
}

function suspiciousIn(text: string): number {
  let count = 0;
  for (const [unit] of text.matchAll(SUSPICIOUS)) {
    const code = unit.charCodeAt(0);
    if (code < 0x2000 || code >= 0xd800 || (code & ONE_BYTE_OFF) === 0) count++;
  }
  return count;
}
