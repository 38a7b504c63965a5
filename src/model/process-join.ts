// Fields that an event does not have but the record of a process creation has: which field identifies the process, and
// what is read there. Data for joins over records; nothing here reads records (reference: logsource mapping 4.1,
// engine algorithms 9).

import type { FieldKey } from './field-key.ts';

export interface ProcessJoin {
  /** Field of the event, read through its view, that names the process: a ProcessGuid where there is one, else its number. */
  readonly by: FieldKey;
  /** Field of that process' creation record (Sysmon 1 or 4688, through its own view) that is read. */
  readonly read: FieldKey;
}
