// A layer for the ATT&CK Navigator: techniques coloured by the number of findings. Layer format 4.5.

import type { Finding } from '../model/finding.ts';
import type { ExportOptions, FindingBlocks } from './export-options.ts';

/** Writes one layer for all findings. */
export async function* writeNavigatorLayer(
  findings: FindingBlocks,
  { caseName = 'Findings', attackVersion = '' }: ExportOptions,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const counts = new Map<string, number>();
  for await (const block of findings) countTechniques(block, counts);
  yield new TextEncoder().encode(formatNavigatorLayer(caseName, counts, attackVersion));
}

/** Counts findings by technique id (T1059, T1059.001) from their tags; a finding counts once per technique. */
export function countTechniques(
  findings: Iterable<Pick<Finding, 'tags'>>,
  into = new Map<string, number>(),
): Map<string, number> {
  for (const { tags } of findings) {
    const techniques = new Set<string>();
    for (const tag of tags) {
      const technique = /^attack\.(t\d{4}(?:\.\d{3})?)$/i.exec(tag)?.[1];
      if (technique !== undefined) techniques.add(technique.toUpperCase());
    }
    for (const technique of techniques) into.set(technique, (into.get(technique) ?? 0) + 1);
  }
  return into;
}

/**
 * Formats a layer file; `attackVersion` is the ATT&CK release the ids belong to, '' when unknown: the Navigator then
 * takes its newest. Only the major number is written, as the Navigator does.
 */
export function formatNavigatorLayer(name: string, counts: ReadonlyMap<string, number>, attackVersion: string): string {
  const sorted = [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
  const layer = {
    name,
    versions: {
      ...(attackVersion === '' ? {} : { attack: attackVersion.split('.')[0] }),
      navigator: '5.1.0',
      layer: '4.5',
    },
    domain: 'enterprise-attack',
    description: 'Findings by technique',
    sorting: 3,
    // Sub-techniques with findings show without a click.
    layout: { layout: 'side', showName: true, showID: false, expandedSubtechniques: 'annotated' },
    gradient: {
      colors: ['#fff3c4', '#d64545'],
      minValue: 0,
      maxValue: sorted.reduce((most, [, count]) => Math.max(most, count), 1),
    },
    techniques: sorted.map(([techniqueID, score]) => ({
      techniqueID,
      score,
      comment: `${String(score)} finding${score === 1 ? '' : 's'}`,
      enabled: true,
    })),
  };
  return `${JSON.stringify(layer, undefined, 1)}\n`;
}
