// Untrusted text made visible, for the screens; the report uses the same (src/base/visible-text.ts).

export { unwrapProse, visibleText } from '../../base/visible-text.ts';
