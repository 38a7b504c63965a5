// How components reach the app: through Svelte's context, provided once by the shell.

import { createContext } from 'svelte';
import type { WinnowApp } from './winnow-app.svelte.ts';

export const [useApp, provideApp] = createContext<WinnowApp>();
