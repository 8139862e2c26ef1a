import { type ChaosPlan, chaosPlan, DEMO_SCALE } from '../world/chaos/chaos-plan.ts';
import { endsWell } from '../world/chaos/ends-well.ts';
import { explanation } from '../world/chaos/explained-outcomes.ts';
import { FaultLedger } from '../world/chaos/fault-ledger.ts';
import { knownSecrets } from '../world/chaos/known-secrets.ts';
import {
  CHAOS_MESSAGE_LEASE_SECONDS,
  CHAOS_SETTINGS,
  startChaos,
} from '../world/chaos/start-chaos.ts';
import type { HostLog } from '../world/functions-host/host-log.ts';
import { storedTexts, watchPassing } from '../world/seed/secret-search.ts';
import type { World } from '../world/world.ts';
import type { Disturbance } from './disturbance.ts';
import { outcomeOf } from './outcome.ts';
import type { Scenario } from './scenario.ts';
import { standInScenario } from './stand-in-scenario.ts';

/** The images of the stand-ins, while a plan kills the app and makes every service fail. */
export function chaosScenario(seed: number): Scenario {
  const plan = chaosPlan(seed, DEMO_SCALE);
  const calm = standInScenario();
  return {
    ...calm,
    intro: [...calm.intro, ...chaosIntro(plan)],
    limitMinutes: 8,
    disturb: (world, tell) => disturb(world, plan, tell),
  };
}

function chaosIntro({ seed, kills, outages }: ChaosPlan): string[] {
  return [
    `Chaos: ${kills.length} kills of the app, ${outages.length} outages, and faults in every service.`,
    `The same plan again: npm run demo -- --chaos --seed ${seed} (real time never runs the same way twice)`,
  ];
}

async function disturb(
  world: World,
  plan: ChaosPlan,
  tell: (line: string) => void,
): Promise<Disturbance> {
  const ledger = new FaultLedger(tell);
  const chaos = await startChaos({ world, plan, ledger });
  const logs: HostLog[] = [];
  const passing = watchPassing(world);
  return {
    app: {
      settings: { ...CHAOS_SETTINGS, ...chaos.settings },
      leaseSeconds: CHAOS_MESSAGE_LEASE_SECONDS,
      timerLeaseSeconds: CHAOS_MESSAGE_LEASE_SECONDS,
      onLog: (log) => logs.push(log),
    },
    begin: (host) => chaos.begin(host),
    async examine({ host, before, run, targets }) {
      await chaos.end();
      const texts = logs.map(({ message }) => ({ where: 'log of the app', text: message }));
      const left = [...texts, ...(await passing.stop()), ...(await storedTexts(world))];
      const secrets = knownSecrets(world, host);
      const promises = endsWell({ world, before, run, targets, left, secrets });
      const faults = ledger.counts();
      const outcomes = targets.map(outcomeOf);
      const excused = outcomes.filter((one) => explanation(one, faults) !== undefined);
      return {
        seed: plan.seed,
        faults,
        checks: promises.map(({ text, broken }) => ({ text, ok: broken.length === 0 })),
        excused: new Set(excused.map(({ image }) => image)),
        explained: excused.flatMap((one) => explanation(one, faults) ?? []),
        broken: promises.flatMap(({ text, broken }) => broken.map((one) => `not ${text}: ${one}`)),
      };
    },
    async end() {
      await chaos.end();
      await passing.stop();
    },
    close: () => chaos.close(),
  };
}
