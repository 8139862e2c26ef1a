import type { DisturbanceReport } from './disturbance.ts';
import type { Palette } from './palette.ts';

/** Lines with the faults of a run by kind, and the images that ended differently because of them. */
export function disturbanceLines(
  report: DisturbanceReport,
  options: { readonly palette: Palette },
): string[] {
  const { palette } = options;
  const total = Object.values(report.faults).reduce((sum, count) => sum + count, 0);
  const byPlace = Map.groupBy(Object.entries(report.faults), ([name]) => name.split(' ')[0] ?? '');
  const kinds = [...byPlace].map(([place, faults]) => {
    const counted = faults.map(([name, count]) => `${count} ${name.slice(place.length + 1)}`);
    return `    ${place.padEnd(10)}${counted.join(', ')}`;
  });
  return [
    `  ${palette.bold(`${total} faults and kills`)}, by the plan of seed ${report.seed}`,
    ...kinds,
    ...report.explained.map((text) => `  ${palette.yellow('!')} ${text}`),
    '',
  ];
}
