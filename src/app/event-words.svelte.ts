// Titles of events and meanings of coded values, loaded when they are first wanted (50 KB packed). Until then, and where
// nothing is known, there is none: lists show the bare numbers.

import type { EventCatalogue, ValueContext } from '../model/event-catalogue.ts';

export class EventWords {
  readonly #load: () => Promise<EventCatalogue>;
  #catalogue = $state.raw<EventCatalogue | undefined>(undefined);
  #loading: Promise<void> | undefined;

  constructor(load: () => Promise<EventCatalogue>) {
    this.#load = load;
  }

  /** Loads the tables once; a failed load is tried again at the next call. Never rejects: the words are an extra. */
  load(): Promise<void> {
    this.#loading ??= this.#load().then(
      (catalogue) => {
        this.#catalogue = catalogue;
      },
      () => {
        this.#loading = undefined;
      },
    );
    return this.#loading;
  }

  titleOf(channel: string, provider: string, eventId: number): string | undefined {
    return this.#catalogue?.titleOf(channel, provider, eventId);
  }

  meaningOf(field: string, value: string, context: ValueContext): string | undefined {
    return this.#catalogue?.meaningOf(field, value, context);
  }
}
