import type { Upgrade } from '../debian/upgrades.ts';
import type { Advisory } from './changelog.ts';

/**
 * Returns the advisories of the package's source and of `others` more sources, those with the fewest
 * outdated packages: an image of which little is outdated is patched quickly.
 */
export function fewAdvisories(
  { advisories, upgrades }: { advisories: readonly Advisory[]; upgrades: readonly Upgrade[] },
  { package: name, others }: { readonly package: string; readonly others: number },
): readonly Advisory[] {
  const own = upgrades.find((one) => one.package === name)?.source;
  const sizes = new Map<string, number>();
  for (const { source } of upgrades) sizes.set(source, (sizes.get(source) ?? 0) + 1);
  const rest = [...new Set(advisories.map(({ source }) => source))]
    .filter((source) => source !== own)
    .sort((a, b) => (sizes.get(a) ?? 0) - (sizes.get(b) ?? 0) || a.localeCompare(b));
  const kept = new Set([own, ...rest.slice(0, others)]);
  return advisories.filter(({ source }) => kept.has(source));
}
