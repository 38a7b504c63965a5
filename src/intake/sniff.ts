// Tells what a file is from its first bytes, never from its name: triage tools rename logs, and a .evtx may be
// anything. Knows signatures only; reads nothing itself. Event log signatures: facts F1 and F9, [MS-EVEN6] 2.2.12.

import { isCaseFile } from '../model/case-file-head.ts';

/** What the first bytes of a file say it is. */
export type FileFormat =
  /** An event log. */
  | 'evtx'
  /** Chunks of an event log where they belong, behind a destroyed file header. */
  | 'evtx-headless'
  | 'evt'
  | 'etl'
  | 'zip'
  /** A case that Winnow saved; a zip as well. */
  | 'case-file'
  | 'gzip'
  | '7z'
  /** Other packers: rar, cab, xz, bzip2, zstd, tar. */
  | 'archive'
  | 'vhdx'
  | 'e01'
  /** Other disk images: VHD, VMDK, QCOW2. */
  | 'disk-image'
  | 'json'
  | 'xml'
  | 'csv'
  | 'empty'
  /** Nothing but zeros where the header should be. */
  | 'zeros'
  | 'other';

/** Signatures at a fixed place, as text of one byte per character. */
const SIGNATURES: readonly (readonly [format: FileFormat, offset: number, magic: string])[] = [
  ['evtx', 0, 'ElfFile\0'],
  ['evtx-headless', 0, 'ElfChnk\0'],
  ['evtx-headless', 4_096, 'ElfChnk\0'],
  ['evt', 4, 'LfLe'],
  ['zip', 0, 'PK\x03\x04'],
  ['zip', 0, 'PK\x05\x06'],
  ['zip', 0, 'PK\x07\x08'],
  ['gzip', 0, '\x1f\x8b\x08'],
  ['7z', 0, '7z\xbc\xaf\x27\x1c'],
  ['archive', 0, 'Rar!\x1a\x07'],
  ['archive', 0, 'MSCF\0\0\0\0'],
  ['archive', 0, '\xfd7zXZ\0'],
  ['archive', 0, 'BZh'],
  ['archive', 0, '\x28\xb5\x2f\xfd'],
  ['archive', 257, 'ustar'],
  ['vhdx', 0, 'vhdxfile'],
  ['e01', 0, 'EVF\x09\x0d\x0a\xff\0'],
  ['e01', 0, 'EVF2\x0d\x0a\x81\0'],
  ['e01', 0, 'LVF\x09\x0d\x0a\xff\0'],
  ['disk-image', 0, 'conectix'],
  ['disk-image', 0, 'KDMV'],
  ['disk-image', 0, 'QFI\xfb'],
];

/**
 * Gives the format of a file from its first bytes (4,608 are enough, fewer are taken as they come). An empty input is
 * `empty`; what nothing fits is `other`.
 */
export function sniffFormat(bytes: Uint8Array): FileFormat {
  if (bytes.length === 0) return 'empty';
  if (isCaseFile(bytes)) return 'case-file';
  for (const [format, offset, magic] of SIGNATURES) {
    if (hasMagic(bytes, offset, magic)) return format;
  }
  if (isTraceLog(bytes)) return 'etl';
  if (bytes.every((byte) => byte === 0)) return 'zeros';
  return sniffText(bytes);
}

function hasMagic(bytes: Uint8Array, offset: number, magic: string): boolean {
  if (bytes.length < offset + magic.length) return false;
  for (let i = 0; i < magic.length; i++) {
    if (bytes[offset + i] !== magic.charCodeAt(i)) return false;
  }
  return true;
}

/**
 * An .etl has no magic. Its first buffer has a header of 72 bytes that starts with the buffer's size, then a system
 * trace header (32 bytes, top byte of the marker C0) and the log file header, which starts with the same size.
 */
function isTraceLog(bytes: Uint8Array): boolean {
  if (bytes.length < 108 || bytes[75] !== 0xc0) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const size = view.getUint32(0, true);
  return size >= 1_024 && size <= 16_777_216 && view.getUint32(104, true) === size;
}

/** The text formats that event logs are exported to; everything else is `other`. */
function sniffText(bytes: Uint8Array): FileFormat {
  const text = decodeHead(bytes);
  if (text === undefined) return 'other';
  const trimmed = text.trimStart();
  if (/^<(\?xml|!--|[A-Za-z][\w:.-]*[\s/>])/.test(trimmed)) return 'xml';
  // A record per line, a list of records, or one record: the first token of all three.
  if (/^(\{\s*("|\})|\[\s*(\{|\]))/.test(trimmed)) return 'json';
  const firstLine = /^[^\r\n]*/.exec(trimmed)?.[0] ?? '';
  if ((firstLine.match(/[,;\t]/g)?.length ?? 0) >= 2 && /[\p{L}\p{N}]/u.test(firstLine)) return 'csv';
  return 'other';
}

/** The head as text, or undefined when it is not text. Event Viewer writes UTF-8 or, from scripts, UTF-16 with a mark. */
function decodeHead(bytes: Uint8Array): string | undefined {
  const encoding = hasMagic(bytes, 0, '\xff\xfe') ? 'utf-16le' : hasMagic(bytes, 0, '\xfe\xff') ? 'utf-16be' : 'utf-8';
  // Not fatal: the head may end inside a character, and exports in a legacy code page are text too.
  const text = new TextDecoder(encoding).decode(bytes.subarray(0, 1_024));
  let control = 0;
  for (const unit of text) if (unit < ' ' && unit !== '\t' && unit !== '\r' && unit !== '\n') control++;
  return control === 0 ? text : undefined;
}
