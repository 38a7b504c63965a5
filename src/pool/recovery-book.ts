// What the surveys of a scan learned, put together so that neither the order in which they come nor the cut of the
// slices can be seen in it. Knows templates as pieces of bytes with a key, and identities not at all.

import type { SliceSurvey, SurveyedTemplate } from '../model/recovery.ts';
import { packTemplates, templateKey, unpackTemplates } from '../model/template-bank.ts';

/** A gap of so many chunks is read along: two runs would cost more. */
const READ_ALONG = 8;

interface SurveyedFile<Kept> {
  /** The first meeting of each template. */
  readonly templates: Map<string, SurveyedTemplate>;
  readonly identities: Kept[];
  readonly chunks: Set<number>;
}

/** `Kept` is how the caller keeps identities: as they are, or where they do not weigh on the page. */
export class RecoveryBook<Kept> {
  readonly #files = new Map<number, SurveyedFile<Kept>>();
  readonly #keep: (identities: Uint32Array<ArrayBuffer>) => Kept;

  constructor(keep: (identities: Uint32Array<ArrayBuffer>) => Kept) {
    this.#keep = keep;
  }

  /** Takes the survey of a slice of the file of rank `rank`; each slice once, in any order. */
  add(rank: number, { templates, identities, chunks }: SliceSurvey): void {
    let file = this.#files.get(rank);
    if (file === undefined) this.#files.set(rank, (file = { templates: new Map(), identities: [], chunks: new Set() }));
    for (const template of templates) {
      const key = templateKey(template.definition);
      const known = file.templates.get(key);
      if (known === undefined || template.chunk < known.chunk) file.templates.set(key, template);
    }
    if (identities.length > 0) file.identities.push(this.#keep(identities));
    for (const chunk of chunks) file.chunks.add(chunk);
  }

  /** Ranks of the files in which something may be recovered, ascending. */
  ranks(): number[] {
    return [...this.#files]
      .filter(([, { chunks }]) => chunks.size > 0)
      .map(([rank]) => rank)
      .sort((a, b) => a - b);
  }

  /** Identities of the allocated records of a file, in the pieces in which they came. */
  identitiesOf(rank: number): readonly Kept[] {
    return this.#files.get(rank)?.identities ?? [];
  }

  /** Template bank of one file. */
  templatesOf(rank: number): Uint8Array<ArrayBuffer> {
    return packTemplates(this.#definitionsOf(rank).values());
  }

  /** Template bank of all files, in the order of their ranks. */
  templates(): Uint8Array<ArrayBuffer> {
    return packTemplates(this.#allDefinitions().values());
  }

  /** `bank` with everything that the files add to it; what is met in a file goes before what was only told. */
  grow(bank: Uint8Array): Uint8Array<ArrayBuffer> {
    const definitions = this.#allDefinitions();
    for (const definition of unpackTemplates(bank) ?? []) {
      const key = templateKey(definition);
      if (!definitions.has(key)) definitions.set(key, definition);
    }
    return packTemplates(definitions.values());
  }

  /** Stretches of chunks of a file that are worth reading again: [first, end), ascending. */
  stretchesOf(rank: number): { readonly first: number; readonly end: number }[] {
    const stretches: { first: number; end: number }[] = [];
    for (const chunk of [...(this.#files.get(rank)?.chunks ?? [])].sort((a, b) => a - b)) {
      const last = stretches.at(-1);
      if (last !== undefined && chunk - last.end < READ_ALONG) last.end = chunk + 1;
      else stretches.push({ first: chunk, end: chunk + 1 });
    }
    return stretches;
  }

  #allDefinitions(): Map<string, Uint8Array> {
    const all = new Map<string, Uint8Array>();
    for (const rank of [...this.#files.keys()].sort((a, b) => a - b)) {
      for (const [key, definition] of this.#definitionsOf(rank)) if (!all.has(key)) all.set(key, definition);
    }
    return all;
  }

  /** By the chunk of their first meeting, then by key. */
  #definitionsOf(rank: number): Map<string, Uint8Array> {
    const templates = [...(this.#files.get(rank)?.templates ?? [])];
    templates.sort(([aKey, a], [bKey, b]) => a.chunk - b.chunk || (aKey < bKey ? -1 : 1));
    return new Map(templates.map(([key, { definition }]) => [key, definition]));
  }
}
