// The logon session that is told about above the list of events: found in the logs, with the findings on its events. A
// later session takes over from one that is still being looked for.

import type { EventIndex } from '../pool/event-index.ts';
import type { EventPlace, LogonRef } from './event-list-query.ts';
import { findLogonSession, type LogonSession } from './logon-search.ts';
import { readSearch } from './read-search.ts';

export type { LogonSession, SessionEvent } from './logon-search.ts';

/** Events of a session that are looked through for findings; the list below has all of them. */
const MOST_EVENTS = 5_000;

export class LogonSessionDetail {
  readonly #index: EventIndex;
  #stop = new AbortController();
  #session = $state.raw<LogonSession | undefined>(undefined);
  #places = $state.raw<readonly EventPlace[]>([]);
  #matched = $state(0);
  #isLoading = $state(false);
  #failure = $state.raw<string | undefined>(undefined);

  constructor(index: EventIndex) {
    this.#index = index;
  }

  get session(): LogonSession | undefined {
    return this.#session;
  }
  /** The first events of the session in order of time. */
  get places(): readonly EventPlace[] {
    return this.#places;
  }
  /** Events of the session that are not among `places`. */
  get unlisted(): number {
    return this.#matched - this.#places.length;
  }
  get isLoading(): boolean {
    return this.#isLoading;
  }
  get failure(): string | undefined {
    return this.#failure;
  }

  /** Looks for a session; gives it once it is known, undefined when that failed or another was asked for. */
  async show(ref: LogonRef): Promise<LogonSession | undefined> {
    this.#stop.abort();
    const { signal } = (this.#stop = new AbortController());
    this.#session = undefined;
    this.#places = [];
    this.#matched = 0;
    this.#failure = undefined;
    this.#isLoading = true;
    try {
      const session = await findLogonSession(this.#index, ref, signal);
      signal.throwIfAborted();
      this.#session = session;
      void this.#list(session, signal);
      return session;
    } catch (error) {
      this.#fail(error, signal);
      return undefined;
    }
  }

  /** Stops what is being looked for. */
  close(): void {
    this.#stop.abort();
  }

  async #list(session: LogonSession, signal: AbortSignal): Promise<void> {
    try {
      const read = { latestFirst: false, most: MOST_EVENTS, fields: [] };
      const { rows, matched } = await readSearch(this.#index, [session.query], read, signal);
      signal.throwIfAborted();
      this.#places = rows.map(({ file, offset }) => ({ file, offset }));
      this.#matched = matched;
      this.#isLoading = false;
    } catch (error) {
      this.#fail(error, signal);
    }
  }

  #fail(error: unknown, signal: AbortSignal): void {
    if (signal.aborted) return;
    this.#failure = error instanceof Error ? error.message : String(error);
    this.#isLoading = false;
  }
}
