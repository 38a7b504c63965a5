import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EVENTS_FILE, findCatalogueFaults, VALUES_FILE } from '../../scripts/check-event-catalogue.ts';
import { createEventCatalogue, type ValueContext } from '../../src/model/event-catalogue.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const events = readFileSync(`${root}${EVENTS_FILE}`, 'utf8');
const values = readFileSync(`${root}${VALUES_FILE}`, 'utf8');
const shipped = createEventCatalogue(events, values);

const EVENTS_HEAD = 'channel\tprovider\tevent_id\ttitle\tfields\n';
const VALUES_HEAD = 'field\tvalue\tmeaning\tscope\n';
const AUDITING = 'Microsoft-Windows-Security-Auditing';

function security(eventId: number, objectType?: string): ValueContext {
  return { channel: 'Security', provider: AUDITING, eventId, ...(objectType === undefined ? {} : { objectType }) };
}

function elsewhere(channel: string, provider: string, eventId: number): ValueContext {
  return { channel, provider, eventId };
}

describe('the shipped tables', () => {
  test('have no faults: form, bounds, order, duplicates, readable scopes', () => {
    expect(findCatalogueFaults(events, values)).toEqual([]);
  });

  test('name at least 500 events and fit into 60 KB compressed', () => {
    expect(shipped.eventCount).toBeGreaterThanOrEqual(500);
    expect(gzipSync(events).length + gzipSync(values).length).toBeLessThan(60 * 1024);
  });

  // CAPI2 wrote 11 to the Application log before it had a channel of its own, where 11 is something else.
  test('give one title to an event of one provider, whatever the channel, but for one known case', () => {
    const titles = new Map<string, Set<string>>();
    for (const line of events.split('\n').slice(1)) {
      const [, provider = '', id = '', title = ''] = line.split('\t');
      if (provider === '') continue;
      const key = `${provider.toLowerCase()} ${id}`;
      titles.set(key, (titles.get(key) ?? new Set()).add(title));
    }
    expect([...titles].filter(([, known]) => known.size > 1).map(([key]) => key)).toEqual([
      'microsoft-windows-capi2 11',
    ]);
  });
});

describe('the check of the tables', () => {
  const row = (text: string): string[] => findCatalogueFaults(EVENTS_HEAD + text, VALUES_HEAD);
  const value = (text: string): string[] => findCatalogueFaults(EVENTS_HEAD, VALUES_HEAD + text);

  test('accepts a sound row of each', () => {
    expect(row('Security\tP\t1\tLogon failed\tA,B\n')).toEqual([]);
    expect(value('Status\t0x1\tfailed\tSecurity||1,2\n')).toEqual([]);
  });

  test.each([
    ['a title that is too long', `Security\tP\t1\tA${'b'.repeat(70)}\t\n`],
    ['a full stop', 'Security\tP\t1\tLogon failed.\t\n'],
    ['an event id above 65535', 'Security\tP\t65536\tLogon failed\t\n'],
    ['a missing cell', 'Security\tP\t1\tLogon failed\n'],
    ['a second row under another case', 'Security\tP\t1\tLogon failed\t\nSecurity\tp\t1\tLogon failed\t\n'],
    ['rows out of order', 'Security\tP\t2\tLogon failed\t\nSecurity\tP\t1\tLogon failed\t\n'],
    ['an empty field name', 'Security\tP\t1\tLogon failed\tA,,B\n'],
    ['CR LF', 'Security\tP\t1\tLogon failed\t\r\n'],
  ])('reports %s', (_, text) => {
    expect(row(text)).not.toEqual([]);
  });

  test.each([
    ['the same number in two spellings', 'Status\t0x10\ta\tSecurity\nStatus\t16\tb\tSecurity\n'],
    ['an empty meaning', 'Status\t1\t\tSecurity\n'],
    ['a scope with a word for an id', 'Status\t1\ta\tSecurity||x\n'],
    ['a mask without bits', 'Status\t&0x0\ta\tSecurity\n'],
    ['rows out of order', 'Status\t1\ta\tSecurity\nLevel\t1\ta\tSecurity\n'],
  ])('reports %s of a value', (_, text) => {
    expect(value(text)).not.toEqual([]);
  });
});

describe('titleOf', () => {
  test('tells events of the same channel and id apart by provider, without regard to case', () => {
    expect(shipped.titleOf('Application', 'MsiInstaller', 1005)).not.toBe(
      shipped.titleOf('Application', 'Application Error', 1005),
    );
    expect(shipped.titleOf('SECURITY', AUDITING.toUpperCase(), 4624)).toBe('Logon succeeded');
    expect(shipped.titleOf('Application', 'Microsoft-Windows-EventSystem', 4625)).not.toBe(
      shipped.titleOf('Security', AUDITING, 4625),
    );
  });

  test('knows nothing of an id that another provider uses in that channel', () => {
    expect(shipped.titleOf('System', 'Some Driver', 7045)).toBeUndefined();
    expect(shipped.titleOf('Security', AUDITING, 9)).toBeUndefined();
  });

  test('answers without a provider only where the channel leaves no doubt', () => {
    expect(shipped.titleOf('Security', '', 4688)).toBe('Process created');
    expect(shipped.titleOf('Application', '', 1005)).toBeUndefined();
  });

  test('finds an event in a channel of another name by its provider', () => {
    expect(shipped.titleOf('Collected/Sysmon', 'Microsoft-Windows-Sysmon', 1)).toBe('Process created');
  });

  test('takes a provider that ends with an asterisk as a beginning', () => {
    expect(shipped.titleOf('Application', 'MSSQL$PAYROLL', 18456)).toBe('Login failed');
    expect(shipped.titleOf('Application', 'MSSQLX', 18456)).toBeUndefined();
  });

  test('makes no choice between two titles of one provider and id', () => {
    const { titleOf } = createEventCatalogue(
      `${EVENTS_HEAD}A\tP\t1\tOne thing\t\nB\tP\t1\tOther thing\t\n`,
      VALUES_HEAD,
    );
    expect(titleOf('A', 'P', 1)).toBe('One thing');
    expect(titleOf('C', 'P', 1)).toBeUndefined();
  });
});

describe('fieldsOf', () => {
  test('gives the field names in the order of the record', () => {
    expect(shipped.fieldsOf('Security', AUDITING, 4688)?.slice(0, 4)).toEqual([
      'SubjectUserSid',
      'SubjectUserName',
      'SubjectDomainName',
      'SubjectLogonId',
    ]);
    expect(shipped.fieldsOf('Security', AUDITING, 9)).toBeUndefined();
  });
});

describe('meaningOf', () => {
  const { meaningOf } = shipped;

  test('reads Status as NTSTATUS in 4625 and 4776, as a Kerberos error in 4768, 4769 and 4771', () => {
    expect(meaningOf('Status', '0xc000006d', security(4625))).toBe('unknown user or wrong password');
    expect(meaningOf('SubStatus', '0xC000006A', security(4625))).toBe('wrong password');
    expect(meaningOf('Status', '0xc0000234', security(4776))).toBe('account locked out');
    expect(meaningOf('Status', '0x18', security(4771))).toBe('pre-authentication failed (wrong password)');
    expect(meaningOf('Status', '0x6', security(4768))).toBe('client not found');
    expect(meaningOf('Status', '0x25', security(4769))).toBe('clock skew too great');
    expect(meaningOf('Status', '0x18', security(4625))).toBeUndefined();
    expect(meaningOf('Status', '0xc000006d', security(4768))).toBeUndefined();
    expect(meaningOf('Status', '0x0', elsewhere('Application', 'X', 4625))).toBeUndefined();
  });

  test('compares codes as numbers: hexadecimal in any case, decimal, signed', () => {
    for (const text of ['0xC000006D', '0x00000000c000006d', '3221225581', '-1073741715', ' 0xc000006d '])
      expect(meaningOf('Status', text, security(4625))).toBe('unknown user or wrong password');
  });

  test('keeps logon types to the Security log', () => {
    expect(meaningOf('LogonType', '10', security(4624))).toBe('remote interactive (Remote Desktop)');
    expect(
      meaningOf(
        'LogonType',
        '8',
        elsewhere('Microsoft-Windows-Shell-Core/Operational', 'Microsoft-Windows-Shell-Core', 62170),
      ),
    ).toBeUndefined();
  });

  test('reads %% codes by log: audit parameters, Defender words, Win32 errors of services', () => {
    expect(meaningOf('ElevatedToken', '%%1842', security(4624))).toBe('yes');
    expect(meaningOf('ImpersonationLevel', '%%1833', security(4624))).toBe('impersonation');
    expect(meaningOf('TokenElevationType', '%%1938', security(4688))).toBe('limited token');
    const defender = elsewhere(
      'Microsoft-Windows-Windows Defender/Operational',
      'Microsoft-Windows-Windows Defender',
      1117,
    );
    expect(meaningOf('Action Name', '%%809', defender)).toBe('quarantine');
    const services = elsewhere('System', 'Service Control Manager', 7000);
    expect(meaningOf('param2', '%%1053', services)).toBe('service did not answer in time');
    expect(meaningOf('param2', '%%1833', services)).toBeUndefined();
    // 7184 to 7192 are rights on services, not privileges as other tools have it.
    expect(meaningOf('AccessMask', '%%7184', security(4674))).toBe('query service configuration');
  });

  test('reads an access mask by the type of the object', () => {
    expect(meaningOf('AccessMask', '0x1', security(4663, 'File'))).toBe('read data or list folder');
    expect(meaningOf('AccessMask', '0x1', security(4663, 'Key'))).toBe('query value');
    expect(meaningOf('AccessMask', '0x10', security(4663, 'Process'))).toBe('read memory');
    expect(meaningOf('AccessMask', '0x10', security(4656, 'SAM_DOMAIN'))).toBe('create user');
    expect(meaningOf('AccessMask', '0x2', security(4662, 'SecretObject'))).toBe('query secret');
    expect(meaningOf('AccessMask', '0x100', security(4662, '%{bf967aba-0de6-11d0-a285-00aa003049e2}'))).toBe(
      'control access (extended right)',
    );
    expect(meaningOf('AccessMask', '0x2', security(5145))).toBe('write data or add file');
    expect(meaningOf('AccessMask', '0x1f01ff', security(4663, 'File'))).toBe('full control');
    expect(meaningOf('AccessMask', '0x0', security(4662))).toBe('none');
  });

  test('names only the rights that all objects share when the type is not known', () => {
    expect(meaningOf('AccessMask', '16908297', security(4674, '-'))).toBe(
      'read permissions, access audit settings (SACL), 0x9',
    );
    expect(meaningOf('AccessMask', '0x7', security(4656, 'Unknown'))).toBeUndefined();
  });

  test('does not read the dash of old 4661 records as a mask', () => {
    expect(meaningOf('AccessMask', '0x2d', security(4661, 'SAM_USER'))).toMatch(/^unclear/);
  });

  test('reads the rights on a process in Sysmon 10', () => {
    const sysmon = elsewhere('Microsoft-Windows-Sysmon/Operational', 'Microsoft-Windows-Sysmon', 10);
    expect(meaningOf('GrantedAccess', '0x1410', sysmon)).toBe(
      'read memory, query information, query limited information',
    );
    expect(meaningOf('GrantedAccess', '0x1FFFFF', sysmon)).toBe('full access');
    expect(meaningOf('GrantedAccess', '0x1000000000000000', sysmon)).toBeUndefined();
  });

  test('joins lists of codes: one per line, with reasons, with commas, privileges', () => {
    expect(meaningOf('AccessList', '%%1538\r\n\t\t\t\t%%1541\r\n\t\t\t\t%%4416\r\n\t\t\t\t', security(5145))).toBe(
      'read permissions, synchronise, read data or list folder',
    );
    expect(meaningOf('AccessReason', '%%1538:\t%%1804\r\n\t\t%%1541:\t%%1801\tD:(A;;FA;;;BA)', security(4656))).toBe(
      'read permissions: granted by ownership, synchronise: granted by',
    );
    expect(meaningOf('AuditPolicyChanges', '%%8448, %%8450', security(4719))).toBe('success removed, failure removed');
    expect(meaningOf('UserAccountControl', '\n\t\t%%2050\n\t\t%%2089', security(4738))).toBe(
      'password not required: off, password never expires: on',
    );
    expect(meaningOf('PrivilegeList', 'SeDebugPrivilege\n\t\t\tSeTcbPrivilege', security(4672))).toBe(
      'debug programs (open any process), act as operating system',
    );
    expect(
      meaningOf(
        'Properties',
        '%%7688\n\t\t{1131f6ad-9c07-11d1-f79f-00c04fc2dcd2}\n\t{19195A5B-6DA0-11D0-AFD3-00C04FD930C9}',
        security(4662),
      ),
    ).toBe('control access (extended right), replicate all directory changes (right), class domainDNS');
    expect(meaningOf('AccessList', '%%1537\n%%9999', security(4663))).toBe('delete, %%9999');
    expect(meaningOf('AccessList', '%%9998\n%%9999', security(4663))).toBeUndefined();
  });

  test('leaves prose and command lines alone that mention a code', () => {
    expect(meaningOf('CommandLine', 'whoami /priv SeDebugPrivilege', security(4688))).toBeUndefined();
    expect(meaningOf('CommandLine', 'echo %%1537', security(4688))).toBeUndefined();
    expect(meaningOf('SubjectUserName', 'S-1-5-18 is not a name', security(4688))).toBeUndefined();
  });

  test('knows SIDs in every field: exact ones, accounts of any domain, kinds', () => {
    const anywhere = elsewhere('Application', 'X', 1);
    expect(meaningOf('SubjectUserSid', 'S-1-5-18', security(4624))).toBe('Local System');
    expect(meaningOf('Anything', 's-1-5-32-544', anywhere)).toBe('Administrators');
    expect(meaningOf('TargetSid', 'S-1-5-21-1004336348-1177238915-682003330-512', anywhere)).toBe('Domain Admins');
    expect(meaningOf('TargetSid', 'S-1-5-21-1004336348-1177238915-682003330-500', anywhere)).toBe(
      'Administrator (built in)',
    );
    for (const [rid, name] of [
      [501, /^Guest/],
      [502, /^krbtgt/],
      [513, /Users$/],
      [515, /Computers$/],
      [516, /Controllers$/],
      [518, /^Schema/],
      [519, /^Enterprise Admins$/],
      [520, /^Group Policy/],
    ] as const)
      expect(meaningOf('TargetSid', `S-1-5-21-1-2-3-${rid}`, anywhere)).toMatch(name);
    expect(meaningOf('TargetSid', 'S-1-5-21-1-2-3-1104', anywhere)).toBeUndefined();
    expect(meaningOf('TargetSid', 'S-1-5-21-1-2-512', anywhere)).toBeUndefined();
    expect(meaningOf('TargetSid', 'S-1-5-21-1-2-3-4-512', anywhere)).toBeUndefined();
    expect(meaningOf('TargetSid', 'S-1-5-80-1-2-3-4-5', anywhere)).toBe('service account');
    expect(meaningOf('MandatoryLabel', 'S-1-16-12288', security(4688))).toBe('high integrity');
    expect(meaningOf('GroupMembership', '\n\t\t%{S-1-5-32-544}\n\t\t%{S-1-1-0}', security(4627))).toBe(
      'Administrators, Everyone',
    );
  });

  test('reads flags, encryption types and account control', () => {
    expect(meaningOf('TicketOptions', '0x40810010', security(4769))).toBe(
      'renewable is enough, canonicalize, renewable, forwardable',
    );
    expect(meaningOf('TicketEncryptionType', '0x17', security(4769))).toBe('RC4-HMAC (weak)');
    expect(meaningOf('NewUacValue', '0x10210', security(4738))).toBe(
      'normal account, password never expires, no pre-authentication needed',
    );
  });

  test('knows the System element under its own names only', () => {
    expect(meaningOf('System/Level', '2', security(4624))).toBe('error');
    expect(meaningOf('Level', '2', security(4624))).toBeUndefined();
    expect(meaningOf('System/Keywords', '0x8010000000000000', security(4625))).toBe('audit failure');
    expect(meaningOf('System/Task', '12544', security(4624))).toBe('logon');
    expect(meaningOf('System/Task', '12544', elsewhere('System', 'X', 1))).toBeUndefined();
  });

  test('prefers the scope that asks for more', () => {
    const rows = ['F\t1\twide\t', 'F\t1\tchannel\tC', 'F\t1\tevent\tC||7', 'F\t1\tobject\tC|||T', 'F\t1\ttwo\tA;B'];
    const catalogue = createEventCatalogue(EVENTS_HEAD, `${VALUES_HEAD}${rows.join('\n')}\n`);
    const ask = (channel: string, eventId: number, objectType?: string): string | undefined =>
      catalogue.meaningOf('F', '1', { channel, provider: '', eventId, ...(objectType ? { objectType } : {}) });
    expect([ask('X', 1), ask('C', 1), ask('C', 7), ask('C', 7, 'T'), ask('B', 1)]).toEqual([
      'wide',
      'channel',
      'event',
      'object',
      'two',
    ]);
  });

  test('answers any text with a text or nothing, and never depends on the case of the field', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('AccessMask', 'AccessList', 'Status', 'GrantedAccess', 'Properties', 'Nope', '*'),
        fc.oneof(
          fc.string({ maxLength: 60 }),
          fc.bigInt(-(1n << 80n), 1n << 80n).map(String),
          fc.bigInt(0n, 1n << 70n).map((n) => `0x${n.toString(16)}`),
          fc
            .array(fc.integer({ min: 0, max: 20_000 }), { maxLength: 20 })
            .map((n) => n.map((i) => `%%${i}`).join('\n\t')),
          fc.array(fc.nat(), { maxLength: 20 }).map((n) => ['S-1', ...n].join('-')),
        ),
        fc.constantFrom(4625, 4656, 4662, 4768),
        (field, text, id) => {
          const meaning = meaningOf(field, text, security(id, 'File'));
          expect(meaning === undefined || meaning.length > 0).toBe(true);
          expect(meaningOf(field.toUpperCase(), text, security(id, 'file'))).toBe(meaning);
        },
      ),
      { seed: 20_250_701 },
    );
  });

  test('gives up on texts that are too long to be codes', () => {
    expect(meaningOf('AccessList', '%%1537\n'.repeat(5_000), security(4663))).toBeUndefined();
    expect(meaningOf('AccessList', '%%1537\n'.repeat(1_000), security(4663))).toMatch(/, …$/);
  });
});

describe('createEventCatalogue', () => {
  test('throws on a table of another form', () => {
    expect(() => createEventCatalogue('channel\n', VALUES_HEAD)).toThrow(/header/);
    expect(() => createEventCatalogue(`${EVENTS_HEAD}Security\tP\n`, VALUES_HEAD)).toThrow(/line 2/);
    expect(() => createEventCatalogue(EVENTS_HEAD, `${VALUES_HEAD}F\t1\ta\ta|b|c|d|e\n`)).toThrow(/scope/);
  });
});
