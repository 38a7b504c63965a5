// The sentence for each action of the log.

import type { AuditAction } from '../../model/audit-entry.ts';

export const AUDIT_WORDS: Readonly<Record<AuditAction, string>> = {
  'case-created': 'Case created',
  'case-renamed': 'Case renamed',
  'evidence-opened': 'Evidence opened',
  'scan-started': 'Scan started',
  'scan-ended': 'Scan ended',
  'hashes-computed': 'Files hashed',
  judged: 'Findings judged',
  noted: 'Note written',
  tagged: 'Findings tagged',
  undone: 'Taken back',
  suppressed: 'Findings suppressed',
  'suppression-changed': 'Suppression changed',
  'suppression-removed': 'Suppression removed',
  'rule-set': 'Rule set',
  exported: 'Exported',
  'case-file-saved': 'Case file saved',
  'case-file-opened': 'Case file opened',
  'case-file-merged': 'Case file merged',
  'judgement-replaced': 'Judgement replaced',
  'analyst-changed': 'Analyst named',
};
