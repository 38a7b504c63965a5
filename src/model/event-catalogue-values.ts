// The meaning of coded values in events: single codes, bit masks, lists of codes, SIDs. Knows the layout of
// rules/events/values.tsv (see rules/events/README.md), in which a row holds for a scope: channel, provider, event ids
// and object type. Values are written by attackers: everything here is linear in a value and bounded.

import { foldText } from '../base/fold.ts';

export interface ValueContext {
  readonly channel: string;
  readonly provider: string;
  readonly eventId: number;
  /** The event's ObjectType (Security 4656, 4663, …), on which the meaning of an access mask depends. */
  readonly objectType?: string;
}

export interface ValueMeanings {
  meaningOf: (field: string, value: string, context: ValueContext) => string | undefined;
}

interface Scope {
  readonly channel: string;
  readonly provider: string;
  readonly eventIds: ReadonlySet<number> | undefined;
  readonly objectType: string;
  /** The more a scope asks for, the more it weighs. */
  readonly weight: number;
}

interface Meaning {
  readonly text: string;
  readonly scopes: readonly Scope[];
}

interface MaskBit extends Meaning {
  readonly bits: bigint;
}

interface FieldTable {
  readonly codes: Map<string, Meaning[]>;
  readonly bits: MaskBit[];
}

/** Holds for every field: `%%` codes, SIDs, GUIDs of directory objects, privileges. */
const ANY_FIELD = '*';
/** Longer values are texts, not codes. */
const MAX_VALUE = 16_384;
const MAX_TOKENS = 128;
/** An access mask's low half belongs to the object type, its high half to all objects (MS-DTYP 2.4.3). */
const OBJECT_BITS = 0xffffn;

const NUMBER = /^(?:0x[0-9a-f]{1,16}|-?\d{1,20})$/;
const GUID = /^%?\{?([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})\}?$/;
const SID = /^(?:%\{)?(s-1-\d{1,15}(?:-\d{1,10}){0,15})\}?$/;
const LIST_START = /^(?:%%\d|%?\{|Se[A-Z])/;
const TOKEN =
  /%%\d{1,10}|%?\{(?:S-1-[\d-]{1,180}|[\dA-Fa-f]{8}-(?:[\dA-Fa-f]{4}-){3}[\dA-Fa-f]{12})\}|\bSe[A-Z]\w{1,60}/g;

/** Compiles rows `[field, value, meaning, scope]`. Throws on a value or scope that cannot be read. */
export function createValueMeanings(rows: Iterable<readonly string[]>): ValueMeanings {
  const tables = new Map<string, FieldTable>();
  const scopes = new Map<string, readonly Scope[]>();
  for (const [field = '', value = '', text = '', scopeText = ''] of rows) {
    let scope = scopes.get(scopeText);
    if (scope === undefined) scopes.set(scopeText, (scope = parseScopes(scopeText)));
    const name = foldText(field);
    let table = tables.get(name);
    if (table === undefined) tables.set(name, (table = { codes: new Map<string, Meaning[]>(), bits: [] }));
    if (value.startsWith('&')) {
      const bits = numberOf(value.slice(1));
      if (bits === undefined || bits <= 0n) throw new Error(`not a mask: ${field} ${value}`);
      table.bits.push({ text, scopes: scope, bits });
      continue;
    }
    const key = codeKey(value);
    const known = table.codes.get(key);
    if (known === undefined) table.codes.set(key, [{ text, scopes: scope }]);
    else known.push({ text, scopes: scope });
  }
  for (const table of tables.values()) table.bits.sort((a, b) => (a.bits < b.bits ? -1 : a.bits > b.bits ? 1 : 0));
  const anyField = tables.get(ANY_FIELD);

  const codeOf = (table: FieldTable | undefined, key: string, where: ValueContext): string | undefined =>
    bestOf(table?.codes.get(key) ?? [], where)?.text ?? bestOf(anyField?.codes.get(key) ?? [], where)?.text;

  return {
    meaningOf: (field, value, context) => {
      if (value === '' || value.length > MAX_VALUE) return undefined;
      const where = foldContext(context);
      const table = tables.get(foldText(field));
      const text = value.trim();
      const key = codeKey(text);
      const single = codeOf(table, key, where) ?? sidMeaning(key, (part) => codeOf(table, part, where));
      if (single !== undefined) return single;
      const number = table === undefined || table.bits.length === 0 ? undefined : numberOf(text);
      if (number !== undefined) return maskMeaning(table?.bits ?? [], number, where);
      return listMeaning(text, (part) => {
        const partKey = codeKey(part);
        return codeOf(table, partKey, where) ?? sidMeaning(partKey, (name) => codeOf(table, name, where));
      });
    },
  };
}

/** `channel|provider|ids|object type`, parts may be empty or missing; several joined by `;`. Empty text holds everywhere. */
function parseScopes(text: string): readonly Scope[] {
  return text.split(';').map((part) => {
    const [channel = '', provider = '', ids = '', objectType = '', ...rest] = part.split('|');
    const list = ids === '' ? [] : ids.split(',').map(Number);
    if (rest.length > 0 || list.some((id) => !Number.isInteger(id) || id < 0)) throw new Error(`not a scope: ${text}`);
    return {
      channel: foldText(channel),
      provider: foldText(provider),
      eventIds: list.length === 0 ? undefined : new Set(list),
      objectType: foldText(objectType),
      weight: (objectType === '' ? 0 : 8) + (ids === '' ? 0 : 4) + (provider === '' ? 0 : 2) + (channel === '' ? 0 : 1),
    };
  });
}

function foldContext({ channel, provider, eventId, objectType = '' }: ValueContext): ValueContext {
  return {
    channel: foldText(channel),
    provider: foldText(provider),
    eventId,
    objectType: foldText(objectType),
  };
}

/** Weight of the heaviest scope that holds for a folded context, -1 when none does. */
function weightIn(meaning: Meaning, where: ValueContext): number {
  let weight = -1;
  for (const scope of meaning.scopes) {
    if (scope.weight <= weight) continue;
    if (scope.channel !== '' && scope.channel !== where.channel) continue;
    if (scope.provider !== '' && scope.provider !== where.provider) continue;
    if (scope.eventIds !== undefined && !scope.eventIds.has(where.eventId)) continue;
    if (scope.objectType !== '' && scope.objectType !== where.objectType) continue;
    weight = scope.weight;
  }
  return weight;
}

function bestOf(meanings: readonly Meaning[], where: ValueContext): Meaning | undefined {
  let best: Meaning | undefined;
  let heaviest = -1;
  for (const meaning of meanings) {
    const weight = weightIn(meaning, where);
    if (weight > heaviest) [best, heaviest] = [meaning, weight];
  }
  return best;
}

/** One spelling per value: numbers in decimal (0xC000006D = 3221225581 = -1073741715), GUIDs and SIDs bare, folded. */
function codeKey(value: string): string {
  const text = foldText(value);
  const number = numberOf(text);
  if (number !== undefined) return number.toString();
  return GUID.exec(text)?.[1] ?? SID.exec(text)?.[1] ?? text;
}

/** Whole numbers; negative ones are 32-bit codes that were printed as signed. */
function numberOf(value: string): bigint | undefined {
  const text = value.toLowerCase();
  if (!NUMBER.test(text)) return undefined;
  const number = BigInt(text);
  return number < 0n ? BigInt.asUintN(32, number) : number;
}

/** SIDs by pattern: the well-known last part of a domain's or machine's SID, then the longest known beginning. */
function sidMeaning(key: string, codeOf: (key: string) => string | undefined): string | undefined {
  if (!key.startsWith('s-1-')) return undefined;
  const parts = key.split('-');
  if (parts[2] === '5' && parts[3] === '21') {
    return parts.length === 8 ? codeOf(`s-1-5-21-*-${parts[7]!}`) : undefined;
  }
  for (let length = parts.length - 1; length > 3; length--) {
    const meaning = codeOf(`${parts.slice(0, length).join('-')}-*`);
    if (meaning !== undefined) return meaning;
  }
  return undefined;
}

/** Names of the set bits in ascending order, the rest as a number; undefined when no bit has a name here. */
function maskMeaning(bits: readonly MaskBit[], value: bigint, where: ValueContext): string | undefined {
  const weighed = bits.map((bit) => ({ bit, weight: weightIn(bit, where) })).filter(({ weight }) => weight >= 0);
  if (weighed.length === 0) return undefined;
  if (value === 0n) return 'none';
  const own = Math.max(...weighed.map(({ bit, weight }) => (bit.bits <= OBJECT_BITS ? weight : -1)));
  const names: string[] = [];
  let rest = value;
  for (const { bit, weight } of weighed) {
    if (bit.bits <= OBJECT_BITS && weight !== own) continue;
    if ((rest & bit.bits) !== bit.bits) continue;
    names.push(bit.text);
    rest &= ~bit.bits;
  }
  if (names.length === 0) return undefined;
  if (rest !== 0n) names.push(`0x${rest.toString(16)}`);
  return names.join(', ');
}

/**
 * Lists of codes as Windows writes them: a code per line (AccessList), `code: code  SDDL` (AccessReason), codes with
 * commas (AuditPolicyChanges), privileges. Every line has to start with a code, so that prose and command lines which
 * merely mention one are left alone. Unknown codes stay as they are; undefined when none is known.
 */
function listMeaning(text: string, codeOf: (token: string) => string | undefined): string | undefined {
  const lines = text.split(/\r?\n/, MAX_TOKENS + 1).map((line) => line.trim());
  let result = '';
  let tokens = 0;
  let known = false;
  for (const line of lines) {
    if (line === '') continue;
    if (!LIST_START.test(line)) return undefined;
    let end = 0;
    for (const match of line.matchAll(TOKEN)) {
      if (++tokens > MAX_TOKENS) return known ? `${result}, …` : undefined;
      const meaning = codeOf(match[0]);
      if (meaning !== undefined) known = true;
      if (result !== '') result += end > 0 && line.slice(end, match.index).includes(':') ? ': ' : ', ';
      result += meaning ?? match[0];
      end = match.index + match[0].length;
    }
  }
  return known ? result : undefined;
}
