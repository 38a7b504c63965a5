// Views that hold for every rule: further spellings of what an event says, added to the field and never in its place.
// Reference: Sigma engine 2.7, logsource mapping 3, 4.6, 6.1 and defect 19.

import { ANY_FIELD } from '../../model/field-key.ts';
import { POWERSHELL_BLOCK_KEYS, SQL_AUDIT_KEYS } from '../../model/transform-block.ts';
import { NUMBERED_ITEMS } from '../../model/transform-list.ts';
import type { SourceLine, ViewText } from './define-view.ts';

/** Names that rules use for UserData leaves although no event has them (written for another tool's alias list). */
const FOREIGN_ALIASES: readonly (readonly [string, string])[] = [
  ['UserDataAddress', 'Address'],
  ['UserDataCode', 'Code'],
  ['UserDataConsumer', 'CONSUMER'],
  ['UserDataESS', 'ESS'],
  ['UserDataHostProcess', 'HostProcess'],
  ['UserDataNamespace', 'Namespace'],
  ['UserDataNamespaceName', 'NamespaceName'],
  ['UserDataParam1', 'Param1'],
  ['UserDataParam2', 'Param2'],
  ['UserDataParam3', 'Param3'],
  ['UserDataPossibleCause', 'PossibleCause'],
  ['UserDataProcessID', 'ProcessID'],
  ['UserDataProviderPath', 'ProviderPath'],
  ['UserDataQuery', 'Query'],
  ['UserDataSessionID', 'SessionID'],
  ['UserDataUser', 'User'],
  ['RdsGtwErrorCode', 'EventInfo.ErrorCode'],
  ['RdsGtwUsername', 'EventInfo.Username'],
  ['RdsGtwIpAddress', 'EventInfo.IpAddress'],
  ['RdsGtwAuthType', 'EventInfo.AuthType'],
  ['RdsGtwResource', 'EventInfo.Resource'],
  ['RdsGtwConnectionProtocol', 'EventInfo.ConnectionProtocol'],
  ['WindowsDefenderProcessName', 'Process Name'],
];

/** `Message` is nowhere in a log file: it reads every value. Unnamed Data can be named by place. */
export const EVERY_EVENT: ViewText = {
  name: 'every-event',
  sources: [
    ['Message', [ANY_FIELD]],
    ...Array.from({ length: NUMBERED_ITEMS }, (_, at): SourceLine => [`Data[${at + 1}]`, ['Data'], `item.${at + 1}`]),
    ...FOREIGN_ALIASES.map(([alias, field]): SourceLine => [alias, [field]]),
  ],
};

const LIST_FIELDS: readonly string[] = [
  'AccessList',
  'AccessMask',
  'AccessReason',
  'Accesses',
  'AuditPolicyChanges',
  'Direction',
  'DisabledPrivilegeList',
  'ElevatedToken',
  'EnabledPrivilegeList',
  'FailureReason',
  'ImpersonationLevel',
  'NewValueType',
  'OldValueType',
  'OperationType',
  'PrivilegeList',
  'Properties',
  'RestrictedAdminMode',
  'TokenElevationType',
  'UserAccountControl',
  'VirtualAccount',
];

/** Lists and message codes of Security events: their items and English texts are values of the same field. */
export const SECURITY_LISTS: ViewText = {
  name: 'security-lists',
  sources: LIST_FIELDS.map((field): SourceLine => [field, [field], 'listItems']),
};

/** Registry paths of Sysmon 12 to 14, which old versions write with the kernel's root names. */
export const SYSMON_REGISTRY: ViewText = {
  name: 'sysmon-registry',
  sources: [
    ['TargetObject', ['TargetObject'], 'registryPath'],
    ['NewName', ['NewName'], 'registryPath'],
  ],
};

/** Parts of Sysmon's hash lists under the names of the taxonomy. */
export const SYSMON_HASHES: ViewText = {
  name: 'sysmon-hashes',
  sources: (['md5', 'sha1', 'sha256', 'imphash'] as const).map((part): SourceLine => [
    part,
    ['Hashes', 'Hash'],
    `hash.${part}`,
  ]),
};

/** Key-value block of Windows PowerShell events. */
export const POWERSHELL_BLOCK: ViewText = {
  name: 'powershell-block',
  sources: POWERSHELL_BLOCK_KEYS.map((key): SourceLine => [key, ['Data'], `powershell.${key}`]),
};

/** Audit record of SQL Server inside one unnamed Data. */
export const SQL_AUDIT: ViewText = {
  name: 'sql-audit',
  sources: SQL_AUDIT_KEYS.map((key): SourceLine => [key, ['Data'], `sqlAudit.${key}`]),
};

/** Defender's resource list as plain paths. */
export const DEFENDER_PATHS: ViewText = {
  name: 'defender-paths',
  sources: [['Path', ['Path'], 'defenderPaths']],
};
