// Checks rules/events/*.tsv: form, order, bounds, duplicates; with ../shared beside the project also how much of what
// was seen in real logs is covered. Run: node --import ./scripts/typescript.mjs scripts/check-event-catalogue.ts

import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { createEventCatalogue } from '../src/model/event-catalogue.ts';

export const EVENTS_FILE = 'rules/events/events.tsv';
export const VALUES_FILE = 'rules/events/values.tsv';

const SHARED_EVENTS = '../shared/events/event-fields.tsv';
const MAX_TITLE = 70;
const MAX_MEANING = 60;

/** Gives every fault of the two tables, each with its line. */
export function findCatalogueFaults(eventsText: string, valuesText: string): string[] {
  const faults = [...findEventFaults(eventsText), ...findValueFaults(valuesText)];
  try {
    createEventCatalogue(eventsText, valuesText);
  } catch (error) {
    faults.push(String(error));
  }
  return faults;
}

function findEventFaults(text: string): string[] {
  const seen = new Set<string>();
  let last: readonly [string, string, number] = ['', '', -1];
  return findRowFaults(EVENTS_FILE, text, 5, ([channel = '', provider = '', id = '', title = '', fields = '']) => {
    const faults: string[] = [];
    if (!/^\d{1,5}$/.test(id) || Number(id) > 65_535) faults.push(`event id ${id}`);
    if (channel === '' && provider === '') faults.push('neither channel nor provider');
    if (title.length < 3 || title.length > MAX_TITLE) faults.push(`title of ${title.length} characters`);
    if (/[.\s]$|^\s|\s\s|%\d|[^\x20-\x7e]/.test(title)) faults.push(`form of the title "${title}"`);
    if (!/^[A-Z0-9]/.test(title)) faults.push(`title "${title}" does not begin with a capital or digit`);
    if (fields !== '' && fields.split(',').some((name) => name.trim() !== name || name === '')) faults.push('fields');
    const key: readonly [string, string, number] = [channel.toLowerCase(), provider.toLowerCase(), Number(id)];
    if (seen.has(key.join('\t'))) faults.push('second row of this event');
    seen.add(key.join('\t'));
    if (isBefore(key, last)) faults.push('out of order');
    last = key;
    return faults;
  });
}

function findValueFaults(text: string): string[] {
  const seen = new Set<string>();
  let last: readonly [string, string, number] = ['', '', 0];
  return findRowFaults(VALUES_FILE, text, 4, ([field = '', value = '', meaning = '', scope = '']) => {
    const faults: string[] = [];
    if (field === '' || value === '') faults.push('no field or no value');
    if (meaning === '' || meaning.length > MAX_MEANING) faults.push(`meaning of ${meaning.length} characters`);
    if (/^\s|\s$|\s\s|\.$/.test(meaning)) faults.push(`form of the meaning "${meaning}"`);
    if (/\|$|\|;/.test(scope)) faults.push('empty parts at the end of the scope');
    const number = /^(&?)(0x[0-9a-f]+|\d+)$/i.exec(value);
    const same = number === null ? value.toLowerCase() : `${number[1] ?? ''}${BigInt(number[2] ?? '0')}`;
    const key = [field, same, scope].join('\t').toLowerCase();
    if (seen.has(key)) faults.push('second row of this value');
    seen.add(key);
    const place: readonly [string, string, number] = [field.toLowerCase(), scope.toLowerCase(), 0];
    if (isBefore(place, last)) faults.push('out of order');
    last = place;
    return faults;
  });
}

function findRowFaults(file: string, text: string, width: number, check: (cells: string[]) => string[]): string[] {
  const faults: string[] = [];
  if (text.includes('\r') || text.includes('\uFEFF')) faults.push(`${file}: CR or byte order mark`);
  if (!text.endsWith('\n')) faults.push(`${file}: no line feed at the end`);
  const lines = text.split('\n').slice(0, -1);
  for (let i = 1; i < lines.length; i++) {
    const cells = lines[i]!.split('\t');
    const found = cells.length === width ? check(cells) : [`${cells.length} cells instead of ${width}`];
    faults.push(...found.map((fault) => `${file}:${i + 1}: ${fault}`));
  }
  return faults;
}

function isBefore(a: readonly [string, string, number], b: readonly [string, string, number]): boolean {
  for (const i of [0, 1] as const) if (a[i] !== b[i]) return a[i] < b[i];
  return a[2] < b[2];
}

function main(): void {
  const events = readFileSync(EVENTS_FILE, 'utf8');
  const values = readFileSync(VALUES_FILE, 'utf8');
  const faults = findCatalogueFaults(events, values);
  for (const fault of faults) console.error(fault);
  const kilobytes = (text: string): string => (gzipSync(text, { level: 9 }).length / 1024).toFixed(1);
  console.log(`${EVENTS_FILE}: ${events.split('\n').length - 2} events, ${kilobytes(events)} KB compressed`);
  console.log(`${VALUES_FILE}: ${values.split('\n').length - 2} values, ${kilobytes(values)} KB compressed`);
  if (faults.length === 0 && existsSync(SHARED_EVENTS)) reportCoverage(createEventCatalogue(events, values).titleOf);
  if (faults.length > 0) process.exitCode = 1;
}

/** Prints what real logs and rules know that has no title. */
function reportCoverage(titleOf: (channel: string, provider: string, eventId: number) => string | undefined): void {
  const rows = readFileSync(SHARED_EVENTS, 'utf8').split('\n').slice(1).filter(Boolean);
  let records = 0;
  let titled = 0;
  const missing: string[] = [];
  for (const row of rows) {
    const [channel = '', provider = '', id = '', , count = '0', , , rules = '0'] = row.split('\t');
    if (id === '*') continue;
    records += Number(count);
    if (titleOf(channel, provider, Number(id)) !== undefined) titled += Number(count);
    else if (Number(rules) > 0) missing.push(`${channel} ${id} (${rules} rules)`);
  }
  console.log(`titles for ${titled} of ${records} records (${((100 * titled) / records).toFixed(2)} %)`);
  if (missing.length > 0) console.log(`events that rules name, without a title: ${missing.join(', ')}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
