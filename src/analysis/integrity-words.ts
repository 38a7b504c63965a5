// What the facts about the integrity of the logs mean, in words: for the overview and the report.

import { formatCount, formatPlural } from '../base/number-text.ts';
import type { IntegrityFact, IntegrityKind } from './integrity-facts.ts';

/** What happened (with its number), and what it means for the reader. `grave`: events may be missing or false. */
export const INTEGRITY_WORDS: Readonly<
  Record<IntegrityKind, { readonly what: (count: number) => string; readonly means: string; readonly grave: boolean }>
> = {
  'log-cleared': {
    what: (count) => `A log was cleared ${count === 1 ? 'once' : `${formatCount(count)} times`}`,
    means: 'What stood in it before is gone; look for forwarded copies and deleted records.',
    grave: true,
  },
  lost: {
    what: (count) => `${formatPlural(count, 'record')} could not be read`,
    means: 'Look for another copy of these logs.',
    grave: true,
  },
  'record-gap': {
    what: (count) => `${formatPlural(count, 'break')} in the record numbers`,
    means: 'Records may have been taken out, or the log was put together from several.',
    grave: true,
  },
  'chunk-unreadable': {
    what: (count) => `${formatPlural(count, 'chunk')} of 64 KiB could not be read`,
    means: 'Damaged or overwritten; about 60 records each.',
    grave: true,
  },
  checksum: {
    what: (count) => formatPlural(count, 'wrong checksum'),
    means: 'Read all the same. Usual for copies of a live log; otherwise damage or tampering.',
    grave: false,
  },
  torn: {
    what: (count) => formatPlural(count, 'torn record'),
    means: 'Only their first part could be read and judged.',
    grave: true,
  },
  'clock-backwards': {
    what: (count) => `Time runs backwards ${count === 1 ? 'once' : `${formatCount(count)} times`}`,
    means: 'The clock was set back, or records were put in: trust record numbers more than times.',
    grave: true,
  },
  'clock-set': {
    what: (count) => `The clock was set ${count === 1 ? 'once' : `${formatCount(count)} times`}`,
    means: 'Mostly time synchronisation; large steps make times before and after hard to compare.',
    grave: false,
  },
  resynced: {
    what: (count) => `${formatPlural(count, 'record')} found by searching after damage`,
    means: 'Complete, and judged like the others.',
    grave: false,
  },
  recovered: {
    what: (count) => `${formatPlural(count, 'deleted record')} recovered`,
    means: 'From unallocated space; shown and counted apart.',
    grave: false,
  },
};

/** Places named in a line; the rest is counted. */
const NAMED = 3;

/** The hosts or files of a fact, the first few by name. Untrusted. */
export function nameIntegrityPlaces({ places }: IntegrityFact): string {
  const named = places.slice(0, NAMED).map((place) => (place === '' ? '(no name)' : place));
  const left = places.length - named.length;
  return left > 0 ? `${named.join(', ')} and ${formatCount(left)} more` : named.join(', ');
}
