// Charts of a report as inline SVG: findings over time by level, and findings by tactic. Colours come from the style
// sheet by class, so that both themes and paper get theirs.

import { formatCount, formatPlural, formatSpan, formatUnixTime } from '../base/number-text.ts';
import { chooseTicks } from '../base/time-ticks.ts';
import { RULE_LEVELS } from '../model/rule-set.ts';
import { markup, type Html } from './report-html.ts';
import type { ReportTactic, ReportTimeline } from './report-input.ts';

const WIDTH = 1_000;
const HEIGHT = 150;
const AXIS = 22;
const ROW = 22;
const NAME = 190;

/** Findings over time, stacked by level, worst at the foot. */
export function drawTimeline(timeline: ReportTimeline): Html {
  const { start, span, bars, counts, peak } = timeline;
  if (bars === 0) return markup`<p class="quiet">No finding has a time.</p>`;
  const levels = RULE_LEVELS.length;
  const step = WIDTH / bars;
  const rects: Html[] = [];
  for (let bar = 0; bar < bars; bar++) {
    let y = HEIGHT;
    for (let rank = levels - 1; rank >= 0; rank--) {
      const count = counts[bar * levels + rank] ?? 0;
      if (count === 0) continue;
      // One critical among ten thousand remarks must stay visible.
      const height = Math.max(2, (count / peak) * (HEIGHT - 16));
      y -= height;
      rects.push(
        markup`<rect
          class="${RULE_LEVELS[rank]!}"
          x="${px(bar * step + Math.min(0.5, step / 8))}"
          y="${px(y)}"
          width="${px(Math.max(1.5, step - Math.min(1, step / 4)))}"
          height="${px(height)}"
        />`,
      );
    }
  }
  const end = start + span * bars;
  const ticks = chooseTicks(start, end, 7).map(({ time, label }) => {
    const x = ((time - start) / (end - start)) * WIDTH;
    const anchor = x < 50 ? 'start' : x > WIDTH - 50 ? 'end' : 'middle';
    return markup`<path class="axis" d="M${px(x)} ${HEIGHT}v5" /><text
        x="${px(x)}"
        y="${HEIGHT + 18}"
        text-anchor="${anchor}"
        >${label}</text
      >`;
  });
  const title = `Findings over time, ${formatUnixTime(timeline.first)} to ${formatUnixTime(timeline.last)} UTC`;
  return markup`<div class="scroll"><svg viewBox="0 0 ${WIDTH} ${HEIGHT + AXIS}" role="img" aria-label="${title}">
      ${rects}
      <path class="axis" d="M0 ${HEIGHT}.5H${WIDTH}" />
      <text x="0" y="11">${formatCount(peak)}</text>
      ${ticks}
    </svg></div>
    <p class="quiet">
      Times are UTC. One bar is
      ${formatSpan(span)}.${timeline.timeless > 0 ? ` ${formatPlural(timeline.timeless, 'finding')} without a time.` : ''}
      ${legend()}
    </p>`;
}

/** Findings by tactic in the order of ATT&CK; a finding counts once per tactic. */
export function drawTactics(tactics: readonly ReportTactic[]): Html {
  const met = tactics.filter(({ count }) => count > 0);
  if (met.length === 0) return markup`<p class="quiet">No finding names a tactic.</p>`;
  const most = Math.max(...met.map(({ count }) => count));
  const width = WIDTH - NAME - 80;
  const rows = met.map(({ name, count, topLevel }, at) => {
    const y = at * ROW;
    const length = Math.max(2, (count / most) * width);
    return markup`<text class="name" x="${NAME - 8}" y="${y + 15}" text-anchor="end">${name}</text
      ><rect
        class="${RULE_LEVELS[topLevel] ?? 'informational'}"
        x="${NAME}"
        y="${y + 4}"
        width="${px(length)}"
        height="${ROW - 8}"
      /><text x="${px(NAME + length + 6)}" y="${y + 15}">${formatCount(count)}</text>`;
  });
  return markup`<div class="scroll"><svg viewBox="0 0 ${WIDTH} ${met.length * ROW}" role="img" aria-label="Findings by tactic">${rows}</svg></div>
    <p class="quiet">The colour is the worst level met. A finding counts under every tactic that its rule names.</p>`;
}

function legend(): Html {
  const squares = RULE_LEVELS.toReversed().map(
    (level) => markup`<i class="key ${level}"></i> ${level === 'informational' ? 'info' : level} `,
  );
  return markup`${squares}`;
}

/** Two decimals are finer than any screen. */
function px(value: number): string {
  return String(Math.round(value * 100) / 100);
}
