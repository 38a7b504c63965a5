// What the evidence holds, per host: its logs, its kinds of event, and what was seen of their fields. Knows no rule.

import { foldText } from '../base/fold.ts';
import type { EventKindCount } from '../model/coverage.ts';

/** A kind of event that occurs on some host. Texts are folded. */
export interface EventKind {
  readonly channel: string;
  readonly provider: string;
  readonly eventId: number;
}

/** A kind of event on one host. */
export interface SeenKind {
  /** Number of the kind in `Evidence.kinds`. */
  readonly kind: number;
  count: number;
  /** What slices and files counted of it. */
  readonly parts: EventKindCount[];
}

export interface HostEvidence {
  /** As the first event spells it; '' when events name no computer. */
  readonly computer: string;
  events: number;
  /** Folded. */
  readonly channels: Set<string>;
  /** Most frequent kind first. */
  readonly seen: readonly SeenKind[];
}

export interface Evidence {
  readonly kinds: readonly EventKind[];
  /** In order of their names. */
  readonly hosts: readonly HostEvidence[];
}

/** Puts the counts of all slices and files together. Hosts and logs are the same in any case of letters. */
export function gatherEvidence(counts: readonly EventKindCount[]): Evidence {
  const names = new NameNumbers();
  const kinds: EventKind[] = [];
  /** By channel and event id, then by provider: numbers, because building a text per count took half of the fold. */
  const numbers = new Map<number, Map<number, number>>();
  const hosts = new Map<number, HostEvidence & { readonly byKind: Map<number, SeenKind> }>();
  for (const count of counts) {
    const computer = names.numberOf(count.computer);
    let host = hosts.get(computer);
    if (host === undefined) {
      host = { computer: count.computer, events: 0, channels: new Set(), seen: [], byKind: new Map() };
      hosts.set(computer, host);
    }
    const channel = names.numberOf(count.channel);
    const provider = names.numberOf(count.provider);
    const key = channel * 65_536 + (count.eventId & 0xffff);
    let byProvider = numbers.get(key);
    if (byProvider === undefined) {
      byProvider = new Map();
      numbers.set(key, byProvider);
    }
    let kind = byProvider.get(provider);
    if (kind === undefined) {
      kind = kinds.length;
      kinds.push({ channel: names.texts[channel]!, provider: names.texts[provider]!, eventId: count.eventId });
      byProvider.set(provider, kind);
    }
    let seen = host.byKind.get(kind);
    if (seen === undefined) {
      seen = { kind, count: 0, parts: [] };
      host.byKind.set(kind, seen);
      host.channels.add(names.texts[channel]!);
    }
    host.events += count.count;
    seen.count += count.count;
    seen.parts.push(count);
  }
  return {
    kinds,
    hosts: [...hosts]
      .sort(([a], [b]) => (names.texts[a]! < names.texts[b]! ? -1 : 1))
      .map(([, { computer, events, channels, byKind }]) => ({
        computer,
        events,
        channels,
        seen: [...byKind.values()].sort((a, b) => b.count - a.count || a.kind - b.kind),
      })),
  };
}

/** Numbers for folded texts. */
class NameNumbers {
  readonly texts: string[] = [];
  readonly #folded = new Map<string, number>();
  readonly #asWritten = new Map<string, number>();

  numberOf(text: string): number {
    let number = this.#asWritten.get(text);
    if (number !== undefined) return number;
    const folded = foldText(text);
    number = this.#folded.get(folded);
    if (number === undefined) {
      number = this.texts.push(folded) - 1;
      this.#folded.set(folded, number);
    }
    this.#asWritten.set(text, number);
    return number;
  }
}
