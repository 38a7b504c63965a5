// Tells whether two logs are the same bytes. Size and head alone are not enough: two copies of a log that was in use
// have a stale header and an equal first chunk although later chunks differ, and dropping one would lose events.

import type { EvidenceFile } from './evidence.ts';
import { MAX_COMPARED_BYTES } from './limits.ts';

const COMPARE_BYTES = 1_024 * 1_024;

/** Bytes at the end of a log that tell most files of one size and beginning apart: its last chunk. */
const TAIL_BYTES = 65_536;

/**
 * Remembers the kept logs of a drop by content. Finding out whether a log is among them costs a read of its last chunk
 * where size and beginning are not unique, and whole comparisons only with those that end alike: comparing every pair
 * of 253 files of one size took 43 s on the page's thread.
 */
export class KeptLogs {
  readonly #byContent = new Map<
    string,
    { readonly first: EvidenceFile; byTail: Map<string, EvidenceFile[]> | undefined }
  >();

  /** The kept log with the same bytes, or undefined after which `log` itself counts as kept. */
  async findOrKeep(contentKey: string, log: EvidenceFile, kept: () => EvidenceFile): Promise<EvidenceFile | undefined> {
    const group = this.#byContent.get(contentKey);
    if (group === undefined) {
      this.#byContent.set(contentKey, { first: kept(), byTail: undefined });
      return undefined;
    }
    group.byTail ??= new Map([[await tailKeyOf(group.first), [group.first]]]);
    const key = await tailKeyOf(log);
    const alike = group.byTail.get(key) ?? [];
    for (const other of alike) if (await hasSameContent(log, other)) return other;
    group.byTail.set(key, [...alike, kept()]);
    return undefined;
  }
}

/** Hash of the end of a log; unreadable logs share a key and are then told apart by comparing. */
async function tailKeyOf(log: EvidenceFile): Promise<string> {
  try {
    const blob = givenBytesOf(log);
    const tail = await blob.slice(Math.max(0, blob.size - TAIL_BYTES)).arrayBuffer();
    return contentKeyOf(log.size, new Uint8Array(tail));
  } catch {
    return 'unreadable';
  }
}

/** Key under which files are candidates for being the same: size and a 53-bit hash of the head. */
export function contentKeyOf(size: number, head: Uint8Array): string {
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (const byte of head) {
    high = Math.imul(high ^ byte, 2_654_435_761);
    low = Math.imul(low ^ byte, 1_597_334_677);
  }
  return `${String(size)}:${(high >>> 0).toString(16)}:${(low >>> 0).toString(16)}`;
}

/**
 * True when both files hold the same bytes, found by reading both up to 1 GiB. Larger ones are the same when size, path
 * and time are: two picked files of one name may come from two hosts, but not at that size and in the same millisecond.
 * Files that cannot be read count as different.
 */
export async function hasSameContent(a: EvidenceFile, b: EvidenceFile): Promise<boolean> {
  // Two packed logs are the same where their packed bytes are; what an archive claims of them proves nothing.
  const [left, right] = [givenBytesOf(a), givenBytesOf(b)];
  if (a.packed?.form !== b.packed?.form || a.size !== b.size || left.size !== right.size) return false;
  if (left.size > MAX_COMPARED_BYTES) {
    return a.path === b.path && a.lastModified === b.lastModified && a.lastModified !== 0;
  }
  // The end first: that is where two copies of a growing log differ.
  const last = Math.max(0, left.size - COMPARE_BYTES);
  if (!(await hasSameSlice(left, right, last, left.size))) return false;
  for (let at = 0; at < last; at += COMPARE_BYTES) {
    if (!(await hasSameSlice(left, right, at, Math.min(last, at + COMPARE_BYTES)))) return false;
  }
  return true;
}

/** What was dropped of a log: its bytes, or its packed bytes. */
function givenBytesOf({ blob, packed }: EvidenceFile): Blob {
  return packed?.blob ?? blob;
}

async function hasSameSlice(a: Blob, b: Blob, start: number, end: number): Promise<boolean> {
  try {
    const [left, right] = await Promise.all([a.slice(start, end).arrayBuffer(), b.slice(start, end).arrayBuffer()]);
    return left.byteLength === right.byteLength && equalBytes(left, right);
  } catch {
    // Unreadable now: the scan will say so. Until then it is a file of its own.
    return false;
  }
}

function equalBytes(left: ArrayBuffer, right: ArrayBuffer): boolean {
  const words = Math.floor(left.byteLength / 4);
  const leftWords = new Uint32Array(left, 0, words);
  const rightWords = new Uint32Array(right, 0, words);
  for (let i = 0; i < words; i++) if (leftWords[i] !== rightWords[i]) return false;
  const leftTail = new Uint8Array(left, words * 4);
  const rightTail = new Uint8Array(right, words * 4);
  return leftTail.every((byte, i) => byte === rightTail[i]);
}
