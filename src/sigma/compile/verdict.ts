// What became of a document, in one line.

import type { NotEvaluableReason, RuleVerdict } from '../../model/rule-set.ts';
import type { Metadata } from '../schema/parse-metadata.ts';
import type { Report } from '../source/report.ts';

const REASONS: Readonly<Record<NotEvaluableReason, string>> = {
  'etw-only': 'Windows writes such events to no event log.',
  'fields-never-logged': 'The rule needs fields that these events never hold.',
  'needs-rendered-message': 'The rule needs the text of messages, which event logs do not hold.',
  'other-product': 'The rule is for another product than Windows.',
  contradiction: 'The condition asks for events that the logsource does not have.',
};

/** The verdict of a document that was not rejected for another reason than its report tells. */
export function verdictOf(
  metadata: Metadata,
  report: Report,
  notEvaluable: NotEvaluableReason | undefined,
): RuleVerdict {
  const { diagnostics } = report;
  const base = {
    file: metadata.file,
    document: metadata.document,
    id: metadata.id,
    title: metadata.title,
    diagnostics,
  };
  const errors = diagnostics.filter((diagnostic) => diagnostic.severity === 'error');
  const [error] = errors;
  if (error !== undefined) {
    // The rule itself is sound: it waits for a list that only the site knows, and does not run until it has it.
    const waitsForList = errors.every((each) => each.code === 'placeholder-unknown');
    return { ...base, verdict: waitsForList ? 'not-evaluable' : 'rejected', reason: error.message };
  }
  if (notEvaluable === 'other-product') return { ...base, verdict: 'other-product', reason: REASONS[notEvaluable] };
  if (notEvaluable !== undefined) return { ...base, verdict: 'not-evaluable', reason: REASONS[notEvaluable] };
  const remark = diagnostics.find((diagnostic) => diagnostic.severity === 'warning');
  return { ...base, verdict: 'compiled', reason: remark?.message ?? '' };
}
