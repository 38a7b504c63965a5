// What the pages of packs show of two versions of a pack, and of two scans with different rules.

import type { FindingChanges, FoundBy } from '../analysis/rule-finding-changes.ts';
import { compareFindings } from '../analysis/rule-finding-changes.ts';
import type { PackChanges } from '../analysis/rule-pack-changes.ts';
import { comparePacks, listDocuments } from '../analysis/rule-pack-changes.ts';
import type { RulePackContent } from '../model/rule-pack.ts';
import type { FindingList } from './finding-list.svelte.ts';
import { textOfRuleFile } from './pack-files.ts';

export { diffLines } from '../analysis/rule-line-diff.ts';
export type { PackChanges, PackDocument } from '../analysis/rule-pack-changes.ts';
export type { FindingChange, FindingChanges } from '../analysis/rule-finding-changes.ts';

/** Compares two versions of a pack, document by document. */
export function compareContents(before: RulePackContent, after: RulePackContent): PackChanges {
  const documents = ({ files }: RulePackContent) =>
    listDocuments(files.map(({ file, bytes }) => ({ file, text: textOfRuleFile(bytes) })));
  return comparePacks(documents(before), documents(after));
}

/** Identities of all findings with the rules that made them: what a later scan is compared with. */
export function noteFindings(findings: FindingList): ReadonlyMap<string, FoundBy> {
  const noted = new Map<string, FoundBy>();
  const { columns } = findings;
  for (let row = 0; row < columns.count; row++) {
    const rule = columns.rules[columns.rule[row]!];
    if (rule !== undefined) noted.set(findings.keyOf(row), rule);
  }
  return noted;
}

/** What the findings have more and less than those noted before. */
export function changesSince(noted: ReadonlyMap<string, FoundBy>, findings: FindingList): FindingChanges {
  return compareFindings(noted, noteFindings(findings));
}
