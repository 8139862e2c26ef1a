import type { HttpRequest } from '@azure/functions';
import { type Admission, admitPrincipal, type Role } from '../lib/api/admission.ts';
import { keyCaller } from '../lib/api/key-caller.ts';
import { signInOf } from '../lib/settings/sign-in.ts';
import type { KeyNameOf } from './key-names.ts';

/** Decides which requests reach a route. */
export interface Gate {
  /** What the Functions host checks: the function key, or nothing. */
  readonly authLevel: 'function' | 'anonymous';
  readonly admit: (request: HttpRequest, role: Role) => Admission;
}

/** With keys, the host has checked the key already. With Entra, the app checks the principal itself. */
export function gateOf(
  environment: Readonly<Record<string, string | undefined>>,
  keyNameOf: KeyNameOf,
): Gate {
  const signIn = signInOf(environment);
  switch (signIn) {
    case 'keys':
      return {
        authLevel: 'function',
        admit: (request) => ({
          ok: true,
          name: keyCaller(keyNameOf(request)),
          role: 'operator',
        }),
      };
    case 'entra': {
      // App Service sets it: https://github.com/AzureAD/microsoft-identity-web AppServicesAuthenticationInformation.cs
      const authenticationIsOn = environment.WEBSITE_AUTH_ENABLED?.toLowerCase() === 'true';
      return {
        authLevel: 'anonymous',
        admit: ({ headers }, role) => admitPrincipal(headers, role, { authenticationIsOn }),
      };
    }
    default:
      return signIn satisfies never;
  }
}
