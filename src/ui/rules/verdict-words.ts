// What became of a rule document, in the words that screens use.

import type { RuleVerdict } from '../../model/rule-set.ts';

export const VERDICTS: readonly RuleVerdict['verdict'][] = ['rejected', 'not-evaluable', 'other-product', 'compiled'];

/** As a label of one document. */
export const VERDICT_LABELS: Readonly<Record<RuleVerdict['verdict'], string>> = {
  compiled: 'Runs',
  'not-evaluable': 'Cannot be judged',
  'other-product': 'Other product',
  rejected: 'Rejected',
};

/** After a number of documents. */
export const VERDICT_COUNTS: Readonly<Record<RuleVerdict['verdict'], string>> = {
  compiled: 'can run',
  'not-evaluable': 'cannot be judged',
  'other-product': 'for other products',
  rejected: 'rejected',
};
