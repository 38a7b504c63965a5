// Transforms for registry events: the names and values of Security 4657 and of old Sysmon written as today's Sysmon
// writes them (reference: logsource mapping 4.2, defects 10 and 19).

import type { Transform } from './transform.ts';

/** Root of the object manager and the abbreviation that Sysmon uses. */
const ROOTS: readonly (readonly [RegExp, string])[] = [
  [/^\\REGISTRY\\MACHINE(?=\\|$)/i, 'HKLM'],
  [/^\\REGISTRY\\USER(?=\\|$)/i, 'HKU'],
  [/^HKEY_LOCAL_MACHINE(?=\\|$)/i, 'HKLM'],
  [/^HKEY_USERS(?=\\|$)/i, 'HKU'],
  [/^HKEY_CLASSES_ROOT(?=\\|$)/i, 'HKCR'],
  [/^HKEY_CURRENT_USER(?=\\|$)/i, 'HKCU'],
];

function withShortRoot(path: string): string {
  for (const [pattern, short] of ROOTS) {
    if (pattern.test(path)) return path.replace(pattern, short);
  }
  return path;
}

/** All spellings under which rules may look for a key: short root, current control set, the merged class roots. */
function spellingsOf(path: string): string[] {
  const short = withShortRoot(path);
  const current = short.replace(/^(HKLM\\SYSTEM)\\ControlSet\d{3}(?=\\|$)/i, '$1\\CurrentControlSet');
  const spellings = [current];
  if (current !== short) spellings.push(short);
  const machineClass = /^HKLM\\SOFTWARE\\Classes(?=\\|$)/i.exec(current);
  if (machineClass !== null) spellings.push(`HKCR${current.slice(machineClass[0].length)}`);
  const userClass = /^(HKU\\[^\\]+)\\SOFTWARE\\Classes(?=\\|$)/i.exec(current);
  if (userClass !== null) spellings.push(`${userClass[1] ?? ''}_Classes${current.slice(userClass[0].length)}`);
  return spellings;
}

/** Further spellings of a registry path as it stands; nothing when it is already written Sysmon's way. */
const registryPath: Transform = ([paths = []]) =>
  paths.flatMap((path) => spellingsOf(path).filter((spelling) => spelling !== path));

/**
 * Key name and value name of a 4657 as one path. The default value has no name there; Sysmon writes `(Default)`.
 * Inputs: ObjectName, ObjectValueName.
 */
const registryTarget: Transform = ([keys = [], names = []]) =>
  keys.flatMap((key) => {
    const name = names[0] ?? '';
    const full = name === '' || name === '-' ? [`${key}\\(Default)`, key] : [`${key}\\${name}`];
    return full.flatMap(spellingsOf);
  });

const DWORD_TYPES = new Set(['%%1876', '%%1877', 'REG_DWORD', 'REG_DWORD_BIG_ENDIAN']);
const QWORD_TYPES = new Set(['%%1883', 'REG_QWORD']);
const BINARY_TYPES = new Set(['%%1872', '%%1875', 'REG_NONE', 'REG_BINARY']);

function numberOf(text: string, bits: number): bigint | undefined {
  if (!/^(-?\d{1,20}|0x[0-9a-f]{1,16})$/i.test(text)) return undefined;
  return BigInt.asUintN(bits, BigInt(text));
}

/** The new value of a 4657 in the form of Sysmon's Details. Inputs: NewValue, NewValueType. */
const registryDetails: Transform = ([values = [], types = []]) => {
  const type = types[0] ?? '';
  return values.map((value) => {
    if (DWORD_TYPES.has(type)) {
      const number = numberOf(value, 32);
      if (number !== undefined) return `DWORD (0x${number.toString(16).padStart(8, '0')})`;
    }
    if (QWORD_TYPES.has(type)) {
      const digits = numberOf(value, 64)?.toString(16).padStart(16, '0');
      if (digits !== undefined) return `QWORD (0x${digits.slice(0, 8)}-0x${digits.slice(8)})`;
    }
    if (BINARY_TYPES.has(type)) return 'Binary Data';
    return value === '' || value === '-' ? '(Empty)' : value;
  });
};

const EVENT_TYPES: ReadonlyMap<string, readonly string[]> = new Map([
  // Sysmon 13 is written for the first value as well; a created value is the nearest that 4657 has to a created key.
  ['%%1904', ['SetValue', 'CreateKey']],
  ['%%1905', ['SetValue']],
  ['%%1906', ['DeleteValue']],
]);

/** Sysmon's EventType for the OperationType of a 4657. */
const registryEventType: Transform = ([operations = []]) =>
  operations.flatMap((operation) => EVENT_TYPES.get(operation) ?? []);

export const REGISTRY_TRANSFORMS: ReadonlyMap<string, Transform> = new Map([
  ['registryPath', registryPath],
  ['registryTarget', registryTarget],
  ['registryDetails', registryDetails],
  ['registryEventType', registryEventType],
]);
