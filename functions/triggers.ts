/**
 * What starts the app's functions, under the names that an operator sees. The timers and the HTTP functions are
 * registered with faulty settings too (faulty-app.ts).
 */
export const TIMERS = {
  scheduledRun: '%PATCHWRIGHT_SCHEDULE%',
  reaper: '%PATCHWRIGHT_REAP_SCHEDULE%',
} as const;

export const ROUTES = {
  startRun: { methods: ['POST'], authLevel: 'function', route: 'runs' },
  cancelRun: { methods: ['POST'], authLevel: 'function', route: 'runs/{runId}/cancel' },
} as const satisfies Readonly<
  Record<string, { methods: readonly ['POST']; authLevel: 'function'; route: string }>
>;
