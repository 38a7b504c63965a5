// Correlations: a series of events on which each must hold, and a series that lacks one thing and on which it must not.

import type { EventElement } from '../../src/model/event.ts';
import { eventOf, type EventSketch } from '../sigma/rule-kit.ts';
import { application, file, log, proc, security, sysmon, user, type Change } from './sketches.ts';

/** An event so many seconds after the start, on a computer. */
export interface Moment {
  readonly second: number;
  readonly sketch: EventSketch;
  readonly computer?: string;
}

export interface CorrelationCase {
  readonly rule: string;
  readonly holds: readonly Moment[];
  readonly fails: readonly Moment[];
}

/** The tree of a moment, with its time, computer and a record id of its own. */
export function eventAt({ second, sketch, computer = 'HOST1' }: Moment, recordId: number): EventElement {
  const [name, attributes, text, sections] = eventOf(sketch);
  const time = new Date(Date.UTC(2024, 4, 6, 7, 0, 0) + second * 1000).toISOString().replace('Z', '0000Z');
  const own: Readonly<Record<string, EventElement>> = {
    TimeCreated: ['TimeCreated', [['SystemTime', time]], '', []],
    EventRecordID: ['EventRecordID', [], String(recordId), []],
    Computer: ['Computer', [], computer, []],
  };
  const placed = sections.map((section): EventElement =>
    section[0] === 'System' ? ['System', section[1], '', section[3].map((child) => own[child[0]] ?? child)] : section,
  );
  return [name, attributes, text, placed];
}

/** `count` events, `step` seconds apart. */
function burst(count: number, step: number, make: (number: number) => EventSketch, start = 0): Moment[] {
  return Array.from({ length: count }, (_, at) => ({ second: start + at * step, sketch: make(at) }));
}

function series(...moments: readonly (readonly [second: number, sketch: EventSketch])[]): Moment[] {
  return moments.map(([second, sketch]) => ({ second, sketch }));
}

function onHosts(count: number, make: () => EventSketch): Moment[] {
  return Array.from({ length: count }, (_, at) => ({ second: at, sketch: make(), computer: `HOST${at}` }));
}

const SID = 'S-1-5-21-1-2-3';
const failed = (more: Change = {}): EventSketch =>
  security(4625, {
    TargetUserName: 'ann',
    SubStatus: '0xc000006a',
    IpAddress: '10.0.0.9',
    ...(more as Record<string, string>),
  });
const ssh = (payload: string): EventSketch => log('OpenSSH/Operational', 'OpenSSH', 4, { process: 'sshd', payload });
const sqlFailed = (): EventSketch => application('MSSQLSERVER', 18456, { '#': ['sa', 'x', ' [CLIENT: 10.0.0.9]'] });
const network = (more: Readonly<Record<string, string>> = {}): EventSketch =>
  security(4624, {
    LogonType: '3',
    TargetUserName: 'ann',
    TargetUserSid: `${SID}-1104`,
    TargetLogonId: '0x111',
    IpAddress: '10.0.0.9',
    AuthenticationPackageName: 'NTLM',
    ...more,
  });
const ticket = (ServiceName: string, TicketEncryptionType: string): EventSketch =>
  security(4769, { TargetUserName: 'ann@A', IpAddress: '10.0.0.9', ServiceName, TicketEncryptionType, Status: '0x0' });
const pipe = (RelativeTargetName: string): EventSketch =>
  security(5145, { SubjectUserName: 'ann', IpAddress: '10.0.0.9', ShareName: '\\\\*\\IPC$', RelativeTargetName });
const desktopLogon = (): EventSketch =>
  user('Microsoft-Windows-TerminalServices-RemoteConnectionManager/Operational', 'x', 1149, 'EventXML', {
    Param1: 'ann',
  });
const desktopConnection = (): EventSketch =>
  log('Microsoft-Windows-RemoteDesktopServices-RdpCoreTS/Operational', 'x', 131, { ClientIP: '10.0.0.9:50211' });
const survey = (image: string): EventSketch => proc(image, image, { User: 'D\\ann' });

// One rule a line reads better than what the formatter makes of it.
// prettier-ignore
export const CORRELATIONS: readonly CorrelationCase[] = [
  { rule: 'application/sql-server-password-guessing', holds: burst(8, 10, sqlFailed), fails: burst(7, 10, sqlFailed) },
  { rule: 'application/sql-server-guessing-then-login', holds: [...burst(5, 5, sqlFailed), ...series([60, application('MSSQLSERVER', 18454, { '#': ['sa'] })])], fails: burst(5, 5, sqlFailed) },
  { rule: 'openssh/ssh-password-guessing', holds: burst(8, 5, () => ssh('Failed password for ann')), fails: burst(8, 60, () => ssh('Failed password for ann')) },
  { rule: 'openssh/ssh-login-after-many-failures', holds: [...burst(5, 5, () => ssh('Failed password for ann')), ...series([60, ssh('Accepted password for ann')])], fails: [...series([0, ssh('Accepted password for ann')]), ...burst(5, 5, () => ssh('Failed password for ann'), 60)] },
  { rule: 'process/host-surveyed-by-many-commands', holds: ['whoami', 'ipconfig', 'systeminfo', 'tasklist'].map((name, at) => ({ second: at, sketch: survey(name) })), fails: ['whoami', 'ipconfig', 'systeminfo', 'whoami'].map((name, at) => ({ second: at, sketch: survey(name) })) },
  { rule: 'security/account-created-and-deleted-quickly', holds: series([0, security(4720, { TargetSid: `${SID}-1200` })], [600, security(4726, { TargetSid: `${SID}-1200` })]), fails: series([0, security(4720, { TargetSid: `${SID}-1200` })], [600, security(4726, { TargetSid: `${SID}-1201` })]) },
  { rule: 'security/credential-manager-read-in-bulk', holds: burst(3, 1, (at) => security(5382, { SubjectLogonId: '0x1', ClientProcessId: '1', Resource: `r${at}` })), fails: burst(3, 1, () => security(5382, { SubjectLogonId: '0x1', ClientProcessId: '1', Resource: 'r' })) },
  { rule: 'security/directory-tool-pipes-from-one-source', holds: series([0, pipe('samr')], [1, pipe('srvsvc')]), fails: series([0, pipe('samr')], [1, pipe('samr')]) },
  { rule: 'security/explicit-credential-spray', holds: burst(8, 2, (at) => security(4648, { SubjectUserName: 'ann', TargetUserName: `u${at}` })), fails: burst(7, 2, (at) => security(4648, { SubjectUserName: 'ann', TargetUserName: `u${at}` })) },
  { rule: 'security/group-member-added-and-removed-quickly', holds: series([0, security(4732, { TargetSid: 'S-1-5-32-544', MemberSid: `${SID}-1` })], [60, security(4733, { TargetSid: 'S-1-5-32-544', MemberSid: `${SID}-1` })]), fails: series([0, security(4733, { TargetSid: 'S-1-5-32-544', MemberSid: `${SID}-1` })], [60, security(4732, { TargetSid: 'S-1-5-32-544', MemberSid: `${SID}-1` })]) },
  { rule: 'security/kerberoasting-many-services', holds: burst(4, 1, (at) => ticket(`svc${at}`, '0x17')), fails: burst(4, 1, (at) => ticket(`svc${at}`, '0x12')) },
  { rule: 'security/kerberos-password-spray', holds: burst(5, 1, (at) => security(4771, { Status: '0x18', IpAddress: '10.0.0.9', TargetUserName: `u${at}` })), fails: burst(5, 1, () => security(4771, { Status: '0x18', IpAddress: '10.0.0.9', TargetUserName: 'u' })) },
  { rule: 'security/kerberos-user-enumeration', holds: burst(8, 1, (at) => security(4768, { Status: '0x6', IpAddress: '10.0.0.9', TargetUserName: `u${at}` })), fails: burst(8, 1, (at) => security(4768, { Status: '0x0', IpAddress: '10.0.0.9', TargetUserName: `u${at}` })) },
  { rule: 'security/kerberos-spray-with-mixed-answers', holds: [...burst(4, 1, (at) => security(4768, { Status: '0x6', IpAddress: '10.0.0.9', TargetUserName: `u${at}` })), ...burst(2, 1, (at) => security(4771, { Status: '0x18', IpAddress: '10.0.0.9', TargetUserName: `v${at}` }))], fails: [...burst(4, 1, (at) => security(4768, { Status: '0x6', IpAddress: '10.0.0.9', TargetUserName: `u${at}` })), ...burst(2, 1, (at) => security(4771, { Status: '0x18', IpAddress: '10.0.0.8', TargetUserName: `v${at}` }))] },
  { rule: 'security/password-guessing-against-one-account', holds: burst(20, 5, () => failed()), fails: burst(19, 5, () => failed()) },
  { rule: 'security/password-spray-by-failed-logons', holds: burst(8, 5, (at) => failed({ TargetUserName: `u${at}` })), fails: burst(8, 5, (at) => failed({ TargetUserName: `u${at}`, IpAddress: `10.0.0.${at}` })) },
  { rule: 'security/scheduled-task-created-and-deleted-quickly', holds: series([0, security(4698, { TaskName: '\\x' })], [30, security(4699, { TaskName: '\\x' })]), fails: series([0, security(4698, { TaskName: '\\x' })], [900, security(4699, { TaskName: '\\x' })]) },
  { rule: 'security/winrm-used-many-times-by-one-user', holds: burst(10, 5, () => security(4656, { SubjectUserName: 'ann', ObjectServer: 'WS-Management Listener' })), fails: burst(10, 5, (at) => security(4656, { SubjectUserName: `u${at}`, ObjectServer: 'WS-Management Listener' })) },
  { rule: 'security/failures-through-ssh-server', holds: burst(4, 5, () => security(4625, { ProcessName: 'C:\\Program Files\\OpenSSH\\sshd.exe' })), fails: burst(4, 5, () => security(4625, { ProcessName: 'C:\\Windows\\System32\\svchost.exe' })) },
  { rule: 'security/guessing-then-success', holds: [...burst(10, 5, () => failed()), ...series([120, network()])], fails: [...burst(10, 5, () => failed()), ...series([120, network({ IpAddress: '10.0.0.8' })])] },
  { rule: 'security/ntlm-spray-on-domain-controller', holds: burst(8, 5, (at) => security(4776, { Status: '0xc000006a', Workstation: 'W', TargetUserName: `u${at}` })), fails: burst(8, 5, (at) => security(4776, { Status: '0x0', Workstation: 'W', TargetUserName: `u${at}` })) },
  { rule: 'security/many-accounts-locked-out', holds: burst(5, 5, (at) => security(4740, { TargetUserName: `u${at}` })), fails: burst(4, 5, (at) => security(4740, { TargetUserName: `u${at}` })) },
  { rule: 'security/service-tickets-in-bulk', holds: burst(8, 1, (at) => ticket(`svc${at}`, '0x12')), fails: burst(8, 1, (at) => ticket(`host${at}$`, '0x12')) },
  { rule: 'security/network-logon-then-service', holds: series([0, network()], [5, security(4697, { SubjectLogonId: '0x111', ServiceName: 'x' })]), fails: series([0, network()], [5, security(4697, { SubjectLogonId: '0x222', ServiceName: 'x' })]) },
  { rule: 'security/network-logon-then-task', holds: series([0, network()], [5, security(4698, { SubjectLogonId: '0x111', TaskName: '\\x' })]), fails: series([0, network()], [5, security(4698, { SubjectLogonId: '0x222', TaskName: '\\x' })]) },
  { rule: 'security/one-user-on-many-hosts', holds: onHosts(6, network), fails: onHosts(5, network) },
  { rule: 'security/shares-visited-on-many-hosts', holds: onHosts(5, () => security(5140, { SubjectUserName: 'ann', IpAddress: '10.0.0.9', ShareName: '\\\\*\\C$' })), fails: onHosts(5, () => security(5140, { SubjectUserName: 'ann', IpAddress: '10.0.0.9', ShareName: '\\\\*\\public' })) },
  { rule: 'security/account-created-and-made-administrator', holds: series([0, security(4720, { TargetSid: `${SID}-1200` })], [60, security(4732, { TargetSid: 'S-1-5-32-544', MemberSid: `${SID}-1200`, SubjectUserSid: `${SID}-500` })]), fails: series([0, security(4720, { TargetSid: `${SID}-1200` })], [60, security(4732, { TargetSid: 'S-1-5-32-544', MemberSid: `${SID}-1201`, SubjectUserSid: `${SID}-500` })]) },
  { rule: 'security/log-cleared-after-change', holds: series([0, security(4697, { ServiceName: 'x' })], [600, user('Security', 'Microsoft-Windows-Eventlog', 1102, 'LogFileCleared', { SubjectUserName: 'ann' })]), fails: series([0, security(4688, { NewProcessName: 'x' })], [600, user('Security', 'Microsoft-Windows-Eventlog', 1102, 'LogFileCleared', { SubjectUserName: 'ann' })]) },
  { rule: 'sysmon/ransom-notes-written-in-many-folders', holds: burst(10, 1, (at) => file('C:\\x\\a.exe', `C:\\data\\${at}\\HOW_TO_DECRYPT.txt`)), fails: burst(10, 1, (at) => file('C:\\x\\a.exe', `C:\\data\\${at}\\notes.txt`)) },
  { rule: 'terminal-services/remote-desktop-passwords-guessed', holds: burst(8, 5, () => log('Microsoft-Windows-RemoteDesktopServices-RdpCoreTS/Operational', 'x', 140, { IPString: '203.0.113.5' })), fails: burst(8, 5, (at) => log('Microsoft-Windows-RemoteDesktopServices-RdpCoreTS/Operational', 'x', 140, { IPString: `203.0.113.${at}` })) },
  { rule: 'terminal-services/remote-desktop-logons-on-many-hosts', holds: onHosts(3, desktopLogon), fails: onHosts(2, desktopLogon) },
  { rule: 'terminal-services/remote-desktop-connections-in-bulk', holds: burst(20, 1, desktopConnection), fails: burst(20, 5, desktopConnection) },
  { rule: 'security/password-reset-over-sam-pipe', holds: series([0, pipe('samr')], [5, security(4724, { SubjectUserName: 'ann', TargetUserName: 'bob' })]), fails: series([0, pipe('samr')], [5, security(4724, { SubjectUserName: 'eve', TargetUserName: 'bob' })]) },
  { rule: 'security/accounts-enumerated-through-sam', holds: burst(5, 2, (at) => security(4661, { ObjectType: 'SAM_USER', ObjectName: `${SID}-${1000 + at}`, SubjectUserName: 'ann' })), fails: burst(5, 2, () => security(4661, { ObjectType: 'SAM_USER', ObjectName: SID, SubjectUserName: 'ann' })) },
  { rule: 'sysmon/processes-opened-by-program-in-open-folder', holds: burst(15, 1, (at) => sysmon(10, { SourceImage: 'C:\\Users\\ann\\a.exe', TargetImage: `C:\\p${at}.exe`, GrantedAccess: '0x410' })), fails: burst(15, 1, () => sysmon(10, { SourceImage: 'C:\\Users\\ann\\a.exe', TargetImage: 'C:\\p.exe', GrantedAccess: '0x410' })) },
];
