// Writes a case as one file. Parts are made one after the other and kept outside the script heap.

import { randomSeed } from '../base/mask.ts';
import { sha256HexOfBytes } from '../base/sha256.ts';
import type { AuditEntry } from '../model/audit-entry.ts';
import type { CaseRecord } from '../model/case.ts';
import { MANIFEST_NAME } from '../model/case-file-head.ts';
import type { ToolAccount } from '../model/evidence-account.ts';
import type { Finding, Triage } from '../model/finding.ts';
import type { Suppression } from '../model/suppression.ts';
import { CASE_FILE_FORMAT, type Manifest, type ManifestPart, type PartKind } from './manifest.ts';
import { encodePart } from './part-codec.ts';
import { createZipWriter } from './stored-zip.ts';

export interface CaseFileInput {
  readonly record: CaseRecord;
  readonly triage: readonly Triage[];
  readonly audit: readonly AuditEntry[];
  readonly suppressions: readonly Suppression[];
  readonly findings: AsyncIterable<readonly Finding[]>;
  readonly tool: ToolAccount;
  /** Unix milliseconds. */
  readonly written: number;
}

/** A part is closed at so many UTF-16 units or items: unpacking one must not hold a small machine. */
const PART_UNITS = 2 * 1_024 * 1_024;
const PART_ITEMS = 5_000;

/** Gives the case file. Throws when the case is too large for one file (4 GiB). */
export async function writeCaseFile(input: CaseFileInput): Promise<Blob> {
  const { record, triage, audit, suppressions, findings, tool, written } = input;
  const zip = createZipWriter();
  const parts: ManifestPart[] = [];
  let lines: string[] = [];
  let units = 0;

  const close = async (kind: PartKind): Promise<void> => {
    if (lines.length === 0) return;
    const seed = randomSeed();
    const bytes = await encodePart(lines, seed);
    const name = `${kind}-${String(parts.length + 1).padStart(5, '0')}.part`;
    const unpacked = lines.reduce((sum, line) => sum + line.length + 1, 0);
    zip.add({ name, bytes });
    const { length: size } = bytes;
    parts.push({ name, kind, items: lines.length, size, unpacked, seed, sha256: sha256HexOfBytes(bytes) });
    lines = [];
    units = 0;
  };
  const put = async (kind: PartKind, items: Iterable<unknown>): Promise<void> => {
    for (const item of items) {
      const line = JSON.stringify(item);
      lines.push(line);
      units += line.length;
      if (units >= PART_UNITS || lines.length >= PART_ITEMS) await close(kind);
    }
  };
  const whole: readonly (readonly [PartKind, readonly unknown[]])[] = [
    ['files', record.files],
    ['scans', record.scans ?? []],
    ['problems', record.problems],
    ['kinds', record.kinds ?? []],
    ['triage', triage],
    ['audit', audit],
    ['suppressions', suppressions],
  ];
  for (const [kind, items] of whole) {
    await put(kind, items);
    await close(kind);
  }
  for await (const block of findings) await put('findings', block);
  await close('findings');
  const manifest: Manifest = {
    format: CASE_FILE_FORMAT,
    // Without what version 2 brought, readers of version 1 take the file as well.
    version: suppressions.length === 0 ? 1 : 2,
    tool,
    written,
    summary: record.summary,
    parts,
  };
  return zip.finish({ name: MANIFEST_NAME, bytes: new TextEncoder().encode(JSON.stringify(manifest, undefined, 1)) });
}
