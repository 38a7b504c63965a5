// The process tree around one event: its ancestors up to where the logs end, and children as they are asked for. Built
// step by step from searches; a later event takes over from one whose tree is still being built.

import type { EventField } from '../analysis/event-fields.ts';
import { startOf, startSourceOf } from '../analysis/process-start.ts';
import type { EventIndex } from '../pool/event-index.ts';
import type { EventPlace } from './event-list-query.ts';
import { findByGuid, findChildren, findParent, type FoundStart, type ProcessStart } from './process-search.ts';

/** What the tree begins at. */
export interface ProcessSeed {
  readonly provider: string;
  readonly eventId: number;
  readonly time: string;
  readonly computer: string;
  readonly fields: readonly EventField[];
  readonly place: EventPlace | undefined;
}

/** A process of the tree. */
export interface ProcessNode {
  readonly key: string;
  readonly depth: number;
  readonly start: ProcessStart;
  readonly time: string;
  /** Undefined for a parent that is only told by its child: its own start is not in the logs. */
  readonly place: EventPlace | undefined;
  /** The process of the event. */
  readonly isSeed: boolean;
  readonly isOpen: boolean;
  readonly isLoading: boolean;
  /** Children that are not listed. */
  readonly more: number;
}

interface Entry {
  readonly key: string;
  readonly found: FoundStart | undefined;
  readonly start: ProcessStart;
  readonly isSeed: boolean;
  children: Entry[] | undefined;
  isOpen: boolean;
  isLoading: boolean;
  more: number;
}

/** Ancestors that are looked for: real trees have fewer than ten, made-up ones may go round. */
const MOST_ANCESTORS = 24;
/** Processes of one tree; beyond, nothing more is opened. */
const MOST_ENTRIES = 2_000;

export class ProcessTree {
  readonly #index: EventIndex;
  #stop = new AbortController();
  #root: Entry | undefined;
  #nodes = $state.raw<readonly ProcessNode[]>([]);
  #isLoading = $state(false);
  #failure = $state.raw<string | undefined>(undefined);
  #entries = 0;

  constructor(index: EventIndex) {
    this.#index = index;
  }

  /** Whether an event belongs to a process whose start can be looked for. */
  static hasTree(seed: Pick<ProcessSeed, 'provider' | 'eventId' | 'fields'>): boolean {
    return startSourceOf(seed.provider, seed.eventId) !== undefined || guidOf(seed.fields) !== '';
  }

  /** Lines of the tree from the oldest ancestor down. */
  get nodes(): readonly ProcessNode[] {
    return this.#nodes;
  }
  get isLoading(): boolean {
    return this.#isLoading;
  }
  get failure(): string | undefined {
    return this.#failure;
  }

  /** Builds the tree of an event: ancestors one by one, then the children of the process itself. */
  async show(seed: ProcessSeed): Promise<void> {
    const signal = this.#restart();
    await this.#guard(signal, async () => {
      const found = await this.#seedOf(seed, signal);
      if (found === undefined) return;
      let top = this.#entry(found, found.start, true);
      const seed0 = top;
      this.#root = top;
      this.#publish();
      const met = new Set([top.key]);
      for (let level = 0, child = found; level < MOST_ANCESTORS; level++) {
        const parent = await findParent(this.#index, child, signal);
        signal.throwIfAborted();
        const above = parent === undefined ? this.#told(child.start, level) : this.#entry(parent, parent.start, false);
        if (above === undefined || met.has(above.key)) break;
        met.add(above.key);
        above.children = [top];
        above.isOpen = true;
        this.#root = top = above;
        this.#publish();
        if (parent === undefined) break;
        child = parent;
      }
      await this.#open(seed0, signal);
    });
  }

  /** Opens a process (its children are looked for once) or closes it. */
  async toggle(key: string): Promise<void> {
    const entry = this.#find(key);
    if (entry === undefined || entry.isLoading) return;
    const { signal } = this.#stop;
    if (entry.isOpen) {
      entry.isOpen = false;
      this.#publish();
    } else await this.#guard(signal, () => this.#open(entry, signal));
  }

  /** Stops what is being looked for. */
  close(): void {
    this.#stop.abort();
  }

  #restart(): AbortSignal {
    this.#stop.abort();
    this.#stop = new AbortController();
    this.#root = undefined;
    this.#entries = 0;
    this.#failure = undefined;
    this.#publish();
    return this.#stop.signal;
  }

  async #guard(signal: AbortSignal, work: () => Promise<void>): Promise<void> {
    this.#isLoading = true;
    try {
      await work();
    } catch (error) {
      if (!signal.aborted) this.#failure = error instanceof Error ? error.message : String(error);
    } finally {
      if (this.#stop.signal === signal) {
        this.#isLoading = false;
        this.#publish();
      }
    }
  }

  async #seedOf(seed: ProcessSeed, signal: AbortSignal): Promise<FoundStart | undefined> {
    const source = startSourceOf(seed.provider, seed.eventId);
    const { place, time, computer, fields } = seed;
    if (source === undefined) return findByGuid(this.#index, guidOf(fields), computer, signal);
    const start = startOf(source, (name) => valueOf(fields, name));
    return { source, place: place ?? { file: -1, offset: -1 }, time, computer, start };
  }

  async #open(entry: Entry, signal: AbortSignal): Promise<void> {
    if (entry.found === undefined || this.#entries >= MOST_ENTRIES) return;
    // An ancestor has one child so far, the one that led to it: the others are looked for now.
    const known = entry.children ?? [];
    entry.isOpen = true;
    entry.isLoading = true;
    this.#publish();
    try {
      const { found, matched } = await findChildren(this.#index, entry.found, signal);
      signal.throwIfAborted();
      const kept = new Map(known.map((child) => [child.key, child]));
      // A process that the logs make its own ancestor stands once.
      const fresh = found.filter((child) => kept.has(keyOf(child)) || this.#find(keyOf(child)) === undefined);
      const children = fresh.map((child) => kept.get(keyOf(child)) ?? this.#entry(child, child.start, false));
      const missing = known.filter(({ key }) => !children.some((child) => child.key === key));
      entry.children = [...children, ...missing];
      entry.more = Math.max(0, matched - found.length);
    } finally {
      entry.isLoading = false;
      if (this.#stop.signal === signal) this.#publish();
    }
  }

  #entry(found: FoundStart | undefined, start: ProcessStart, isSeed: boolean, key?: string): Entry {
    this.#entries++;
    const name = key ?? (found === undefined ? '' : keyOf(found));
    return { key: name, found, start, isSeed, children: undefined, isOpen: false, isLoading: false, more: 0 };
  }

  /** A parent of which only its child tells. */
  #told(child: ProcessStart, level: number): Entry | undefined {
    if (child.parentImage === '' && child.parentId === '') return undefined;
    const start: ProcessStart = {
      guid: child.parentGuid,
      parentGuid: '',
      id: child.parentId,
      parentId: '',
      image: child.parentImage,
      commandLine: child.parentCommandLine,
      user: '',
      parentImage: '',
      parentCommandLine: '',
    };
    return this.#entry(undefined, start, false, `told ${String(level)}`);
  }

  #find(key: string): Entry | undefined {
    const stack = this.#root === undefined ? [] : [this.#root];
    for (let entry = stack.pop(); entry !== undefined; entry = stack.pop()) {
      if (entry.key === key) return entry;
      if (entry.children !== undefined) stack.push(...entry.children);
    }
    return undefined;
  }

  #publish(): void {
    const nodes: ProcessNode[] = [];
    const stack = this.#root === undefined ? [] : [{ entry: this.#root, depth: 0 }];
    for (let next = stack.pop(); next !== undefined && nodes.length < MOST_ENTRIES; next = stack.pop()) {
      const { entry, depth } = next;
      const { key, start, found, isSeed, isOpen, isLoading, more } = entry;
      const place = found === undefined || found.place.file < 0 ? undefined : found.place;
      nodes.push({ key, depth, start, time: found?.time ?? '', place, isSeed, isOpen, isLoading, more });
      if (!isOpen || entry.children === undefined) continue;
      for (let i = entry.children.length - 1; i >= 0; i--) stack.push({ entry: entry.children[i]!, depth: depth + 1 });
    }
    this.#nodes = nodes;
  }
}

function keyOf({ place }: FoundStart): string {
  return `${String(place.file)}:${String(place.offset)}`;
}

function guidOf(fields: readonly EventField[]): string {
  return valueOf(fields, 'ProcessGuid');
}

function valueOf(fields: readonly EventField[], name: string): string {
  return fields.find((field) => field.section !== 'System' && field.name === name)?.value ?? '';
}
