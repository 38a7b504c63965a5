// The trickiest real rules, one test for each group of the Sigma engine reference, section 4. Rules come from the
// shared corpus; events are made here, so that both a match and a near miss are asked of every rule.
// Over 400 lines because it is the list of that section, in its order.

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { cpuMillisecondsOf } from '../builders/cpu-time.ts';
import type { EventElement } from '../../src/model/event.ts';
import type { RuleVerdict } from '../../src/model/rule-set.ts';
import type { CompiledRules, CompileOptions } from '../../src/sigma/compile-rules.ts';
import { compileRules } from '../../src/sigma/compile-rules.ts';
import { encodeBase64, encodeUtf16 } from '../../src/sigma/detection/encodings.ts';
import { matchEvent } from '../../src/sigma/interpret/match-event.ts';
import { hasShared, sharedRoot } from '../corpus/shared.ts';
import type { DataValue } from './rule-kit.ts';
import { eventOf } from './rule-kit.ts';

const WINDOWS = 'sigmahq/rules/windows/';
const EMERGING = 'sigmahq/rules-emerging-threats/';
const M = 'mdecrevoisier/';

function compileFile(path: string, options?: CompileOptions): CompiledRules {
  const text = readFileSync(`${sharedRoot ?? ''}sigma/${path}`, 'utf8');
  return compileRules([{ pack: 'shared', file: path, text }], options);
}

/** Whether the first rule of a file matches an event. */
function fires(path: string, event: EventElement, options?: CompileOptions): boolean {
  const { ruleSet, verdicts } = compileFile(path, options);
  const rule = ruleSet.rules[0];
  if (rule?.kind !== 'event') throw new Error(`${path}: ${verdicts[0]?.reason ?? 'no rule'}`);
  return matchEvent(ruleSet, rule, event);
}

const verdictOf = (path: string, options?: CompileOptions): RuleVerdict => compileFile(path, options).verdicts[0]!;
const codesOf = (path: string): string[] => verdictOf(path).diagnostics.map((each) => each.code);

type Data = Readonly<Record<string, DataValue>>;
const SYSMON = 'Microsoft-Windows-Sysmon/Operational';
const sysmon = (eventId: number, data: Data): EventElement =>
  eventOf({ channel: SYSMON, provider: 'Microsoft-Windows-Sysmon', eventId, data });
const security = (eventId: number, data: Data): EventElement =>
  eventOf({ channel: 'Security', provider: 'Microsoft-Windows-Security-Auditing', eventId, data });
const system = (provider: string, eventId: number, data: Data): EventElement =>
  eventOf({ channel: 'System', provider, eventId, data });
const defender = (eventId: number, data: Data): EventElement =>
  eventOf({ channel: 'Microsoft-Windows-Windows Defender/Operational', eventId, data });
const command = (CommandLine: string, more: Data = {}): EventElement =>
  sysmon(1, { Image: 'C:\\Windows\\System32\\cmd.exe', CommandLine, ...more });
const module = (data: Data): EventElement =>
  eventOf({ channel: 'Microsoft-Windows-PowerShell/Operational', eventId: 4103, data });

describe.skipIf(!hasShared)('escaping and wildcards', () => {
  test('1: four backslashes and an escaped star; WriteData is the text of %%4417', () => {
    const rule = `${WINDOWS}builtin/security/win_security_atsvc_task.yml`;
    const event = (ShareName: string, AccessList: string): EventElement =>
      security(5145, { ShareName, RelativeTargetName: 'atsvc', AccessList });
    expect(fires(rule, event('\\\\*\\IPC$', '%%4417\n\t\t\t\t'))).toBe(true);
    expect(fires(rule, event('\\\\x\\IPC$', '%%4417'))).toBe(false);
    expect(fires(rule, event('\\\\*\\IPC$', '%%4416'))).toBe(false);
  });

  test('2: an escaped star beside a wildcard', () => {
    const rule = `${WINDOWS}builtin/ldap/win_ldap_recon.yml`;
    const event = (SearchFilter: string): EventElement =>
      eventOf({ channel: 'Microsoft-Windows-LDAP-Client/Debug', eventId: 30, data: { SearchFilter } });
    expect(fires(rule, event('(&(objectGUID=*))'))).toBe(true);
    expect(fires(rule, event('(&(objectGUID=1))'))).toBe(false);
  });

  test('3: one wildcard, then literal backslashes and a literal star', () => {
    const rule = `${WINDOWS}process_creation/proc_creation_win_rar_susp_greedy_compression.yml`;
    expect(fires(rule, command('rar.exe a -m5 -r -hpX x.rar c:\\*.doc'))).toBe(true);
    expect(fires(rule, command('rar.exe a -m5 -r -hpX x.rar c:\\\\*.doc'))).toBe(true);
    expect(fires(rule, command('rar.exe a -m5 -r -hpX x.rar c:\\a.doc'))).toBe(false);
  });

  test('4: wildcards between escaped backslashes', () => {
    const rule = `${WINDOWS}process_creation/proc_creation_win_hktl_crackmapexec_execution_patterns.yml`;
    expect(fires(rule, command('cmd.exe /Q /c whoami 1> \\\\127.0.0.1\\ADMIN$\\__16 2>&1'))).toBe(true);
    expect(fires(rule, command('cmd.exe /Q /c whoami 1> C:\\out 2>&1'))).toBe(false);
  });

  test('5: an escaped question mark is that character', () => {
    const rule = `${WINDOWS}process_creation/proc_creation_win_susp_file_characteristics.yml`;
    expect(fires(rule, sysmon(1, { Image: 'C:\\Downloads\\a.exe', Description: '?', Company: '?' }))).toBe(true);
    expect(fires(rule, sysmon(1, { Image: 'C:\\Downloads\\a.exe', Description: 'x', Company: 'y' }))).toBe(false);
  });

  test('6: contains with an escaped question mark', () => {
    const rule = `${WINDOWS}process_creation/proc_creation_win_lolbin_pester_1.yml`;
    expect(fires(rule, command('cmd pester ; ?'))).toBe(true);
    expect(fires(rule, command('cmd pester ; x'))).toBe(false);
  });

  test('7: contains star asks for presence; multi-line values', () => {
    const rule = `${WINDOWS}powershell/powershell_module/posh_pm_alternate_powershell_hosts.yml`;
    expect(
      fires(rule, module({ ContextInfo: 'Severity = Informational\r\n  Host Application = C:\\evil.exe\r\n' })),
    ).toBe(true);
    expect(
      fires(
        rule,
        module({
          ContextInfo: 'x\r\n  Host Application = \\??\\C:Windows\\System32\\WindowsPowerShell\\v1.0\\powershell\r\n',
        }),
      ),
    ).toBe(false);
    expect(fires(rule, module({ Payload: 'x' }))).toBe(false);
  });

  test('8: a wildcard first, an escaped star second', () => {
    const rule = `${EMERGING}2023/Malware/Ursnif/proc_creation_win_malware_ursnif_cmd_redirection.yml`;
    const parent = { ParentImage: 'C:\\Windows\\explorer.exe' };
    expect(fires(rule, command('cmd /C dir >> C:\\Users\\a\\AppData\\local\\temp*.bin', parent))).toBe(true);
    expect(fires(rule, command('cmd /C dir >> C:\\Users\\a\\AppData\\local\\temp\\x.bin', parent))).toBe(false);
  });

  test('9: escaped backslashes, then a wildcard, then an unescaped one', () => {
    const rule = `${WINDOWS}file/file_event/file_event_win_powershell_module_susp_creation.yml`;
    expect(fires(rule, sysmon(11, { TargetFilename: 'C:\\WindowsPowerShell\\Modules\\x\\y\\.ps' }))).toBe(true);
    expect(fires(rule, sysmon(11, { TargetFilename: 'C:\\WindowsPowerShell\\Modules\\abc.ps' }))).toBe(false);
    expect(fires(rule, sysmon(11, { TargetFilename: 'C:\\WindowsPowerShell\\Modules*.ps' }))).toBe(false);
    expect(fires(rule, sysmon(11, { TargetFilename: 'C:\\WindowsPowerShell\\Modules\\x\\.ps' }))).toBe(true);
    expect(fires(rule, sysmon(11, { TargetFilename: 'C:\\WindowsPowerShell\\Modules\\x\\.dll' }))).toBe(true);
  });

  test('10: a boolean, a question mark in a URL, percent signs', () => {
    const rule = `${WINDOWS}builtin/appxdeployment_server/win_appxpackaging_server_full_trust_package_installation.yml`;
    const event = (HasFullTrust: string, PackageSourceUri: string): EventElement =>
      eventOf({
        channel: 'Microsoft-Windows-AppXDeploymentServer/Operational',
        eventId: 400,
        data: { HasFullTrust, PackageSourceUri },
      });
    expect(fires(rule, event('true', 'file:///C:/Users/x.msix'))).toBe(true);
    expect(fires(rule, event('false', 'file:///C:/Users/x.msix'))).toBe(false);
    expect(fires(rule, event('true', 'https://go.microsoft.com/fwlink/?linkid=1'))).toBe(false);
    expect(fires(rule, event('true', 'file:///C:/Program%20Files/x'))).toBe(false);
  });

  test('11: hexadecimal without leading zeros decides', () => {
    const users = `${WINDOWS}builtin/security/win_security_ad_user_enumeration.yml`;
    const event = (AccessMask: string): EventElement =>
      security(4662, { ObjectType: '%{bf967aba-0de6-11d0-a285-00aa003049e2}', AccessMask, SubjectUserName: 'a' });
    expect(fires(users, event('0x10'))).toBe(true);
    expect(fires(users, event('0x100'))).toBe(false);
    const weak = `${WINDOWS}builtin/security/win_security_alert_enable_weak_encryption.yml`;
    expect(fires(weak, security(4738, { OldUacValue: '0x10', NewUacValue: '0x8010' }))).toBe(true);
    expect(fires(weak, security(4738, { OldUacValue: '0x10', NewUacValue: '0x15' }))).toBe(false);
  });

  test('12: a trailing backslash under contains, unnamed Data', () => {
    const rule = `${WINDOWS}builtin/application/esent/win_esent_ntdsutil_abuse_susp_location.yml`;
    const event = (path: string): EventElement =>
      eventOf({ channel: 'Application', provider: 'ESENT', eventId: 325, data: { '#': ['lsass', path] } });
    expect(fires(rule, event('C:\\Downloads\\ntds.dit'))).toBe(true);
    expect(fires(rule, event('C:\\ok\\ntds.dit'))).toBe(false);
  });

  test('13: an escaped backslash before a wildcard', () => {
    const rule = `${EMERGING}2019/TA/Operation-Wocao/proc_creation_win_apt_wocao.yml`;
    expect(fires(rule, command('reg query HKEY_CURRENT_USER\\Software\\SimonTatham\\PuTTY\\Sessions\\'))).toBe(true);
    expect(fires(rule, command('reg query HKEY_CURRENT_USER\\Software*PuTTY\\Sessions\\'))).toBe(false);
  });
});

describe.skipIf(!hasShared)('types, null and empty', () => {
  test('14: unquoted digits with leading zeros are text', () => {
    const rule = `${WINDOWS}registry/registry_set/registry_set_susp_keyboard_layout_load.yml`;
    const event = (Details: string): EventElement =>
      sysmon(13, { EventType: 'SetValue', TargetObject: 'HKU\\x\\Keyboard Layout\\Preload\\1', Details });
    expect(fires(rule, event('00000429'))).toBe(true);
    expect(fires(rule, event('429'))).toBe(false);
  });

  test('15: YAML true meets the text', () => {
    const adws = `${WINDOWS}network_connection/net_connection_win_adws_unusual_connection.yml`;
    expect(fires(adws, sysmon(3, { Initiated: 'true', DestinationPort: '9389', Image: 'C:\\x.exe' }))).toBe(true);
    expect(fires(adws, sysmon(3, { Initiated: 'false', DestinationPort: '9389', Image: 'C:\\x.exe' }))).toBe(false);
    const load = `${WINDOWS}image_load/image_load_side_load_vcruntime140.yml`;
    const event = (Signed: string): EventElement =>
      sysmon(7, {
        ImageLoaded: 'C:\\x\\vcruntime140.dll',
        Signed,
        SignatureStatus: 'Valid',
        Description: 'Microsoft C Runtime Library',
      });
    expect(fires(load, event('false'))).toBe(true);
    expect(fires(load, event('true'))).toBe(false);
  });

  test('16: the number 0 is not the empty text', () => {
    const rule = `${WINDOWS}builtin/security/account_management/win_security_pass_the_hash_2.yml`;
    const event = (KeyLength: string): EventElement =>
      security(4624, { SubjectUserSid: 'S-1-0-0', LogonType: '3', LogonProcessName: 'NtLmSsp ', KeyLength });
    const trimmed = (KeyLength: string): EventElement =>
      security(4624, { SubjectUserSid: 'S-1-0-0', LogonType: '3', LogonProcessName: 'NtLmSsp', KeyLength });
    expect(fires(rule, trimmed('0'))).toBe(true);
    expect(fires(rule, trimmed(''))).toBe(false);
    expect(fires(rule, event('128'))).toBe(false);
  });

  test('17: the number 0 does not match an absent field, and System/Execution is another field', () => {
    const rule = `${WINDOWS}builtin/system/service_control_manager/win_system_service_install_sups_unusal_client.yml`;
    expect(fires(rule, system('Service Control Manager', 7045, { ServiceName: 'x' }))).toBe(false);
    expect(fires(rule, system('Service Control Manager', 7045, { ProcessId: '0' }))).toBe(true);
  });

  test('18: numbers above 32 bits', () => {
    const rule = `${WINDOWS}builtin/system/microsoft_windows_distributed_com/win_system_lpe_indicators_tabtip.yml`;
    const event = (param2: string): EventElement =>
      system('Microsoft-Windows-DistributedCOM', 10001, {
        param1: 'C:\\Program Files\\Common Files\\microsoft shared\\ink\\TabTip.exe',
        param2,
        param3: '{054AAE20-4BEA-4347-8A35-64A533254A9D}',
      });
    expect(fires(rule, event('2147943140'))).toBe(true);
    expect(fires(rule, event('2147943141'))).toBe(false);
  });

  test('19: null, empty and dash filters on one field', () => {
    const rule = `${WINDOWS}builtin/security/win_security_alert_ad_user_backdoors.yml`;
    expect(fires(rule, security(4738, { AllowedToDelegateTo: 'cifs/dc' }))).toBe(true);
    for (const value of ['', '-']) expect(fires(rule, security(4738, { AllowedToDelegateTo: value }))).toBe(false);
    expect(fires(rule, security(4738, {}))).toBe(false);
    expect(fires(rule, security(5136, { ObjectClass: 'user', AttributeLDAPDisplayName: 'servicePrincipalName' }))).toBe(
      true,
    );
  });

  test('20: purely negative conditions', () => {
    const missing = `${WINDOWS}process_creation/proc_creation_win_susp_image_missing.yml`;
    expect(fires(missing, sysmon(1, { Image: 'evil.exe', CommandLine: 'x' }))).toBe(true);
    expect(fires(missing, sysmon(1, { Image: 'C:\\evil.exe' }))).toBe(false);
    expect(fires(missing, sysmon(1, {}))).toBe(false);
    expect(fires(missing, sysmon(11, { Image: 'evil.exe' }))).toBe(false);
    const extension = `${WINDOWS}process_creation/proc_creation_win_susp_non_exe_image.yml`;
    expect(fires(extension, sysmon(1, { Image: 'C:\\a.xyz', ParentImage: 'C:\\b.exe' }))).toBe(true);
    expect(fires(extension, sysmon(1, { Image: 'C:\\a.exe', ParentImage: 'C:\\b.exe' }))).toBe(false);
    const disk = `${WINDOWS}raw_access_thread/raw_access_thread_susp_disk_access_using_uncommon_tools.yml`;
    expect(fires(disk, sysmon(9, { Image: 'D:\\tool.exe', Device: '\\Device\\HarddiskVolume2' }))).toBe(true);
    expect(fires(disk, sysmon(9, { Image: 'D:\\tool.exe', Device: '\\Device\\Floppy0' }))).toBe(false);
  });

  test('21: a list of maps with two keys, empty and null', () => {
    const rule = `${WINDOWS}builtin/firewall_as/win_firewall_as_add_rule.yml`;
    const event = (data: Data): EventElement =>
      eventOf({ channel: 'Microsoft-Windows-Windows Firewall With Advanced Security/Firewall', eventId: 2004, data });
    expect(fires(rule, event({ Action: '3', ApplicationPath: 'D:\\x.exe', ModifyingApplication: 'D:\\y.exe' }))).toBe(
      true,
    );
    expect(fires(rule, event({ Action: '2', ApplicationPath: 'D:\\x.exe', ModifyingApplication: 'D:\\y.exe' }))).toBe(
      false,
    );
    expect(
      fires(
        rule,
        event({ Action: '3', ApplicationPath: 'System', ModifyingApplication: 'C:\\Windows\\System32\\dllhost.exe' }),
      ),
    ).toBe(false);
  });

  test('22: a list of maps, two keys or one', () => {
    const rule = `${WINDOWS}registry/registry_event/registry_event_disable_security_events_logging_adding_reg_key_minint.yml`;
    const key = 'HKLM\\SYSTEM\\CurrentControlSet\\Control\\MiniNt';
    expect(fires(rule, sysmon(12, { EventType: 'CreateKey', TargetObject: key }))).toBe(true);
    expect(fires(rule, sysmon(12, { EventType: 'DeleteKey', TargetObject: key }))).toBe(false);
    expect(fires(rule, sysmon(14, { EventType: 'RenameKey', NewName: key }))).toBe(true);
  });

  test('23: contains star with a filter on the empty text', () => {
    const rule = `${WINDOWS}builtin/security/win_security_petitpotam_susp_tgt_request.yml`;
    const event = (CertThumbprint: string): EventElement =>
      security(4768, { TargetUserName: 'DC1$', CertThumbprint, IpAddress: '10.0.0.1' });
    expect(fires(rule, event('AB12'))).toBe(true);
    expect(fires(rule, event(''))).toBe(false);
    expect(fires(rule, security(4768, { TargetUserName: 'DC1$' }))).toBe(false);
  });
});

describe.skipIf(!hasShared)('modifiers', () => {
  test('24: fieldref', () => {
    const spawn = `${WINDOWS}process_creation/proc_creation_win_susp_cross_user_process_spawn.yml`;
    const event = (data: Data): EventElement => sysmon(1, { Image: 'C:\\Windows\\notepad.exe', ...data });
    expect(fires(spawn, event({ User: 'A', ParentUser: 'B' }))).toBe(true);
    expect(fires(spawn, event({ User: 'A', ParentUser: 'a' }))).toBe(false);
    expect(fires(spawn, event({ User: 'A' }))).toBe(false);
    const own = `${WINDOWS}file/file_delete/file_delete_win_delete_own_image.yml`;
    expect(fires(own, sysmon(23, { TargetFilename: 'C:\\A.exe', Image: 'c:\\a.EXE' }))).toBe(true);
    expect(fires(own, sysmon(23, { TargetFilename: 'C:\\A.exe', Image: 'c:\\b.exe' }))).toBe(false);
    const logon = `${WINDOWS}builtin/security/win_security_explicit_credential_local_logon.yml`;
    const explicit = (TargetUserName: string): EventElement =>
      security(4648, {
        TargetServerName: 'localhost',
        SubjectUserName: 'bob',
        TargetUserName,
        ProcessName: 'D:\\x.exe',
      });
    expect(fires(logon, explicit('admin'))).toBe(true);
    expect(fires(logon, explicit('BOB'))).toBe(false);
  });

  test('25: windash without a boundary, and with endswith', () => {
    const start = `${WINDOWS}process_creation/proc_creation_win_cmd_launched_with_hidden_start_flag.yml`;
    expect(fires(start, command('cmd /c start-b \u2013b C:\\Temp\\x.exe'))).toBe(false);
    expect(fires(start, command('cmd /c start \u2013b C:\\Temp\\x.exe'))).toBe(true);
    const kill = 'sigmahq/rules-threat-hunting/windows/process_creation/proc_creation_win_taskkill_execution.yml';
    const killed = (text: string): EventElement => sysmon(1, { Image: 'C:\\taskkill.exe', CommandLine: text });
    expect(fires(kill, killed('taskkill \u2014im x -f'))).toBe(true);
    expect(fires(kill, killed('taskkill /im x /fx'))).toBe(false);
  });

  test('26: base64 and wide base64offset in one rule', () => {
    const rule = `${EMERGING}2025/Exploits/CVE-2025-53770/proc_creation_win_exploit_cve_2025_53770_indicators.yml`;
    const parent = { ParentImage: 'C:\\inetsrv\\w3wp.exe' };
    const wide = (text: string): string => encodeBase64(encodeUtf16(text, 'le', false));
    expect(fires(rule, command(`powershell -enc ${wide('echo spinstall0.aspx')}`, parent))).toBe(true);
    expect(fires(rule, command(`x ${encodeBase64(new TextEncoder().encode('spinstall0.aspx'))}`, parent))).toBe(true);
    expect(
      fires(
        rule,
        command(
          `powershell -enc ${wide('C:\\PROGRA~1\\COMMON~1\\MICROS~1\\WEBSER~1\\16\\TEMPLATE\\LAYOUTS\\x')}`,
          parent,
        ),
      ),
    ).toBe(true);
    expect(fires(rule, command(`powershell -enc ${wide('echo hello')}`, parent))).toBe(false);
  });

  test('27: lists under base64offset', () => {
    const iex = `${WINDOWS}process_creation/proc_creation_win_powershell_base64_iex.yml`;
    for (const before of ['', 'a', 'ab']) {
      expect(fires(iex, command(`x ${encodeBase64(new TextEncoder().encode(`${before}IEX (New-Object x)`))}`))).toBe(
        true,
      );
    }
    expect(fires(iex, command('x aGVsbG8='))).toBe(false);
    const wmi = `${WINDOWS}wmi_event/sysmon_wmi_susp_encoded_scripts.yml`;
    expect(
      fires(wmi, sysmon(20, { Destination: encodeBase64(new TextEncoder().encode('xx WriteProcessMemory')) })),
    ).toBe(true);
    expect(fires(wmi, sysmon(20, { Destination: 'WriteProcessMemory' }))).toBe(false);
  });

  test('28: many networks of both families; dashes and mapped addresses', () => {
    const office = `${WINDOWS}network_connection/net_connection_win_office_outbound_non_local_ip.yml`;
    const event = (DestinationIp: string): EventElement =>
      sysmon(3, {
        Image: 'C:\\winword.exe',
        Initiated: 'true',
        DestinationIp,
        DestinationPort: '4444',
        Protocol: 'tcp',
      });
    expect(fires(office, event('45.33.32.156'))).toBe(true);
    for (const local of ['10.1.2.3', '192.168.3.4', '127.0.0.1', 'fe80::1', '::1'])
      expect(fires(office, event(local)), local).toBe(false);
    const rdp = `${WINDOWS}builtin/security/account_management/win_security_successful_external_remote_rdp_login.yml`;
    const logon = (IpAddress: string): EventElement => security(4624, { LogonType: '10', IpAddress });
    expect(fires(rdp, logon('8.8.8.8'))).toBe(true);
    expect(fires(rdp, logon('::ffff:8.8.8.8'))).toBe(true);
    for (const local of ['-', '::ffff:10.1.1.1', '172.31.0.1', 'fd00::1'])
      expect(fires(rdp, logon(local)), local).toBe(false);
  });

  test('29: contains|all and contains in one map over repeated Data', () => {
    const rule = `${WINDOWS}powershell/powershell_classic/posh_pc_delete_volume_shadow_copies.yml`;
    const event = (...data: string[]): EventElement =>
      eventOf({ channel: 'Windows PowerShell', provider: 'PowerShell', eventId: 400, data: { '#': data } });
    expect(fires(rule, event('Get-WmiObject Win32_ShadowCopy', 'x.Delete()'))).toBe(true);
    expect(fires(rule, event('Get-WmiObject', 'Win32_ShadowCopy | Remove-WmiObject'))).toBe(true);
    expect(fires(rule, event('Get-WmiObject Win32_ShadowCopy', 'x'))).toBe(false);
  });

  test('30: re|i in a filter', () => {
    const rule = `${WINDOWS}file/file_event/file_event_win_susp_registry_hive_file_creation.yml`;
    expect(fires(rule, sysmon(11, { TargetFilename: 'D:\\x\\ntuser.dat' }))).toBe(true);
    expect(fires(rule, sysmon(11, { TargetFilename: 'c:\\users\\bob\\ntuser.dat' }))).toBe(false);
    expect(fires(rule, sysmon(11, { TargetFilename: 'c:\\users\\bob\\x\\ntuser.dat' }))).toBe(true);
  });

  test('31: exponential patterns return within milliseconds', () => {
    for (const path of [
      `${WINDOWS}process_creation/proc_creation_win_hktl_invoke_obfuscation_var.yml`,
      `${WINDOWS}powershell/powershell_module/posh_pm_invoke_obfuscation_var.yml`,
    ]) {
      const attack = `cmd /c"set abc{0}\\" -f${')'.repeat(400)}`;
      const event = path.includes('posh') ? module({ Payload: attack }) : command(attack);
      const { ruleSet } = compileFile(path);
      const rule = ruleSet.rules[0];
      if (rule?.kind !== 'event') throw new Error('no rule');
      matchEvent(ruleSet, rule, event);
      const milliseconds = cpuMillisecondsOf(() => {
        expect(matchEvent(ruleSet, rule, event)).toBe(false);
      });
      expect(milliseconds).toBeLessThan(2_000);
    }
    const hit = 'cmd /c"set abc{0}\\" -f x)"';
    expect(fires(`${WINDOWS}process_creation/proc_creation_win_hktl_invoke_obfuscation_var.yml`, command(hit))).toBe(
      true,
    );
  });

  test('32: a leading (?i), an en dash in a class', () => {
    const stdin = `${WINDOWS}powershell/powershell_module/posh_pm_invoke_obfuscation_via_stdin.yml`;
    expect(fires(stdin, module({ Payload: 'SET x&&set Invoke && "' }))).toBe(true);
    expect(fires(stdin, module({ Payload: 'SET x&&get Invoke && "' }))).toBe(false);
    const sandstorm = `${EMERGING}2023/TA/Mint-Sandstorm/proc_creation_win_apt_mint_sandstorm_manage_engine_susp_child_process.yml`;
    const event = (CommandLine: string): EventElement =>
      sysmon(1, { ParentImage: 'C:\\ManageEngine\\java.exe', Image: 'C:\\powershell.exe', CommandLine });
    expect(fires(sandstorm, event('p \u2013enc AAAABBBBCCCCDDDDEEEE'))).toBe(true);
    expect(fires(sandstorm, event('p \u2014enc AAAABBBBCCCCDDDDEEEE'))).toBe(false);
  });

  test('33: placeholders need their lists', () => {
    const rule = 'sigmahq/rules-placeholder/windows/builtin/security/win_security_potential_pass_the_hash.yml';
    expect(verdictOf(rule)).toMatchObject({ verdict: 'not-evaluable' });
    expect(codesOf(rule)).toContain('placeholder-unknown');
    const options: CompileOptions = { placeholders: new Map([['Workstations', ['WS*', 'HOST1']]]) };
    const event = (WorkstationName: string): EventElement =>
      security(4624, { LogonType: '3', LogonProcessName: 'NtLmSsp', WorkstationName });
    expect(fires(rule, event('ws22'), options)).toBe(true);
    expect(fires(rule, event('srv1'), options)).toBe(false);
    expect(
      verdictOf(`${EMERGING}2026/Exploits/CVE-2026-54121/win_security_adcs_certighost_cdc_chase_request.yml`).verdict,
    ).toBe('not-evaluable');
  });
});

describe.skipIf(!hasShared)('keywords, logsources, names', () => {
  test('34: a rule on every channel', () => {
    const rule = `${WINDOWS}builtin/win_alert_mimikatz_keywords.yml`;
    expect(fires(rule, eventOf({ channel: 'Some Log/Operational', data: { Any: 'x SEKURLSA::logonpasswords' } }))).toBe(
      true,
    );
    expect(fires(rule, sysmon(15, { Contents: 'sekurlsa::' }))).toBe(false);
    expect(fires(rule, eventOf({ data: { Any: 'sekurlsa:' } }))).toBe(false);
  });

  test('35: |all keywords and four backslashes', () => {
    const rule = `${WINDOWS}builtin/msexchange/win_exchange_proxyshell_mailbox_export.yml`;
    const event = (...data: string[]): EventElement =>
      eventOf({ channel: 'MSExchange Management', provider: 'MSExchange CmdletLogs', eventId: 1, data: { '#': data } });
    expect(fires(rule, event('New-MailboxExportRequest', ' -Mailbox a -FilePath "\\\\host\\c$\\x"'))).toBe(true);
    expect(fires(rule, event('New-MailboxExportRequest', ' -Mailbox a -FilePath "\\host"'))).toBe(false);
    expect(fires(rule, event(' -Mailbox x.aspx'))).toBe(false);
  });

  test('36: keywords and UserData fields, nested brackets and not', () => {
    const rule = `${WINDOWS}builtin/wmi/win_wmi_persistence.yml`;
    const event = (eventId: number, fields: Record<string, string>): EventElement =>
      eventOf({
        channel: 'Microsoft-Windows-WMI-Activity/Operational',
        provider: 'Microsoft-Windows-WMI-Activity',
        eventId,
        userData: [
          [
            'Operation_ESStoConsumerBinding',
            [['xmlns', 'x']],
            '',
            Object.entries(fields).map(([name, text]): EventElement => [name, [], text, []]),
          ],
        ],
      });
    expect(fires(rule, event(5861, { CONSUMER: 'CommandLineEventConsumer="x"' }))).toBe(true);
    expect(fires(rule, event(5861, { CONSUMER: 'NTEventLogEventConsumer' }))).toBe(false);
    const scm = {
      Provider: 'SCM Event Provider',
      Query: 'select * from MSFT_SCMEventLogEvent',
      User: 'S-1-5-32-544',
      PossibleCause: 'Permanent',
    };
    expect(fires(rule, event(5859, scm))).toBe(false);
    expect(fires(rule, event(5859, { ...scm, User: 'S-1-5-18' }))).toBe(true);
  });

  test('37: a keyword that only the message has is remarked', () => {
    const rule = `${WINDOWS}sysmon/sysmon_config_modification_status.yml`;
    expect(codesOf(rule)).toContain('needs-rendered-message');
    expect(fires(rule, sysmon(4, { State: 'Stopped' }))).toBe(true);
    expect(fires(rule, sysmon(4, { State: 'Started' }))).toBe(false);
  });

  test('38: a keyword beside fields', () => {
    const rule = `${EMERGING}2017/Malware/NotPetya/proc_creation_win_malware_notpetya.yml`;
    expect(fires(rule, sysmon(1, { ParentCommandLine: 'C:\\Windows\\perfc.dat' }))).toBe(true);
    expect(fires(rule, sysmon(1, { Image: 'C:\\rundll32.exe', CommandLine: 'x.dat,#1' }))).toBe(true);
    expect(fires(rule, sysmon(1, { Image: 'C:\\rundll32.exe', CommandLine: 'x.dat,#2' }))).toBe(false);
  });

  test('39: names with blanks and with an underscore', () => {
    const redsun = `${EMERGING}2026/Exploits/RedSun/win_defender_exploit_redsun_tiering_engine_detected_as_eicar.yml`;
    const event = (name: string): EventElement =>
      defender(1119, {
        'Source Name': 'Real-Time Protection',
        Path: 'file:_C:\\x\\TieringEngineService.exe',
        'Threat Name': name,
        'Process Name': 'C:\\a.exe',
      });
    expect(fires(redsun, event('Virus:DOS/EICAR_Test_File'))).toBe(true);
    expect(fires(redsun, event('Virus:DOS/Other'))).toBe(false);
    const errors = `${WINDOWS}builtin/windefend/win_defender_real_time_protection_errors.yml`;
    expect(fires(errors, defender(3002, { 'Feature Name': '%%886', Reason: '%%892' }))).toBe(false);
    expect(fires(errors, defender(3002, { 'Feature Name': '%%886', Reason: '%%1' }))).toBe(true);
  });

  test('40: antivirus without a product means Defender', () => {
    const text =
      'title: t\nlogsource:\n  category: antivirus\ndetection:\n  selection:\n    - Signature|contains: Mimikatz\n    - Filename|endswith: .ashx\n  condition: selection\n';
    const { ruleSet } = compileRules([{ pack: 'p', file: 'f', text }]);
    const rule = ruleSet.rules[0];
    if (rule?.kind !== 'event') throw new Error('no rule');
    expect(matchEvent(ruleSet, rule, defender(1116, { 'Threat Name': 'HackTool:Win32/Mimikatz' }))).toBe(true);
    expect(matchEvent(ruleSet, rule, defender(1116, { 'Threat Name': 'x', Path: 'file:_C:\\a.ashx' }))).toBe(true);
    expect(matchEvent(ruleSet, rule, defender(5007, { 'Threat Name': 'Mimikatz' }))).toBe(false);
  });

  test('41: selection names that begin with an operator', () => {
    const rule = `${WINDOWS}builtin/windefend/win_defender_config_change_exploit_guard_tamper.yml`;
    const key =
      'HKLM\\SOFTWARE\\Microsoft\\Windows Defender\\Windows Defender Exploit Guard\\Controlled Folder Access\\AllowedApplications\\';
    expect(fires(rule, defender(5007, { 'New Value': `${key}C:\\Users\\Public\\x.exe = 0x0` }))).toBe(true);
    expect(fires(rule, defender(5007, { 'New Value': `${key}C:\\ok\\x.exe = 0x0` }))).toBe(false);
  });

  test('42: long conditions', () => {
    const plugx = `${EMERGING}2017/Malware/PlugX/proc_creation_win_malware_plugx_susp_exe_locations.yml`;
    expect(fires(plugx, sysmon(1, { Image: 'D:\\x\\hcc.exe' }))).toBe(true);
    expect(fires(plugx, sysmon(1, { Image: 'C:\\HTML Help Workshop\\hcc.exe' }))).toBe(false);
    expect(fires(plugx, sysmon(1, { Image: 'C:\\HTML Help Workshop\\Gadget.exe' }))).toBe(true);
    expect(verdictOf(`${WINDOWS}image_load/image_load_side_load_antivirus.yml`).verdict).toBe('compiled');
  });
});

describe.skipIf(!hasShared)('scale and Unicode', () => {
  test('43: thousands of values', () => {
    const rule = `${WINDOWS}driver_load/driver_load_win_vuln_drivers.yml`;
    const { ruleSet } = compileFile(rule);
    expect(ruleSet.predicates.length).toBeGreaterThan(4_000);
    const text = readFileSync(`${sharedRoot ?? ''}sigma/${rule}`, 'utf8');
    const hash = /SHA256=([0-9a-f]{64})/i.exec(text)?.[1] ?? '';
    expect(fires(rule, sysmon(6, { ImageLoaded: 'C:\\x.sys', Hashes: `SHA256=${hash.toUpperCase()},MD5=1` }))).toBe(
      true,
    );
    expect(fires(rule, sysmon(6, { ImageLoaded: 'C:\\x.sys', Hashes: `SHA256=${'0'.repeat(64)}` }))).toBe(false);
  });

  test('44: astral letters, Cyrillic in either case, right-to-left override', () => {
    const emoji = `${WINDOWS}process_creation/proc_creation_win_susp_emoji_usage_in_cli_1.yml`;
    expect(fires(emoji, command('echo 😁'))).toBe(true);
    expect(fires(emoji, command('echo \ud83d'))).toBe(false);
    const homoglyph = `${WINDOWS}file/file_event/file_event_win_susp_homoglyph_filename.yml`;
    expect(fires(homoglyph, sysmon(11, { TargetFilename: 'C:\\\u0410.exe' }))).toBe(true);
    expect(fires(homoglyph, sysmon(11, { TargetFilename: 'C:\\\u0430.exe' }))).toBe(true);
    expect(fires(homoglyph, sysmon(11, { TargetFilename: 'C:\\A.exe' }))).toBe(false);
    const override = `${WINDOWS}process_creation/proc_creation_win_susp_right_to_left_override.yml`;
    expect(fires(override, command('x\u202etxt.exe'))).toBe(true);
  });

  test('45: localised values, in the form in which they are written', () => {
    const rule = `${WINDOWS}builtin/system/service_control_manager/win_system_defender_disabled.yml`;
    const event = (param2: string): EventElement =>
      system('Service Control Manager', 7036, { param1: 'Service antivirus Microsoft Defender', param2 });
    expect(fires(rule, event('arrêté'))).toBe(true);
    expect(fires(rule, event('ARRÊTÉ'))).toBe(true);
    expect(fires(rule, event('arre\u0302te\u0301'))).toBe(false);
  });
});

describe.skipIf(!hasShared)('legacy and broken rules', () => {
  test('46: action: global, near, prose', () => {
    expect(
      compileFile('sigmahq/unsupported/windows/win_apt_apt29_tor.yml').verdicts.map((each) => each.verdict),
    ).toEqual(['rejected']);
    expect(codesOf('sigmahq/unsupported/windows/win_apt_apt29_tor.yml')).toContain('aggregation-unsupported');
    const services = compileFile('sigmahq/unsupported/windows/win_remote_service.yml');
    // The template's id wins over those of its rules, which is worth a remark.
    expect(services.verdicts.map((each) => each.verdict)).toEqual(['compiled', 'compiled']);
    expect(services.verdicts[1]?.diagnostics.map((each) => each.code)).toContain('duplicate-id');
    expect(
      services.ruleSet.rules.map((rule) =>
        rule.kind === 'event'
          ? rule.routes.map((route) => `${route.channel ?? ''} ${route.eventIds?.join() ?? ''}`)
          : [],
      ),
    ).toEqual([['security 4624,4697'], ['system 4624,7045']]);
    expect(codesOf('sigmahq/unsupported/windows/image_load_mimikatz_inmemory_detection.yml')).toContain(
      'aggregation-unsupported',
    );
    expect(codesOf('sigmahq/unsupported/windows/win_dumping_ntdsdit_via_dcsync.yml')).toContain(
      'condition-unsupported',
    );
  });

  test('47: count by is translated, stars ask for presence', () => {
    const { ruleSet, verdicts } = compileFile(
      'sigmahq/unsupported/windows/win_security_susp_failed_logons_single_source.yml',
    );
    expect(verdicts[0]?.verdict).toBe('compiled');
    const [base, counted] = ruleSet.rules;
    if (base?.kind !== 'event' || counted?.kind !== 'correlation') throw new Error('not translated');
    expect(counted).toMatchObject({
      type: 'value_count',
      rules: [0],
      conditions: [{ compare: 'gt', value: 3 }],
      valueFields: ['targetusername'],
    });
    expect(matchEvent(ruleSet, base, security(4625, { TargetUserName: 'a', WorkstationName: 'b' }))).toBe(true);
    expect(matchEvent(ruleSet, base, security(4625, { TargetUserName: 'a' }))).toBe(false);
  });

  test('48: the seed rule, raw XML, duplicate keys, hex, empty selections, tabs', () => {
    const seed = `${M}windows-os/win-os-DCOM lateral movement via MMC (PowerShell).yaml`;
    const script = "[System.Activator]::CreateInstance([type]::GetTypeFromProgID('MMC20.Application'))";
    expect(fires(seed, module({ Payload: script }))).toBe(true);
    expect(fires(seed, eventOf({ channel: 'Windows PowerShell', eventId: 800, data: { '#': ['x', script] } }))).toBe(
      true,
    );
    expect(fires(seed, module({ Payload: '[System.Activator]' }))).toBe(false);

    const sql = `${M}windows-sql_server/sql_server-xp_cmdshell activated.yaml`;
    const changed = (...data: string[]): EventElement =>
      eventOf({ channel: 'Application', provider: 'MSSQL$X', eventId: 15457, data: { '#': data } });
    expect(fires(sql, changed('xp_cmdshell', '0', '1'))).toBe(true);
    expect(fires(sql, changed('xp_cmdshell', '1', '0'))).toBe(false);

    const sticky = `${M}windows-os/win-os-sticky key CMD execution.yaml`;
    expect(codesOf(sticky)).toContain('duplicate-key');
    const spawned = (CommandLine: string): EventElement => sysmon(1, { ParentImage: 'C:\\winlogon.exe', CommandLine });
    expect(fires(sticky, spawned('cmd sethc.exe'))).toBe(true);
    expect(fires(sticky, spawned('sethc.exe'))).toBe(false);

    const roast = compileFile(`${M}windows-active_directory/win-ad-kerberoast ticket detected.yaml`);
    expect(roast.verdicts.map((each) => each.verdict)).toEqual(['compiled', 'compiled']);
    expect(roast.ruleSet.rules.map((rule) => rule.kind)).toEqual(['event', 'correlation']);
    const ticket = (type: string): EventElement =>
      security(4769, { TicketEncryptionType: type, Status: '0x0', ServiceName: 'sql', IpAddress: '10.0.0.1' });
    expect(fires(`${M}windows-active_directory/win-ad-kerberoast ticket detected.yaml`, ticket('0x17'))).toBe(true);
    expect(fires(`${M}windows-active_directory/win-ad-kerberoast ticket detected.yaml`, ticket('0x12'))).toBe(false);

    const smbexec = `${M}windows-services/win-os-service creation SMBexec (native).yaml`;
    expect(fires(smbexec, system('Service Control Manager', 7045, { ServiceName: 'BTOBTO' }))).toBe(true);
    expect(fires(smbexec, security(4697, { ServiceName: 'BTOBTO' }))).toBe(true);
    expect(codesOf(smbexec)).toContain('unused-selection');

    const tunnel = `${M}windows-rdp/win-rdp-tunneling detected (native).yaml`;
    const logon = (address: string): EventElement =>
      eventOf({
        channel: 'Microsoft-Windows-TerminalServices-RemoteConnectionManager/Operational',
        eventId: 1149,
        userData: [
          [
            'EventXML',
            [['xmlns', 'Event_NS']],
            '',
            [
              ['Param1', [], 'a', []],
              ['Param3', [], address, []],
            ],
          ],
        ],
      });
    expect(fires(tunnel, logon('127.0.0.1'))).toBe(true);
    expect(fires(tunnel, logon('10.0.0.1'))).toBe(false);

    // The two halves ask for different event ids only as alternatives, so the rule stands, with a count.
    expect(verdictOf(`${M}windows-os/win-os-PipeShell exfiltration over named pipes (PowerShell).yaml`).verdict).toBe(
      'compiled',
    );
    expect(codesOf(`${M}windows-os/win-os-PipeShell exfiltration over named pipes (PowerShell).yaml`)).toContain(
      'upper-case-operator',
    );
    const tab = verdictOf(`${M}windows-os/win-os-dump file transfered over SMB share.yaml`);
    expect(tab).toMatchObject({ verdict: 'rejected' });
    expect(tab.diagnostics[0]).toMatchObject({ code: 'yaml-syntax', range: { line: 20, column: 3 } });
    expect(codesOf(`${M}windows-defender/defender-host signatures outdated (limited).yaml`)).toContain(
      'condition-unsupported',
    );
  });

  test('49: a correlation before its base rule, references as one text, null tags, no condition, contains on a number', () => {
    const base =
      'title: base\nname: wrong_pw\nid: 11111111-1111-1111-1111-111111111111\nlogsource:\n  product: windows\n  service: security\ndetection:\n  selection:\n    Channel: Security\n    EventID: 4625\n  condition: selection\nreferences: https://example.org\ntags:\n';
    const correlation =
      'title: guessing\ncorrelation:\n  type: event_count\n  rules: wrong_pw\n  group-by:\n    - Computer\n  timespan: 5m\n  condition:\n    gte: 5\n';
    const { ruleSet, verdicts } = compileRules([{ pack: 'p', file: 'f.yml', text: `${correlation}---\n${base}` }]);
    expect(verdicts.map((each) => each.verdict)).toEqual(['compiled', 'compiled']);
    expect(ruleSet.rules[0]).toMatchObject({ kind: 'correlation', rules: [1], generates: true });
    expect(ruleSet.rules[1]).toMatchObject({
      kind: 'event',
      generates: false,
      info: { references: ['https://example.org'], tags: [] },
    });
    const bare = base.replace('  condition: selection\n', '');
    expect(
      compileRules([{ pack: 'p', file: 'f.yml', text: bare }]).verdicts[0]?.diagnostics.map((each) => each.code),
    ).toContain('missing-condition');
    const number = base.replace('EventID: 4625', 'TargetUserSid|contains: 1833');
    expect(
      compileRules([{ pack: 'p', file: 'f.yml', text: number }]).verdicts[0]?.diagnostics.map((each) => each.code),
    ).toContain('modifier-value');
  });
});
