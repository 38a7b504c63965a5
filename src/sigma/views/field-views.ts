// The field views of Winnow. FIELD_VIEWS lists them by id; EVENT_VIEWS names those that hold for every rule on the
// events they name. The others are route views: they apply only where the logsource tables send a rule through them,
// so that a rule written for Security itself reads the event as it is.

import type { FieldKey } from '../../model/field-key.ts';
import type { FieldView } from '../../model/field-view.ts';
import { PLAIN_VIEW } from '../../model/field-view.ts';
import type { ProcessJoin } from '../../model/process-join.ts';
import type { EventView } from '../../model/rule-set.ts';
import { foldText } from '../../base/fold.ts';
import type { ViewText } from './define-view.ts';
import { defineJoins, defineView } from './define-view.ts';
import {
  DEFENDER_PATHS,
  EVERY_EVENT,
  POWERSHELL_BLOCK,
  SECURITY_LISTS,
  SQL_AUDIT,
  SYSMON_HASHES,
  SYSMON_REGISTRY,
} from './event-view-texts.ts';
import {
  DEFENDER_DETECTION,
  SECURITY_4657,
  SECURITY_4688,
  SECURITY_5156,
  SYSMON_CREATION,
  SYSMON_PROCESS,
  SYSMON_TWO_PROCESSES,
  WMI_5861,
} from './route-views.ts';

/** Ids of the route views, positions in FIELD_VIEWS. */
export const ViewId = {
  Plain: 0,
  Security4688: 1,
  Security4657: 2,
  Security5156: 3,
  Wmi5861: 4,
  DefenderDetection: 5,
  SysmonCreation: 6,
  SysmonProcess: 7,
  SysmonTwoProcesses: 8,
} as const;

const TEXTS: readonly ViewText[] = [
  SECURITY_4688,
  SECURITY_4657,
  SECURITY_5156,
  WMI_5861,
  DEFENDER_DETECTION,
  SYSMON_CREATION,
  SYSMON_PROCESS,
  SYSMON_TWO_PROCESSES,
  EVERY_EVENT,
  SECURITY_LISTS,
  SYSMON_REGISTRY,
  SYSMON_HASHES,
  POWERSHELL_BLOCK,
  SQL_AUDIT,
  DEFENDER_PATHS,
];

/** Every view; the index is its id, 0 is the plain view. */
export const FIELD_VIEWS: readonly FieldView[] = [PLAIN_VIEW, ...TEXTS.map((text, at) => defineView(at + 1, text))];

const SYSMON_CHANNEL = 'Microsoft-Windows-Sysmon/Operational';

/** The views that hold for every rule, with the events that they name. */
export const EVENT_VIEWS: readonly EventView[] = [
  eventView(EVERY_EVENT, undefined, undefined),
  eventView(SECURITY_LISTS, 'Security', undefined),
  eventView(SYSMON_REGISTRY, SYSMON_CHANNEL, [12, 13, 14]),
  eventView(SYSMON_HASHES, SYSMON_CHANNEL, [1, 6, 7, 15, 23, 24, 26, 27, 28, 29]),
  eventView(POWERSHELL_BLOCK, 'Windows PowerShell', undefined),
  eventView(SQL_AUDIT, 'Application', [33204, 33205, 33206]),
  eventView(DEFENDER_PATHS, 'Microsoft-Windows-Windows Defender/Operational', undefined),
];

/** What the joined fields of each view are read from, by view id; views without joins are missing. */
export const PROCESS_JOINS: ReadonlyMap<number, ReadonlyMap<FieldKey, ProcessJoin>> = new Map(
  TEXTS.flatMap((text, at) => (text.joins === undefined ? [] : [[at + 1, defineJoins(text)] as const])),
);

function eventView(text: ViewText, channel: string | undefined, eventIds: readonly number[] | undefined): EventView {
  return {
    channel: channel === undefined ? undefined : foldText(channel),
    provider: undefined,
    eventIds,
    view: TEXTS.indexOf(text) + 1,
  };
}
