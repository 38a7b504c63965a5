// Transforms that read one key out of a text of key-value lines: the blocks of Windows PowerShell 400, 600 and 800
// (`Key=Value`, reference: logsource mapping 4.6) and SQL Server audit 33205 (`key:value`, Sigma engine 2.9, quirk 13).

import type { Transform } from './transform.ts';

/** Keys of the block of Windows PowerShell events, as written there. */
export const POWERSHELL_BLOCK_KEYS: readonly string[] = [
  'NewEngineState',
  'PreviousEngineState',
  'ProviderName',
  'NewProviderState',
  'DetailSequence',
  'DetailTotal',
  'SequenceNumber',
  'UserId',
  'HostName',
  'HostVersion',
  'HostId',
  'HostApplication',
  'EngineVersion',
  'RunspaceId',
  'PipelineId',
  'CommandName',
  'CommandType',
  'ScriptName',
  'CommandPath',
  'CommandLine',
];

/** Keys of a SQL Server audit record, as written there. */
export const SQL_AUDIT_KEYS: readonly string[] = [
  'audit_schema_version',
  'event_time',
  'sequence_number',
  'action_id',
  'succeeded',
  'is_column_permission',
  'permission_bitmask',
  'session_id',
  'server_principal_id',
  'database_principal_id',
  'target_server_principal_id',
  'target_database_principal_id',
  'object_id',
  'user_defined_event_id',
  'transaction_id',
  'class_type',
  'duration_milliseconds',
  'response_rows',
  'affected_rows',
  'client_ip',
  'session_server_principal_name',
  'server_principal_name',
  'server_principal_sid',
  'database_principal_name',
  'target_server_principal_name',
  'target_server_principal_sid',
  'target_database_principal_name',
  'server_instance_name',
  'database_name',
  'schema_name',
  'object_name',
  'statement',
  'additional_information',
  'user_defined_information',
  'application_name',
  'host_name',
];

/**
 * The text behind `key` + separator at the start of a line. A value goes on over lines that do not start with another
 * key of the block, because command lines and statements contain line breaks.
 */
function blockValue(key: string, separator: string, allKeys: readonly string[]): Transform {
  const heads = new Set(allKeys);
  const wanted = `${key}${separator}`;
  return (inputs) => {
    const found: string[] = [];
    for (const text of inputs.flat()) {
      if (!text.includes(wanted)) continue;
      let value: string | undefined;
      for (const line of text.split(/\r\n|\n/)) {
        const trimmed = line.replace(/^[ \t]+/, '');
        const cut = trimmed.indexOf(separator);
        const head = cut > 0 ? trimmed.slice(0, cut) : '';
        if (head === key && value === undefined) {
          value = trimmed.slice(cut + 1);
        } else if (value !== undefined) {
          if (heads.has(head)) break;
          value += `\n${line}`;
        }
      }
      if (value !== undefined) found.push(value.trim());
    }
    return found;
  };
}

export const BLOCK_TRANSFORMS: ReadonlyMap<string, Transform> = new Map<string, Transform>([
  ...POWERSHELL_BLOCK_KEYS.map((key) => [`powershell.${key}`, blockValue(key, '=', POWERSHELL_BLOCK_KEYS)] as const),
  ...SQL_AUDIT_KEYS.map((key) => [`sqlAudit.${key}`, blockValue(key, ':', SQL_AUDIT_KEYS)] as const),
]);
