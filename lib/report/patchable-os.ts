import type { Scan } from './finding.ts';

export type Patchability =
  | { readonly patchable: true }
  | {
      readonly patchable: false;
      readonly reason: 'unsupported-os' | 'end-of-life';
      readonly detail: string;
    };

/** Whether Copa can patch this image, and whether what it would do can be trusted. */
export function patchability(scan: Scan): Patchability {
  const unsupported = (detail: string): Patchability => ({
    patchable: false,
    reason: 'unsupported-os',
    detail,
  });
  if (scan.os === undefined) return unsupported('the scan found no operating system');
  if (scan.os.endOfLife) {
    return {
      patchable: false,
      reason: 'end-of-life',
      detail: `${scan.os.family} ${scan.os.name} gets no more security updates`,
    };
  }
  if (scan.packages.length === 0) return unsupported('the report lists no packages');
  const names = new Set(scan.packages.map((installed) => installed.name));
  const needed = { debian: ['dpkg', 'apt'], ubuntu: ['dpkg', 'apt'], alpine: ['apk-tools'] };
  const tools = new Map(Object.entries(needed)).get(scan.os.family);
  if (tools === undefined) return unsupported(`${scan.os.family} is not patched`);
  const missing = tools.filter((tool) => !names.has(tool));
  return missing.length === 0
    ? { patchable: true }
    : unsupported(`the image has no ${missing.join(' and ')}`);
}
