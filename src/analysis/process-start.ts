// The start of a process as two sources log it: Sysmon 1, which names processes by a GUID for good, and Security 4688,
// which has only the process id, a number that Windows gives out again. From a row of values, so that lists of starts
// are made without reading whole events.

export interface ProcessStart {
  /** Sysmon's name for the process and its parent; '' in 4688. */
  readonly guid: string;
  readonly parentGuid: string;
  /** As the event writes them: decimal in Sysmon, hexadecimal in 4688. */
  readonly id: string;
  readonly parentId: string;
  readonly image: string;
  readonly commandLine: string;
  readonly user: string;
  /** What is known of the parent without its own start; '' in old 4688. */
  readonly parentImage: string;
  readonly parentCommandLine: string;
}

export type StartSource = 'sysmon' | 'security';

export const SYSMON = 'Microsoft-Windows-Sysmon';
export const SECURITY = 'Microsoft-Windows-Security-Auditing';

/** Fields that a start is made from. */
export const START_FIELDS = [
  'ProcessGuid',
  'ParentProcessGuid',
  'ProcessId',
  'ParentProcessId',
  'NewProcessId',
  'Image',
  'NewProcessName',
  'CommandLine',
  'User',
  'TargetUserName',
  'SubjectUserName',
  'ParentImage',
  'ParentProcessName',
  'ParentCommandLine',
] as const;

/** Which source logged the start of a process with this event; undefined for any other event. */
export function startSourceOf(provider: string, eventId: number): StartSource | undefined {
  if (eventId === 1 && provider.toLowerCase() === SYSMON.toLowerCase()) return 'sysmon';
  if (eventId === 4688 && provider.toLowerCase() === SECURITY.toLowerCase()) return 'security';
  return undefined;
}

/** The start that an event tells; `valueOf` gives '' for fields that the event lacks. */
export function startOf(source: StartSource, valueOf: (field: (typeof START_FIELDS)[number]) => string): ProcessStart {
  if (source === 'sysmon') {
    return {
      guid: valueOf('ProcessGuid'),
      parentGuid: valueOf('ParentProcessGuid'),
      id: valueOf('ProcessId'),
      parentId: valueOf('ParentProcessId'),
      image: valueOf('Image'),
      commandLine: valueOf('CommandLine'),
      user: valueOf('User'),
      parentImage: valueOf('ParentImage'),
      parentCommandLine: valueOf('ParentCommandLine'),
    };
  }
  const target = valueOf('TargetUserName');
  return {
    guid: '',
    parentGuid: '',
    id: valueOf('NewProcessId'),
    // In 4688 "ProcessId" is the creator.
    parentId: valueOf('ProcessId'),
    image: valueOf('NewProcessName'),
    commandLine: valueOf('CommandLine'),
    user: target === '' || target === '-' ? valueOf('SubjectUserName') : target,
    parentImage: valueOf('ParentProcessName'),
    parentCommandLine: '',
  };
}

/** True where nothing speaks against `parent` being the parent that `child` names: images differ when an id was given out again. */
export function mayBeParent(parent: ProcessStart, child: ProcessStart): boolean {
  if (parent.image === '' || child.parentImage === '') return true;
  return parent.image.toLowerCase() === child.parentImage.toLowerCase();
}

/** True for the GUID that stands for none. */
export function isNoGuid(guid: string): boolean {
  return /^\{?[0-]*\}?$/.test(guid);
}
