import { spawn } from 'node:child_process';
import { once } from 'node:events';

type Environment = Readonly<Record<string, string | undefined>>;

/** Names of variables that may hold a key. The browser does not get them. */
const SECRET = /^(?:PATCHWRIGHT|AZURE|AzureWebJobs)/i;

/** The program that opens an address. Undefined if nobody sees a browser on this machine. */
export function openerOf(
  platform: NodeJS.Platform,
  environment: Environment,
): { readonly program: string; readonly args: readonly string[] } | undefined {
  switch (platform) {
    case 'darwin':
      return { program: 'open', args: [] };
    case 'win32':
      // `start` is a word of the shell, which would interpret the address.
      return { program: 'rundll32.exe', args: ['url.dll,FileProtocolHandler'] };
    default: {
      const { DISPLAY, WAYLAND_DISPLAY, BROWSER } = environment;
      const seen = [DISPLAY, WAYLAND_DISPLAY, BROWSER].some((value) => value);
      return seen ? { program: 'xdg-open', args: [] } : undefined;
    }
  }
}

export function withoutSecrets(environment: Environment): Environment {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !SECRET.test(name)));
}

/** Opens an address in the person's browser, without a shell. Returns false if that is not possible. */
export async function openBrowser(url: string): Promise<boolean> {
  const opener = openerOf(process.platform, process.env);
  if (opener === undefined) return false;
  const { program, args } = opener;
  try {
    const child = spawn(program, [...args, url], {
      stdio: 'ignore',
      detached: true,
      env: withoutSecrets(process.env),
    });
    await once(child, 'spawn');
    child.unref();
    return true;
  } catch {
    return false;
  }
}
