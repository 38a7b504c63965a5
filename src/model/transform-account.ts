// Transforms for accounts, process numbers and token facts of Security events (reference: logsource mapping 4.1).

import type { Transform } from './transform.ts';

/** Well-known accounts as Sysmon names them: 4688 gives the computer account for the system itself. */
const NAME_OF_SID: ReadonlyMap<string, string> = new Map([
  ['S-1-5-18', 'NT AUTHORITY\\SYSTEM'],
  ['S-1-5-19', 'NT AUTHORITY\\LOCAL SERVICE'],
  ['S-1-5-20', 'NT AUTHORITY\\NETWORK SERVICE'],
]);

const LEVEL_OF_SID: ReadonlyMap<string, string> = new Map([
  ['S-1-16-0', 'Untrusted'],
  ['S-1-16-4096', 'Low'],
  ['S-1-16-8192', 'Medium'],
  ['S-1-16-8448', 'MediumPlus'],
  ['S-1-16-12288', 'High'],
  ['S-1-16-16384', 'System'],
  ['S-1-16-20480', 'Protected'],
]);

const isGiven = (text: string | undefined): text is string => text !== undefined && text !== '' && text !== '-';

function accountNames(domain: string | undefined, name: string | undefined, sid: string | undefined): string[] {
  const names: string[] = [];
  const wellKnown = NAME_OF_SID.get(sid ?? '');
  if (wellKnown !== undefined) names.push(wellKnown);
  if (isGiven(name)) names.push(isGiven(domain) ? `${domain}\\${name}` : name);
  return names;
}

/** `DOMAIN\user` from domain, name and SID; for the system accounts also the name that Sysmon writes. */
const account: Transform = ([domains = [], names = [], sids = []]) => accountNames(domains[0], names[0], sids[0]);

/**
 * User of a new process: the Target account when 4688 names one (the process then runs as that account), else the
 * Subject. Inputs: subject domain, name, SID, target domain, name, SID.
 */
const processUser: Transform = (inputs) => {
  const [domain, name, sid, targetDomain, targetName, targetSid] = inputs.map((values) => values[0]);
  return isGiven(targetName) ? accountNames(targetDomain, targetName, targetSid) : accountNames(domain, name, sid);
};

/** Logon of a new process: the target's unless it is 0x0 or absent. Inputs: subject, target. */
const processLogon: Transform = ([subject = [], target = []]) => {
  const own = target[0];
  return own !== undefined && own !== '' && !/^(0x)?0+$/.test(own) ? target : subject;
};

/** Name of a mandatory label; the SID stays readable, because rules list both. */
const integrityLevel: Transform = ([labels = []]) =>
  labels.flatMap((sid) => {
    const name = LEVEL_OF_SID.get(sid);
    return name === undefined ? [sid] : [name, sid];
  });

/** A process number written as `0x…` in decimal, followed by the text itself. Up to 64 bits, exact. */
const decimalOfHex: Transform = ([values = []]) =>
  values.flatMap((value) => (/^0x[0-9a-f]{1,16}$/i.test(value) ? [BigInt(value).toString(), value] : [value]));

export const ACCOUNT_TRANSFORMS: ReadonlyMap<string, Transform> = new Map([
  ['account', account],
  ['processUser', processUser],
  ['processLogon', processLogon],
  ['integrityLevel', integrityLevel],
  ['decimalOfHex', decimalOfHex],
]);
