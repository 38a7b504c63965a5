// Bytes of a rule file to text. Rules are UTF-8; editors on Windows also write UTF-16 with a byte order mark.

import type { Diagnostic } from '../../model/diagnostic.ts';
import { SOURCE_LIMITS } from './limits.ts';

export interface DecodedText {
  readonly text: string;
  /** Set when the bytes are no text; `text` is then ''. */
  readonly problem: Diagnostic | undefined;
}

/** Text of a rule file without its byte order mark. Never throws. */
export function decodeRuleText(bytes: Uint8Array): DecodedText {
  if (bytes.length > SOURCE_LIMITS.fileSize) {
    const message = `The file has more than ${SOURCE_LIMITS.fileSize / 1024 / 1024} MB.`;
    return {
      text: '',
      problem: { code: 'file-too-large', severity: 'error', message, hint: 'Split it into several files.' },
    };
  }
  const encoding =
    bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-8';
  try {
    return { text: new TextDecoder(encoding, { fatal: true }).decode(bytes), problem: undefined };
  } catch {
    const line = encoding === 'utf-8' ? lineOfBadByte(bytes) : 1;
    const message = `The file is not ${encoding.toUpperCase()} text.`;
    const range = { start: 0, end: 0, line, column: 1 };
    return { text: '', problem: { code: 'not-utf8', severity: 'error', message, range, hint: 'Save it as UTF-8.' } };
  }
}

/** Line of the first byte that breaks UTF-8, found by decoding leniently and looking for the replacement character. */
function lineOfBadByte(bytes: Uint8Array): number {
  const text = new TextDecoder('utf-8').decode(bytes);
  const at = text.indexOf('\ufffd');
  return text.slice(0, at < 0 ? 0 : at).split('\n').length;
}
