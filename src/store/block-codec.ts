// A block of findings as bytes and back. Rules, files, channels and computers are written once per block; events come
// last and are parsed only when somebody looks at them, because as objects they take ten times their bytes.
// The format is described in docs/store-schema.md; a change there is a new block version here.

import type { EventElement, RecordClass } from '../model/event.ts';
import { ENTITIES_VERSION, entitiesOf, type FindingEntities } from '../model/finding-entities.ts';
import { findingKeyOf, type Finding, type FindingBlock, type FindingKey } from '../model/finding.ts';
import type { RuleLevel } from '../model/rule-set.ts';
import { maskBytes } from '../base/mask.ts';

export const BLOCK_VERSION = 1;
/** Findings per block at most. */
export const BLOCK_FINDINGS = 1_000;
/** A block is closed once its events have this many UTF-16 units, so that encoding it stays far below 50 ms. */
export const BLOCK_UNITS = 1_024 * 1_024;

type RuleEntry = readonly [id: string, hash: string, title: string, level: RuleLevel, tags: readonly string[]];

type Row = readonly [
  rule: number,
  file: number,
  offset: number,
  size: number,
  recordClass: number,
  recordId: string,
  time: string,
  channel: number,
  provider: number,
  eventId: number,
  computer: number,
  event: number,
  /** 0 when the key follows from the row. */
  key: string | 0,
  joined: number | null,
  correlation: Finding['correlation'] | null,
  /** Only where the record was recovered or `more` follows; null where it was not. */
  recovered?: Finding['recovered'] | null,
  /** Facts that few findings have, by name; later ones go here too, so that older blocks stay readable. */
  more?: Pick<Finding, 'joinedFile' | 'joinedValues'>,
];

interface Head {
  readonly version: number;
  readonly rules: readonly RuleEntry[];
  readonly texts: readonly string[];
  readonly rows: readonly Row[];
  /** Bytes of each event, in the order in which they follow the head. */
  readonly events: readonly number[];
  /** What each event names; older blocks lack it. */
  readonly entities?: {
    readonly version: number;
    readonly rows: readonly (readonly [user: number, process: number, address: number])[];
  };
}

export interface EncodedBlock {
  /** How many of the findings the block holds: at most 1,000, fewer where events are large. */
  readonly count: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Encodes findings from `start` on until a block is full. Takes at least one. */
export function encodeBlock(findings: readonly Finding[], start: number, seed: number): EncodedBlock {
  const rules = createTable<RuleEntry>();
  const texts = createTable<string>();
  const events = createTable<string>();
  const entities: (readonly [number, number, number])[] = [];
  const rows: Row[] = [];
  let units = 0;
  const end = Math.min(findings.length, start + BLOCK_FINDINGS);
  for (let i = start; i < end && units < BLOCK_UNITS; i++) {
    const finding = findings[i]!;
    const { ruleId, ruleHash, ruleTitle, level, tags } = finding;
    const eventText = JSON.stringify(finding.event);
    // One record that several rules match is several findings with one event.
    if (!events.has(eventText)) {
      units += eventText.length;
      const { user, process, address } = entitiesOf(finding.event);
      entities.push([texts.add(user, user), texts.add(process, process), texts.add(address, address)]);
    }
    rows.push([
      rules.add(JSON.stringify([ruleId, ruleHash, ruleTitle, level, tags]), [ruleId, ruleHash, ruleTitle, level, tags]),
      texts.add(finding.file, finding.file),
      finding.offset,
      finding.size,
      texts.add(finding.recordClass, finding.recordClass),
      finding.recordId,
      finding.time,
      texts.add(finding.channel, finding.channel),
      texts.add(finding.provider, finding.provider),
      finding.eventId,
      texts.add(finding.computer, finding.computer),
      events.add(eventText, eventText),
      finding.key === findingKeyOf(finding, ruleId, finding.file) ? 0 : finding.key,
      finding.joined ?? null,
      finding.correlation ?? null,
      ...rareColumns(finding),
    ]);
  }
  const bytes = joinParts(
    {
      version: BLOCK_VERSION,
      rules: rules.items,
      texts: texts.items,
      rows,
      entities: { version: ENTITIES_VERSION, rows: entities },
    },
    events.items,
  );
  maskBytes(bytes, seed);
  return { count: rows.length, bytes };
}

type Recovered = NonNullable<Finding['recovered']>;

/** The last columns of a row; they are left out where there is nothing to say. */
function rareColumns({
  recovered,
  joinedFile,
  joinedValues,
}: Finding): [] | [Recovered] | [Recovered | null, NonNullable<Row[16]>] {
  if (joinedFile === undefined && joinedValues === undefined) return recovered === undefined ? [] : [recovered];
  const more = { ...(joinedFile !== undefined && { joinedFile }), ...(joinedValues !== undefined && { joinedValues }) };
  return [recovered ?? null, more];
}

/** Numbers the distinct items of a block in the order of their first use. */
function createTable<T>() {
  const numberByKey = new Map<string, number>();
  const items: T[] = [];
  return {
    items,
    has: (key: string) => numberByKey.has(key),
    add(key: string, item: T): number {
      const known = numberByKey.get(key);
      if (known !== undefined) return known;
      numberByKey.set(key, items.length);
      return items.push(item) - 1;
    },
  };
}

function joinParts(parts: Omit<Head, 'events'>, events: readonly string[]): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder();
  const eventBytes = events.map((event) => encoder.encode(event));
  const head: Head = { ...parts, events: eventBytes.map((event) => event.length) };
  const headBytes = encoder.encode(JSON.stringify(head));
  const total = eventBytes.reduce((sum, event) => sum + event.length, 4 + headBytes.length);
  const bytes = new Uint8Array(total);
  new DataView(bytes.buffer).setUint32(0, headBytes.length, true);
  bytes.set(headBytes, 4);
  let at = 4 + headBytes.length;
  for (const event of eventBytes) {
    bytes.set(event, at);
    at += event.length;
  }
  return bytes;
}

/**
 * Decodes a block; `bytes` is unmasked in place and kept for the events. Throws when the block is damaged or of a
 * later version.
 */
export function decodeBlock(bytes: Uint8Array, seed: number): FindingBlock {
  maskBytes(bytes, seed);
  const headLength = new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(0, true);
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const head = JSON.parse(decoder.decode(bytes.subarray(4, 4 + headLength))) as Head;
  if (head.version !== BLOCK_VERSION) throw new Error(`block version ${String(head.version)}`);
  const packedAt = cutEvents(bytes, 4 + headLength, head.events);
  const eventAt = eventReader(packedAt);
  const findings = head.rows.map((row) => findingOf(row, head, eventAt));
  const { entities } = head;
  const eventOf = (at: number): number => head.rows[at]![11];
  const entitiesAt = (at: number): FindingEntities | undefined => {
    if (entities?.version !== ENTITIES_VERSION) return undefined;
    const [user, process, address] = entities.rows[eventOf(at)]!.map((text) => head.texts[text]!);
    return { user: user!, process: process!, address: address! };
  };
  return Object.assign(findings, { packed: { eventAt: (at: number) => packedAt(eventOf(at)), entitiesAt } });
}

/** Gives the bytes of each event. */
function cutEvents(bytes: Uint8Array, start: number, lengths: readonly number[]): (index: number) => Uint8Array {
  const starts = [start];
  for (const length of lengths) starts.push(starts.at(-1)! + length);
  if (starts.at(-1) !== bytes.length) throw new Error('block is cut');
  return (index) => bytes.subarray(starts[index], starts[index + 1]);
}

/** Parses events on demand. Whoever holds an event keeps it; otherwise it is parsed again instead of staying in memory. */
function eventReader(packedAt: (index: number) => Uint8Array): (index: number) => EventElement {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const seen: (WeakRef<EventElement> | undefined)[] = [];
  return (index) => {
    const known = seen[index]?.deref();
    if (known !== undefined) return known;
    const event = JSON.parse(decoder.decode(packedAt(index))) as EventElement;
    seen[index] = new WeakRef(event);
    return event;
  };
}

function findingOf(row: Row, head: Head, eventAt: (index: number) => EventElement): Finding {
  const [rule, file, offset, size, recordClass, recordId, time, channel, provider, eventId, computer, event] = row;
  const [ruleId, ruleHash, ruleTitle, level, tags] = head.rules[rule]!;
  const facts = {
    file: head.texts[file]!,
    offset,
    size,
    recordClass: head.texts[recordClass] as RecordClass,
    recordId,
    time,
    channel: head.texts[channel]!,
    provider: head.texts[provider]!,
    eventId,
    computer: head.texts[computer]!,
  };
  const storedKey = row[12];
  const joined = row[13];
  const correlation = row[14];
  const recovered = row[15];
  const more = row[16];
  const key: FindingKey = storedKey === 0 ? findingKeyOf(facts, ruleId, facts.file) : (storedKey as FindingKey);
  return {
    key,
    ruleId,
    ruleHash,
    ruleTitle,
    level,
    tags,
    ...facts,
    // An own property, so that copies ({...finding}, structuredClone, JSON) have the event and not nothing.
    get event() {
      return eventAt(event);
    },
    ...(joined === null ? {} : { joined }),
    ...(correlation === null || correlation === undefined ? {} : { correlation }),
    ...more,
    ...(recovered === undefined || recovered === null ? {} : { recovered }),
  };
}
