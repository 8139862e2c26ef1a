import * as z from 'zod';

/** Who may call the routes: holders of a function key, or accounts in Microsoft Entra with a role. */
export const SignIn = z.enum(['keys', 'entra'], 'must be keys or entra').default('keys');
export type SignIn = z.infer<typeof SignIn>;

/** The choice, also if other settings are faulty. An unknown value counts as keys, so it opens nothing. */
export function signInOf(environment: Readonly<Record<string, string | undefined>>): SignIn {
  return SignIn.safeParse(environment.PATCHWRIGHT_SIGN_IN).data ?? 'keys';
}
