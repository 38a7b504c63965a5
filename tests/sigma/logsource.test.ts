import { readFileSync, readdirSync, statSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { LogsourceResolution, LogsourceRoute } from '../../src/model/logsource.ts';
import { CATEGORY_ROUTES, ETW_ONLY_CATEGORIES } from '../../src/sigma/logsource/categories.ts';
import { resolveLogsource } from '../../src/sigma/logsource/resolve-logsource.ts';
import { SERVICE_CHANNELS } from '../../src/sigma/logsource/services.ts';
import { FIELD_VIEWS, ViewId } from '../../src/sigma/views/field-views.ts';
import { hasShared, sharedRoot } from '../corpus/shared.ts';

const resolve = (parts: {
  product?: string | string[];
  category?: string | string[];
  service?: string | string[];
}): LogsourceResolution =>
  resolveLogsource({
    product: [parts.product ?? 'windows'].flat(),
    category: [parts.category ?? []].flat(),
    service: [parts.service ?? []].flat(),
  });
const channels = (service: string): (string | undefined)[] => resolve({ service }).routes.map(({ channel }) => channel);
const category = (name: string): readonly LogsourceRoute[] => resolve({ category: name }).routes;
const events = (routes: readonly LogsourceRoute[]): string[] =>
  routes.map(({ channel, eventIds, requires }) => {
    const tests = requires.map(({ field, anyOf }) => `${field}=${anyOf.join('|')}`).join(' ');
    return `${channel ?? '*'} ${eventIds?.join(',') ?? '*'} ${tests}`.trim();
  });
const codes = (resolution: LogsourceResolution): string[] => resolution.diagnostics.map(({ code }) => code);

const SYSMON = 'microsoft-windows-sysmon/operational';

describe('corrections of the public tables', () => {
  test('1: dns-client is registered as DNS-Client, not under its display name', () => {
    expect(channels('dns-client')).toContain('microsoft-windows-dns-client/operational');
    expect(channels('dns-client')).toContain('microsoft-windows-dns client events/operational');
  });
  test('2: security-mitigations channels have no blank', () => {
    expect(channels('security-mitigations')).toEqual(
      expect.arrayContaining([
        'microsoft-windows-security-mitigations/kernelmode',
        'microsoft-windows-security-mitigations/usermode',
      ]),
    );
  });
  test('3: DNS server channels are written DNSServer', () => {
    expect(channels('dns-server-analytic')).toContain('microsoft-windows-dnsserver/analytical');
    expect(channels('dns-server-audit')).toContain('microsoft-windows-dnsserver/audit');
  });
  test('4: vhdmp has a hyphen before Operational', () => {
    expect(channels('vhdmp')).toContain('microsoft-windows-vhdmp-operational');
  });
  test('5: hyper-v-worker is the Admin channel', () => {
    expect(channels('hyper-v-worker')).toContain('microsoft-windows-hyper-v-worker-admin');
  });
  test('6: both service names of ServiceBus mean all three channels', () => {
    expect(channels('servicebus-client')).toHaveLength(3);
    expect(channels('microsoft-servicebus-client')).toEqual(channels('servicebus-client'));
  });
  test('7: ldap and ldap_debug are one service', () => {
    expect(channels('ldap')).toEqual(['microsoft-windows-ldap-client/debug']);
    expect(channels('ldap_debug')).toEqual(channels('ldap'));
  });
  test('8: registry_add and registry_delete test the event type', () => {
    expect(events(category('registry_add'))[0]).toBe(`${SYSMON} 12 eventtype=createkey`);
    expect(events(category('registry_delete'))[0]).toBe(`${SYSMON} 12 eventtype=deletekey|deletevalue`);
  });
  test('9: file_delete takes archived and merely logged deletions', () => {
    expect(events(category('file_delete'))).toEqual([`${SYSMON} 23,26`]);
  });
  test('10: registry categories reach Security 4657 through a view that joins key and value name', () => {
    expect(category('registry_set')[1]).toMatchObject({
      channel: 'security',
      eventIds: [4657],
      view: ViewId.Security4657,
    });
    expect(events(category('registry_set'))[1]).toBe('security 4657 operationtype=%%1904|%%1905');
    expect(events(category('registry_delete'))[1]).toBe('security 4657 operationtype=%%1906');
    expect(events(category('registry_event'))[1]).toBe('security 4657');
  });
  test('11: the security service is a channel, not a provider, so 1102 belongs to it', () => {
    expect(resolve({ service: 'security' }).routes).toEqual([
      { channel: 'security', provider: undefined, eventIds: undefined, view: ViewId.Plain, requires: [] },
    ]);
  });
  test('12: antivirus rules read names with blanks through a view', () => {
    expect(FIELD_VIEWS[ViewId.DefenderDetection]?.sources.get('signature' as never)).toEqual([
      { inputs: ['threatname'], transform: undefined },
    ]);
    expect(category('antivirus')[0]?.view).toBe(ViewId.DefenderDetection);
  });
  test('13: services with UserData events are routed by channel', () => {
    for (const service of ['terminalservices-localsessionmanager', 'printservice-admin', 'wmi'])
      expect(channels(service)).toHaveLength(1);
  });
  test('14: services that one table or another lacks are all known', () => {
    for (const service of [
      'bitlocker',
      'iis-configuration',
      'sense',
      'ldap',
      'smbserver-connectivity',
      'dns-server-audit',
      'application-experience',
      'hyper-v-worker',
      'kernel-event-tracing',
      'kernel-shimengine',
      'ntfs',
      'smbclient-connectivity',
      'system',
      'application',
      'powershell',
      'powershell-classic',
      'dns-server',
      'driver-framework',
    ]) {
      expect(codes(resolve({ service })), service).toEqual([]);
    }
  });
  test('15: antivirus includes 1117, the action taken', () => {
    expect(category('antivirus')[0]?.eventIds).toContain(1117);
  });
  test('16: integrity levels have seven names', async () => {
    const { TRANSFORMS } = await import('../../src/model/transform.ts');
    const levels = [0, 4096, 8192, 8448, 12288, 16384, 20480].map(
      (rid) => TRANSFORMS.get('integrityLevel')?.([[`S-1-16-${rid}`]])[0],
    );
    expect(levels).toEqual(['Untrusted', 'Low', 'Medium', 'MediumPlus', 'High', 'System', 'Protected']);
  });
  test('17: file_access and file_rename are told as traces, not dropped', () => {
    for (const name of ['file_access', 'file_rename'])
      expect(resolve({ category: name })).toMatchObject({ routes: [], notEvaluable: 'etw-only' });
  });
  test('18: System 104 is reached by channel, its inner Channel stays readable as a leaf', () => {
    expect(channels('system')).toEqual(['system']);
  });
  test('19: registry events of old Sysmon get short root names on every route', async () => {
    const { EVENT_VIEWS } = await import('../../src/sigma/views/field-views.ts');
    const view = EVENT_VIEWS.find(({ view: id }) => FIELD_VIEWS[id]?.name === 'sysmon-registry');
    expect(view).toMatchObject({ channel: SYSMON, eventIds: [12, 13, 14] });
  });
});

describe('categories', () => {
  test('process creation is Sysmon 1 and Security 4688, each through its view', () => {
    expect(category('process_creation').map(({ channel, eventIds, view }) => [channel, eventIds, view])).toEqual([
      [SYSMON, [1], ViewId.SysmonCreation],
      ['security', [4688], ViewId.Security4688],
    ]);
  });
  test('PowerShell categories include PowerShell 7', () => {
    expect(events(category('ps_script'))).toEqual([
      'microsoft-windows-powershell/operational 4104',
      'powershellcore/operational 4104',
    ]);
  });
  test('synonyms of one Sysmon event mean the same', () => {
    expect(category('clipboard_capture')).toEqual(category('clipboard_change'));
    expect(category('raw_access_read')).toEqual(category('raw_access_thread'));
  });
  test('antivirus needs no product', () => {
    expect(resolveLogsource({ product: [], category: ['antivirus'], service: [] }).routes).toEqual(
      category('antivirus'),
    );
  });
});

describe('forms of a logsource', () => {
  test('case does not matter', () => {
    expect(resolve({ product: 'Windows', category: 'Process_Creation' })).toEqual(
      resolve({ category: 'process_creation' }),
    );
  });
  test('lists mean any of their members', () => {
    const both = resolve({ category: ['ps_module', 'ps_classic_script', 'ps_script'] });
    expect(events(both.routes).map((text) => text.split(' ').at(-1))).toEqual(['4103', '4103', '800', '4104', '4104']);
    expect(both.diagnostics.map(({ severity }) => severity)).toEqual(['info']);
  });
  test('a comma list is a list', () => {
    expect(resolve({ service: 'security, system' }).routes.map(({ channel }) => channel)).toEqual([
      'security',
      'system',
    ]);
  });
  test('product alone means every channel', () => {
    expect(resolve({}).routes).toEqual([
      { channel: undefined, provider: undefined, eventIds: undefined, view: 0, requires: [] },
    ]);
    expect(resolve({}).diagnostics).toEqual([]);
  });
  test('category and service together mean events that are both', () => {
    expect(events(resolve({ category: 'process_creation', service: 'sysmon' }).routes)).toEqual([`${SYSMON} 1`]);
    expect(events(resolve({ category: 'process_creation', service: 'security' }).routes)).toEqual(['security 4688']);
  });
  test('a category that its service does not log leaves the service, with a warning', () => {
    const resolution = resolve({ category: 'process_creation', service: 'powershell-classic' });
    expect(events(resolution.routes)).toEqual(['windows powershell *']);
    expect(codes(resolution)).toEqual(['logsource-conflict']);
  });
  test('an unknown name of product windows means every channel, with a warning and the nearest name', () => {
    const resolution = resolve({ category: 'file_events' });
    expect(events(resolution.routes)).toEqual(['* *']);
    expect(resolution.diagnostics).toMatchObject([
      { code: 'logsource-unknown-category', severity: 'warning', hint: 'Did you mean "file_event"?' },
    ]);
    expect(codes(resolve({ service: 'winrm' }))).toEqual(['logsource-unknown-service']);
  });
  test('an unknown name beside a known one is left out', () => {
    const resolution = resolve({ service: ['security', 'image_loaded'] });
    expect(events(resolution.routes)).toEqual(['security *']);
    expect(codes(resolution)).toEqual(['logsource-list', 'logsource-unknown-service']);
  });
  test('other products are told so', () => {
    expect(resolve({ product: 'linux', category: 'process_creation' }).notEvaluable).toBe('other-product');
    expect(resolveLogsource({ product: [], category: ['webserver'], service: [] }).notEvaluable).toBe('other-product');
  });
  test('one of several products is enough', () => {
    expect(resolve({ product: ['linux', 'windows'], service: 'security' }).routes).toHaveLength(1);
  });
  test('SQL Server is read from the Application log', () => {
    expect(events(resolve({ product: 'mssql', category: 'application' }).routes)).toEqual(['application *']);
  });
  test('names that objects have by birth are no names of services', () => {
    for (const name of ['__proto__', 'constructor', 'toString']) {
      expect(codes(resolve({ service: name, category: name }))).toEqual([
        'logsource-unknown-category',
        'logsource-unknown-service',
      ]);
    }
  });
});

describe('tables', () => {
  test('every view id of a route exists and channels are not repeated', () => {
    for (const [name, routes] of CATEGORY_ROUTES) {
      for (const { view, eventIds } of routes) {
        expect(FIELD_VIEWS[view]?.id, name).toBe(view);
        expect(eventIds.length, name).toBeGreaterThan(0);
      }
      expect(ETW_ONLY_CATEGORIES.has(name)).toBe(false);
    }
    for (const [name, list] of SERVICE_CHANNELS) expect(new Set(list).size, name).toBe(list.length);
  });
});

describe.skipIf(!hasShared)('shared corpus', () => {
  test('the logsources of SigmaHQ’s own configuration are covered, channel by channel', () => {
    const text = readFileSync(`${sharedRoot}sigma/sigmahq/tests/thor.yml`, 'utf8');
    const known = new Set([...SERVICE_CHANNELS.values()].flat());
    const missing = [...text.matchAll(/WinEventLog:([^"'\n]+)/g)]
      .map(([, channel = '']) => channel.trim())
      .filter((channel) => !known.has(channel));
    expect(missing).toEqual([]);
  });

  test('no SigmaHQ Windows rule has a logsource that is unknown', () => {
    const unknown: string[] = [];
    for (const folder of ['rules', 'rules-emerging-threats', 'rules-threat-hunting']) {
      for (const file of ruleFiles(`${sharedRoot}sigma/sigmahq/${folder}`)) {
        const block = /^logsource:\n((?:[ \t]+.*\n)+)/m.exec(readFileSync(file, 'utf8'))?.[1] ?? '';
        const part = (name: string): string[] => {
          const value = new RegExp(`^\\s+${name}:\\s*([^#\\n]*)`, 'm').exec(block)?.[1]?.trim();
          return value === undefined || value === '' ? [] : [value];
        };
        if (part('product')[0] !== 'windows') continue;
        const resolution = resolveLogsource({
          product: part('product'),
          category: part('category'),
          service: part('service'),
        });
        if (resolution.diagnostics.length > 0) unknown.push(`${file}: ${codes(resolution).join()}`);
      }
    }
    expect(unknown).toEqual([]);
  });
});

function ruleFiles(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = `${folder}/${name}`;
    if (statSync(path).isDirectory()) return ruleFiles(path);
    return path.endsWith('.yml') ? [path] : [];
  });
}
