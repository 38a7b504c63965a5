// What the frame of every screen tells of files and problems. Apart from overview.ts, whose folds the first load does
// not need.

export { fileHealth } from '../analysis/file-health.ts';
export { groupProblems } from '../analysis/problem-groups.ts';
