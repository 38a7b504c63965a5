// The text search through findings: in each one's own facts at once, in its event block by block behind the page's back.
// Rows are only ever appended, so a search goes on where it stopped; another text takes it over.

import type { EventArchive } from './event-archive.ts';
import { searchTerms } from './finding-query.ts';
import type { FindingTable } from './finding-table.ts';

/** How far the search through the events has come. */
export interface SearchProgress {
  readonly looked: number;
  readonly total: number;
}

export class FindingTextSearch {
  readonly #table: FindingTable;
  readonly #archive: EventArchive;
  readonly #found: () => void;
  #progress = $state.raw<SearchProgress | undefined>(undefined);
  #terms: readonly string[] = [];
  /** Bit i: search term i is in the finding's own facts or its event. */
  #masks: Uint8Array = new Uint8Array();
  #factsLooked = 0;
  #eventsLooked = 0;
  #run: Promise<void> | undefined;

  /** `found` is called when events brought terms that were not known of their rows before. */
  constructor(table: FindingTable, archive: EventArchive, found: () => void) {
    this.#table = table;
    this.#archive = archive;
    this.#found = found;
  }

  /** Undefined when no search through events runs. */
  get progress(): SearchProgress | undefined {
    return this.#progress;
  }
  get isAsked(): boolean {
    return this.#terms.length > 0;
  }

  /** Takes another text; the same words go on as they are. */
  ask(text: string): void {
    const terms = searchTerms(text);
    if (terms.join('\n') === this.#terms.join('\n')) return;
    this.#terms = terms;
    this.#masks = new Uint8Array();
    this.#factsLooked = 0;
    this.#eventsLooked = 0;
  }

  /** Whether a row holds every term, as far as has been looked. */
  holds(row: number): boolean {
    return this.#masks[row] === (1 << this.#terms.length) - 1;
  }

  /** Marks the terms that a row's own texts hold, for rows not looked at yet. */
  lookAtFacts(): void {
    const table = this.#table;
    if (this.#terms.length === 0 || this.#factsLooked === table.count) return;
    if (this.#masks.length < table.count) {
      const grown = new Uint8Array(Math.max(table.count, this.#masks.length * 2));
      grown.set(this.#masks);
      this.#masks = grown;
    }
    const masksOf = (texts: readonly string[]): number[] => texts.map((text) => this.#maskOf(text.toLowerCase()));
    const rules = masksOf(table.rules.map((rule) => `${rule.title}\n${rule.id}\n${rule.tags.join('\n')}`));
    const hosts = masksOf(table.hosts);
    const channels = masksOf(table.channels);
    const files = masksOf(table.files);
    for (let row = this.#factsLooked; row < table.count; row++) {
      const own = this.#maskOf(`${table.eventId[row]!}\n${table.recordId[row]!}`);
      this.#masks[row]! |=
        own |
        rules[table.rule[row]!]! |
        hosts[table.host[row]!]! |
        channels[table.channel[row]!]! |
        files[table.file[row]!]!;
    }
    this.#factsLooked = table.count;
  }

  /** Goes on with the search through event texts where it stopped; one run at a time, a new text takes it over. */
  lookAtEvents(): void {
    if (this.#terms.length === 0) this.#progress = undefined;
    if (this.#terms.length === 0 || this.#eventsLooked >= this.#factsLooked || this.#run !== undefined) return;
    this.#run = this.#lookAll().finally(() => {
      this.#run = undefined;
      this.#progress = undefined;
      // The text changed or rows came while the last block was read.
      this.lookAtEvents();
    });
  }

  /** Settles when the search through the events is through; for tests. */
  async done(): Promise<void> {
    await this.#run;
  }

  async #lookAll(): Promise<void> {
    const terms = this.#terms;
    let found = false;
    for await (const { first, masks } of this.#archive.search(terms.map(jsonText), this.#eventsLooked)) {
      // Rows beyond the last refresh have no mask yet; the next refresh goes on with them.
      if (terms !== this.#terms || first + masks.length > this.#factsLooked) break;
      for (let i = 0; i < masks.length; i++) {
        if (masks[i] === 0) continue;
        this.#masks[first + i]! |= masks[i]!;
        found = true;
      }
      this.#eventsLooked = first + masks.length;
      this.#progress = { looked: this.#eventsLooked, total: this.#archive.count };
    }
    if (found) this.#found();
  }

  #maskOf(text: string): number {
    let mask = 0;
    for (let i = 0; i < this.#terms.length; i++) if (text.includes(this.#terms[i]!)) mask |= 1 << i;
    return mask;
  }
}

/** How JSON writes the inside of a string: backslashes of Windows paths are doubled there. */
function jsonText(term: string): string {
  return JSON.stringify(term).slice(1, -1);
}
