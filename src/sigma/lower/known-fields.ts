// Fields of events whose layout is fixed, so that a rule that asks for a field no such event has can be told so.
// Names are those of Sysmon's manifest (schema 4.90) and of Security 4688, 4657 and 5156; see docs/sigma-support.md.

import type { FieldKey } from '../../model/field-key.ts';
import { fieldKeyOf } from '../../model/field-key.ts';

const SYSMON_TEXT: readonly (readonly [ids: readonly number[], names: string])[] = [
  [
    [1],
    'RuleName UtcTime ProcessGuid ProcessId Image FileVersion Description Product Company OriginalFileName CommandLine CurrentDirectory User LogonGuid LogonId TerminalSessionId IntegrityLevel Hashes ParentProcessGuid ParentProcessId ParentImage ParentCommandLine ParentUser',
  ],
  [[2], 'RuleName UtcTime ProcessGuid ProcessId Image TargetFilename CreationUtcTime PreviousCreationUtcTime User'],
  [
    [3],
    'RuleName UtcTime ProcessGuid ProcessId Image User Protocol Initiated SourceIsIpv6 SourceIp SourceHostname SourcePort SourcePortName DestinationIsIpv6 DestinationIp DestinationHostname DestinationPort DestinationPortName',
  ],
  [[4], 'UtcTime State Version SchemaVersion'],
  [[5], 'RuleName UtcTime ProcessGuid ProcessId Image User'],
  [[6], 'RuleName UtcTime ImageLoaded Hashes Signed Signature SignatureStatus'],
  [
    [7],
    'RuleName UtcTime ProcessGuid ProcessId Image ImageLoaded FileVersion Description Product Company OriginalFileName Hashes Signed Signature SignatureStatus User',
  ],
  [
    [8],
    'RuleName UtcTime SourceProcessGuid SourceProcessId SourceImage TargetProcessGuid TargetProcessId TargetImage NewThreadId StartAddress StartModule StartFunction SourceUser TargetUser',
  ],
  [[9], 'RuleName UtcTime ProcessGuid ProcessId Image Device User'],
  [
    [10],
    'RuleName UtcTime SourceProcessGuid SourceProcessId SourceThreadId SourceImage TargetProcessGuid TargetProcessId TargetImage GrantedAccess CallTrace SourceUser TargetUser',
  ],
  [[11], 'RuleName UtcTime ProcessGuid ProcessId Image TargetFilename CreationUtcTime User'],
  [[12], 'RuleName EventType UtcTime ProcessGuid ProcessId Image TargetObject User'],
  [[13], 'RuleName EventType UtcTime ProcessGuid ProcessId Image TargetObject Details User'],
  [[14], 'RuleName EventType UtcTime ProcessGuid ProcessId Image TargetObject NewName User'],
  [[15], 'RuleName UtcTime ProcessGuid ProcessId Image TargetFilename CreationUtcTime Hash Contents User'],
  [[16], 'UtcTime Configuration ConfigurationFileHash'],
  [[17, 18], 'RuleName EventType UtcTime ProcessGuid ProcessId PipeName Image User'],
  [[19], 'RuleName EventType UtcTime Operation User EventNamespace Name Query'],
  [[20], 'RuleName EventType UtcTime Operation User Name Type Destination'],
  [[21], 'RuleName EventType UtcTime Operation User Consumer Filter'],
  [[22], 'RuleName UtcTime ProcessGuid ProcessId QueryName QueryStatus QueryResults Image User'],
  [[23, 26], 'RuleName UtcTime ProcessGuid ProcessId User Image TargetFilename Hashes IsExecutable Archived'],
  [[24], 'RuleName UtcTime ProcessGuid ProcessId Image Session ClientInfo Hashes Archived User'],
  [[25], 'RuleName UtcTime ProcessGuid ProcessId Image Type User'],
  [[27, 28, 29], 'RuleName UtcTime ProcessGuid ProcessId User Image TargetFilename Hashes IsExecutable'],
  [[255], 'UtcTime ID Description'],
];

const SECURITY_TEXT: readonly (readonly [id: number, names: string])[] = [
  [
    4688,
    'SubjectUserSid SubjectUserName SubjectDomainName SubjectLogonId NewProcessId NewProcessName TokenElevationType ProcessId CommandLine TargetUserSid TargetUserName TargetDomainName TargetLogonId ParentProcessName MandatoryLabel',
  ],
  [
    4657,
    'SubjectUserSid SubjectUserName SubjectDomainName SubjectLogonId ObjectName ObjectValueName HandleId OperationType OldValueType OldValue NewValueType NewValue ProcessId ProcessName',
  ],
  [
    5156,
    'ProcessID Application Direction SourceAddress SourcePort DestAddress DestPort Protocol InterfaceIndex FilterOrigin FilterRTID LayerName LayerRTID RemoteUserID RemoteMachineID OriginalProfile CurrentProfile IsLoopback HasRemoteDynamicKeywordAddress',
  ],
];

/** Names that only enriched process telemetry has; no event log holds them. */
const ENRICHED =
  'GrandParentImage GrandParentCommandLine GrandParentProcessId SourceCommandLine SourceParentImage SourceParentCommandLine SourceParentProcessId TargetCommandLine TargetParentImage TargetParentCommandLine TargetParentProcessId IsInitialThread RemoteCreation';

const keysOf = (names: string): FieldKey[] => names.split(' ').map(fieldKeyOf);

const SYSMON: ReadonlyMap<number, ReadonlySet<FieldKey>> = new Map(
  SYSMON_TEXT.flatMap(([ids, names]) => ids.map((id) => [id, new Set(keysOf(names))] as const)),
);
const SECURITY: ReadonlyMap<number, ReadonlySet<FieldKey>> = new Map(
  SECURITY_TEXT.map(([id, names]) => [id, new Set(keysOf(names))]),
);

/** Names that mean something in process telemetry. Only these are ever called absent: a name unknown here may be one of a newer version. */
const VOCABULARY: ReadonlySet<FieldKey> = new Set([
  ...SYSMON_TEXT.flatMap(([, names]) => keysOf(names)),
  ...keysOf(ENRICHED),
]);

/** Whether events of that channel and these ids are known never to hold the field themselves. */
export function neverHolds(
  channel: string | undefined,
  eventIds: readonly number[] | undefined,
  field: FieldKey,
): boolean {
  const layouts =
    channel === 'microsoft-windows-sysmon/operational' ? SYSMON : channel === 'security' ? SECURITY : undefined;
  if (layouts === undefined || eventIds === undefined || !VOCABULARY.has(field)) return false;
  return eventIds.every((id) => {
    const layout = layouts.get(id);
    return layout !== undefined && !layout.has(field);
  });
}
