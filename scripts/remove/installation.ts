import * as z from 'zod';

const Value = z.string().min(1);
const Values = z.object({
  APP: Value,
  GROUP: Value,
  JOBS: Value,
  ACCOUNT: Value,
  PRINCIPAL: Value,
  PATCHWRIGHT_REGISTRY_NAME: Value,
});

/** One installation, by the names that the steps of docs/deploy.md write into patchwright.env. */
export interface Installation {
  /** Name of the app, which identifies the installation in tags, roles and descriptions. */
  readonly app: string;
  readonly group: string;
  readonly jobsGroup: string;
  readonly account: string;
  /** Principal of the app's identity. */
  readonly principal: string;
  readonly registry: string;
}

/** Throws an error that names every variable that is missing. */
export function readInstallation(environment: Readonly<NodeJS.ProcessEnv>): Installation {
  const { success, data, error } = Values.safeParse(environment);
  if (!success) {
    const names = error.issues.map(({ path }) => String(path[0]));
    throw new Error(`${names.join(', ')} missing: run . ./patchwright.env first`);
  }
  return {
    app: data.APP,
    group: data.GROUP,
    jobsGroup: data.JOBS,
    account: data.ACCOUNT,
    principal: data.PRINCIPAL,
    registry: data.PATCHWRIGHT_REGISTRY_NAME,
  };
}
