// What to do next, by tactic: a first step for whoever reads a report without having seen the logs. Written for all
// rules of a tactic alike; what a rule itself says stands beside it.

const NEXT_STEPS: ReadonlyMap<string, string> = new Map([
  ['initial-access', 'Find the way in: the account, address or file of the first event, and who else it reached.'],
  ['execution', 'Find the parent process and the account that started it, then what the program did afterwards.'],
  ['persistence', 'Record the entry, then remove it; look for the same entry on other hosts.'],
  [
    'privilege-escalation',
    'Treat the host as fully controlled until shown otherwise; look at what the account did next.',
  ],
  ['defense-evasion', 'Expect gaps: compare with logs kept elsewhere, and do not read silence as absence.'],
  ['credential-access', 'Take the accounts used on this host as known to the attacker; plan to reset them.'],
  ['discovery', 'Often ordinary administration: judge it together with what the same account did around that time.'],
  ['lateral-movement', 'Follow the account and address to the other host, and examine that host as well.'],
  ['collection', 'Find out which data was gathered and where it was put.'],
  ['command-and-control', 'Block and search for the address or name elsewhere; isolate the host.'],
  ['exfiltration', 'Find out which data left, when and where to; this may start legal deadlines.'],
  ['impact', 'Isolate the host, keep its memory and disks, and check that backups are out of reach.'],
]);

/** First steps for the tactics that the tags name, in the order of the tags. */
export function adviceFor(tags: readonly string[]): string[] {
  const steps = new Set<string>();
  for (const tag of tags) {
    const step = NEXT_STEPS.get(
      tag
        .replace(/^attack\./i, '')
        .toLowerCase()
        .replaceAll('_', '-'),
    );
    if (step !== undefined) steps.add(step);
  }
  return [...steps];
}
