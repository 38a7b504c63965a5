// The one style sheet of a report: light and dark as the system says, paper as light. Colours are those of the screens.

const LIGHT = `--ground:#fff;--soft:#f4f5f3;--line:#d9dcd6;--text:#1b1f1c;--quiet:#4c544e;--critical:#8d0f3c;--high:#a83a00;--medium:#7d5500;--low:#0e5f9e;--informational:#5c645f;--critical-fill:#8d0f3c;--high-fill:#d9530c;--medium-fill:#e0a31a;--low-fill:#5aa7e0;--informational-fill:#b4bcb6;--warn:#8a5a00`;
const DARK = `--ground:#111413;--soft:#181c1a;--line:#2d3431;--text:#e6eae7;--quiet:#b4bdb8;--critical:#ff8fb0;--high:#ff9a5c;--medium:#e8bd4f;--low:#7db9ec;--informational:#a3ada7;--critical-fill:#f2629a;--high-fill:#d9561a;--medium-fill:#d8b13c;--low-fill:#3f7fb8;--informational-fill:#56605b;--warn:#e8bd4f`;

export const REPORT_STYLE = `
:root{color-scheme:light dark;${LIGHT}}
@media screen and (prefers-color-scheme:dark){:root{${DARK}}}
*{box-sizing:border-box}
body{max-width:1080px;margin:0 auto;padding:24px 20px 64px;background:var(--ground);color:var(--text);font:14px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
h1{margin:0 0 4px;font-size:26px;line-height:1.25;overflow-wrap:anywhere}
h2{margin:40px 0 8px;padding-bottom:4px;border-bottom:2px solid var(--line);font-size:18px}
h3{margin:20px 0 4px;font-size:15px;overflow-wrap:anywhere}
p,ul,dl{margin:4px 0 10px}
ul{padding-left:20px}
.quiet{color:var(--quiet)}
.warn{color:var(--warn);font-weight:600}
.facts{display:flex;flex-wrap:wrap;gap:8px;padding:0;list-style:none}
.facts li{min-width:96px;padding:8px 12px;border:1px solid var(--line);border-radius:6px}
.facts b{display:block;font-size:22px;line-height:1.2;font-variant-numeric:tabular-nums}
nav ul{display:flex;flex-wrap:wrap;gap:4px 16px;padding:0;list-style:none}
a{color:inherit}
.scroll{overflow-x:auto;margin:6px 0 12px}
table{width:100%;border-collapse:collapse;font-size:13px}
th,td{padding:4px 8px;border-bottom:1px solid var(--line);text-align:left;vertical-align:top;overflow-wrap:break-word}
td.h{min-width:92px}
td.mono,td.details,td .mono{overflow-wrap:anywhere}
thead th{color:var(--quiet);font-size:12px;white-space:nowrap}
.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.t{white-space:nowrap;font-variant-numeric:tabular-nums}
.mono{font:12px/1.45 ui-monospace,Consolas,Menlo,monospace;word-break:break-all}
.details{min-width:280px;font:12px/1.45 ui-monospace,Consolas,Menlo,monospace}
.lines{white-space:pre-wrap}
section.rule{padding:10px 14px;border:1px solid var(--line);border-left-width:5px;border-radius:6px;margin:14px 0}
section.rule h3{margin-top:0}
section.critical{border-left-color:var(--critical-fill)}section.high{border-left-color:var(--high-fill)}section.medium{border-left-color:var(--medium-fill)}section.low{border-left-color:var(--low-fill)}section.informational{border-left-color:var(--informational-fill)}
b.critical,span.critical{color:var(--critical)}b.high,span.high{color:var(--high)}b.medium,span.medium{color:var(--medium)}b.low,span.low{color:var(--low)}b.informational,span.informational{color:var(--informational)}
span.level{font-weight:650}
svg{display:block;width:100%;min-width:600px;height:auto}
.key{display:inline-block;width:10px;height:10px;margin:0 2px 0 8px}
.key.critical{background:var(--critical-fill)}.key.high{background:var(--high-fill)}.key.medium{background:var(--medium-fill)}.key.low{background:var(--low-fill)}.key.informational{background:var(--informational-fill)}
svg text{fill:var(--quiet);font:11px system-ui,sans-serif}
svg .name{fill:var(--text)}
svg .critical{fill:var(--critical-fill)}svg .high{fill:var(--high-fill)}svg .medium{fill:var(--medium-fill)}svg .low{fill:var(--low-fill)}svg .informational{fill:var(--informational-fill)}
svg .axis{stroke:var(--quiet);stroke-width:1}
dl{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:2px 16px}
dt{color:var(--quiet)}
dd{margin:0;overflow-wrap:anywhere}
@media(max-width:600px){dl{grid-template-columns:1fr}dd{margin-bottom:6px}.details{min-width:220px}}
@page{margin:14mm}
@media print{svg{min-width:0}body{max-width:none;padding:0;font-size:10.5px}table{font-size:9.5px}.scroll{overflow:visible}.t{white-space:normal}.details{min-width:0}nav{display:none}h2,h3,thead{break-after:avoid}tr,li,svg{break-inside:avoid}thead{display:table-header-group}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
`;
