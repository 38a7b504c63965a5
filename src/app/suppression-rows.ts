// What a suppression can be made of: the values of a finding's event, those on top that the rule looked at.

import { listEventFields, markFields } from '../analysis/event-fields.ts';
import type { FindingList } from './finding-list.svelte.ts';
import type { ExplainFinding } from './ports.ts';
import { rowsOfEvent, type DraftStart } from './suppression-draft.svelte.ts';

/** Gives the start of a suppression of findings like the one in `row`. */
export async function rowsOfFinding(findings: FindingList, row: number, explain: ExplainFinding): Promise<DraftStart> {
  const finding = await findings.load(row);
  const fields = listEventFields(finding.event);
  // The order is a courtesy: without an explanation the list is as good.
  const marks = markFields(fields, await explain(finding).catch(() => []));
  return {
    ruleId: finding.ruleId,
    ruleTitle: finding.ruleTitle,
    rows: rowsOfEvent(fields, (at) => marks.has(at)),
  };
}
