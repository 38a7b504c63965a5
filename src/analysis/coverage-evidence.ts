// What the evidence holds, per host: its logs, its kinds of event, and what was seen of their fields. Knows no rule.

import { foldText } from '../base/fold.ts';
import type { EventKindCount } from '../model/coverage.ts';
import type { FieldKey } from '../model/field-key.ts';

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
  /** Lists of fields, one per slice that saw some; both empty where the scan did not look at fields. */
  readonly present: (readonly FieldKey[])[];
  readonly filled: (readonly FieldKey[])[];
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
  const fold = foldOnce();
  const kinds: EventKind[] = [];
  const kindNumbers = new Map<string, number>();
  const hosts = new Map<string, HostEvidence & { readonly byKind: Map<number, SeenKind> }>();
  for (const count of counts) {
    const name = fold(count.computer);
    let host = hosts.get(name);
    if (host === undefined) {
      host = { computer: count.computer, events: 0, channels: new Set(), seen: [], byKind: new Map() };
      hosts.set(name, host);
    }
    const channel = fold(count.channel);
    const provider = fold(count.provider);
    // Channels and providers are untrusted texts: the number first, and a length, keep keys apart.
    const key = `${count.eventId}/${channel.length}/${channel}/${provider}`;
    let kind = kindNumbers.get(key);
    if (kind === undefined) {
      kind = kinds.length;
      kinds.push({ channel, provider, eventId: count.eventId });
      kindNumbers.set(key, kind);
    }
    let seen = host.byKind.get(kind);
    if (seen === undefined) {
      seen = { kind, count: 0, present: [], filled: [] };
      host.byKind.set(kind, seen);
    }
    host.events += count.count;
    host.channels.add(channel);
    seen.count += count.count;
    if (count.fieldsPresent !== undefined) seen.present.push(count.fieldsPresent);
    if (count.fieldsFilled !== undefined) seen.filled.push(count.fieldsFilled);
  }
  return {
    kinds,
    hosts: [...hosts]
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
      .map(([, { computer, events, channels, byKind }]) => ({
        computer,
        events,
        channels,
        seen: [...byKind.values()].sort((a, b) => b.count - a.count || a.kind - b.kind),
      })),
  };
}

/** foldText with a memory: thousands of counts name the same few texts. */
function foldOnce(): (text: string) => string {
  const known = new Map<string, string>();
  return (text) => {
    let folded = known.get(text);
    if (folded === undefined) {
      folded = foldText(text);
      known.set(text, folded);
    }
    return folded;
  };
}
