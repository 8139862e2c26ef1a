import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import * as z from 'zod';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

const Lockfile = z.object({
  packages: z.record(
    z.string(),
    z.object({
      version: z.string().optional(),
      hasInstallScript: z.boolean().optional(),
      engines: z.union([z.object({ node: z.string().optional() }), z.array(z.string())]).optional(),
    }),
  ),
});
const { packages } = Lockfile.parse(JSON.parse(read('package-lock.json')));
const { allowScripts } = z
  .object({ allowScripts: z.record(z.string(), z.boolean()) })
  .parse(JSON.parse(read('package.json')));
const INSTALLED = packages['node_modules/node']?.version ?? '';

/** True if one alternative of a range, such as `^20.19.0 || >=22.12`, has a lower limit that fits. */
function accepts(range: string, version: string): boolean {
  return range.split('||').some((alternative) => {
    const found = /^\s*(?<operator>>=|\^|)\s*(?<lowest>[\d.]+)(?:\.[x*])*\s*$/.exec(alternative);
    if (found === null) return alternative.trim() === '*';
    const { operator, lowest = '' } = found.groups ?? {};
    const sameMajor = lowest.split('.')[0] === version.split('.')[0];
    return isAtLeast(version, lowest) && (operator === '>=' || sameMajor);
  });
}

function isAtLeast(version: string, lowest: string): boolean {
  const [own, least] = [version, lowest].map((text) => text.split('.').map(Number));
  for (const at of [0, 1, 2]) {
    const difference = (own?.[at] ?? 0) - (least?.[at] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

it('npm prints errors only, so that an older Node does not get a warning for each package', () => {
  expect(read('.npmrc')).toMatch(/^loglevel=error$/m);
});

it('every package accepts the Node that npm ci installs', () => {
  const refusing = Object.entries(packages).flatMap(([name, { engines }]) => {
    const range = Array.isArray(engines) ? undefined : engines?.node;
    return range === undefined || accepts(range, INSTALLED) ? [] : [`${name} needs ${range}`];
  });

  expect(refusing).toEqual([]);
  expect(accepts('^20.19.0 || >=22.24', INSTALLED)).toBe(false);
});

it('every package with an install script is allowed or refused by its name', () => {
  const scripts = Object.entries(packages)
    .filter(([, { hasInstallScript }]) => hasInstallScript === true)
    .map(([path]) => path.split('node_modules/').at(-1));

  expect(scripts.sort()).toEqual(Object.keys(allowScripts).sort());
});

it('README names the Node that npm ci needs, and the one that it installs', () => {
  const readme = read('README.md').replaceAll(/\s+/g, ' ');

  expect(readme).toContain('any Node from 20 on');
  expect(readme).toContain(
    `installs the Node that the project runs on (${INSTALLED.split('.')[0]})`,
  );
});
