// From a scan worker's row to the finding that the case keeps: rule numbers become rule facts, file numbers become paths.

import type { Finding, FindingRow } from '../model/finding.ts';
import { findingKeyOf } from '../model/finding.ts';
import type { RuleInfo } from '../model/rule-set.ts';
import type { CorrelationHit } from '../pool/scanner.ts';

/** Names a row. */
export function nameFinding(row: FindingRow, info: RuleInfo, file: string): Finding {
  const finding: Finding & { rule?: number } = {
    ...row,
    key: findingKeyOf(row, info.id, file),
    ruleId: info.id,
    ruleHash: info.hash,
    ruleTitle: info.title,
    level: info.level,
    tags: info.tags,
    file,
  };
  delete finding.rule;
  return finding;
}

/** Names a fired correlation: its finding stands at the event that completed it. `pathOf` gives the path of a file number. */
export function nameCorrelation(hit: CorrelationHit, info: RuleInfo, pathOf: (file: number) => string): Finding {
  return {
    ...nameFinding(hit.completedBy.row, info, pathOf(hit.completedBy.file)),
    correlation: {
      firstTime: hit.firstTime,
      lastTime: hit.lastTime,
      count: hit.count,
      groupBy: hit.groupBy,
      records: hit.records.map(({ file, recordId, offset }) => ({ file: pathOf(file), recordId, offset })),
    },
  };
}
