// Ceilings of an intake. What is dropped is chosen by whoever sent it: a folder can be endless (junctions on Windows
// loop), a compressed file can unpack to terabytes. Reaching one is always reported as `limit-reached`,
// or as `archive-limit` for what is packed.

export { MAX_UNPACKED_BYTES, MAX_UNPACKED_TOTAL } from '../model/packed-log.ts';

/** Bytes of a file that are read: the file header of an event log and its first chunk header, whose checksums tell logs apart. */
export const SNIFF_BYTES = 4_608;
/** Files looked at at the same time: some are judged while others are read, 32 in one read (read-heads.ts). */
export const HEADS_PARALLEL = 96;
/** Entries of an archive sniffed at the same time. */
export const SNIFF_PARALLEL = 16;
/** Levels of folders below what was dropped. C:\Windows\System32\winevt\Logs in a triage image is 6 deep. */
export const MAX_DEPTH = 32;
/** Files and folders looked at per drop. A triage image of a server has about 100,000. */
export const MAX_ENTRIES = 500_000;
/**
 * Files of folders sniffed although their name does not say event log. Renamed logs are few, and opening a file costs
 * about 1 ms in Chromium (measured with 4,000 files), so this bounds the wait to some seconds.
 */
export const MAX_UNNAMED_SNIFFS = 5_000;
/** Problem lines of one code; the rest is counted in one further line. */
export const MAX_PROBLEMS_PER_CODE = 200;
/** Rule files (.yml) handed on per drop; the whole public rule collection has under 6,000. */
export const MAX_RULE_FILES = 20_000;
/** Bytes of a packed rule file that are unpacked; the compiler refuses files above 10 MiB. */
export const MAX_RULE_BYTES = 11 * 1_024 ** 2;
/** Zips within zips that are opened. Triage tools put a zip per host into one; nobody packs deeper than three. */
export const MAX_ZIP_DEPTH = 4;
/** Passwords asked for one archive before its locked entries are given up. */
export const MAX_PASSWORD_QUESTIONS = 20;
/** Two files of equal size and head are compared byte by byte up to this size; larger ones count as different. */
export const MAX_COMPARED_BYTES = 1_024 ** 3;
