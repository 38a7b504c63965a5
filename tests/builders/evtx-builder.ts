// Writes whole EVTX files for tests from a plain description of their events. Everything has a sensible default, so a
// test names only what it is about. See README.md; chunk-writer.ts is the level below, damage.ts breaks the result.

import { crc32 } from '../../src/base/crc32.ts';
import { ValueType } from '../../src/model/shape.ts';
import { CHUNK_SIZE, ChunkWriter } from './chunk-writer.ts';
import type { ChunkOptions, ElementSpec, InstanceValue, Piece, TemplateSpec } from './chunk-writer.ts';
import { concatBytes, filetimeOf, typedValueOf } from './value-bytes.ts';
import type { BuilderValue } from './value-bytes.ts';

/** One event. */
export interface EventSpec {
  readonly channel?: string;
  readonly provider?: string;
  readonly providerGuid?: string;
  readonly eventId?: number;
  readonly qualifiers?: number;
  readonly version?: number;
  readonly level?: number;
  readonly task?: number;
  readonly opcode?: number;
  readonly keywords?: bigint;
  readonly computer?: string;
  readonly userSid?: string;
  readonly processId?: number;
  readonly threadId?: number;
  /** `YYYY-MM-DDTHH:MM:SS[.fffffff]Z`, TimeCreated and the header's written time. */
  readonly time?: string;
  /** System/EventRecordID; default counts from 1. */
  readonly recordId?: number | bigint;
  /** Record id of the header; default: recordId (F25). */
  readonly headerId?: number | bigint;
  /** Written time of the header; default: time (F26). */
  readonly written?: string | bigint;
  /** EventData: named Data, or unnamed where the name is null. undefined = no EventData. */
  readonly data?: readonly (readonly [name: string | null, value: BuilderValue])[];
  /** Attributes of the EventData element. */
  readonly dataAttributes?: readonly (readonly [name: string, value: string])[];
  /** UserData: an element whose texts may be values (`{ value: … }`). */
  readonly userData?: ValueElement;
  /** More elements after System, as literal text elements in the outer template (RenderingInfo and the like). */
  readonly more?: readonly ValueElement[];
  /** 'template' (default), or 'literal' for a record without any template (forwarded events, F29). */
  readonly form?: 'template' | 'literal';
  /** How EventData or UserData is embedded (F36): '0f' (default) fragment header and instance, '0c' instance, 'elements' bare. */
  readonly embed?: '0f' | '0c' | 'elements';
  /** Writes the whole body of the record instead of all this. */
  readonly body?: (writer: ChunkWriter) => void;
}

/** An element whose content holds values that become substitutions (or plain text in literal form). */
export interface ValueElement {
  readonly name: string;
  readonly attributes?: readonly (readonly [name: string, value: BuilderValue])[];
  readonly content?: readonly (BuilderValue | ValueElement)[];
}

export interface LogSpec {
  readonly records: readonly EventSpec[];
  /** Most records in a chunk; default: as many as fit. */
  readonly recordsPerChunk?: number;
  /** Header flags: 1 dirty, 2 full, 4 no checksums (F3). */
  readonly flags?: number;
  /** Minor version, 1 or 2 (F2). */
  readonly minorVersion?: number;
  readonly chunk?: ChunkOptions;
}

const EVENT_NAMESPACE = 'http://schemas.microsoft.com/win/2004/08/events/event';
const FIRST_TIME = filetimeOf('2024-01-01T00:00:00Z');

/** Bytes of a log with these events. */
export function buildLog(spec: LogSpec): Uint8Array {
  const chunks: Uint8Array[] = [];
  let writer = new ChunkWriter(spec.chunk);
  let nextId = 1n;
  for (const event of spec.records) {
    const id = event.recordId === undefined ? nextId : BigInt(event.recordId);
    nextId = id + 1n;
    const isFull = spec.recordsPerChunk !== undefined && writer.records.length >= spec.recordsPerChunk;
    if (isFull || !writeEvent(writer, event, id)) {
      chunks.push(writer.finish());
      writer = new ChunkWriter(spec.chunk);
      if (!writeEvent(writer, event, id)) throw new Error('the event is larger than a chunk');
    }
  }
  if (writer.records.length > 0 || chunks.length === 0) chunks.push(writer.finish());
  return joinChunks(chunks, { ...spec, nextRecordId: nextId });
}

/** A log of ready chunks (or of anything else in their place). */
export function joinChunks(
  chunks: readonly Uint8Array[],
  header: { readonly flags?: number; readonly minorVersion?: number; readonly nextRecordId?: bigint } = {},
): Uint8Array {
  const bytes = new Uint8Array(4_096);
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode('ElfFile\0'), 0);
  view.setBigUint64(16, BigInt(Math.max(0, chunks.length - 1)), true);
  view.setBigUint64(24, header.nextRecordId ?? 1n, true);
  view.setUint32(32, 128, true);
  view.setUint16(36, header.minorVersion ?? 1, true);
  view.setUint16(38, 3, true);
  view.setUint16(40, 4_096, true);
  view.setUint16(42, chunks.length & 0xffff, true);
  view.setUint32(120, header.flags ?? 0, true);
  view.setUint32(124, crc32(bytes, 0, 120), true);
  return concatBytes([bytes, ...chunks]);
}

function writeEvent(writer: ChunkWriter, event: EventSpec, id: bigint): boolean {
  const time = event.time === undefined ? FIRST_TIME + id * 10_000_000n : filetimeOf(event.time);
  const written = typeof event.written === 'string' ? filetimeOf(event.written) : (event.written ?? time);
  const headerId = event.headerId === undefined ? id : BigInt(event.headerId);
  return writer.record(headerId, written, event.body ?? ((target) => writeBody(target, event, id, time)));
}

function writeBody(writer: ChunkWriter, event: EventSpec, id: bigint, time: bigint): void {
  writer.fragmentHeader();
  const parts = [...payloadOf(event), ...(event.more ?? [])];
  const root: ValueElement = {
    name: 'Event',
    attributes: [['xmlns', EVENT_NAMESPACE]],
    content: [systemOf(event, id, time), ...parts],
  };
  if (event.form === 'literal') {
    writer.element(literalOf(root), false);
  } else {
    writeTemplate(writer, root, event.embed ?? '0f');
  }
  writer.end();
}

function systemOf(event: EventSpec, id: bigint, time: bigint): ValueElement {
  const typed = (type: number, value: number | bigint | string): BuilderValue => ({ type, value });
  const provider: [string, BuilderValue][] = [['Name', event.provider ?? 'Microsoft-Windows-Security-Auditing']];
  if (event.providerGuid !== undefined) provider.push(['Guid', typed(ValueType.Guid, event.providerGuid)]);
  const qualifiers: [string, BuilderValue][] =
    event.qualifiers === undefined ? [] : [['Qualifiers', typed(ValueType.UInt16, event.qualifiers)]];
  const user: [string, BuilderValue][] =
    event.userSid === undefined ? [] : [['UserID', typed(ValueType.Sid, event.userSid)]];
  return {
    name: 'System',
    content: [
      { name: 'Provider', attributes: provider },
      { name: 'EventID', attributes: qualifiers, content: [typed(ValueType.UInt16, event.eventId ?? 1)] },
      { name: 'Version', content: [typed(ValueType.UInt8, event.version ?? 0)] },
      { name: 'Level', content: [typed(ValueType.UInt8, event.level ?? 4)] },
      { name: 'Task', content: [typed(ValueType.UInt16, event.task ?? 0)] },
      { name: 'Opcode', content: [typed(ValueType.UInt8, event.opcode ?? 0)] },
      { name: 'Keywords', content: [typed(ValueType.HexInt64, event.keywords ?? 0x8000_0000_0000_0000n)] },
      { name: 'TimeCreated', attributes: [['SystemTime', typed(ValueType.FileTime, time)]] },
      { name: 'EventRecordID', content: [typed(ValueType.UInt64, id)] },
      { name: 'Correlation' },
      {
        name: 'Execution',
        attributes: [
          ['ProcessID', typed(ValueType.UInt32, event.processId ?? 4)],
          ['ThreadID', typed(ValueType.UInt32, event.threadId ?? 8)],
        ],
      },
      { name: 'Channel', content: [event.channel ?? 'Security'] },
      { name: 'Computer', content: [event.computer ?? 'HOST-1.example.test'] },
      { name: 'Security', attributes: user },
    ],
  };
}

function payloadOf(event: EventSpec): ValueElement[] {
  if (event.userData !== undefined) return [{ name: 'UserData', content: [event.userData] }];
  if (event.data === undefined) return [];
  const data = event.data.map(([name, value]): ValueElement => ({
    name: 'Data',
    attributes: name === null ? [] : [['Name', name]],
    content: [value],
  }));
  return [{ name: 'EventData', attributes: event.dataAttributes ?? [], content: data }];
}

function isElement(part: BuilderValue | ValueElement): part is ValueElement {
  return typeof part === 'object' && part !== null && 'name' in part;
}

/** Writes Event as a template whose payload elements are embedded values, as Windows does. */
function writeTemplate(writer: ChunkWriter, root: ValueElement, embed: '0f' | '0c' | 'elements'): void {
  const values: InstanceValue[] = [];
  const [system, ...payload] = (root.content ?? []) as ValueElement[];
  const outer = templateElement({ ...root, content: [system!] }, values);
  const content: (Piece | ElementSpec)[] = [...(outer.content ?? [])];
  for (const part of payload) {
    content.push({ sub: values.length, type: ValueType.BinXml, optional: true });
    values.push({ embed: (target) => writePayload(target, part, embed) });
  }
  const element = { ...outer, content };
  writer.instance({ guid: guidOfElement(element), root: element }, values);
}

function writePayload(writer: ChunkWriter, part: ValueElement, embed: '0f' | '0c' | 'elements'): void {
  if (embed === 'elements') {
    writer.element(literalOf(part), false);
  } else {
    if (embed === '0f') writer.fragmentHeader();
    const values: InstanceValue[] = [];
    const root = templateElement(part, values);
    writer.instance({ guid: guidOfElement(root), root }, values);
  }
  if (embed !== '0c') writer.end();
}

/** The element as template structure; its values are appended to `values`. Names of Data, xmlns and wholly textual attributes stay text. */
export function templateElement(element: ValueElement, values: InstanceValue[]): ElementSpec {
  const substitute = (value: BuilderValue): Piece => {
    const typed = typedValueOf(value);
    values.push(typed);
    return { sub: values.length - 1, type: typed.type, optional: false };
  };
  return {
    name: element.name,
    attributes: (element.attributes ?? []).map(([name, value]) => {
      const isStatic =
        typeof value === 'string' && (name === 'xmlns' || name === 'Name' || element.name !== 'Execution');
      return [name, isStatic ? value : { ...(substitute(value) as { sub: number; type: number }), optional: true }];
    }),
    content: (element.content ?? []).map((part) =>
      isElement(part) ? templateElement(part, values) : substitute(part),
    ),
  };
}

/** The element with every value as text, as forwarded records have it. */
export function literalOf(element: ValueElement): ElementSpec {
  return {
    name: element.name,
    attributes: (element.attributes ?? []).map(([name, value]) => [name, textOf(value)]),
    content: (element.content ?? []).flatMap((part): (Piece | ElementSpec)[] => {
      if (isElement(part)) return [literalOf(part)];
      const text = textOf(part);
      return text === '' ? [] : [text];
    }),
  };
}

/** Text of a value in literal form; times and hexadecimal numbers as Windows writes them. */
function textOf(value: BuilderValue): string {
  const typed = typedValueOf(value);
  if (typed.value === undefined) return '';
  const isHexadecimal = typed.type === ValueType.HexInt32 || typed.type === ValueType.HexInt64;
  if (isHexadecimal && typeof typed.value === 'bigint') return `0x${typed.value.toString(16)}`;
  if (typed.type === ValueType.FileTime && typeof typed.value === 'bigint') return isoOf(typed.value);
  return typeof typed.value === 'object' ? typed.value.join() : String(typed.value);
}

function isoOf(ticks: bigint): string {
  const seconds = ticks / 10_000_000n - 11_644_473_600n;
  const fraction = String(ticks % 10_000_000n).padStart(7, '0');
  return `${new Date(Number(seconds) * 1_000).toISOString().slice(0, 19)}.${fraction}Z`;
}

/** A GUID that depends on the structure: equal templates get equal GUIDs, as in real logs. */
export function guidOfElement(root: ElementSpec): string {
  const text = new TextEncoder().encode(JSON.stringify(root));
  const word = (salt: number): string => crc32(text, 0, text.length, salt).toString(16).padStart(8, '0');
  const [a, b, c, d] = [word(1), word(2), word(3), word(4)];
  return `${a}-${b.slice(0, 4)}-${b.slice(4)}-${c.slice(0, 4)}-${c.slice(4)}${d}`;
}

/** Wraps a template built by hand, for records with `body`. */
export function writeInstanceRecord(
  template: TemplateSpec,
  values: readonly InstanceValue[],
): (writer: ChunkWriter) => void {
  return (writer) => {
    writer.fragmentHeader();
    writer.instance(template, values);
    writer.end();
  };
}

/** Start of chunk `number` in a built log. */
export function chunkOffset(number: number): number {
  return 4_096 + number * CHUNK_SIZE;
}
