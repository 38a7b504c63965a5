import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cpuMillisecondsOf } from '../builders/cpu-time.ts';
import type { FieldKey } from '../../src/model/field-key.ts';
import { ANY_FIELD, fieldKeyOf } from '../../src/model/field-key.ts';
import { TRANSFORMS } from '../../src/model/transform.ts';
import { EVENT_VIEWS, FIELD_VIEWS, PROCESS_JOINS, ViewId } from '../../src/sigma/views/field-views.ts';

type Fields = Readonly<Record<string, string | readonly string[]>>;

/** Values that a view gives a field on an event with these leaves. */
function read(view: number | string, leaves: Fields, field: string): readonly string[] {
  const found = typeof view === 'number' ? FIELD_VIEWS[view] : FIELD_VIEWS.find(({ name }) => name === view);
  if (found === undefined) throw new Error(`no view ${view}`);
  const values = new Map<FieldKey, readonly string[]>(
    Object.entries(leaves).map(([name, value]) => [fieldKeyOf(name), [value].flat()]),
  );
  const key = fieldKeyOf(field);
  const own = found.hides.has(key) ? [] : (values.get(key) ?? []);
  const derived = (found.sources.get(key) ?? []).flatMap(({ inputs, transform }) => {
    const lists = inputs.map((input) => values.get(input) ?? []);
    return transform === undefined ? lists.flat() : (TRANSFORMS.get(transform)?.(lists) ?? []);
  });
  return [...own, ...derived];
}

const CREATION = {
  SubjectUserSid: 'S-1-5-21-1-2-3-1001',
  SubjectUserName: 'ann',
  SubjectDomainName: 'CORP',
  SubjectLogonId: '0x3e7',
  NewProcessId: '0x1a2c',
  NewProcessName: 'C:\\Windows\\System32\\cmd.exe',
  ProcessId: '0x4d2',
  ParentProcessName: 'C:\\Windows\\explorer.exe',
  MandatoryLabel: 'S-1-16-12288',
  TargetUserSid: 'S-1-0-0',
  TargetUserName: '-',
  TargetDomainName: '-',
  TargetLogonId: '0x0',
  CommandLine: 'cmd /c whoami',
};

describe('Security 4688 as a process creation', () => {
  const value = (field: string, changes: Fields = {}): readonly string[] =>
    read(ViewId.Security4688, { ...CREATION, ...changes }, field);

  test('gives image, parent and command line under Sysmon’s names', () => {
    expect(value('Image')).toEqual(['C:\\Windows\\System32\\cmd.exe']);
    expect(value('ParentImage')).toEqual(['C:\\Windows\\explorer.exe']);
    expect(value('CommandLine')).toEqual(['cmd /c whoami']);
  });
  test('the field that the event calls ProcessId is the parent’s; both are readable in decimal and as logged', () => {
    expect(value('ProcessId')).toEqual(['6700', '0x1a2c']);
    expect(value('ParentProcessId')).toEqual(['1234', '0x4d2']);
  });
  test('the user is the subject, or the target when the process runs as another account', () => {
    expect(value('User')).toEqual(['CORP\\ann']);
    expect(
      value('User', { TargetUserName: 'svc', TargetDomainName: 'CORP', TargetUserSid: 'S-1-5-21-1-2-3-9' }),
    ).toEqual(['CORP\\svc']);
  });
  test('the system account has the name that Sysmon gives it', () => {
    expect(
      value('User', { SubjectUserSid: 'S-1-5-18', SubjectUserName: 'HOST$', SubjectDomainName: 'WORKGROUP' }),
    ).toEqual(['NT AUTHORITY\\SYSTEM', 'WORKGROUP\\HOST$']);
  });
  test('the logon is the target’s unless that is zero', () => {
    expect(value('LogonId')).toEqual(['0x3e7']);
    expect(value('LogonId', { TargetLogonId: '0x9abc' })).toEqual(['0x9abc']);
  });
  test('the integrity level has its name and its SID', () => {
    expect(value('IntegrityLevel')).toEqual(['High', 'S-1-16-12288']);
    expect(value('IntegrityLevel', { MandatoryLabel: 'S-1-16-99' })).toEqual(['S-1-16-99']);
  });
  test('the event’s own names stay readable', () => {
    expect(value('NewProcessName')).toEqual(['C:\\Windows\\System32\\cmd.exe']);
  });
  test('facts of the parent come by joins', () => {
    expect([...(PROCESS_JOINS.get(ViewId.Security4688)?.keys() ?? [])]).toContain('parentcommandline');
  });
});

describe('Security 4657 as a registry event', () => {
  const value = (leaves: Fields, field: string): readonly string[] => read(ViewId.Security4657, leaves, field);
  const KEY = '\\REGISTRY\\MACHINE\\SYSTEM\\ControlSet001\\Services\\X';

  test('joins key and value name and writes them as Sysmon does', () => {
    expect(value({ ObjectName: KEY, ObjectValueName: 'Start' }, 'TargetObject')).toEqual([
      'HKLM\\SYSTEM\\CurrentControlSet\\Services\\X\\Start',
      'HKLM\\SYSTEM\\ControlSet001\\Services\\X\\Start',
    ]);
  });
  test('class keys have the names of both roots', () => {
    expect(
      value({ ObjectName: '\\REGISTRY\\MACHINE\\SOFTWARE\\Classes\\.txt', ObjectValueName: 'a' }, 'TargetObject'),
    ).toContain('HKCR\\.txt\\a');
    expect(
      value({ ObjectName: '\\REGISTRY\\USER\\S-1-5-21\\SOFTWARE\\Classes\\x', ObjectValueName: 'a' }, 'TargetObject'),
    ).toContain('HKU\\S-1-5-21_Classes\\x\\a');
  });
  test('the default value is called (Default)', () => {
    expect(value({ ObjectName: '\\REGISTRY\\USER\\.DEFAULT\\k', ObjectValueName: '-' }, 'TargetObject')[0]).toBe(
      'HKU\\.DEFAULT\\k\\(Default)',
    );
  });
  test('values have the forms of Details', () => {
    const details = (NewValue: string, NewValueType: string): string | undefined =>
      value({ NewValue, NewValueType }, 'Details')[0];
    expect(details('1', '%%1876')).toBe('DWORD (0x00000001)');
    expect(details('0xffffffff', '%%1876')).toBe('DWORD (0xffffffff)');
    expect(details('4294967297', '%%1883')).toBe('QWORD (0x00000001-0x00000001)');
    expect(details('x', '%%1875')).toBe('Binary Data');
    expect(details('', '%%1873')).toBe('(Empty)');
    expect(details('1', '%%1873')).toBe('1');
    expect(details('one', '%%1876')).toBe('one');
  });
  test('operations have Sysmon’s event types', () => {
    expect(value({ OperationType: '%%1905' }, 'EventType')).toEqual(['SetValue']);
    expect(value({ OperationType: '%%1904' }, 'EventType')).toContain('SetValue');
    expect(value({ OperationType: '%%1906' }, 'EventType')).toEqual(['DeleteValue']);
  });
});

describe('Security 5156 as a network connection', () => {
  const EVENT = {
    Application: '\\device\\harddiskvolume2\\windows\\system32\\svchost.exe',
    Direction: '%%14593',
    SourceAddress: '10.0.0.5',
    SourcePort: '49700',
    DestAddress: '2001:db8::1',
    DestPort: '443',
    Protocol: '6',
  };
  test('has Sysmon’s names and forms', () => {
    const value = (field: string): string | undefined => read(ViewId.Security5156, EVENT, field).at(-1);
    expect(value('Image')).toBe('C:\\windows\\system32\\svchost.exe');
    expect(value('Initiated')).toBe('true');
    expect(value('SourceIp')).toBe('10.0.0.5');
    expect(value('DestinationIp')).toBe('2001:db8::1');
    expect(value('DestinationPort')).toBe('443');
    expect(value('SourcePort')).toBe('49700');
    expect(value('Protocol')).toBe('tcp');
    expect(value('DestinationIsIpv6')).toBe('true');
    expect(value('SourceIsIpv6')).toBe('false');
  });
  test('inbound connections are not initiated, programs without a path stay', () => {
    expect(read(ViewId.Security5156, { ...EVENT, Direction: '%%14592' }, 'Initiated')).toEqual(['false']);
    expect(read(ViewId.Security5156, { Application: 'System' }, 'Image')).toEqual(['System']);
  });
});

describe('WMI-Activity 5861 as a WMI event', () => {
  const CAUSE =
    'Binding EventFilter: \ninstance of __EventFilter\n{\n\tEventNamespace = "root\\\\cimv2";\n\tName = "Updater";\n\tQuery = "SELECT * FROM X WHERE N = \\"a\\"";\n};\n' +
    'Perm. Consumer: \ninstance of CommandLineEventConsumer\n{\n\tCommandLineTemplate = "cmd /c calc.exe";\n\tName = "Updater";\n};\n';
  const value = (field: string): readonly string[] =>
    read(ViewId.Wmi5861, { PossibleCause: CAUSE, ESS: 'Updater', Namespace: '//./root/subscription' }, field);

  test('the binding’s text and its parts are readable', () => {
    expect(value('Destination')).toEqual([CAUSE, 'cmd /c calc.exe']);
    expect(value('Query')).toEqual(['SELECT * FROM X WHERE N = "a"']);
    expect(value('Type')).toContain('CommandLineEventConsumer');
    expect(value('EventNamespace')).toContain('root\\cimv2');
    expect(value('Filter')).toEqual(['Updater']);
  });
});

describe('views of every rule', () => {
  test('PowerShell blocks give their keys, with command lines of several lines', () => {
    const block =
      '\tDetailSequence=1\r\n\tDetailTotal=1\r\n\r\n\tUserId=CORP\\ann\r\n\tHostApplication=powershell -c "a=b"\r\n\tScriptName=\r\n\tCommandLine=first\r\nsecond=line';
    const value = (field: string): readonly string[] => read('powershell-block', { Data: ['payload', block] }, field);
    expect(value('HostApplication')).toEqual(['powershell -c "a=b"']);
    expect(value('UserId')).toEqual(['CORP\\ann']);
    expect(value('ScriptName')).toEqual(['']);
    expect(value('CommandLine')).toEqual(['first\nsecond=line']);
    expect(value('CommandPath')).toEqual([]);
  });
  test('SQL audit records give their keys', () => {
    const text =
      'audit_schema_version:1\nevent_time:2020-01-01 10:00:00.1\naction_id:CR  \nserver_principal_name:sa\nstatement:GRANT x\nTO y\nadditional_information:<a>b:c</a>\n.';
    const value = (field: string): readonly string[] => read('sql-audit', { Data: text }, field);
    expect(value('action_id')).toEqual(['CR']);
    expect(value('statement')).toEqual(['GRANT x\nTO y']);
    expect(value('server_principal_name')).toEqual(['sa']);
    expect(value('event_time')).toEqual(['2020-01-01 10:00:00.1']);
  });
  test('lists of Security events give their items and the texts of message codes beside the value itself', () => {
    expect(read('security-lists', { AccessList: '%%4417\n\t\t\t\t%%4418\n\t\t\t\t' }, 'AccessList')).toEqual([
      '%%4417\n\t\t\t\t%%4418\n\t\t\t\t',
      '%%4417',
      'WriteData (or AddFile)',
      '%%4418',
      'AppendData (or AddSubdirectory or CreatePipeInstance)',
    ]);
    expect(read('security-lists', { PrivilegeList: 'SeDebugPrivilege' }, 'PrivilegeList')).toEqual([
      'SeDebugPrivilege',
    ]);
    expect(
      read('security-lists', { UserAccountControl: '\n\t\t%%2080\n\t\t%%99999' }, 'UserAccountControl').slice(1),
    ).toEqual(['%%2080', 'Account Disabled', '%%99999']);
  });
  test('hash lists give their parts, a bare hash counts by its length', () => {
    const hashes = { Hashes: 'SHA1=AA,MD5=00112233445566778899AABBCCDDEEFF,IMPHASH=BEEF' };
    expect(read('sysmon-hashes', hashes, 'md5')).toEqual(['00112233445566778899AABBCCDDEEFF']);
    expect(read('sysmon-hashes', hashes, 'Imphash')).toEqual(['BEEF']);
    expect(read('sysmon-hashes', hashes, 'sha256')).toEqual([]);
    expect(read('sysmon-hashes', { Hash: 'f'.repeat(40) }, 'sha1')).toEqual(['f'.repeat(40)]);
  });
  test('old Sysmon’s registry roots are readable in today’s spelling, today’s spelling is not doubled', () => {
    expect(read('sysmon-registry', { TargetObject: '\\REGISTRY\\MACHINE\\SOFTWARE\\X' }, 'TargetObject')).toEqual([
      '\\REGISTRY\\MACHINE\\SOFTWARE\\X',
      'HKLM\\SOFTWARE\\X',
    ]);
    expect(read('sysmon-registry', { TargetObject: 'HKLM\\SOFTWARE\\X' }, 'TargetObject')).toEqual([
      'HKLM\\SOFTWARE\\X',
    ]);
  });
  test('Message reads every value; Data can be named by place', () => {
    const every = FIELD_VIEWS.find(({ name }) => name === 'every-event');
    expect(every?.sources.get(fieldKeyOf('Message'))).toEqual([{ inputs: [ANY_FIELD], transform: undefined }]);
    expect(read('every-event', { Data: ['a', 'b'] }, 'Data[2]')).toEqual(['b']);
    expect(read('every-event', { Data: ['a', 'b'] }, 'Data[3]')).toEqual([]);
  });
  test('Defender’s resource lists are readable as paths', () => {
    const Path = 'containerfile:_C:\\a.zip; file:_C:\\a.zip->b.exe; process:_pid:12,ProcessStart:1';
    expect(read(ViewId.DefenderDetection, { Path, 'Threat Name': 'EICAR' }, 'Filename')).toEqual(
      expect.arrayContaining(['C:\\a.zip', 'C:\\a.zip->b.exe', Path]),
    );
    expect(read(ViewId.DefenderDetection, { 'Threat Name': 'EICAR' }, 'Signature')).toEqual(['EICAR']);
  });
});

describe('tables', () => {
  test('ids are positions, 0 adds nothing, every transform exists', () => {
    FIELD_VIEWS.forEach((view, at) => {
      expect(view.id).toBe(at);
      for (const sources of view.sources.values()) {
        for (const { transform } of sources)
          if (transform !== undefined) expect(TRANSFORMS.has(transform), transform).toBe(true);
      }
    });
    expect(FIELD_VIEWS[0]?.sources.size).toBe(0);
    for (const { view, channel } of EVENT_VIEWS) {
      expect(view).toBeGreaterThan(8);
      expect(FIELD_VIEWS[view]).toBeDefined();
      expect(channel).toBe(channel?.toLowerCase());
    }
  });
  test('every transform that is defined is used', () => {
    const used = new Set(
      FIELD_VIEWS.flatMap((view) => [...view.sources.values()].flat().map(({ transform }) => transform)),
    );
    expect([...TRANSFORMS.keys()].filter((name) => !used.has(name))).toEqual([]);
  });
  test('joined fields say what they are read from', () => {
    for (const view of FIELD_VIEWS) {
      expect(new Set(PROCESS_JOINS.get(view.id)?.keys() ?? [])).toEqual(view.joined);
    }
  });
});

describe('transforms', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(
      '',
      '-',
      '0x',
      '%%',
      '%%4417',
      'MD5=',
      'Name = "',
      '\\REGISTRY\\MACHINE',
      'file:_',
      'CommandLine=',
      'statement:',
    ),
    fc
      .array(fc.constantFrom('%%4417', '\n', '\t', 'Name="', '\\', '"', ';', 'CommandLine=', 'x'), { maxLength: 30 })
      .map((parts) => parts.join('')),
  );
  test('never throw, give texts only, and depend on nothing but their inputs', () => {
    fc.assert(
      fc.property(fc.array(fc.array(text, { maxLength: 3 }), { maxLength: 6 }), (inputs) => {
        for (const [, transform] of TRANSFORMS) {
          const result = transform(inputs);
          expect(result.every((value) => typeof value === 'string')).toBe(true);
          expect(transform(inputs)).toEqual(result);
        }
      }),
      { seed: 99, numRuns: 300 },
    );
  });
  test('take long hostile texts in their stride', () => {
    const hostile = [
      'Name="'.repeat(5_000),
      'Name = "' + '\\'.repeat(30_000),
      '\tCommandLine=\n'.repeat(2_000),
      '%%4417 '.repeat(5_000),
      ';'.repeat(30_000),
      'MD5='.repeat(8_000),
      ' '.repeat(32_000),
    ];
    const milliseconds = cpuMillisecondsOf(() => {
      for (const [, transform] of TRANSFORMS) for (const value of hostile) transform([[value], [value], [value]]);
    });
    expect(milliseconds).toBeLessThan(3_000);
  });
});
