// Short ways to write the events of the rule tables. A row is a rule, one or more events on which it must fire, and
// changes to the first of them (one field each) after which it must not.

import type { EventElement } from '../../src/model/event.ts';
import type { DataValue, EventSketch } from '../sigma/rule-kit.ts';

export interface RuleRow {
  readonly rule: string;
  readonly hits: readonly EventSketch[];
  readonly misses: readonly EventSketch[];
}

/** New values by field; null takes the field away. `eventId` changes the id. */
export type Change = Readonly<Record<string, DataValue | number | null>>;

/** A row; every change is one near miss of the first event. */
export function row(rule: string, hits: EventSketch | readonly EventSketch[], ...changes: readonly Change[]): RuleRow {
  const list = Array.isArray(hits) ? (hits as readonly EventSketch[]) : [hits as EventSketch];
  const first = list[0];
  if (first === undefined) throw new Error(`${rule}: no event`);
  return { rule, hits: list, misses: changes.map((change) => applyChange(first, change)) };
}

function applyChange(sketch: EventSketch, change: Change): EventSketch {
  if (sketch.userData !== undefined) return changeUserData(sketch, change);
  const data = new Map<string, DataValue>(Object.entries(sketch.data ?? {}));
  let { eventId } = sketch;
  for (const [field, value] of Object.entries(change)) {
    if (field === 'eventId') eventId = value as number;
    else if (value === null) data.delete(field);
    else data.set(field, typeof value === 'number' ? String(value) : value);
  }
  return { ...sketch, ...(eventId === undefined ? {} : { eventId }), data: Object.fromEntries(data) };
}

/** The same for an event whose values are elements, or attributes of them, inside one wrapper of UserData. */
function changeUserData(sketch: EventSketch, change: Change): EventSketch {
  const userData = (sketch.userData ?? []).map(([wrapper, attributes, text, elements]): EventElement => [
    wrapper,
    attributes,
    text,
    elements.map(([name, own, value, children]): EventElement => [
      name,
      own.map(([key, old]) => [key, typeof change[key] === 'string' ? change[key] : old]),
      typeof change[name] === 'string' ? change[name] : value,
      children,
    ]),
  ]);
  return { ...sketch, userData, ...(typeof change['eventId'] === 'number' ? { eventId: change['eventId'] } : {}) };
}

type Data = Readonly<Record<string, DataValue>>;

const pathOf = (image: string): string =>
  image.includes('\\') || image === 'System' ? image : `C:\\Windows\\System32\\${image}.exe`;

export const sysmon = (eventId: number, data: Data): EventSketch => ({
  channel: 'Microsoft-Windows-Sysmon/Operational',
  provider: 'Microsoft-Windows-Sysmon',
  eventId,
  data,
});

/** A started process; a bare name is a program of the system folder. */
export const proc = (image: string, CommandLine: string, more: Data = {}): EventSketch =>
  sysmon(1, { Image: pathOf(image), CommandLine, ...more });

/** The same with a parent. */
export const child = (parent: string, image: string, CommandLine = '', more: Data = {}): EventSketch =>
  proc(image, CommandLine, { ParentImage: pathOf(parent), ...more });

export const reg = (TargetObject: string, Details: string, more: Data = {}): EventSketch =>
  sysmon(13, { EventType: 'SetValue', Image: 'C:\\Users\\ann\\x.exe', TargetObject, Details, ...more });
export const DWORD_0 = 'DWORD (0x00000000)';
export const DWORD_1 = 'DWORD (0x00000001)';

export const file = (image: string, TargetFilename: string): EventSketch =>
  sysmon(11, { Image: pathOf(image), TargetFilename });
export const load = (image: string, ImageLoaded: string, more: Data = {}): EventSketch =>
  sysmon(7, { Image: pathOf(image), ImageLoaded, ...more });
export const connection = (image: string, DestinationIp: string, DestinationPort: string): EventSketch =>
  sysmon(3, { Image: pathOf(image), Initiated: 'true', DestinationIp, DestinationPort });

export const security = (eventId: number, data: Data): EventSketch => ({
  channel: 'Security',
  provider: 'Microsoft-Windows-Security-Auditing',
  eventId,
  data,
});

export const log = (channel: string, provider: string, eventId: number, data: Data = {}): EventSketch => ({
  channel,
  provider,
  eventId,
  data,
});
export const systemLog = (provider: string, eventId: number, data: Data = {}): EventSketch =>
  log('System', provider, eventId, data);
export const application = (provider: string, eventId: number, data: Data = {}): EventSketch =>
  log('Application', provider, eventId, data);
export const defender = (eventId: number, data: Data = {}): EventSketch =>
  log('Microsoft-Windows-Windows Defender/Operational', 'Microsoft-Windows-Windows Defender', eventId, data);
export const exchange = (command: string, parameters: string): EventSketch =>
  log('MSExchange Management', 'MSExchange CmdletLogs', 1, { '#': [command, parameters] });

/** A script block. */
export const script = (ScriptBlockText: string): EventSketch =>
  log('Microsoft-Windows-PowerShell/Operational', 'Microsoft-Windows-PowerShell', 4104, { ScriptBlockText });

/** An event of UserData: one wrapper with elements. */
export const user = (
  channel: string,
  provider: string,
  eventId: number,
  wrapper: string,
  elements: Readonly<Record<string, string>>,
): EventSketch => ({
  channel,
  provider,
  eventId,
  userData: [[wrapper, [], '', Object.entries(elements).map(([name, text]) => [name, [], text, []])]],
});
