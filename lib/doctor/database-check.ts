import { ImageManifest } from '../image/manifest.ts';
import { readJson } from '../json/read-json.ts';
import type { Check, CheckContext } from './check.ts';
import { databaseTime } from './database-age.ts';
import { fail, type Outcome, pass, warn } from './outcome.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Upstream builds it four times a day, so an older one is no longer renewed. */
const OLD_DAYS = 2;
const TOO_OLD_DAYS = 14;
const UPSTREAM = 'ghcr.io/aquasecurity/trivy-db:2';
const CREATED = 'org.opencontainers.image.created';

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
        return judge(name, context.services.clock.now().getTime() - made.getTime(), advice);
    }
  },
};

function judge(name: string, ageMs: number, advice: string): Outcome {
  const age = ageMs < 2 * DAY_MS ? hours(ageMs) : `${Math.floor(ageMs / DAY_MS)} days`;
  const detail = `${name} is ${age} old`;
  if (ageMs > TOO_OLD_DAYS * DAY_MS) return fail(`${detail}: new advisories are missing`, advice);
  return ageMs > OLD_DAYS * DAY_MS ? warn(detail, advice) : pass(detail);
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
  if (stored === undefined) return 'absent';
  const manifest = readJson(ImageManifest, stored.bytes);
  const layer = manifest.ok ? manifest.value.layers[0] : undefined;
  if (!manifest.ok || layer === undefined) return 'not-a-database';
  const annotated = Date.parse(manifest.value.annotations?.[CREATED] ?? '');
  if (!Number.isNaN(annotated)) return new Date(annotated);
  const content = await registry.openBlob(repository, layer.digest);
  if (content === undefined) return 'not-a-database';
  return (await databaseTime(content).catch(() => undefined)) ?? 'unknown';
}
