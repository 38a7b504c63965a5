// Keywords that are sentences of a message: Windows keeps message texts in the provider's files, not in the log, so
// such a keyword only matches where a forwarded event carries its rendered message (sigma-engine 1.2).

import type { DetectionNode } from '../detection/item-value.ts';
import { plainTextOf } from '../detection/value-parts.ts';
import type { RuleDraft } from '../schema/rule-draft.ts';

/** A capital, at least three further words of letters, single blanks: prose and not a command or a path. */
const SENTENCE = /^[A-Z][a-z]*(?: [A-Za-z][a-z-]*){3,}[.!]?$/;

/** Remarks keywords of the rule that read like the text of a message. */
export function remarkMessageTexts(draft: RuleDraft): void {
  const open: DetectionNode[] = [...draft.detection.selections.values()].flatMap(({ root }) =>
    root === undefined ? [] : [root],
  );
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node.kind === 'group') {
      for (const child of node.children) open.push(child);
      continue;
    }
    if (node.item.field !== undefined) continue;
    for (const value of node.item.values) {
      const [variant] = value.variants;
      if (variant?.kind !== 'text' || !SENTENCE.test(plainTextOf(variant.parts).trim())) continue;
      draft.report.info(
        'needs-rendered-message',
        value.range,
        `"${value.text}" looks like the text of an event message, which a log file does not hold.`,
        'It can only match forwarded events that carry their message. Test a field instead.',
      );
    }
  }
}
