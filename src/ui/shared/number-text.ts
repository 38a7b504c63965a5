// Numbers and times as people read them, for the screens; the report uses the same (src/base/number-text.ts).

export {
  formatBytes,
  formatCount,
  formatEventTime,
  formatPlural,
  formatSeconds,
  formatSpan,
  formatUnixTime,
} from '../../base/number-text.ts';
