// How a field name in a rule meets a name in an event. Both sides are reduced to the same key: lower case, without
// blanks, underscores, hyphens and dots. Several leaves with one key are one field with several values.

import { foldText } from '../base/fold.ts';

export type FieldKey = string & { readonly __unit: 'FieldKey' };

/** The pseudo-field of keyword searches: every value of the event. */
export const ANY_FIELD = '*' as FieldKey;
/** Virtual fields: the serialised content of EventData and of UserData (no white space between elements, text unescaped). */
export const EVENT_DATA_FIELD = 'eventdata' as FieldKey;
export const USER_DATA_FIELD = 'userdata' as FieldKey;

/** Key of a field name as written in a rule or an event. */
export function fieldKeyOf(name: string): FieldKey {
  return foldText(name).replace(/[ _.-]/g, '') as FieldKey;
}

/** Where a value stands in an event: element names from Event down, the attribute if it is one, and the `Name` of a Data element. */
export interface LeafPlace {
  readonly path: readonly string[];
  readonly attribute: string | undefined;
  readonly dataName: string | undefined;
}

/** Names that rules use for System values beside `Tag` and `Tag_Attribute`; by the key of the latter. */
const SYSTEM_ALIASES: ReadonlyMap<string, readonly string[]> = new Map([
  ['providername', ['provider', 'source']],
  ['computer', ['computername']],
  ['timecreatedsystemtime', ['timecreated', 'systemtime']],
  ['securityuserid', ['userid']],
]);

/**
 * The keys under which the value at a place can be asked for, most specific last. System values are `Tag` or
 * `Tag_Attribute` (Provider_Name) with the usual aliases; named Data is its name, unnamed Data is `Data`; other leaves
 * of EventData and UserData are their leaf name and every dotted tail (`Param3`, `EventXML.Param3`). Attributes below
 * EventData and UserData are `Tag_Attribute`; the `Name` attribute of Data and xmlns declarations are no fields.
 */
export function fieldKeysOf(place: LeafPlace): FieldKey[] {
  const { path, attribute, dataName } = place;
  const section = path[1];
  const last = path[path.length - 1] ?? '';
  if (attribute === 'xmlns' || attribute?.startsWith('xmlns:')) return [];
  if (section === undefined) return [];
  if (section === 'System') {
    const key = fieldKeyOf(attribute === undefined ? last : `${last}_${attribute}`);
    return [key, ...((SYSTEM_ALIASES.get(key) ?? []) as FieldKey[])];
  }
  if (last === 'Data') {
    if (attribute === 'Name') return [];
    if (attribute === undefined) return [fieldKeyOf(dataName === undefined || dataName === '' ? 'Data' : dataName)];
  }
  if (path.length === 2) {
    // Text directly inside EventData or UserData is read through the virtual fields of those names.
    if (attribute !== undefined) return [fieldKeyOf(`${last}_${attribute}`)];
    return section === 'EventData' || section === 'UserData' ? [] : [fieldKeyOf(last)];
  }
  const keys: FieldKey[] = [];
  let tail = attribute === undefined ? last : `${last}_${attribute}`;
  keys.push(fieldKeyOf(tail));
  for (let depth = path.length - 2; depth >= 2; depth--) {
    tail = `${path[depth] ?? ''}.${tail}`;
    keys.push(fieldKeyOf(tail));
  }
  return keys;
}

/** True when the place is a System value: in rule tests a leaf of the same name elsewhere in the event goes before it. */
export function isSystemPlace(place: LeafPlace): boolean {
  return place.path[1] === 'System';
}
