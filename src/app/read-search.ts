// Asks the events of a case one question and reads the first answers. The view is closed whatever happens.

import type { EventRow } from '../model/event-search.ts';
import type { EventIndex } from '../pool/event-index.ts';

/** The events that all terms hold for, by time, and how many there are. Empty terms are passed over; rejects when aborted. */
export async function readSearch(
  index: EventIndex,
  terms: readonly string[],
  read: { readonly latestFirst: boolean; readonly most: number; readonly fields: readonly string[] },
  signal: AbortSignal,
): Promise<{ readonly rows: readonly EventRow[]; readonly matched: number }> {
  signal.throwIfAborted();
  const query = terms.filter((term) => term !== '').join(' ');
  const view = index.search({ query, sort: { by: 'time', descending: read.latestFirst } }, () => undefined);
  const stop = (): void => view.cancel();
  signal.addEventListener('abort', stop, { once: true });
  try {
    const { matched } = await view.done;
    signal.throwIfAborted();
    return { rows: await view.rows(0, read.most, read.fields), matched };
  } finally {
    signal.removeEventListener('abort', stop);
    view.close();
  }
}
