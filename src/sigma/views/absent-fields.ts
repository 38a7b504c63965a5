// Fields of Sysmon that an event standing in for it can never have (logsource mapping 4.1 to 4.3). A rule that needs
// one of them cannot match through that view, so the compiler can leave the route out and say why.

import type { FieldKey } from '../../model/field-key.ts';
import { fieldKeyOf } from '../../model/field-key.ts';
import { ViewId } from './field-views.ts';

const keys = (...names: readonly string[]): ReadonlySet<FieldKey> => new Set(names.map(fieldKeyOf));

const FILE_FACTS = ['OriginalFileName', 'Description', 'Product', 'Company', 'FileVersion', 'Hashes', 'md5', 'sha1', 'sha256', 'imphash'];

/** Fields that no event of a view has, by view id. */
export const ABSENT_FIELDS: ReadonlyMap<number, ReadonlySet<FieldKey>> = new Map([
  [
    ViewId.Security4688,
    keys(
      ...FILE_FACTS,
      'CurrentDirectory',
      'LogonGuid',
      'TerminalSessionId',
      'ProcessGuid',
      'ParentProcessGuid',
      'RuleName',
      'UtcTime',
    ),
  ],
  [ViewId.Security4657, keys('NewName', 'ProcessGuid', 'RuleName', 'UtcTime')],
  [
    ViewId.Security5156,
    keys('DestinationHostname', 'SourceHostname', 'DestinationPortName', 'SourcePortName', 'ProcessGuid', 'RuleName', 'UtcTime'),
  ],
]);
