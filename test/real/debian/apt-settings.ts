import { runProcess } from '../process/run-process.ts';

/**
 * The parts of this machine's apt configuration for access to the mirror: proxies, trust and the check
 * of dates. An image needs the same settings for the same mirror.
 */
const relevant = /^Acquire::(https?::|Check-Valid-Until|Check-Date|Proxy)/i;

export async function readAptSettings(env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const { stdout } = await runProcess({
    command: 'apt-config',
    args: ['dump'],
    env,
    timeoutMs: 60_000,
  });
  return selectAptSettings(stdout);
}

/** Returns the relevant lines of `apt-config dump` for a file in `apt.conf.d`; may be empty. */
export function selectAptSettings(dump: string): string {
  return dump
    .split('\n')
    .filter((line) => relevant.test(line) && !/""|::$/.test(line))
    .map((line) => `${line}\n`)
    .join('');
}

/** Returns apt's proxy for plain HTTP, for programs that read it from the environment. */
export function proxyOf(settings: string): string | undefined {
  return /^Acquire::http::Proxy "([^"]+)";$/im.exec(settings)?.[1];
}
