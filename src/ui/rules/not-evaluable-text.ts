// Why a rule can find nothing in event logs, in words.

import type { NotEvaluableReason } from '../../model/rule-set.ts';

export const NOT_EVALUABLE_TEXTS: Readonly<
  Record<NotEvaluableReason, { readonly short: string; readonly long: string }>
> = {
  'etw-only': {
    short: 'live tracing only',
    long: 'It needs a live trace of the system: these events are not written to any event log.',
  },
  'fields-never-logged': {
    short: 'fields not logged',
    long: 'It asks for fields that these events never carry in an event log.',
  },
  'needs-rendered-message': {
    short: 'needs message text',
    long: 'It looks into the rendered message, which is not stored in the log file.',
  },
  'other-product': { short: 'other product', long: 'It is made for logs of another product than Windows.' },
  contradiction: {
    short: 'contradicts itself',
    long: 'Its conditions exclude each other, so that no event can ever match.',
  },
};
