// From dropped rule files to packs and from packs to what the compiler takes: names, paths, bytes, hashes, verdicts.

import { digestSha256 } from '../base/sha256.ts';
import type { EvidenceFile } from '../intake/evidence.ts';
import type { RulePackFile } from '../model/rule-pack.ts';
import type { RuleVerdict } from '../model/rule-set.ts';
import type { RuleText } from '../pool/rule-compiler.ts';

export interface DroppedPack {
  readonly name: string;
  readonly files: readonly { readonly file: string; readonly blob: Blob }[];
  readonly bytes: number;
}

/** The pack of the workbench. */
export const PERSONAL_PACK = 'My rules';
/** The shipped rules and those of the workbench: a dropped pack of their name would be taken for them. */
const RESERVED: ReadonlySet<string> = new Set(['core', PERSONAL_PACK]);
const MAX_NAME = 120;

/** Groups dropped rule files by the folder or zip that they came in; loose files are one pack. Paths are sorted. */
export function groupPacks(dropped: readonly EvidenceFile[]): DroppedPack[] {
  const groups = new Map<string, { file: string; blob: Blob }[]>();
  const sorted = dropped.toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  for (const { path, blob } of sorted) {
    const slash = path.indexOf('/');
    const top = slash < 0 ? '' : path.slice(0, slash);
    const files = groups.get(top) ?? [];
    files.push({ file: slash < 0 ? path : path.slice(slash + 1), blob });
    groups.set(top, files);
  }
  return [...groups].map(([top, files]) => {
    const name = top === '' ? nameLoose(files.map(({ file }) => file)) : top;
    const bytes = files.reduce((sum, { blob }) => sum + blob.size, 0);
    return { name: (RESERVED.has(name) ? `${name} (own)` : name).slice(0, MAX_NAME), files, bytes };
  });
}

function nameLoose(names: readonly string[]): string {
  const [first = ''] = names;
  return names.length === 1 ? first : `${first} and ${names.length - 1} more`;
}

/** Files read at a time: enough to keep the disk busy. */
const READ_STEP = 64;

/** Reads the files of a pack; tells after each step how many are read. Rejects when one cannot be read. */
export async function readPackFiles(pack: DroppedPack, onRead: (files: number) => void): Promise<RulePackFile[]> {
  const files: RulePackFile[] = [];
  for (let at = 0; at < pack.files.length; at += READ_STEP) {
    const step = pack.files.slice(at, at + READ_STEP).map(async ({ file, blob }) => {
      return { file, bytes: new Uint8Array(await blob.arrayBuffer()) };
    });
    files.push(...(await Promise.all(step)));
    onRead(files.length);
  }
  return files;
}

/** SHA-256 (hex) over paths, lengths and contents. */
export async function hashPack(files: readonly RulePackFile[]): Promise<string> {
  const encoder = new TextEncoder();
  const parts = files.flatMap(({ file, bytes }) => [
    encoder.encode(`${JSON.stringify(file)} ${bytes.length}\n`),
    bytes,
  ]);
  const whole = new Uint8Array(await new Blob(parts).arrayBuffer());
  return digestSha256(whole);
}

/** What the compiler takes. */
export function ruleTextsOf(name: string, files: readonly RulePackFile[]): RuleText[] {
  return files.map(({ file, bytes }) => ({ pack: name, file, text: bytes }));
}

/** Text of a rule file for reading: UTF-8, or UTF-16 where a mark says so. */
export function textOfRuleFile(bytes: Uint8Array): string {
  const [first, second] = bytes;
  const encoding =
    first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
  return new TextDecoder(encoding).decode(bytes);
}

/**
 * Verdicts per part of a compilation, in the order of its parts. The compiler names only the file; verdicts come in the
 * order of files, and document numbers grow within a file, so equal paths in two packs are told apart.
 */
export function splitVerdicts(
  parts: readonly (readonly { readonly file: string }[])[],
  verdicts: readonly RuleVerdict[],
): RuleVerdict[][] {
  const order = parts.flatMap((files, part) => files.map(({ file }) => ({ file, part })));
  const split = parts.map((): RuleVerdict[] => []);
  let at = 0;
  let last = -1;
  for (const verdict of verdicts) {
    if (order[at]?.file !== verdict.file || verdict.document <= last) {
      if (last >= 0) at++;
      while (at < order.length && order[at]?.file !== verdict.file) at++;
    }
    last = verdict.document;
    const part = order[at]?.part;
    if (part !== undefined) split[part]?.push(verdict);
  }
  return split;
}
