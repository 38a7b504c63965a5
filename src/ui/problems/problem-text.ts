// What each problem code means and what the analyst can do about it, in one line each. The long form is docs/errors.md.

import type { ProblemCode } from '../../model/problem.ts';

export interface ProblemText {
  readonly title: string;
  readonly advice: string;
}

/** Used where the problem itself brings no hint. */
export const PROBLEM_TEXTS: Readonly<Record<ProblemCode, ProblemText>> = {
  'file-empty': {
    title: 'The file is empty',
    advice: 'Nothing to do; if it should hold events, copy it again from the source.',
  },
  'file-not-evtx': {
    title: 'Not an event log',
    advice: 'Despite its name it does not begin like one. Check the copy against the source.',
  },
  'file-too-small': {
    title: 'Too small for an event log',
    advice: 'The copy was probably cut short. Copy it again from the source.',
  },
  'file-unreadable': {
    title: 'The file could not be read',
    advice: 'It may be open elsewhere, moved or without permission. Copy it to a local folder and drop that.',
  },
  'folder-unreadable': {
    title: 'A folder could not be listed',
    advice: 'What lies in it was not read. Copy it to a folder of your own and drop that.',
  },
  'file-duplicate': { title: 'Same content as another file', advice: 'Read once; nothing is missing.' },
  'file-changed': { title: 'The file changed during the scan', advice: 'Scan a copy that nothing writes to.' },
  'file-other-format': {
    title: 'Another log format',
    advice: 'Winnow reads EVTX. Convert older .evt or .etl files with the tools of Windows first.',
  },
  'archive-damaged': {
    title: 'An archive is damaged',
    advice: 'What could be unpacked was read. Copy the archive again if its source still exists.',
  },
  'archive-limit': {
    title: 'An archive holds more than is unpacked',
    advice: 'Unpack it on disk and drop the folder.',
  },
  'archive-locked': {
    title: 'An archive is locked by a password',
    advice: 'Drop it again and give its password, or unpack it and drop the folder.',
  },
  'archive-method': {
    title: 'An archive is packed in a way that is not read here',
    advice: 'Unpack it with a tool such as 7-Zip and drop the folder.',
  },
  'archive-too-deep': {
    title: 'Archives within archives, too deep',
    advice: 'Unpack the inner ones and drop what is in them.',
  },
  'archive-overlap': {
    title: 'Files that overlap in an archive',
    advice: 'No packer writes this: treat the archive as hostile.',
  },
  'archive-names': {
    title: 'Misleading names in an archive',
    advice: 'They are shown made safe and never used to write anything. Look at where the archive comes from.',
  },
  'header-checksum': {
    title: 'The file header has a wrong checksum',
    advice: 'The chunks were read all the same. Typical of copies of a live log.',
  },
  'header-dirty': {
    title: 'The log was not closed properly',
    advice: 'Usual for a running or crashed machine; chunks beyond the header’s count were read too.',
  },
  'header-count-stale': { title: 'The header counts fewer chunks than the file has', advice: 'All of them were read.' },
  'chunk-bad-magic': {
    title: 'A chunk does not begin like one',
    advice: 'Its 64 KiB are damaged or were overwritten. Look for another copy of this log.',
  },
  'chunk-header-checksum': {
    title: 'A chunk header has a wrong checksum',
    advice: 'Its records were read all the same; treat them with care.',
  },
  'chunk-records-checksum': {
    title: 'The records of a chunk have a wrong checksum',
    advice: 'They were read all the same. Damage or tampering: compare with another copy.',
  },
  'chunk-short': {
    title: 'The file ends within a chunk',
    advice: 'The copy was cut short. Copy it again from the source.',
  },
  'record-corrupt': {
    title: 'A record is damaged',
    advice: 'It was left out; the records around it were read. Look for another copy of this log.',
  },
  'record-torn': { title: 'A record is torn', advice: 'Its end is missing; what was there was read and marked.' },
  'record-resynced': {
    title: 'Records were found after damage',
    advice: 'Reading went on at the next record; these are marked.',
  },
  'record-unreadable': {
    title: 'A record could not be decoded',
    advice: 'No rule was judged on it. If it opens in the Event Viewer, please report it.',
  },
  'template-unreadable': {
    title: 'The template of a record could not be decoded',
    advice: 'Records of this template were not judged.',
  },
  'recovered-damaged': {
    title: 'Recovered, but overwritten in part',
    advice: 'Some of their values may belong to other records, so they are counted and no rule was judged on them.',
  },
  'recovered-template-unknown': {
    title: 'Remains of records that cannot be read',
    advice: 'No file has the template of these records any more. Scan them with other logs of the same machine.',
  },
  'record-id-gap': {
    title: 'Record numbers are missing',
    advice: 'Events were deleted, or the log is a selection. Compare with other logs of this time.',
  },
  'record-id-regression': { title: 'Record numbers go back', advice: 'The log was cleared or joined from several.' },
  'clock-backwards': {
    title: 'The clock went back',
    advice: 'Times around it may be wrong; order by record number there.',
  },
  'limit-reached': { title: 'A limit was reached', advice: 'What lies beyond it was left out.' },
  'correlation-left-out': {
    title: 'Events were left out of a correlation',
    advice: 'They lack a time, or a field that the rule groups by. Other rules have judged them.',
  },
  'worker-lost': {
    title: 'A part of the scan had to be given up',
    advice: 'Scan the file again by itself; if it happens again, please report it.',
  },
  'rule-disabled': {
    title: 'A rule was switched off during the scan',
    advice: 'It took too long on this data. Its findings are incomplete.',
  },
  'case-file-items': {
    title: 'Items of the case file were not taken',
    advice: 'They are not what the format says. A file that Winnow wrote has none, so ask where it comes from.',
  },
  'store-full': {
    title: 'The browser’s storage is full',
    advice: 'Delete old cases or free disk space, then try again. Findings stay on screen until then.',
  },
  'store-denied': {
    title: 'The browser refused to keep data',
    advice: 'A private window or a policy. Findings stay on screen; export them.',
  },
  cancelled: {
    title: 'The scan was stopped',
    advice: 'Drop the evidence again to read it to the end; known findings are not doubled.',
  },
  internal: { title: 'A fault in Winnow', advice: 'The rest of the scan went on. Please report it with this line.' },
};
