import type { SimulationResult } from './simulation.ts';

/** Calls per target: storage transactions, requests to the registry and to ARM. */
export interface LoadFigures {
  readonly storage: number;
  readonly registry: number;
  readonly arm: number;
}

const SERVICES = {
  tables: 'storage',
  queues: 'storage',
  blobs: 'storage',
  registry: 'registry',
  groups: 'arm',
  webhook: 'events',
} as const;

export function loadFigures(result: SimulationResult, targets: number): LoadFigures {
  const calls = { storage: 0, registry: 0, arm: 0, events: 0 };
  for (const [name, count] of result.callsOf) {
    const port = Object.entries(SERVICES).find(([known]) => name.startsWith(`${known}.`));
    if (port === undefined) throw new Error(`${name} is not a call of a known port`);
    calls[port[1]] += count;
  }
  const { storage, registry, arm } = calls;
  return { storage: storage / targets, registry: registry / targets, arm: arm / targets };
}

/** Describes the outcomes of the targets and the calls that they took. */
export function loadLines(result: SimulationResult, targets: number): readonly string[] {
  const ends = Map.groupBy(result.outcomes.values(), (outcome) =>
    outcome.replace(/ (?:v|tag).*/, ''),
  );
  const { storage, registry, arm } = loadFigures(result, targets);
  const faults = [...result.coverage.faults.values()].reduce((sum, count) => sum + count, 0);
  const calls = [...result.callsOf].sort(([, a], [, b]) => b - a).slice(0, 12);
  return [
    ...[...ends].map(([end, { length }]) => `${end}: ${length}`),
    ...result.violations.map((fault) => `BROKEN: ${fault}`),
    `most frequent: ${calls.map(([name, count]) => `${name} ${count}`).join(' · ')}`,
    `calls per target: ${storage.toFixed(1)} of storage, ${registry.toFixed(1)} of the registry, ` +
      `${arm.toFixed(1)} of ARM`,
    [
      `${targets} targets: ${result.calls} calls`,
      `${faults} faults injected`,
      `${(result.virtualSeconds / 3600).toFixed(1)} simulated hours`,
      `${Math.round(process.cpuUsage().user / 1e6)} s CPU`,
      `${Math.round(process.resourceUsage().maxRSS / 1000)} MB at most`,
    ].join(', '),
  ];
}
