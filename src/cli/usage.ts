// What `winnow --help` prints.

export const USAGE = `winnow: finds attacks in Windows event logs with Sigma rules

  winnow scan PATH…                 one line per finding, ordered by file, offset and rule
  winnow dump FILE…                 one line per record
  winnow rules check PATH…          what becomes of each rule document
  winnow --help | --version

scan: PATH is an event log, a folder (with everything below it) or a zip
  --rules DIR|FILE|ZIP              rules beside the built-in ones; may be given several times
  --no-core                         leave the built-in rules out
  --recovered                       also judge deleted records that are left in unallocated space; their findings are
                                    marked with "recovered" and never correlated
  --templates FILE                  a bank of templates, which deleted records may need to be read: used if it exists, and
                                    written back with all templates of the scanned logs, for later scans
  --from T, --to T                  only events from T on, before T (2024-03-01, 2024-03-01T12:30:00Z; UTC without a zone)
  --min-level LEVEL                 informational, low, medium, high or critical
  --hash                            add the SHA-256 of the log to each finding
  --format jsonl|json|csv           default jsonl
  --out FILE                        write findings there instead of standard output
  --workers N                       threads; default one per core, at most eight
  --stats                           one JSON line of figures on standard error

dump:
  --format canonical|jsonl|xml      default jsonl
  --recovered, --partial            also records from unallocated space, also torn ones

rules check:
  --json                            one JSON line per document

Exit status: 0 done · 1 something was damaged or rejected, and reported · 2 unusable arguments · 3 internal error
`;
