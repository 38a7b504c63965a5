// The core pack on the corpus, and further made events for rules that can fire in several ways. The form of the rules and
// one row for each are in tests/rules. Over 400 lines because it is one table: a rule's made events stand beside each other.

import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { EventElement } from '../../src/model/event.ts';
import type { EventRule, Rule } from '../../src/model/rule-set.ts';
import { compileRules } from '../../src/sigma/compile-rules.ts';
import { matchEvent, matchPrepared, prepareEvent } from '../../src/sigma/interpret/match-event.ts';
import { hasShared, sharedRoot } from '../corpus/shared.ts';
import { correlateEvents } from './correlate-events.ts';
import type { EventSketch } from './rule-kit.ts';
import { eventOf, rulesBelow } from './rule-kit.ts';

const root = sharedRoot ?? '';
const files = rulesBelow(fileURLToPath(new URL('../../rules', import.meta.url)), ['core']);
const { ruleSet } = compileRules(files);
const shown = ruleSet.rules.filter(({ generates }) => generates);
const nameOf = (rule: Rule): string => rule.info.file.replace(/^core\//, '').replace(/\.yml$/, '');

function ruleOf(name: string): EventRule {
  const rule = ruleSet.rules.find((each) => each.kind === 'event' && each.generates && nameOf(each) === name);
  if (rule?.kind !== 'event') throw new Error(`no rule ${name}`);
  return rule;
}

/** More ways to fire, and more that looks alike and must not, than the one row of tests/rules has. */
const SYSMON = 'Microsoft-Windows-Sysmon/Operational';
const AUDIT = 'Microsoft-Windows-Security-Auditing';
const sysmon = (eventId: number, data: EventSketch['data']): EventSketch => ({
  channel: SYSMON,
  provider: 'Microsoft-Windows-Sysmon',
  eventId,
  ...(data === undefined ? {} : { data }),
});
const security = (eventId: number, data: EventSketch['data']): EventSketch => ({
  channel: 'Security',
  provider: AUDIT,
  eventId,
  ...(data === undefined ? {} : { data }),
});
const defender = (eventId: number, data: EventSketch['data']): EventSketch => ({
  channel: 'Microsoft-Windows-Windows Defender/Operational',
  provider: 'Microsoft-Windows-Windows Defender',
  eventId,
  ...(data === undefined ? {} : { data }),
});
const script = (ScriptBlockText: string): EventSketch => ({
  channel: 'Microsoft-Windows-PowerShell/Operational',
  eventId: 4104,
  data: { ScriptBlockText },
});
const host = (command: string): EventSketch => ({
  channel: 'Windows PowerShell',
  eventId: 400,
  data: { '#': ['Available', 'None', `\tHostName=ConsoleHost\r\n\tHostApplication=${command}\r\n\tEngineVersion=5.1`] },
});
const base64 = 'SQBFAFgAIAAoAE4AZQB3AC0ATwBiAGoAZQBjAHQAIABOAGUAdAApAA==';

const MADE: readonly (readonly [name: string, hits: readonly EventSketch[], misses: readonly EventSketch[]])[] = [
  [
    'bits/download-from-bare-address',
    [
      {
        channel: 'Microsoft-Windows-Bits-Client/Operational',
        eventId: 59,
        data: { url: 'http://203.0.113.9:8080/a.exe' },
      },
    ],
    [
      { channel: 'Microsoft-Windows-Bits-Client/Operational', eventId: 59, data: { url: 'http://10.1.2.3/a.exe' } },
      {
        channel: 'Microsoft-Windows-Bits-Client/Operational',
        eventId: 59,
        data: { url: 'https://example.com/1.2.3.4/' },
      },
    ],
  ],
  [
    'defender/exclusion-added',
    [defender(5007, { 'New Value': 'HKLM\\SOFTWARE\\Microsoft\\Windows Defender\\Exclusions\\Paths\\C:\\x = 0x0' })],
    [
      defender(5007, {
        'Old Value': 'HKLM\\SOFTWARE\\Microsoft\\Windows Defender\\Exclusions\\Paths\\C:\\x = 0x0',
        'New Value': '',
      }),
    ],
  ],
  [
    'defender/protection-switched-off',
    [
      defender(5001, {}),
      defender(5007, { 'New Value': 'HKLM\\…\\Real-Time Protection\\DisableRealtimeMonitoring = 0x1' }),
    ],
    [
      defender(5000, {}),
      defender(5007, { 'New Value': 'HKLM\\…\\Real-Time Protection\\DisableRealtimeMonitoring = 0x0' }),
    ],
  ],
  [
    'powershell/amsi-bypass-attempt',
    [
      script(
        "[Ref].Assembly.GetType('System.Management.Automation.AmsiUtils').GetField('amsiInitFailed','NonPublic,Static').SetValue($null,$true)",
      ),
    ],
    [script('# the field amsiInitFailed is described in a blog'), script("$x.GetField('name').SetValue($null,$true)")],
  ],
  [
    'powershell/dcom-object-created-on-remote-host',
    [script("[activator]::CreateInstance([type]::GetTypeFromCLSID('9BA05972-F6A8-11CF-A442-00A0C90A8F39','srv1'))")],
    [
      script("[type]::GetTypeFromCLSID('9BA05972-F6A8-11CF-A442-00A0C90A8F39')"),
      script('New-Object -ComObject Excel.Application'),
    ],
  ],
  [
    'powershell/defender-weakened-by-script',
    [script('Set-MpPreference -DisableRealtimeMonitoring $true')],
    [script('Get-MpPreference | select DisableRealtimeMonitoring')],
  ],
  [
    'powershell/encoded-or-hidden-host-command',
    [
      host(`powershell.exe -nop -w hidden -enc ${base64}`),
      host(`powershell.exe -e ${base64}`),
      host('powershell -WindowStyle Hidden -c "IEX (New-Object Net.WebClient).DownloadString(1)"'),
    ],
    [
      host('powershell.exe -ExecutionPolicy Bypass -File C:\\scripts\\report.ps1'),
      host('powershell.exe -WindowStyle Hidden -File C:\\scripts\\report.ps1'),
      host(`powershell.exe -Command echo ${base64}`),
    ],
  ],
  [
    'printing/printer-driver-plugin-failed',
    [
      {
        channel: 'Microsoft-Windows-PrintService/Admin',
        eventId: 808,
        userData: [
          [
            'LoadPluginFailed',
            [],
            '',
            [
              ['PluginDllName', [], 'x.dll', []],
              ['ErrorCode', [], '0x45a', []],
            ],
          ],
        ],
      },
    ],
    [
      {
        channel: 'Microsoft-Windows-PrintService/Admin',
        eventId: 808,
        userData: [['LoadPluginFailed', [], '', [['ErrorCode', [], '0x2', []]]]],
      },
    ],
  ],
  [
    'process/accessibility-program-replaced',
    [
      sysmon(1, {
        Image: 'C:\\Windows\\System32\\cmd.exe',
        ParentImage: 'C:\\Windows\\System32\\winlogon.exe',
        CommandLine: 'cmd.exe sethc.exe 211',
      }),
    ],
    [
      sysmon(1, {
        Image: 'C:\\Windows\\System32\\cmd.exe',
        ParentImage: 'C:\\Windows\\explorer.exe',
        CommandLine: 'cmd.exe sethc.exe 211',
      }),
    ],
  ],
  [
    'process/directory-database-dump-by-command',
    [
      sysmon(1, { Image: 'C:\\Windows\\System32\\reg.exe', CommandLine: 'reg save HKLM\\SAM C:\\x\\sam.hiv' }),
      security(4688, {
        NewProcessName: 'C:\\Windows\\System32\\ntdsutil.exe',
        CommandLine: 'ntdsutil "ac i ntds" ifm "create full c:\\x" q q',
      }),
      sysmon(1, {
        Image: 'C:\\Windows\\System32\\rundll32.exe',
        CommandLine: 'rundll32 comsvcs.dll, MiniDump 624 C:\\x.dmp full',
      }),
    ],
    [
      sysmon(1, { Image: 'C:\\Windows\\System32\\reg.exe', CommandLine: 'reg query HKLM\\SAM' }),
      sysmon(1, { Image: 'C:\\Windows\\System32\\reg.exe', CommandLine: 'reg save HKLM\\Software\\Vendor x.hiv' }),
    ],
  ],
  [
    'process/elevation-prompt-bypassed',
    [
      sysmon(1, {
        Image: 'C:\\Windows\\System32\\cmd.exe',
        ParentImage: 'C:\\Windows\\System32\\fodhelper.exe',
        CommandLine: 'cmd',
      }),
    ],
    [
      sysmon(1, {
        Image: 'C:\\Windows\\System32\\mmc.exe',
        ParentImage: 'C:\\Windows\\System32\\eventvwr.exe',
        CommandLine: 'mmc eventvwr.msc',
      }),
    ],
  ],
  [
    'process/program-started-over-winrm',
    [
      security(4688, {
        NewProcessName: 'C:\\Windows\\System32\\whoami.exe',
        ParentProcessName: 'C:\\Windows\\System32\\wsmprovhost.exe',
      }),
    ],
    [
      security(4688, {
        NewProcessName: 'C:\\Windows\\System32\\wsmprovhost.exe',
        ParentProcessName: 'C:\\Windows\\System32\\svchost.exe',
      }),
    ],
  ],
  [
    'process/security-sensor-stopped-by-command',
    [
      sysmon(1, { Image: 'C:\\Windows\\System32\\sc.exe', CommandLine: 'sc stop WinDefend' }),
      sysmon(1, { Image: 'C:\\Windows\\System32\\fltMC.exe', CommandLine: 'fltmc unload SysmonDrv' }),
    ],
    [
      sysmon(1, { Image: 'C:\\Windows\\System32\\sc.exe', CommandLine: 'sc query WinDefend' }),
      sysmon(1, { Image: 'C:\\Windows\\System32\\sc.exe', CommandLine: 'sc stop Spooler' }),
    ],
  ],
  [
    'process/shell-started-by-management-console',
    [
      sysmon(1, {
        Image: 'C:\\Windows\\System32\\cmd.exe',
        ParentImage: 'C:\\Windows\\System32\\mmc.exe',
        CommandLine: 'cmd /c whoami',
      }),
    ],
    [
      sysmon(1, {
        Image: 'C:\\Windows\\System32\\notepad.exe',
        ParentImage: 'C:\\Windows\\System32\\mmc.exe',
        CommandLine: 'notepad',
      }),
    ],
  ],
  [
    'security/asrep-roasting',
    [security(4768, { TargetUserName: 'svc', PreAuthType: '0', TicketEncryptionType: '0x17', Status: '0x0' })],
    [
      security(4768, { TargetUserName: 'svc', PreAuthType: '2', TicketEncryptionType: '0x17', Status: '0x0' }),
      security(4768, { TargetUserName: 'svc', PreAuthType: '', TicketEncryptionType: '0xffffffff', Status: '0x6' }),
    ],
  ],
  [
    'security/audit-policy-weakened',
    [security(4719, { SubjectUserSid: 'S-1-5-21-1-2-3-500', AuditPolicyChanges: '%%8448, %%8450' })],
    [
      security(4719, { SubjectUserSid: 'S-1-5-18', AuditPolicyChanges: '%%8448' }),
      security(4719, { SubjectUserSid: 'S-1-5-21-1-2-3-500', AuditPolicyChanges: '%%8449' }),
    ],
  ],
  [
    'security/credential-link-or-delegation-set',
    [
      security(5136, {
        SubjectUserName: 'ann',
        OperationType: '%%14674',
        AttributeLDAPDisplayName: 'msDS-KeyCredentialLink',
        AttributeValue: 'B:828:0002',
      }),
    ],
    [
      security(5136, {
        SubjectUserName: 'PC1$',
        OperationType: '%%14674',
        AttributeLDAPDisplayName: 'msDS-KeyCredentialLink',
      }),
      security(5136, { SubjectUserName: 'ann', OperationType: '%%14674', AttributeLDAPDisplayName: 'description' }),
    ],
  ],
  [
    'security/dcsync-replication-by-user',
    [
      security(4662, {
        SubjectUserName: 'ann',
        AccessMask: '0x100',
        Properties: '%%7688\r\n\t\t{1131f6ad-9c07-11d1-f79f-00c04fc2dcd2}\r\n',
      }),
    ],
    [
      security(4662, {
        SubjectUserName: 'DC1$',
        AccessMask: '0x100',
        Properties: '{1131f6ad-9c07-11d1-f79f-00c04fc2dcd2}',
      }),
      security(4662, {
        SubjectUserName: 'ann',
        AccessMask: '0x10',
        Properties: '{bf967a86-0de6-11d0-a285-00aa003049e2}',
      }),
    ],
  ],
  [
    'security/directory-backup-key-read',
    [
      security(4662, {
        SubjectUserName: 'ann',
        ObjectType: 'SecretObject',
        ObjectName: 'Policy\\Secrets\\G$BCKUPKEY_PREFERRED',
        AccessMask: '0x2',
      }),
    ],
    [security(4662, { SubjectUserName: 'ann', ObjectType: 'PolicyObject', ObjectName: 'Policy', AccessMask: '0x2' })],
  ],
  [
    'security/group-policy-code-or-task-added',
    [
      security(5136, {
        ObjectClass: 'groupPolicyContainer',
        AttributeLDAPDisplayName: 'gPCMachineExtensionNames',
        AttributeValue: '[{AADCED64-746C-4633-A97C-D61349046527}{CAB54552-DEEA-4691-817E-ED4A4D1AFC72}]',
      }),
    ],
    [
      security(5136, {
        ObjectClass: 'groupPolicyContainer',
        AttributeLDAPDisplayName: 'gPCMachineExtensionNames',
        AttributeValue: '[{35378EAC-683F-11D2-A89A-00C04FBBCFA2}]',
      }),
    ],
  ],
  [
    'security/lsass-memory-handle-audited',
    [
      security(4663, {
        SubjectUserName: 'ann',
        ObjectType: 'Process',
        ObjectName: '\\Device\\HarddiskVolume1\\Windows\\System32\\lsass.exe',
        AccessList: '%%4484\n\t\t\t\t',
        ProcessName: 'C:\\Users\\ann\\x.exe',
      }),
    ],
    [
      security(4663, {
        SubjectUserName: 'PC$',
        ObjectType: 'Process',
        ObjectName: '\\Device\\HarddiskVolume1\\Windows\\System32\\lsass.exe',
        AccessList: '%%4484',
        ProcessName: 'C:\\Windows\\System32\\svchost.exe',
      }),
    ],
  ],
  [
    'security/remote-desktop-from-loopback',
    [security(4624, { LogonType: '10', IpAddress: '127.0.0.1', TargetUserName: 'ann' })],
    [
      security(4624, { LogonType: '10', IpAddress: '10.0.0.1' }),
      security(4624, { LogonType: '3', IpAddress: '127.0.0.1' }),
    ],
  ],
  [
    'security/service-program-in-open-folder',
    [
      {
        channel: 'System',
        provider: 'Service Control Manager',
        eventId: 7045,
        data: { ServiceName: 'x', ImagePath: 'C:\\Users\\Public\\x.exe' },
      },
      security(4697, { ServiceName: 'x', ServiceFileName: 'C:\\Windows\\Temp\\x.exe' }),
    ],
    [
      {
        channel: 'System',
        provider: 'Service Control Manager',
        eventId: 7045,
        data: { ServiceName: 'x', ImagePath: 'C:\\Program Files\\x\\x.exe' },
      },
    ],
  ],
  [
    'sysmon/autostart-entry-with-suspicious-command',
    [
      sysmon(13, {
        EventType: 'SetValue',
        TargetObject: 'HKU\\S-1-5-21\\Software\\Microsoft\\Windows\\CurrentVersion\\Run\\Upd',
        Details: 'powershell -w hidden -f a.ps1',
      }),
      security(4657, {
        ObjectName: '\\REGISTRY\\USER\\S-1-5-21\\Software\\Microsoft\\Windows\\CurrentVersion\\Run',
        ObjectValueName: 'Upd',
        OperationType: '%%1904',
        NewValueType: '%%1873',
        NewValue: 'mshta x.hta',
      }),
    ],
    [
      sysmon(13, {
        EventType: 'SetValue',
        TargetObject: 'HKLM\\Software\\Microsoft\\Windows\\CurrentVersion\\Run\\Audio',
        Details: '"C:\\Program Files\\Audio\\tray.exe"',
      }),
    ],
  ],
  [
    'sysmon/credential-protection-weakened',
    [
      sysmon(13, {
        EventType: 'SetValue',
        TargetObject: 'HKLM\\System\\CurrentControlSet\\Control\\SecurityProviders\\WDigest\\UseLogonCredential',
        Details: 'DWORD (0x00000001)',
      }),
      security(4657, {
        ObjectName: '\\REGISTRY\\MACHINE\\SYSTEM\\ControlSet001\\Control\\Lsa',
        ObjectValueName: 'RunAsPPL',
        OperationType: '%%1905',
        NewValueType: '%%1876',
        NewValue: '0',
      }),
    ],
    [
      sysmon(13, {
        EventType: 'SetValue',
        TargetObject: 'HKLM\\System\\CurrentControlSet\\Control\\SecurityProviders\\WDigest\\UseLogonCredential',
        Details: 'DWORD (0x00000000)',
      }),
    ],
  ],
  [
    'sysmon/debugger-set-for-program',
    [
      sysmon(13, {
        EventType: 'SetValue',
        TargetObject:
          'HKLM\\Software\\Microsoft\\Windows NT\\CurrentVersion\\Image File Execution Options\\sethc.exe\\Debugger',
        Details: 'cmd.exe',
      }),
    ],
    [
      sysmon(13, {
        EventType: 'SetValue',
        TargetObject:
          'HKLM\\Software\\Microsoft\\Windows NT\\CurrentVersion\\Image File Execution Options\\x.exe\\MitigationOptions',
        Details: 'Binary Data',
      }),
    ],
  ],
  [
    'sysmon/driver-without-valid-signature',
    [
      sysmon(6, { ImageLoaded: 'C:\\x.sys', Signed: 'false', SignatureStatus: 'Unavailable' }),
      sysmon(6, { ImageLoaded: 'C:\\x.sys', Signed: 'true', SignatureStatus: 'Revoked' }),
    ],
    [sysmon(6, { ImageLoaded: 'C:\\x.sys', Signed: 'true', SignatureStatus: 'Valid' })],
  ],
  [
    'sysmon/scripting-engine-in-unusual-program',
    [
      sysmon(7, {
        Image: 'C:\\Users\\ann\\x.exe',
        ImageLoaded: 'C:\\Windows\\assembly\\System.Management.Automation.ni.dll',
      }),
    ],
    [
      sysmon(7, {
        Image: 'C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe',
        ImageLoaded: 'C:\\Windows\\assembly\\System.Management.Automation.ni.dll',
      }),
    ],
  ],
  [
    'task-scheduler/task-program-in-open-folder',
    [
      {
        channel: 'Microsoft-Windows-TaskScheduler/Operational',
        eventId: 129,
        data: { TaskName: '\\x', Path: 'C:\\Users\\Public\\x.exe' },
      },
    ],
    [
      {
        channel: 'Microsoft-Windows-TaskScheduler/Operational',
        eventId: 129,
        data: { TaskName: '\\x', Path: 'C:\\Windows\\System32\\defrag.exe' },
      },
    ],
  ],
  [
    'wmi/permanent-subscription-bound',
    [
      {
        channel: 'Microsoft-Windows-WMI-Activity/Operational',
        eventId: 5861,
        userData: [
          [
            'Operation_ESStoConsumerBinding',
            [],
            '',
            [
              ['Namespace', [], '//./root/subscription', []],
              [
                'PossibleCause',
                [],
                'Perm. Consumer: \ninstance of CommandLineEventConsumer\n{\n\tCommandLineTemplate = "cmd";\n\tName = "x";\n};',
                [],
              ],
            ],
          ],
        ],
      },
    ],
    [
      {
        channel: 'Microsoft-Windows-WMI-Activity/Operational',
        eventId: 5861,
        userData: [
          [
            'Operation_ESStoConsumerBinding',
            [],
            '',
            [
              [
                'PossibleCause',
                [],
                'Perm. Consumer: \ninstance of NTEventLogEventConsumer\n{\n\tName = "SCM Event Log Consumer";\n};',
                [],
              ],
            ],
          ],
        ],
      },
    ],
  ],
];

describe('made events', () => {
  test.each(MADE.flatMap(([name, hits]) => hits.map((sketch, at) => [name, at + 1, sketch] as const)))(
    '%s fires (%i)',
    (name, _, sketch) => {
      expect(matchEvent(ruleSet, ruleOf(name), eventOf(sketch))).toBe(true);
    },
  );

  test.each(MADE.flatMap(([name, , misses]) => misses.map((sketch, at) => [name, at + 1, sketch] as const)))(
    '%s does not fire on a near miss (%i)',
    (name, _, sketch) => {
      expect(matchEvent(ruleSet, ruleOf(name), eventOf(sketch))).toBe(false);
    },
  );
});

describe('the first rule', () => {
  const rule = ruleOf('powershell/dcom-lateral-movement-via-mmc20');
  const text = '$a = [System.Activator]::CreateInstance([type]::GetTypeFromProgID("MMC20.Application.1","fs01"))';

  test('reads the whole event data of 800, the payload of 4103 and the script block of 4104', () => {
    for (const sketch of [
      script(text),
      script(text.toLowerCase()),
      { channel: 'PowerShellCore/Operational', eventId: 4104, data: { ScriptBlockText: text } },
      {
        channel: 'Microsoft-Windows-PowerShell/Operational',
        eventId: 4103,
        data: { Payload: `ParameterBinding(Out-Default): value="${text}"` },
      },
      {
        channel: 'Windows PowerShell',
        eventId: 800,
        data: { '#': [text, '\tHostName=ConsoleHost', 'CommandInvocation'] },
      },
    ]) {
      expect(matchEvent(ruleSet, rule, eventOf(sketch)), JSON.stringify(sketch)).toBe(true);
    }
  });

  test('needs all four words, in the field that holds the code, on one of the three events', () => {
    for (const word of ['[System.Activator]', 'CreateInstance', 'GetTypeFromProgID', 'MMC20.Application']) {
      expect(matchEvent(ruleSet, rule, eventOf(script(text.replace(word, 'x')))), word).toBe(false);
    }
    expect(
      matchEvent(
        ruleSet,
        rule,
        eventOf({ channel: 'Microsoft-Windows-PowerShell/Operational', eventId: 4104, data: { Path: text } }),
      ),
    ).toBe(false);
    expect(
      matchEvent(ruleSet, rule, eventOf({ channel: 'Security', eventId: 4104, data: { ScriptBlockText: text } })),
    ).toBe(false);
    expect(
      matchEvent(ruleSet, rule, eventOf({ channel: 'Windows PowerShell', eventId: 600, data: { '#': text } })),
    ).toBe(false);
  });
});

/** Rules and a log of the corpus (part of its path) on which they must fire. */
const SAMPLES: readonly (readonly [name: string, log: string])[] = [
  ['application/directory-database-copied-with-esent', 'dc_applog_ntdsutil'],
  ['application/sql-server-audit-dropped', 'ID33205-SQL Server Database audit'],
  ['application/sql-server-command-shell-enabled', 'ID15457'],
  ['application/sql-server-privilege-granted', 'ID33205-SQL Server member added'],
  ['bits/job-by-command-line-tool', 'BITS job created'],
  ['defender/threat-found', 'WinDefender_Events_1117_1116'],
  ['dns/plugin-loaded-by-dns-server', 'ID770'],
  ['firewall/inbound-rule-open-to-all', 'ID2004'],
  ['powershell/dcom-lateral-movement-via-mmc20', 'DCOMexec native'],
  ['powershell/download-cradle', 'Payload download via PowerShell'],
  ['powershell/lsass-memory-dump-by-script', 'Powershell_4104_MiniDumpWriteDump'],
  ['powershell/obfuscated-host-command', 'CrackMapExec payload'],
  ['powershell/offensive-toolkit-function', 'PowerLurk'],
  ['powershell/shadow-copy-deletion-by-script', 'Delete VSS backup (PowerShell)'],
  ['powershell/wmi-subscription-from-script', 'PowerLurk'],
  ['process/event-log-cleared-by-command', 'Clear event log attempt'],
  ['process/firewall-or-portproxy-changed-by-netsh', 'Firewall disabled'],
  ['process/logged-on-session-taken-over', 'RDP hijack'],
  ['process/office-starts-interpreter', 'sideloading_uacbypass'],
  ['process/shadow-copies-or-backups-deleted', 'Delete Window backup'],
  ['process/shell-started-by-wmi', 'WMIexec execution via SMB'],
  ['process/ssh-tunnel-to-remote-desktop', 'sysmon-3-rdp-tun'],
  ['security/adminsdholder-permissions-changed', 'AdminSDholder'],
  ['security/boot-integrity-weakened', 'KernelDebug'],
  ['security/browser-secrets-read-by-other-program', 'CA_chrome_firefox'],
  ['security/command-output-file-on-administrative-share', 'WMIexec execution via SMB'],
  ['security/computer-account-renamed-to-plain-name', 'SAM the admin'],
  ['security/controller-password-changed-anonymously', 'Zerologon_WindowsDefaultLogging'],
  ['security/dcshadow-server-object-created', 'Fake domain controller'],
  ['security/domain-trust-created', 'trust added'],
  ['security/guest-account-enabled', 'Guest account activated'],
  ['security/hidden-user-account-created', 'Hidden user creation'],
  ['security/kerberoasting-rc4-ticket', 'Kerberoasting_Security'],
  ['security/local-group-members-read-remotely', 'enumerated by SharpHound'],
  ['security/member-added-to-privileged-group', 'Member added to sensitive'],
  ['security/pass-the-hash-new-credentials-logon', 'Mimikatz Pass the hash'],
  ['security/privileged-domain-group-enumerated', 'dicovery_4661'],
  ['security/registry-hive-fetched-from-temp-over-share', 'Impacket secret dump'],
  ['security/remote-execution-tool-service', 'PSexec service installation'],
  ['security/replication-name-set-on-computer', 'dcshadow_4742'],
  ['security/scheduled-task-with-suspicious-action', 'deleted task by SMBexec'],
  ['security/security-log-cleared', 'ID104-1102'],
  ['security/service-with-suspicious-command', 'Tchopper'],
  ['sysmon/driver-file-dropped-by-user-program', 'DSE_bypass_BYOV'],
  ['sysmon/pipe-of-remote-execution-tool', 'PSexec as system'],
  ['sysmon/service-registered-with-shell-command', 'SMBexec service registration'],
  ['sysmon/signature-verification-hijacked', 'SIP provider'],
  ['sysmon/spooler-writes-program', 'privesc_spoolsv'],
  ['system/dcom-activation-denied-for-shell-object', 'mmc20_failed'],
  ['system/event-log-cleared', 'ID104-1102'],
  ['system/security-service-disabled', 'disablestop-eventlog'],
  ['system/sysmon-driver-unloaded', 'SYSMON driver unload'],
  ['terminal-services/remote-desktop-tunnel', 'DE_RDP_Tunneling'],
  ['wmi/permanent-subscription-bound', 'sysmon_20_21_1_CommandLine'],
];

/** Correlations, a log on which they must hold, and how often. */
const WINDOWS: readonly (readonly [name: string, log: string, findings: number])[] = [
  ['application/sql-server-password-guessing', 'MSSQL_multiple_failed', 1],
  ['security/account-created-and-deleted-quickly', 'Fast created-deleted user', 1],
  ['security/directory-tool-pipes-from-one-source', 'SharpHound enumeration via SMB', 1],
  ['security/group-member-added-and-removed-quickly', 'Quick added-removed', 2],
  ['security/kerberos-user-enumeration', 'Kerberos brutforce', 1],
  ['security/kerberos-user-enumeration', 'kerberos_pwd_spray', 0],
  ['security/scheduled-task-created-and-deleted-quickly', 'deleted task by SMBexec', 1],
  ['security/scheduled-task-created-and-deleted-quickly', 'Persistent scheduled task', 0],
];

describe.skipIf(!hasShared)('corpus', () => {
  const manifest = hasShared
    ? (JSON.parse(readFileSync(`${root}evtx/manifest.json`, 'utf8')) as readonly { file: string; golden: string }[])
    : [];

  function eventsOf(part: string): readonly EventElement[] {
    const logs = manifest.filter(({ file }) => file.includes(part));
    expect(
      logs.map(({ file }) => file),
      part,
    ).toHaveLength(1);
    const path = `${root}golden/${logs[0]?.golden ?? ''}`;
    expect(existsSync(path)).toBe(true);
    return gunzipSync(readFileSync(path))
      .toString('utf8')
      .split('\n')
      .filter((line) => line !== '')
      .flatMap((line) => {
        const { t } = JSON.parse(line) as { t: EventElement | null };
        return t === null ? [] : [t];
      });
  }

  test.each(SAMPLES)('%s fires on %s', (name, log) => {
    const rule = ruleOf(name);
    expect(eventsOf(log).some((event) => matchEvent(ruleSet, rule, event))).toBe(true);
  });

  test('the first rule fires on one record of its log', () => {
    const rule = ruleOf('powershell/dcom-lateral-movement-via-mmc20');
    expect(eventsOf('DCOMexec native').filter((event) => matchEvent(ruleSet, rule, event))).toHaveLength(1);
  });

  test.each(WINDOWS)('%s on %s: %i', (name, log, findings) => {
    const { findings: found } = correlateEvents(ruleSet, eventsOf(log));
    expect(found.filter(({ rule }) => nameOf(ruleSet.rules[rule]!) === name)).toHaveLength(findings);
  });

  test('ordinary logs stay quiet: nothing above medium', () => {
    const loud: string[] = [];
    for (const log of [
      'many-events-application',
      '2-system-Microsoft-Windows-LiveId',
      'CAPI2%4Operational',
      'Shell-Core%4Operational',
      'ts-evtx-fixtures/System.evtx',
    ]) {
      for (const event of eventsOf(log)) {
        const prepared = prepareEvent(ruleSet, event);
        for (const rule of shown) {
          if (
            rule.kind === 'event' &&
            ['high', 'critical'].includes(rule.info.level) &&
            matchPrepared(ruleSet, rule, prepared)
          )
            loud.push(`${log}: ${nameOf(rule)}`);
        }
      }
    }
    expect(loud).toEqual([]);
  });
});
