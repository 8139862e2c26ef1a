import { inRoot } from './root-filesystem.ts';

/** An installed package that is older than the archive's version. */
export interface Upgrade {
  readonly package: string;
  readonly installed: string;
  readonly candidate: string;
  /** The source package, which advisories of Debian and Trivy name, and its installed version. */
  readonly source: string;
  readonly sourceInstalled: string;
}

const packageFormat = ['Package', 'Version', 'source:Package', 'source:Version']
  .map((field) => `\${${field}}`)
  .join(' ')
  .concat('\\n');

/** Updates the root's index and lists the outdated packages with its apt. Installs nothing. */
export async function findUpgrades(
  root: string,
  onLine: (line: string) => void,
): Promise<readonly Upgrade[]> {
  await inRoot(root, ['apt-get', '-o', 'Acquire::Retries=3', 'update'], onLine);
  const simulated = await inRoot(root, ['apt-get', '--simulate', 'upgrade', '--with-new-pkgs']);
  const installed = await inRoot(root, ['dpkg-query', '--show', '--showformat', packageFormat]);
  return joinUpgrades(simulated.stdout, installed.stdout);
}

/** Joins the `Inst` lines of a simulated upgrade with `dpkg-query`'s list of packages and sources. */
export function joinUpgrades(simulation: string, installed: string): readonly Upgrade[] {
  const sources = new Map(
    installed.split('\n').map((line) => {
      const [name = '', version = '', source = '', sourceVersion = ''] = line.split(' ');
      return [name, { version, source, sourceVersion }] as const;
    }),
  );
  const upgrades: Upgrade[] = [];
  for (const [, name, , candidate] of simulation.matchAll(/^Inst (\S+) \[(\S+)\] \((\S+) /gm)) {
    const known = name === undefined ? undefined : sources.get(name);
    if (name === undefined || candidate === undefined || known === undefined) {
      continue;
    }
    upgrades.push({
      package: name,
      installed: known.version,
      candidate,
      source: known.source,
      sourceInstalled: known.sourceVersion,
    });
  }
  return upgrades.sort((a, b) => a.package.localeCompare(b.package));
}
