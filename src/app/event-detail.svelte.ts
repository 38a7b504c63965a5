// The event that the detail pane shows, read from its file: its fields, what they hide when decoded, and the script it
// is a part of. The event before stays until the next is read, so that stepping does not flicker.

import type { EventField } from '../analysis/event-fields.ts';
import { listEventFields } from '../analysis/event-fields.ts';
import type { JoinedScript, ScriptPart } from '../analysis/decode-script.ts';
import { joinScript } from '../analysis/decode-script.ts';
import { fieldKeyOf } from '../model/field-key.ts';
import type { EventElement } from '../model/event.ts';
import type { EventIndex } from '../pool/event-index.ts';
import type { DecodedPart } from './event-detail-decode.ts';
import { decodeFields } from './event-detail-decode.ts';
import type { EventPlace } from './event-list-query.ts';
import { formatTerm } from './search-term.ts';

export type { DecodedPart } from './event-detail-decode.ts';

export interface EventDetailView {
  readonly place: EventPlace;
  readonly event: EventElement;
  readonly fields: readonly EventField[];
  readonly time: string;
  readonly eventId: number;
  readonly level: number;
  readonly channel: string;
  readonly provider: string;
  readonly computer: string;
  readonly recordId: string;
}

/** Parts of a script that are read; a script of a megabyte has about 60. */
const MAX_SCRIPT_PARTS = 500;

export class EventDetail {
  readonly #index: EventIndex;
  #view = $state.raw<EventDetailView | undefined>(undefined);
  #decoded = $state.raw<readonly DecodedPart[]>([]);
  #script = $state.raw<JoinedScript | undefined>(undefined);
  #copies = $state.raw<readonly EventPlace[]>([]);
  #isMissing = $state(false);
  #failure = $state.raw<string | undefined>(undefined);
  #wanted = 0;

  constructor(index: EventIndex) {
    this.#index = index;
  }

  get view(): EventDetailView | undefined {
    return this.#view;
  }
  get decoded(): readonly DecodedPart[] {
    return this.#decoded;
  }
  /** The whole script of which the event holds a part; undefined for other events and while it is put together. */
  get script(): JoinedScript | undefined {
    return this.#script;
  }
  /** Where else the same record is in the evidence. */
  get copies(): readonly EventPlace[] {
    return this.#copies;
  }
  /** The event's file cannot be read, or there is no record at that place. */
  get isMissing(): boolean {
    return this.#isMissing;
  }
  get failure(): string | undefined {
    return this.#failure;
  }

  /** Shows an event; a later call takes over from one that is still loading. */
  async show(place: EventPlace): Promise<void> {
    const wanted = ++this.#wanted;
    this.#failure = undefined;
    this.#isMissing = false;
    try {
      const sources = this.#index.loadSources(place.file, place.offset);
      const event = await this.#index.loadEvent(place.file, place.offset);
      if (wanted !== this.#wanted) return;
      this.#decoded = [];
      this.#copies = [];
      this.#script = undefined;
      if (event === undefined) {
        this.#view = undefined;
        this.#isMissing = true;
        return;
      }
      const view = describe(place, event);
      this.#view = view;
      const copies = (await sources).filter(({ file, offset }) => file !== place.file || offset !== place.offset);
      if (wanted !== this.#wanted) return;
      this.#copies = copies;
      const decoded = await decodeFields(view.fields);
      if (wanted !== this.#wanted) return;
      this.#decoded = decoded;
      const script = await this.#joinScript(view);
      if (wanted === this.#wanted) this.#script = script;
    } catch (error) {
      if (wanted === this.#wanted) this.#failure = error instanceof Error ? error.message : String(error);
    }
  }

  async #joinScript(view: EventDetailView): Promise<JoinedScript | undefined> {
    const id = valueOf(view.fields, 'ScriptBlockId');
    const total = Number(valueOf(view.fields, 'MessageTotal'));
    if (view.eventId !== 4104 || id === '' || !(total > 1)) return undefined;
    const query = `eventid:4104 ${formatTerm('ScriptBlockId', id)}`;
    const search = this.#index.search({ query, sort: { by: 'recordId', descending: false } }, () => undefined);
    try {
      await search.done;
      const rows = await search.rows(0, Math.min(MAX_SCRIPT_PARTS, Math.max(1, 2 * total)), []);
      const parts: ScriptPart[] = [];
      for (const row of rows) {
        const event = await this.#index.loadEvent(row.file, row.offset);
        if (event !== undefined) parts.push(scriptPart(listEventFields(event)));
      }
      return joinScript(parts);
    } finally {
      search.close();
    }
  }
}

function scriptPart(fields: readonly EventField[]): ScriptPart {
  return {
    number: Number(valueOf(fields, 'MessageNumber')),
    total: Number(valueOf(fields, 'MessageTotal')),
    text: valueOf(fields, 'ScriptBlockText'),
  };
}

function describe(place: EventPlace, event: EventElement): EventDetailView {
  const fields = listEventFields(event);
  const system = (key: string): string =>
    fields.find((field) => field.section === 'System' && field.keys.includes(key))?.value ?? '';
  return {
    place,
    event,
    fields,
    time: system('timecreatedsystemtime'),
    eventId: Number(system('eventid')) || 0,
    level: Number(system('level')) || 0,
    channel: system('channel'),
    provider: system('providername'),
    computer: system('computer'),
    recordId: system('eventrecordid'),
  };
}

function valueOf(fields: readonly EventField[], name: string): string {
  const key: string = fieldKeyOf(name);
  return fields.find((field) => field.section !== 'System' && field.keys.includes(key))?.value ?? '';
}
