// The event id: the one System value that routing needs as a number.

import type { FieldKey } from '../model/field-key.ts';

/** Key of System/EventID in rules. */
export const EVENT_ID_FIELD = 'eventid' as FieldKey;

/** Event id of events whose EventID is no number: no rule that names ids accepts it. */
export const NO_EVENT_ID = -1;

/** The event id of a text: decimal, low 16 bits (the upper half are qualifiers). */
export function eventIdOfText(text: string): number {
  return /^\d{1,10}$/.test(text) ? Number(text) % 65_536 : NO_EVENT_ID;
}
