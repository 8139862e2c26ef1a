import { parentPort } from 'node:worker_threads';
import { ImageConfig, ImageManifest } from '../../../lib/image/manifest.ts';
import { JobResult, MAX_RESULT_BYTES } from '../../../lib/job/job-result.ts';
import { readJson } from '../../../lib/json/read-json.ts';
import { parsePolicy } from '../../../lib/policy/policy.ts';
import { scanOf } from '../../../lib/report/finding.ts';
import { parseTrivyReport } from '../../../lib/report/trivy-report.ts';

/** Texts to parse with little memory: name → whether the parser accepts it. */
const CASES: ReadonlyMap<string, () => boolean> = new Map([
  ['report of numbers', () => report(lists(240, 19_999, '{"Vulnerabilities":[', ']}'))],
  ['report of empty findings', () => report([`{"Vulnerabilities":[${'{},'.repeat(19_999)}{}]}`])],
  ['report of a long title', () => report([finding(`"Title":"${'x'.repeat(10_000_000)}"`)])],
  ['report of a long unknown', () => report([finding(`"${'x'.repeat(10_000_000)}":1`)])],
  ['policy of numbers', () => policy(lists(480, 9999, '{"repository":"a","tags":[', ']}'))],
  ['policy of unknown keys', () => policy(Array.from({ length: 9000 }, () => keys(50)))],
  ['config of numbers', () => config(`"diff_ids":[${'1,'.repeat(2_000_000)}1]`)],
  ['config of labels', () => config('', `"Labels":${keys(300_000)}`)],
  ['manifest of annotations', () => manifest(`"annotations":${keys(300_000)}`)],
  ['result of tools', () => result(`"tools":${keys(70_000)}`)],
  ['result of images', () => result(`"images":[${'1,'.repeat(500_000)}1]`)],
]);

for (const [name, accepts] of CASES) parentPort?.postMessage({ name, accepted: accepts() });

function report(results: readonly string[]): boolean {
  const text = `{"SchemaVersion":2,"Results":[${results.join(',')}]}`;
  const parsed = parseTrivyReport(Buffer.from(text));
  if (parsed.ok) scanOf(parsed.value);
  return parsed.ok;
}

function finding(field: string): string {
  const found = `{"VulnerabilityID":"CVE-2026-1","PkgName":"a",${field}}`;
  return `{"Class":"os-pkgs","Vulnerabilities":[${found}]}`;
}

function policy(rules: readonly string[]): boolean {
  return parsePolicy(`{"version":"v1","repositories":[${rules.join(',')}]}`).ok;
}

function config(rootfs: string, inner = ''): boolean {
  const more = rootfs === '' ? '' : `,${rootfs}`;
  const text = `{"architecture":"amd64","os":"linux","rootfs":{"type":"layers"${more}},"config":{${inner}}}`;
  return readJson(ImageConfig, Buffer.from(text)).ok;
}

function manifest(field: string): boolean {
  return readJson(ImageManifest, Buffer.from(`{"schemaVersion":2,${field}}`)).ok;
}

function result(field: string): boolean {
  const limits = { maxBytes: MAX_RESULT_BYTES, maxDepth: 10, maxContainers: 20_000 };
  return readJson(JobResult, Buffer.from(`{"version":1,"kind":"scan",${field}}`), limits).ok;
}

function lists(count: number, length: number, open: string, close: string): string[] {
  return Array.from({ length: count }, () => `${open}${'1,'.repeat(length - 1)}1${close}`);
}

function keys(count: number): string {
  return `{${Array.from({ length: count }, (_, at) => `"k${at}":1`).join(',')}}`;
}
