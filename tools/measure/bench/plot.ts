import { writeFileSync } from 'node:fs';
import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';

/** The time until the first answer, with so many customers. */
export interface Point {
  who: string;
  customers: number;
  ms: number;
}

/** Draws the time of the first answer against the number of customers, with what Node itself takes. */
export function drawFirstAnswers(file: string, points: Point[], nodeMs: number) {
  const sizes = [...new Set(points.map(({ customers }) => customers))];
  const last = Math.max(...sizes);
  writePlot(file, 13, {
    width: 720,
    height: 360,
    marginTop: 35,
    marginLeft: 50,
    marginBottom: 50,
    marginRight: 130,
    x: {
      type: 'log',
      label: 'customers',
      labelAnchor: 'center',
      ticks: sizes,
      tickFormat: (n: number) => n.toLocaleString('en'),
    },
    y: {
      label: 'first answer of a fresh process, ms',
      grid: true,
      domain: [0, Math.max(...points.map(({ ms }) => ms))],
      nice: true,
    },
    color: { range: ['#cf222e', '#0969da'] },
    marks: [
      Plot.ruleY([nodeMs], { stroke: '#6e7781', strokeDasharray: '4 4' }),
      Plot.text([{ customers: last, ms: nodeMs }], {
        x: 'customers',
        y: 'ms',
        text: () => 'Node itself',
        dx: 12,
        dy: 12,
        textAnchor: 'start',
        fill: '#6e7781',
      }),
      Plot.line(points, { x: 'customers', y: 'ms', stroke: 'who', strokeWidth: 2, marker: true }),
      Plot.text(
        points.filter(({ customers }) => customers === last),
        { x: 'customers', y: 'ms', text: 'who', fill: 'who', dx: 12, dy: -4, textAnchor: 'start' },
      ),
    ],
  });
}

/** Draws a plot into a file. */
export function writePlot(file: string, fontSize: number, options: Plot.PlotOptions) {
  const { document } = parseHTML('<html></html>');
  const svg = Plot.plot({ document, ...options });
  svg.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  svg.setAttribute('font-size', String(fontSize));
  // Readable on a dark page as well.
  svg.setAttribute('style', 'background: #fff; color: #1f2328');
  writeFileSync(file, `${svg.outerHTML}\n`);
}
