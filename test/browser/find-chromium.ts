import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

export type FoundBrowser =
  | { readonly found: true; readonly program: string }
  | { readonly found: false; readonly why: string };

/**
 * The browser: `PATCHWRIGHT_CHROMIUM`, or where Debian puts it. If it is missing, root on Debian installs
 * it.
 */
export function findChromium(): FoundBrowser {
  const named = process.env.PATCHWRIGHT_CHROMIUM;
  if (named !== undefined) {
    if (existsSync(named)) return { found: true, program: named };
    return { found: false, why: `PATCHWRIGHT_CHROMIUM names ${named}, which does not exist` };
  }
  const present = PLACES.find((place) => existsSync(place)) ?? installed();
  if (present !== undefined) return { found: true, program: present };
  const why = 'there is no Chromium: install the package "chromium", or set PATCHWRIGHT_CHROMIUM';
  return { found: false, why };
}

function installed(): string | undefined {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return undefined;
  const packages = ['chromium', 'fonts-dejavu-core'];
  try {
    execFileSync('apt-get', ['update', '-qq'], { stdio: 'ignore' });
    execFileSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], {
      stdio: 'ignore',
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  } catch {
    return undefined;
  }
  return PLACES.find((place) => existsSync(place));
}
