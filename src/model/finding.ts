// Findings: what a scan produces, what the case keeps, what the screens and exports show.

import type { EventElement, RecordClass } from './event.ts';
import type { FindingEntities } from './finding-entities.ts';
import type { FieldKey } from './field-key.ts';
import type { RecoveredHow } from './recovery.ts';
import type { RuleLevel } from './rule-set.ts';

/** A match within a slice, before it is named: what scan workers send. */
export interface FindingRow {
  /** Rule number in the rule set. */
  readonly rule: number;
  /** Record's offset from the start of the file, and its size, in bytes. */
  readonly offset: number;
  readonly size: number;
  readonly recordClass: RecordClass;
  readonly recordId: string;
  /** TimeCreated in UTC, seven digits and Z. */
  readonly time: string;
  readonly channel: string;
  readonly provider: string;
  readonly eventId: number;
  readonly computer: string;
  /** The whole event. */
  readonly event: EventElement;
  /** Offset of the record whose fields were joined in, if any. */
  readonly joined?: number;
  /** Path of the file of that record, where it is another one. */
  readonly joinedFile?: string;
  /** Values that joins supplied to the event, by field; the event itself lacks these fields. */
  readonly joinedValues?: readonly (readonly [field: FieldKey, values: readonly string[]])[];
  /** How the record could be read, for class 'recovered'. */
  readonly recovered?: RecoveredHow;
}

/** Identity of a finding across scans, rule updates and reloads (design, section 1). */
export type FindingKey = string & { readonly __unit: 'FindingKey' };

export interface FileIdentity {
  /** Path as shown to the user, unique within the case. */
  readonly path: string;
  readonly size: number;
  readonly lastModified: number;
}

/** A finding as the case keeps it. */
export interface Finding extends Omit<FindingRow, 'rule'> {
  readonly key: FindingKey;
  readonly ruleId: string;
  readonly ruleHash: string;
  readonly ruleTitle: string;
  readonly level: RuleLevel;
  /** The rule's own level where the analyst set another one; never kept. */
  readonly ruleLevel?: RuleLevel;
  readonly tags: readonly string[];
  /** Path of the file (FileIdentity.path). */
  readonly file: string;
  /**
   * For correlation findings: the records that made it fire (the first 1,000), and what they had in common. The finding
   * itself stands at the event that completed it; more events of the window may follow, up to `lastTime`.
   */
  readonly correlation?: {
    readonly firstTime: string;
    /** Not every kept case knows it. */
    readonly lastTime?: string;
    readonly count: number;
    readonly groupBy: readonly (readonly [field: string, value: string])[];
    readonly records: readonly { readonly file: string; readonly recordId: string; readonly offset: number }[];
  };
}

/** Findings that were kept together; `packed` has their events without reading them. */
export type FindingBlock = readonly Finding[] & {
  readonly packed?: {
    /** The event of the finding at this place as JSON (UTF-8) without line breaks. */
    eventAt(at: number): Uint8Array;
    /** What that event names; undefined where this was not kept. */
    entitiesAt(at: number): FindingEntities | undefined;
  };
};

/** The finding with its rule's own level: as it was found, and as it is kept. */
export function asFound<T extends Pick<Finding, 'level' | 'ruleLevel'>>(finding: T): T {
  const { ruleLevel, ...found } = finding;
  return ruleLevel === undefined ? finding : ({ ...found, level: ruleLevel } as T);
}

/** What only some findings have. */
export type RareFacts = Pick<Finding, 'joined' | 'joinedFile' | 'joinedValues' | 'recovered' | 'correlation'>;

/** The facts among these that the finding has; undefined when it has none. */
export function rareFactsOf(finding: RareFacts): RareFacts | undefined {
  const { joined, joinedFile, joinedValues, recovered, correlation } = finding;
  const facts: RareFacts = {
    ...(joined !== undefined && { joined }),
    ...(joinedFile !== undefined && { joinedFile }),
    ...(joinedValues !== undefined && { joinedValues }),
    ...(recovered !== undefined && { recovered }),
    ...(correlation !== undefined && { correlation }),
  };
  return Object.keys(facts).length === 0 ? undefined : facts;
}

/** The identity of a finding: (Computer, Channel, EventRecordID, TimeCreated, rule id); file and offset where those are missing. */
export function findingKeyOf(
  row: Pick<FindingRow, 'computer' | 'channel' | 'recordId' | 'time' | 'offset'>,
  ruleId: string,
  file: string,
): FindingKey {
  const parts =
    row.recordId !== '' && row.time !== '' && row.channel !== ''
      ? ['r', row.computer, row.channel, row.recordId, row.time, ruleId]
      : ['f', file, String(row.offset), ruleId];
  return JSON.stringify(parts) as FindingKey;
}

export type TriageState = 'new' | 'confirmed' | 'benign';

/** The analyst's judgement of a finding; kept apart from the findings, by their key. */
export interface Triage {
  readonly key: FindingKey;
  readonly state: TriageState;
  readonly note: string;
  readonly tags: readonly string[];
  /** Why it is benign, where the analyst said so. */
  readonly reason?: string;
  /** Unix milliseconds of the last change. */
  readonly changed: number;
}
