import * as Plot from '@observablehq/plot';
import { CANDIDATES, SITUATIONS } from '../load/situations';
import { type Cell, describeRate } from './load-rates';
import { writePlot } from './plot';

/** Draws how many conversations a second are carried without retries, a bar for each candidate in each situation. */
export function drawRates(file: string, cells: Cell[]) {
  const bars = cells.filter(({ retries }) => retries === 0);
  const label = (cell: Cell) => `${cell.candidate}: ${describeRate(cell)}`;
  writePlot(file, 12, {
    width: 840,
    height: 40 + bars.length * 18 + SITUATIONS.length * 6,
    marginTop: 35,
    marginLeft: 210,
    marginRight: 250,
    x: { label: 'conversations a second that lose nothing, without retries', grid: true, axis: 'top' },
    y: { axis: null, domain: CANDIDATES },
    fy: { label: null, domain: SITUATIONS.map(({ name }) => name), axis: 'left', padding: 0.15 },
    color: { domain: [...CANDIDATES], range: ['#0969da', '#6e7781', '#cf222e'] },
    marks: [
      Plot.barX(bars, { x: 'perSecond', y: 'candidate', fy: 'situation', fill: 'candidate' }),
      Plot.text(bars, {
        x: 'perSecond',
        y: 'candidate',
        fy: 'situation',
        text: label,
        fill: 'candidate',
        dx: 5,
        textAnchor: 'start',
      }),
    ],
  });
}
