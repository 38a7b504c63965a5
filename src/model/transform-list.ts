// Transforms for values that are lists in one text: access rights, privileges, account flags, hashes, numbered Data
// (reference: Sigma engine 2.7). The texts are those of the Windows parameter message table (English).

import type { Transform } from './transform.ts';

/** More tokens than this are not split off: no list of Windows comes near, and the text itself stays searchable. */
const MAX_TOKENS = 256;

const TEXT_OF_CODE: ReadonlyMap<number, string> = new Map([
  [1537, 'DELETE'],
  [1538, 'READ_CONTROL'],
  [1539, 'WRITE_DAC'],
  [1540, 'WRITE_OWNER'],
  [1541, 'SYNCHRONIZE'],
  [1542, 'ACCESS_SYS_SEC'],
  [1543, 'MAX_ALLOWED'],
  [1832, 'Identification'],
  [1833, 'Impersonation'],
  [1840, 'Delegation'],
  [1842, 'Yes'],
  [1843, 'No'],
  [1872, 'REG_NONE'],
  [1873, 'REG_SZ'],
  [1874, 'REG_EXPAND_SZ'],
  [1875, 'REG_BINARY'],
  [1876, 'REG_DWORD'],
  [1877, 'REG_DWORD_BIG_ENDIAN'],
  [1878, 'REG_LINK'],
  [1879, 'REG_MULTI_SZ'],
  [1883, 'REG_QWORD'],
  [1904, 'New registry value created'],
  [1905, 'Existing registry value modified'],
  [1906, 'Registry value deleted'],
  [1936, 'TokenElevationTypeDefault (1)'],
  [1937, 'TokenElevationTypeFull (2)'],
  [1938, 'TokenElevationTypeLimited (3)'],
  [2048, 'Account Enabled'],
  [2050, "'Password Not Required' - Disabled"],
  [2057, "'Don't Expire Password' - Disabled"],
  [2064, "'Don't Require Preauth' - Disabled"],
  [2080, 'Account Disabled'],
  [2082, "'Password Not Required' - Enabled"],
  [2084, "'Normal Account' - Enabled"],
  [2086, "'Interdomain Trust Account' - Enabled"],
  [2087, "'Workstation Trust Account' - Enabled"],
  [2088, "'Server Trust Account' - Enabled"],
  [2089, "'Don't Expire Password' - Enabled"],
  [2091, "'Encrypted Text Password Allowed' - Enabled"],
  [2093, "'Trusted For Delegation' - Enabled"],
  [2094, "'Not Delegated' - Enabled"],
  [2095, "'Use DES Key Only' - Enabled"],
  [2096, "'Don't Require Preauth' - Enabled"],
  [2098, "'Trusted To Authenticate For Delegation' - Enabled"],
  [2313, 'Unknown user name or bad password.'],
  [4416, 'ReadData (or ListDirectory)'],
  [4417, 'WriteData (or AddFile)'],
  [4418, 'AppendData (or AddSubdirectory or CreatePipeInstance)'],
  [4419, 'ReadEA'],
  [4420, 'WriteEA'],
  [4421, 'Execute/Traverse'],
  [4422, 'DeleteChild'],
  [4423, 'ReadAttributes'],
  [4424, 'WriteAttributes'],
  [4432, 'Query key value'],
  [4433, 'Set key value'],
  [4434, 'Create sub-key'],
  [4435, 'Enumerate sub-keys'],
  [4436, 'Notify about changes to keys'],
  [4437, 'Create Link'],
  [4480, 'Force process termination'],
  [4481, 'Create new thread in process'],
  [4482, 'Set process session ID'],
  [4483, 'Perform virtual memory operation'],
  [4484, 'Read from process memory'],
  [4485, 'Write to process memory'],
  [4486, 'Duplicate handle into or out of process'],
  [4487, 'Create a subprocess of process'],
  [4488, 'Set process quotas'],
  [4489, 'Set process information'],
  [4490, 'Query process information'],
  [7680, 'Create Child'],
  [7681, 'Delete Child'],
  [7682, 'List Contents'],
  [7683, 'Write Self'],
  [7684, 'Read Property'],
  [7685, 'Write Property'],
  [7686, 'Delete Tree'],
  [7687, 'List Object'],
  [7688, 'Control Access'],
  [8448, 'Success removed'],
  [8449, 'Success Added'],
  [8450, 'Failure removed'],
  [8451, 'Failure Added'],
  [14592, 'Inbound'],
  [14593, 'Outbound'],
]);

function textOfToken(token: string): string | undefined {
  const code = /^%%(\d{1,5})$/.exec(token);
  return code === null ? undefined : TEXT_OF_CODE.get(Number(code[1]));
}

/** Blank- or comma-separated items of each value, and the English text of every `%%nnnn` among them. */
const listItems: Transform = ([values = []]) => {
  const items: string[] = [];
  for (const value of values) {
    for (const token of value.split(/[\s,]+/, MAX_TOKENS)) {
      if (token === '') continue;
      if (token !== value) items.push(token);
      const text = textOfToken(token);
      if (text !== undefined) items.push(text);
    }
  }
  return items;
};

/** The hash of one algorithm out of `MD5=…,SHA256=…`; a bare hash counts by its length. */
function hashPart(algorithm: string, length: number): Transform {
  const labelled = new RegExp(`(?:^|[,;\\s])${algorithm}=([0-9a-f]+)`, 'i');
  const bare = new RegExp(`^[0-9a-f]{${length}}$`, 'i');
  return (inputs) =>
    inputs.flat().flatMap((value) => {
      const found = labelled.exec(value)?.[1];
      return found !== undefined ? [found] : bare.test(value) && algorithm !== 'IMPHASH' ? [value] : [];
    });
}

/** The value at a place among all values of a field (unnamed Data), from 1. */
function itemAt(place: number): Transform {
  return ([values = []]) => values.slice(place - 1, place);
}

/** How many places of unnamed Data can be named (`Data[1]` …). */
export const NUMBERED_ITEMS = 32;

export const LIST_TRANSFORMS: ReadonlyMap<string, Transform> = new Map<string, Transform>([
  ['listItems', listItems],
  ['hash.md5', hashPart('MD5', 32)],
  ['hash.sha1', hashPart('SHA1', 40)],
  ['hash.sha256', hashPart('SHA256', 64)],
  ['hash.imphash', hashPart('IMPHASH', 32)],
  ...Array.from({ length: NUMBERED_ITEMS }, (_, at) => [`item.${at + 1}`, itemAt(at + 1)] as const),
]);
