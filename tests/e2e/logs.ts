// Logs for end-to-end tests, built in code. One event of the kind that the first core rule looks for, among others.

import { buildLog, joinChunks, type EventSpec } from '../builders/evtx-builder.ts';

export const RULE_TITLE = 'DCOM lateral movement (via MMC20)';
const SCRIPT = '$a = [System.Activator]::CreateInstance([type]::GetTypeFromProgID("MMC20.Application","10.0.0.5"))';
/** A rule of the analyst's own that matches the harmless block. */
export const OWN_RULE = `title: Somebody asks for the date
id: 6f0f2c0c-3a51-4f0e-9a86-0d5d8e2f7a11
status: test
description: Matches the harmless block.
logsource:
  product: windows
  category: ps_script
detection:
  selection:
    ScriptBlockText|contains: 'Get-Date'
  condition: selection
level: critical
`;
const CHUNK = 65_536;
const HEADER = 4_096;

function scriptBlock(recordId: number, text: string): EventSpec {
  return {
    channel: 'Microsoft-Windows-PowerShell/Operational',
    provider: 'Microsoft-Windows-PowerShell',
    eventId: 4_104,
    computer: 'HOST-1',
    recordId,
    data: [
      ['MessageNumber', 1],
      ['MessageTotal', 1],
      ['ScriptBlockText', text],
    ],
  };
}

/** Three script blocks; the second one is the attack. Logs with other greetings differ in nothing that counts. */
export function smallLog(greeting = 'Get-Date'): Uint8Array {
  return buildLog({ records: [scriptBlock(1, greeting), scriptBlock(2, SCRIPT), scriptBlock(3, 'Get-ChildItem')] });
}

/** Script blocks that are all attacks, of some 4 KB each: findings that take room. */
export function heavyLog(attacks: number): Uint8Array {
  const records = Array.from({ length: attacks }, (_, i) =>
    scriptBlock(i + 1, `${SCRIPT} # ${String(i).repeat(1_500)}`),
  );
  return buildLog({ records, recordsPerChunk: 5 });
}

/**
 * A log of many chunks: every tenth has one attack of its own, the others repeat the same harmless records. Attacks in
 * logs with the same first record are the same ones.
 */
export function largeLog(
  chunks: number,
  firstRecord = 1_000_000,
): {
  readonly bytes: Uint8Array;
  readonly attacks: number;
  readonly records: number;
} {
  const harmless = chunkOf(
    Array.from({ length: 60 }, (_, i) => scriptBlock(1_000 + i, `Write-Output ${'x'.repeat(200)}${i}`)),
  );
  const parts: Uint8Array[] = [];
  let attacks = 0;
  for (let chunk = 0; chunk < chunks; chunk++) {
    if (chunk % 10 === 0) parts.push(chunkOf([scriptBlock(firstRecord + attacks++, SCRIPT)]));
    else parts.push(harmless);
  }
  return { bytes: joinChunks(parts), attacks, records: attacks + (chunks - attacks) * 60 };
}

function chunkOf(records: readonly EventSpec[]): Uint8Array {
  return buildLog({ records }).subarray(HEADER, HEADER + CHUNK);
}
