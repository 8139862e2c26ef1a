import { timeOfDatabase } from '../pipeline/discovery/database-time.ts';
import type { Check, CheckContext } from './check.ts';
import { fail, type Outcome, pass, warn } from './outcome.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const UPSTREAM = 'ghcr.io/aquasecurity/trivy-db:2';

export const databaseCheck: Check = {
  id: 'vulnerability-database',
  title: 'The vulnerability database is in the registry and not old',
  needs: ['registry-token'],
  // Without the annotation, the whole layer may have to be read.
  limitSeconds: 180,
  async run(context) {
    const { database } = context.services.options;
    const name = `${database.repository}:${database.tag}`;
    const advice =
      `With the parameter mirror "cacheRules", the registry renews it when it is pulled: check the cache rule for ${database.repository} ("az acr cache list --registry REGISTRY"). ` +
      `With "import", renew it daily: az acr import --name REGISTRY --force --source ${UPSTREAM} --image ${name}`;
    const made = await timeOf(context);
    switch (made) {
      case 'absent':
        return fail(`the registry has no ${name}`, advice);
      case 'not-a-database':
        return fail(`${name} is not a Trivy database`, advice);
      case 'unknown':
        return warn(`${name} does not say how old it is`, advice);
      default:
        return judge(context, name, made, advice);
    }
  },
};

/** The limits are those of runs. */
function judge({ services }: CheckContext, name: string, made: Date, advice: string): Outcome {
  const { databaseWarnDays, databaseMaxDays } = services.options;
  const ageMs = services.clock.now().getTime() - made.getTime();
  const age = ageMs < 2 * DAY_MS ? hours(ageMs) : `${Math.floor(ageMs / DAY_MS)} days`;
  const detail = `${name} is ${age} old`;
  if (ageMs > databaseMaxDays * DAY_MS) {
    return fail(`${detail}: new advisories are missing, and runs call no image clean`, advice);
  }
  return ageMs > databaseWarnDays * DAY_MS ? warn(detail, advice) : pass(detail);
}

function hours(ageMs: number): string {
  const count = Math.max(0, Math.floor(ageMs / HOUR_MS));
  return count === 1 ? '1 hour' : `${count} hours`;
}

async function timeOf({
  services,
}: CheckContext): Promise<Date | 'absent' | 'not-a-database' | 'unknown'> {
  const { registry, options } = services;
  const { repository, tag } = options.database;
  const stored = await registry.manifest(repository, tag);
  return stored === undefined ? 'absent' : timeOfDatabase(registry, repository, stored);
}
