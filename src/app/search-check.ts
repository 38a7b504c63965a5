// What is wrong with a query while it is typed, without asking the index. Patterns are judged when the search runs: the
// engine that reads them is too large to load for a look.

import { success } from '../base/result.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import { compileQuery } from '../query/compile-query.ts';

/** Faults of a query, or remarks on one that runs; names are remarked on only when some are known. */
export function checkQuery(text: string, knownFields: readonly string[]): readonly Diagnostic[] {
  const compiled = compileQuery(text, {
    compileRegex: () => success(() => true),
    ...(knownFields.length === 0 ? {} : { knownFields: [...knownFields, ...SHORT_NAMES] }),
  });
  return compiled.ok ? compiled.value.remarks : compiled.error;
}

/** Names that events answer to and that no list of fields has. */
const SHORT_NAMES = [
  'time',
  'host',
  'id',
  'eventid',
  'record',
  'eventrecordid',
  'pid',
  'level',
  'provider',
  'provider_name',
  'source',
  'channel',
  'computer',
  'computername',
  'timecreated',
  'systemtime',
  'task',
  'opcode',
  'keywords',
  'version',
  'userid',
  'execution_processid',
  'execution_threadid',
  'eventdata',
  'userdata',
];
