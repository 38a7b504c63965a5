// Views through which only rules of a category read an event: built-in Windows events that stand in for Sysmon's, and
// Sysmon events whose missing process facts a join can supply. Reference: logsource mapping section 4.

import type { JoinLine, ViewText } from './define-view.ts';

/** Security 4688 as a process creation (4.1). `ProcessId` of the event itself is the parent's number. */
export const SECURITY_4688: ViewText = {
  name: 'security-4688',
  sources: [
    ['Image', ['NewProcessName']],
    ['ParentImage', ['ParentProcessName']],
    ['ProcessId', ['NewProcessId'], 'decimalOfHex'],
    ['ParentProcessId', ['ProcessId'], 'decimalOfHex'],
    [
      'User',
      ['SubjectDomainName', 'SubjectUserName', 'SubjectUserSid', 'TargetDomainName', 'TargetUserName', 'TargetUserSid'],
      'processUser',
    ],
    ['LogonId', ['SubjectLogonId', 'TargetLogonId'], 'processLogon'],
    ['IntegrityLevel', ['MandatoryLabel'], 'integrityLevel'],
  ],
  hides: ['ProcessId'],
  joins: [
    ['ParentImage', 'ParentProcessId', 'Image'],
    ['ParentCommandLine', 'ParentProcessId', 'CommandLine'],
    ['ParentUser', 'ParentProcessId', 'User'],
    ['GrandParentImage', 'ParentProcessId', 'ParentImage'],
    ['GrandParentCommandLine', 'ParentProcessId', 'ParentCommandLine'],
  ],
};

/** Security 4657 as a registry event (4.2). */
export const SECURITY_4657: ViewText = {
  name: 'security-4657',
  sources: [
    ['TargetObject', ['ObjectName', 'ObjectValueName'], 'registryTarget'],
    ['Details', ['NewValue', 'NewValueType'], 'registryDetails'],
    ['Image', ['ProcessName']],
    ['User', ['SubjectDomainName', 'SubjectUserName', 'SubjectUserSid'], 'account'],
    ['EventType', ['OperationType'], 'registryEventType'],
    ['ProcessId', ['ProcessId'], 'decimalOfHex'],
  ],
};

/** Security 5156 as a network connection (4.3). Source is always the local end there; kept as written. */
export const SECURITY_5156: ViewText = {
  name: 'security-5156',
  sources: [
    ['Image', ['Application'], 'drivePath'],
    ['Initiated', ['Direction'], 'initiated'],
    ['SourceIp', ['SourceAddress']],
    ['DestinationIp', ['DestAddress']],
    ['DestinationPort', ['DestPort']],
    ['Protocol', ['Protocol'], 'protocolName'],
    ['SourceIsIpv6', ['SourceAddress'], 'isIpv6'],
    ['DestinationIsIpv6', ['DestAddress'], 'isIpv6'],
  ],
  joins: [
    ['User', 'ProcessID', 'User'],
    ['CommandLine', 'ProcessID', 'CommandLine'],
    ['ParentImage', 'ProcessID', 'ParentImage'],
  ],
};

/** WMI-Activity 5861 as a WMI event (4.4): the binding is a MOF text, Sysmon's fields are its properties. */
export const WMI_5861: ViewText = {
  name: 'wmi-5861',
  sources: [
    ['Destination', ['PossibleCause']],
    ['Destination', ['PossibleCause'], 'mof.Destination'],
    ['Filter', ['ESS']],
    ['EventNamespace', ['Namespace']],
    ['EventNamespace', ['PossibleCause'], 'mof.Namespace'],
    ['Query', ['PossibleCause'], 'mof.Query'],
    ['Name', ['PossibleCause'], 'mof.Name'],
    ['Type', ['PossibleCause'], 'mof.Class'],
  ],
};

/** Defender detections as an antivirus event (4.5). */
export const DEFENDER_DETECTION: ViewText = {
  name: 'defender-detection',
  sources: [
    ['Signature', ['Threat Name']],
    ['Filename', ['Path'], 'defenderPaths'],
    ['Filename', ['Path']],
    ['User', ['Detection User']],
    ['Severity', ['Severity Name']],
    ['Action', ['Action Name']],
  ],
};

/** Sysmon 1: what only the parent's own creation record knows. */
export const SYSMON_CREATION: ViewText = {
  name: 'sysmon-creation',
  joins: [
    ['ParentUser', 'ParentProcessGuid', 'User'],
    ['GrandParentImage', 'ParentProcessGuid', 'ParentImage'],
    ['GrandParentCommandLine', 'ParentProcessGuid', 'ParentCommandLine'],
  ],
};

/** Sysmon events of one process: file, network, image load, registry, pipe, DNS … */
export const SYSMON_PROCESS: ViewText = {
  name: 'sysmon-process',
  joins: [
    ['CommandLine', 'ProcessGuid', 'CommandLine'],
    ['ParentImage', 'ProcessGuid', 'ParentImage'],
    ['ParentCommandLine', 'ProcessGuid', 'ParentCommandLine'],
    ['ParentProcessId', 'ProcessGuid', 'ParentProcessId'],
    ['IntegrityLevel', 'ProcessGuid', 'IntegrityLevel'],
    ['User', 'ProcessGuid', 'User'],
  ],
};

const sideJoins = (side: 'Source' | 'Target'): readonly JoinLine[] => [
  [`${side}CommandLine`, `${side}ProcessGuid`, 'CommandLine'],
  [`${side}ParentImage`, `${side}ProcessGuid`, 'ParentImage'],
  [`${side}ParentCommandLine`, `${side}ProcessGuid`, 'ParentCommandLine'],
  [`${side}ParentProcessId`, `${side}ProcessGuid`, 'ParentProcessId'],
  [`${side}User`, `${side}ProcessGuid`, 'User'],
];

/** Sysmon events of two processes: remote thread (8) and process access (10). */
export const SYSMON_TWO_PROCESSES: ViewText = {
  name: 'sysmon-two-processes',
  joins: [...sideJoins('Source'), ...sideJoins('Target')],
};
