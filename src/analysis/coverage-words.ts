// Plain words for the coverage account: what logs, kinds of event and fields are called, and what to switch on when
// they are missing. Facts about Windows auditing; knows no rule.

import { foldText } from '../base/fold.ts';
import type { FieldKey } from '../model/field-key.ts';
import { fieldKeyOf } from '../model/field-key.ts';

const SYSMON = 'Microsoft-Windows-Sysmon/Operational';
const POWERSHELL = 'Microsoft-Windows-PowerShell/Operational';

/** Folded; the log that most rules are made for. */
export const SYSMON_CHANNEL = foldText(SYSMON);

const LOG_NAMES: ReadonlyMap<string, string> = new Map(
  [
    ['Security', 'Security'],
    ['System', 'System'],
    ['Application', 'Application'],
    [SYSMON, 'Sysmon'],
    [POWERSHELL, 'PowerShell'],
    ['PowerShellCore/Operational', 'PowerShell'],
    ['Windows PowerShell', 'Windows PowerShell'],
    ['Microsoft-Windows-Windows Defender/Operational', 'Defender'],
    ['Microsoft-Windows-TaskScheduler/Operational', 'Task Scheduler'],
    ['Microsoft-Windows-WMI-Activity/Operational', 'WMI-Activity'],
    ['Microsoft-Windows-Bits-Client/Operational', 'BITS client'],
    ['Microsoft-Windows-CodeIntegrity/Operational', 'Code Integrity'],
    ['Microsoft-Windows-DNS-Client/Operational', 'DNS client'],
    ['Microsoft-Windows-DNS Client Events/Operational', 'DNS client'],
    ['Microsoft-Windows-NTLM/Operational', 'NTLM'],
    ['Microsoft-Windows-Windows Firewall With Advanced Security/Firewall', 'Firewall'],
    ['Microsoft-Windows-TerminalServices-LocalSessionManager/Operational', 'Terminal Services'],
    ['MSExchange Management', 'Exchange management'],
    ['Microsoft-Windows-AppXDeploymentServer/Operational', 'AppX deployment'],
  ].map(([channel, name]) => [foldText(channel ?? ''), name ?? '']),
);

/** Short name of a log (folded channel); logs without one keep what tells their channel from others. */
export function nameLog(channel: string): string {
  return LOG_NAMES.get(channel) ?? channel.replace(/^microsoft-windows-/, '').replace(/\/operational$/, '');
}

/** Things that a host either logs all day or not at all, so that their absence says something about the host. */
export interface Telemetry {
  /** In the plural, as in "… are not logged". */
  readonly what: string;
  readonly advice: string;
}

const SYSMON_ADVICE = 'Sysmon records them when its configuration asks for them.';

const TELEMETRY: readonly (readonly [channel: string, ids: readonly number[], telemetry: Telemetry])[] = [
  [
    SYSMON,
    [1],
    {
      what: 'process creations',
      advice: 'Install Sysmon, or audit Process Creation (Detailed Tracking) with command lines.',
    },
  ],
  [SYSMON, [3], { what: 'network connections', advice: SYSMON_ADVICE }],
  [SYSMON, [7], { what: 'loaded modules', advice: SYSMON_ADVICE }],
  [SYSMON, [10], { what: 'accesses to other processes', advice: SYSMON_ADVICE }],
  [SYSMON, [11], { what: 'created files', advice: SYSMON_ADVICE }],
  [SYSMON, [12, 13, 14], { what: 'registry changes', advice: SYSMON_ADVICE }],
  [SYSMON, [17, 18], { what: 'named pipes', advice: SYSMON_ADVICE }],
  [SYSMON, [22], { what: 'DNS queries', advice: SYSMON_ADVICE }],
  ['Security', [4688], { what: 'process creations', advice: 'Audit Process Creation (Detailed Tracking).' }],
  [POWERSHELL, [4104], { what: 'PowerShell script blocks', advice: 'Turn on PowerShell Script Block Logging.' }],
  [POWERSHELL, [4103], { what: 'PowerShell module calls', advice: 'Turn on PowerShell Module Logging.' }],
  ['Security', [4624], { what: 'logons', advice: 'Audit Logon (Logon/Logoff).' }],
  [
    'Security',
    [4656, 4663],
    { what: 'accesses to objects', advice: 'Audit Object Access and set audit entries on what matters.' },
  ],
  ['Security', [5145], { what: 'accesses to shared files', advice: 'Audit Detailed File Share (Object Access).' }],
];

/** What the events of a channel (folded) and these ids are, when their absence tells something. */
export function telemetryOf(
  channel: string | undefined,
  eventIds: readonly number[] | undefined,
): Telemetry | undefined {
  if (channel === undefined || eventIds === undefined) return undefined;
  return TELEMETRY.find(([log, ids]) => foldText(log) === channel && eventIds.every((id) => ids.includes(id)))?.[2];
}

const FIELD_NAMES: ReadonlyMap<FieldKey, string> = new Map(
  (
    'CommandLine ParentCommandLine Image ParentImage OriginalFileName Description Product Company Hashes IntegrityLevel ' +
    'User ParentUser CurrentDirectory LogonId TargetObject Details EventType TargetFilename ImageLoaded Signed Signature ' +
    'SignatureStatus SourceImage TargetImage GrantedAccess CallTrace PipeName QueryName DestinationHostname DestinationIp ' +
    'DestinationPort SourceIp SourcePort Initiated Protocol ScriptBlockText Path Payload ContextInfo Data ObjectName ' +
    'ObjectType ObjectServer ObjectValueName NewValue OldValue ProcessName TargetUserName SubjectUserName SubjectUserSid ' +
    'LogonType LogonProcessName AuthenticationPackageName IpAddress WorkstationName ShareName RelativeTargetName ' +
    'AccessMask AccessList ServiceName ServiceFileName ImagePath TaskName TaskContent TicketEncryptionType Status ' +
    'AttributeLDAPDisplayName AttributeValue ObjectClass Properties GrandParentImage SourceCommandLine Contents Hash Sha256 Imphash Md5 Sha1'
  )
    .split(' ')
    .map((name) => [fieldKeyOf(name), name]),
);

/** A field as rules usually spell it. */
export function nameField(key: FieldKey): string {
  return FIELD_NAMES.get(key) ?? key;
}

/** `a`, `a and b`, `a, b and c`; of more than `most` items the rest is only counted, as `7 what`. */
export function listWords(items: readonly string[], most: number, what: string, joint: 'and' | 'or' = 'and'): string {
  const shown = items.length > most ? items.slice(0, most - 1) : items.slice();
  if (items.length > most) shown.push(`${countWords(items.length - shown.length)} ${what}`);
  const last = shown.pop() ?? '';
  return shown.length === 0 ? last : `${shown.join(', ')} ${joint} ${last}`;
}

/** A count with separators: 1,046. Not of the reader's locale, because exports and the command line use it too. */
export function countWords(count: number): string {
  return count.toString().replace(/\B(?=(\d{3})+$)/g, ',');
}
