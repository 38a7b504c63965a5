// What routing knows of an event: who wrote it, where, and its number. Names are interned per worker.

import type { FieldKey } from '../model/field-key.ts';

/** Key of System/EventID in rules. */
export const EVENT_ID_FIELD = 'eventid' as FieldKey;

/** Kind of an event within one matcher: numbers are positions in its name tables. */
export interface EventKind {
  readonly channel: number;
  readonly provider: number;
  readonly eventId: number;
}

/** The event id of a text: decimal, low 16 bits (the upper half are qualifiers); 0 where it is no number. */
export function eventIdOfText(text: string): number {
  return /^\d{1,10}$/.test(text) ? Number(text) & 0xffff : 0;
}
