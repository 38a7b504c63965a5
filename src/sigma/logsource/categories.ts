// Windows logsource categories: the events that a category means, the view through which they are read, and what the
// category itself demands of an event (logsource mapping 2.2, 2.3 and 4, with the corrections of section 7).

import { ViewId } from '../views/field-views.ts';

export interface CategoryRoute {
  readonly channel: string;
  readonly eventIds: readonly number[];
  readonly view: number;
  /** Field name and the texts of which it must have one. */
  readonly requires?: readonly (readonly [field: string, anyOf: readonly string[]])[];
}

const SYSMON = 'Microsoft-Windows-Sysmon/Operational';
const POWERSHELL_CHANNELS = ['Microsoft-Windows-PowerShell/Operational', 'PowerShellCore/Operational'];

type Requires = NonNullable<CategoryRoute['requires']>;

function sysmon(
  eventIds: readonly number[],
  view: number = ViewId.SysmonProcess,
  requires: Requires = [],
): CategoryRoute {
  return { channel: SYSMON, eventIds, view, requires };
}

/** 4657 with the operations that stand for the category; `registry_event` takes all of them. */
function security4657(...operations: readonly string[]): CategoryRoute {
  return {
    channel: 'Security',
    eventIds: [4657],
    view: ViewId.Security4657,
    requires: operations.length === 0 ? [] : [['OperationType', operations]],
  };
}

const CREATED = '%%1904';
const MODIFIED = '%%1905';
const DELETED = '%%1906';

function powershell(eventId: number): readonly CategoryRoute[] {
  return POWERSHELL_CHANNELS.map((channel) => ({ channel, eventIds: [eventId], view: ViewId.Plain }));
}

function classicPowershell(eventId: number): readonly CategoryRoute[] {
  return [{ channel: 'Windows PowerShell', eventIds: [eventId], view: ViewId.Plain }];
}

/** Defender events that name a threat and where it was found; 1117 to 1119 report what became of it (defect 15). */
const DEFENDER_DETECTIONS = [1006, 1007, 1008, 1009, 1010, 1011, 1012, 1017, 1018, 1019, 1115, 1116, 1117, 1118, 1119];

export const CATEGORY_ROUTES: ReadonlyMap<string, readonly CategoryRoute[]> = new Map<string, readonly CategoryRoute[]>(
  [
    [
      'process_creation',
      [sysmon([1], ViewId.SysmonCreation), { channel: 'Security', eventIds: [4688], view: ViewId.Security4688 }],
    ],
    ['file_change', [sysmon([2])]],
    ['network_connection', [sysmon([3]), { channel: 'Security', eventIds: [5156], view: ViewId.Security5156 }]],
    ['sysmon_status', [sysmon([4, 16], ViewId.Plain)]],
    ['process_termination', [sysmon([5])]],
    ['driver_load', [sysmon([6], ViewId.Plain)]],
    ['image_load', [sysmon([7])]],
    ['create_remote_thread', [sysmon([8], ViewId.SysmonTwoProcesses)]],
    ['raw_access_thread', [sysmon([9])]],
    ['raw_access_read', [sysmon([9])]],
    ['process_access', [sysmon([10], ViewId.SysmonTwoProcesses)]],
    ['file_event', [sysmon([11])]],
    // Sysmon 12 holds created and deleted keys; without the test a rule on deletions fires on creations (defect 8).
    ['registry_add', [sysmon([12], ViewId.SysmonProcess, [['EventType', ['CreateKey']]]), security4657(CREATED)]],
    [
      'registry_delete',
      [sysmon([12], ViewId.SysmonProcess, [['EventType', ['DeleteKey', 'DeleteValue']]]), security4657(DELETED)],
    ],
    ['registry_set', [sysmon([13]), security4657(CREATED, MODIFIED)]],
    ['registry_rename', [sysmon([14])]],
    ['registry_event', [sysmon([12, 13, 14]), security4657()]],
    ['create_stream_hash', [sysmon([15])]],
    ['pipe_created', [sysmon([17, 18])]],
    [
      'wmi_event',
      [
        sysmon([19, 20, 21], ViewId.Plain),
        { channel: 'Microsoft-Windows-WMI-Activity/Operational', eventIds: [5861], view: ViewId.Wmi5861 },
      ],
    ],
    ['dns_query', [sysmon([22])]],
    // 23 archives the file, 26 only logs it; most configurations use 26 (defect 9).
    ['file_delete', [sysmon([23, 26])]],
    ['clipboard_change', [sysmon([24])]],
    ['clipboard_capture', [sysmon([24])]],
    ['process_tampering', [sysmon([25])]],
    ['file_delete_detected', [sysmon([26])]],
    ['file_block', [sysmon([27])]],
    ['file_block_executable', [sysmon([27])]],
    ['file_block_shredding', [sysmon([28])]],
    ['file_executable_detected', [sysmon([29])]],
    ['sysmon_error', [sysmon([255], ViewId.Plain)]],
    ['ps_module', powershell(4103)],
    ['ps_script', powershell(4104)],
    ['ps_classic_start', classicPowershell(400)],
    ['ps_classic_provider_start', classicPowershell(600)],
    ['ps_classic_script', classicPowershell(800)],
    [
      'antivirus',
      [
        {
          channel: 'Microsoft-Windows-Windows Defender/Operational',
          eventIds: DEFENDER_DETECTIONS,
          view: ViewId.DefenderDetection,
        },
      ],
    ],
  ],
);

/** Categories whose events exist only in kernel traces, never in an event log. */
export const ETW_ONLY_CATEGORIES: ReadonlySet<string> = new Set(['file_access', 'file_rename']);
