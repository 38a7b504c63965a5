// A finding as Timesketch imports it (JSON Lines): `message`, `datetime` and `timestamp_desc` are required, tags are a
// list under `tag`, everything else becomes a searchable attribute.

import type { Finding } from '../model/finding.ts';
import { formatEventDetails } from './event-details.ts';
import { escapeUnsafe, type FindingLineOptions } from './finding-line.ts';

/** Formats a finding as one line for Timesketch, without the line end. Times have microseconds: it takes no more. */
export function formatTimesketchLine(finding: Finding, options: FindingLineOptions): string {
  const triage = options.triageOf?.(finding);
  const details = formatEventDetails(finding.event);
  const line = {
    message: `${finding.ruleTitle}: ${details}`,
    // The importer refuses lines without a time, so an event without one gets the epoch and says so.
    datetime: finding.time === '' ? '1970-01-01T00:00:00+00:00' : finding.time.replace(/(\.\d{6})\d*Z$/, '$1+00:00'),
    timestamp_desc: finding.time === '' ? 'Event Without Time' : 'Event Logged',
    tag: [...finding.tags, ...(triage?.tags ?? [])],
    rule_title: finding.ruleTitle,
    rule_id: finding.ruleId,
    level: finding.level,
    ...(finding.ruleLevel === undefined ? {} : { rule_level: finding.ruleLevel }),
    computer: finding.computer,
    channel: finding.channel,
    provider: finding.provider,
    event_id: finding.eventId,
    record_id: finding.recordId,
    evtx_file: finding.file,
    details,
    ...(finding.correlation === undefined
      ? {}
      : {
          count: finding.correlation.count,
          first_time: finding.correlation.firstTime,
          last_time: finding.correlation.lastTime ?? finding.time,
        }),
    ...(triage === undefined ? {} : { triage_state: triage.state, note: triage.note }),
  };
  // Readers that split on Unicode line ends would cut the line.
  return escapeUnsafe(JSON.stringify(line));
}
