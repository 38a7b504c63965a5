// A small made-up intrusion over three hosts, for pictures and for trying the app: a guessed password, a service, remote
// execution through DCOM, credentials out of memory, a new administrator, cleared logs. Every name in it is invented.

import { buildLog, type EventSpec } from './evtx-builder.ts';

type Data = NonNullable<EventSpec['data']>;

const DAY = '2026-03-14T';
/** The session of the guessed password. */
const SESSION = '0x5a3f10';
const USER = 'CORP\\j.meyer';

function security(computer: string, time: string, eventId: number, data: Data): EventSpec {
  const provider = 'Microsoft-Windows-Security-Auditing';
  return { channel: 'Security', provider, eventId, computer, time: `${DAY}${time}Z`, level: 0, data };
}

function logon(
  computer: string,
  time: string,
  eventId: 4624 | 4625,
  user: string,
  address: string,
  more: Data = [],
): EventSpec {
  return security(computer, time, eventId, [
    ...more,
    ['TargetUserName', user],
    ['TargetDomainName', 'CORP'],
    ['Status', eventId === 4625 ? '0xc000006d' : '0x0'],
    ['SubStatus', eventId === 4625 ? '0xc000006a' : '0x0'],
    ['LogonType', 3],
    ['LogonProcessName', 'NtLmSsp '],
    ['AuthenticationPackageName', 'NTLM'],
    ['WorkstationName', 'WS-014'],
    ['IpAddress', address],
    ['IpPort', '50122'],
  ]);
}

function process(computer: string, time: string, image: string, commandLine: string, parent: string): EventSpec {
  return {
    channel: 'Microsoft-Windows-Sysmon/Operational',
    provider: 'Microsoft-Windows-Sysmon',
    eventId: 1,
    computer,
    time: `${DAY}${time}Z`,
    level: 4,
    data: [
      ['UtcTime', `2026-03-14 ${time.slice(0, 12)}`],
      ['ProcessId', 4_312],
      ['Image', image],
      ['CommandLine', commandLine],
      ['CurrentDirectory', 'C:\\Windows\\system32\\'],
      ['User', USER],
      ['IntegrityLevel', 'High'],
      ['ParentImage', parent],
      ['ParentCommandLine', parent],
    ],
  };
}

function script(computer: string, time: string, text: string): EventSpec {
  return {
    channel: 'Microsoft-Windows-PowerShell/Operational',
    provider: 'Microsoft-Windows-PowerShell',
    eventId: 4_104,
    computer,
    time: `${DAY}${time}Z`,
    level: 5,
    data: [
      ['MessageNumber', 1],
      ['MessageTotal', 1],
      ['ScriptBlockText', text],
      ['ScriptBlockId', '7c1f0e52-5d0b-4b1c-9d57-0f2f6a7e3b11'],
      ['Path', ''],
    ],
  };
}

/** The logs of the made-up case by file name. */
export function sampleCase(): ReadonlyMap<string, Uint8Array> {
  const guesses = Array.from({ length: 40 }, (_, i) =>
    logon(
      'DC-01',
      `02:1${Math.floor(i / 10)}:${String((i * 7) % 60).padStart(2, '0')}.4410000`,
      4625,
      'j.meyer',
      '10.20.0.77',
    ),
  );
  const dc: EventSpec[] = [
    ...guesses,
    security('DC-01', '02:14:31.0180000', 4672, [
      ['SubjectUserName', 'j.meyer'],
      ['SubjectDomainName', 'CORP'],
      ['SubjectLogonId', SESSION],
      ['PrivilegeList', 'SeSecurityPrivilege\n\t\t\tSeBackupPrivilege\n\t\t\tSeDebugPrivilege'],
    ]),
    logon('DC-01', '02:14:31.0181000', 4624, 'j.meyer', '10.20.0.77', [['TargetLogonId', SESSION]]),
    security('DC-01', '02:41:07.5512000', 4720, [
      ['TargetUserName', 'svc_backup2'],
      ['TargetDomainName', 'CORP'],
      ['SubjectUserName', 'j.meyer'],
      ['SubjectDomainName', 'CORP'],
      ['SubjectLogonId', SESSION],
    ]),
    security('DC-01', '02:41:09.9021000', 4728, [
      ['MemberName', 'CN=svc_backup2,CN=Users,DC=corp,DC=example'],
      ['TargetUserName', 'Domain Admins'],
      ['TargetSid', 'S-1-5-21-1004336348-1177238915-682003330-512'],
      ['SubjectUserName', 'j.meyer'],
      ['SubjectLogonId', SESSION],
    ]),
    security('DC-01', '02:58:20.4410000', 4634, [
      ['TargetUserName', 'j.meyer'],
      ['TargetDomainName', 'CORP'],
      ['TargetLogonId', SESSION],
      ['LogonType', 3],
    ]),
  ];
  const cleared: EventSpec = {
    channel: 'Security',
    provider: 'Microsoft-Windows-Eventlog',
    eventId: 1102,
    computer: 'FILESRV-02',
    time: `${DAY}03:02:44.1170000Z`,
    level: 4,
    userData: {
      name: 'LogFileCleared',
      content: [
        { name: 'SubjectUserName', content: ['j.meyer'] },
        { name: 'SubjectDomainName', content: ['CORP'] },
      ],
    },
  };
  const service: EventSpec = {
    channel: 'System',
    provider: 'Service Control Manager',
    eventId: 7045,
    computer: 'FILESRV-02',
    time: `${DAY}02:22:13.7710000Z`,
    level: 4,
    data: [
      ['ServiceName', 'WinUpdateHlp'],
      ['ImagePath', '%COMSPEC% /c powershell -nop -w hidden -enc SQBFAFgAIAAoAE4AZQB3AC0ATwBiAGoAZQBjAHQA'],
      ['ServiceType', 'user mode service'],
      ['StartType', 'demand start'],
      ['AccountName', 'LocalSystem'],
    ],
  };
  const host = 'WS-014';
  const workstation: EventSpec[] = [
    process(
      host,
      '02:18:02.1140000',
      'C:\\Windows\\System32\\whoami.exe',
      'whoami /all',
      'C:\\Windows\\System32\\cmd.exe',
    ),
    process(
      host,
      '02:19:40.8820000',
      'C:\\Windows\\System32\\rundll32.exe',
      'rundll32.exe C:\\windows\\System32\\comsvcs.dll, MiniDump 652 C:\\Users\\Public\\m.dmp full',
      'C:\\Windows\\System32\\cmd.exe',
    ),
    process(
      host,
      '02:52:18.3050000',
      'C:\\Windows\\System32\\vssadmin.exe',
      'vssadmin delete shadows /all /quiet',
      'C:\\Windows\\System32\\cmd.exe',
    ),
    process(
      host,
      '02:53:01.0400000',
      'C:\\Program Files\\Mail\\mail.exe',
      '"C:\\Program Files\\Mail\\mail.exe"',
      'C:\\Windows\\explorer.exe',
    ),
  ];
  const scripts: EventSpec[] = [
    script(host, '02:17:10.0400000', 'Get-ChildItem C:\\Users -Recurse -Include *.kdbx'),
    script(
      host,
      '02:27:55.6230000',
      '$c = [System.Activator]::CreateInstance([type]::GetTypeFromProgID("MMC20.Application", "10.20.0.12"))\n$c.Document.ActiveView.ExecuteShellCommand("cmd.exe", $null, "/c net user", "7")',
    ),
    script(host, '02:30:12.9000000', 'Set-MpPreference -DisableRealtimeMonitoring $true'),
  ];
  const numbered = (records: readonly EventSpec[]): EventSpec[] =>
    records.map((record, index) => ({ ...record, recordId: 8_001 + index }));
  return new Map([
    ['DC-01/Security.evtx', buildLog({ records: numbered(dc) })],
    ['FILESRV-02/Security.evtx', buildLog({ records: numbered([cleared]) })],
    ['FILESRV-02/System.evtx', buildLog({ records: numbered([service]) })],
    ['WS-014/Microsoft-Windows-Sysmon%4Operational.evtx', buildLog({ records: numbered(workstation) })],
    ['WS-014/Microsoft-Windows-PowerShell%4Operational.evtx', buildLog({ records: numbered(scripts) })],
  ]);
}
